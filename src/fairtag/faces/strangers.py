"""How do templates of two wearers become strangers? Each is turned by a key of that wearer (G1).

A turn in 128 dimensions keeps every angle between two templates of one wearer, so the comparison
is what it was. Two templates turned by two keys have nothing in common: the same face scores about
0, as two random directions do. Whoever holds the key can turn back: it is kept as the templates'
own key is, and the engine never sees it.

Source: G. W. Stewart, The efficient generation of random orthogonal matrices, 1980 (each reflection
one dimension shorter: every turn is equally likely); SHAKE-256, FIPS 202, gives the numbers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairtag.faces.compare import numbers
from fairtag.faces.model import Template
from fairtag.terms.errors import UsageError

Doubles = NDArray[np.float64]
KEY_BYTES = 32
_PURPOSE = b"fairtag template turn 1\x00"


def turned(template: Template, key: bytes) -> Template:
    """Give a template as it is stored and compared: turned by the wearer's key.

    The cosine of two templates turned by one key is kept within 1e-6. Deterministic.

    Raises: UsageError for a key of another length; Incomparable for damaged numbers.
    """
    return turned_alike([template], key)[0]


def turned_alike(templates: Sequence[Template], key: bytes) -> list[Template]:
    """Turn templates of one wearer as `turned` does each; the turn is drawn once.

    Raises: UsageError, Incomparable.
    """
    if len(key) != KEY_BYTES:
        raise UsageError(f"a template's key has {KEY_BYTES} bytes, not {len(key)}")
    vectors = [numbers(one) for one in templates]
    rows = {
        size: iter(rows_turned(np.array([one for one in vectors if len(one) == size]), key))
        for size in set(map(len, vectors))
    }
    made = [next(rows[len(one)]) for one in vectors]
    return [
        Template(engine=one.engine, vector=vector.astype("<f4").tobytes())
        for one, vector in zip(templates, made, strict=True)
    ]


def rows_turned(table: Doubles, key: bytes) -> Doubles:
    """Turn rows that are nobody's templates, to stand beside those of one wearer.

    Shapes: (n, dims). Raises: UsageError.
    """
    if len(key) != KEY_BYTES:
        raise UsageError(f"a template's key has {KEY_BYTES} bytes, not {len(key)}")
    size = table.shape[1]
    return _reflected(table, _normals(size * (size + 1) // 2, key))


def _reflected(rows: Doubles, drawn: Doubles) -> Doubles:
    """Reflect rows once a dimension, so that their numbers become their parts along drawn axes.

    Shapes: (n, size).
    """
    size = rows.shape[1]
    told, at = rows.copy(), 0
    for first in range(size):
        axis = drawn[at : at + size - first]
        at += size - first
        sign = math.copysign(1.0, axis[0])
        # The mirror halfway between the drawn axis and the first one: it brings one to the other.
        mirror = axis.copy()
        mirror[0] += sign * np.linalg.norm(axis)
        part = told[:, first:]
        part -= (part @ mirror)[:, np.newaxis] * (mirror * (2 / (mirror @ mirror)))
        told[:, first] *= -sign
    return told


def _normals(count: int, key: bytes) -> Doubles:
    """Draw normal numbers from a key (G. E. P. Box, M. E. Muller, 1958)."""
    pairs = (count + 1) // 2
    raw = hashlib.shake_256(_PURPOSE + key).digest(16 * pairs)
    whole = np.frombuffer(raw, "<u8") >> np.uint64(11)
    uniform = (whole.astype(np.float64) + 0.5) / (1 << 53)
    length = np.sqrt(-2 * np.log(uniform[:pairs]))
    angle = 2 * np.pi * uniform[pairs:]
    return np.concatenate([length * np.cos(angle), length * np.sin(angle)])[:count]
