"""How alike are two faces? The only matching call there is; it takes exactly two (charter G1).

Units: cosine, -1 to 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairtag.faces.model import Template
from fairtag.faces.refusals import Incomparable


def compare(one: Template, other: Template) -> float:
    """Give the cosine of two templates.

    What it means depends on the engine: only a `ThresholdProfile` says when it is enough.

    Raises: Incomparable when they are of two engines, of two lengths, or empty.
    """
    if one.engine != other.engine:
        raise Incomparable(f"{one.engine} and {other.engine}")
    a, b = numbers(one), numbers(other)
    if a.shape != b.shape:
        raise Incomparable(f"{a.size} and {b.size} numbers")
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def numbers(template: Template) -> NDArray[np.float64]:
    """Give a template's numbers.

    Raises: Incomparable when they are no direction: none, not finite, or all 0.
    """
    if not template.vector or len(template.vector) % 4:
        raise Incomparable(f"{len(template.vector)} bytes")
    told = np.frombuffer(template.vector, "<f4").astype(np.float64)
    if not np.isfinite(told).all() or not told.any():
        raise Incomparable("numbers that are no direction")
    return told
