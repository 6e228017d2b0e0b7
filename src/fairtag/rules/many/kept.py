"""How is an order written down that lies among many, so that it lies there again without its judge?

As the bits in its row and its edges: what moves, and what follows from its version, its places and
the clock.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from typing import Any

import msgspec
import numpy as np

from fairtag.rules.many import loop
from fairtag.rules.many.still import Moved
from fairtag.rules.places import walk as w
from fairtag.rules.places.numbers import FIX_SIZE, Floats, Ints
from fairtag.rules.settings import Settings
from fairtag.terms.flat import Ground
from fairtag.terms.ids import DeviceId

OF_EDGES = tuple(name for name in loop.Orders._fields if name not in ("ints", "reals", "place"))
_INTS = frozenset({"edges", "wake", "looks", "begin", "end", "cut"})
_FORM = 2  # rises with every change of what a number here means
_STAMP_BYTES = 16


class Kept(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """An order's row, edges and places, as bytes."""

    stamp: bytes
    device_id: DeviceId
    ints: bytes
    reals: bytes
    edges: tuple[bytes, ...]  # by OF_EDGES
    ground: tuple[bytes, ...]  # by the fields of a ground


class Laid(msgspec.Struct, frozen=True, kw_only=True):
    """The same, to work with."""

    device_id: DeviceId
    ints: Ints
    reals: Floats
    edges: dict[str, Any]
    ground: Ground


_DECODER = msgspec.msgpack.Decoder(Kept)
_ENCODER = msgspec.msgpack.Encoder()


def stamp_of(settings: Settings) -> bytes:
    """Name the rules, wall clocks and numbers that such bits follow from."""
    versions = [importlib.metadata.version(name) for name in ("fairtag", "tzdata")]
    shape = (_FORM, loop.INTS, loop.REALS, w.WIDTH, *OF_EDGES, *Ground._fields)
    told = repr((settings.digest, versions, shape)).encode()
    return hashlib.blake2b(told, digest_size=_STAMP_BYTES).digest()


def write(laid: Laid, stamp: bytes) -> bytes:
    """Write an order down."""
    return _ENCODER.encode(
        Kept(
            stamp=stamp,
            device_id=laid.device_id,
            ints=laid.ints.tobytes(),
            reals=laid.reals.tobytes(),
            edges=tuple(laid.edges[name].tobytes() for name in OF_EDGES),
            ground=tuple(column.tobytes() for column in laid.ground),
        )
    )


def read(told: bytes) -> tuple[Laid, bytes]:
    """Read it again, with the stamp of the rules by which it was written.

    What moves holds by whichever rules, as a judge's memory does; all else only by the same.
    """
    kept = _DECODER.decode(told)
    edges = dict(zip(OF_EDGES, map(_column, OF_EDGES, kept.edges), strict=True))
    edges["edges"] = edges["edges"].reshape(-1, w.WIDTH)
    laid = Laid(
        device_id=kept.device_id,
        ints=np.frombuffer(kept.ints, np.int64),
        reals=np.frombuffer(kept.reals, np.float64),
        edges=edges,
        ground=Ground._make(map(_column, Ground._fields, kept.ground)),
    )
    return laid, kept.stamp


def _column(name: str, told: bytes) -> Any:
    return np.frombuffer(told, np.int64 if name in _INTS else np.float64)


def moved_of(laid: Laid) -> Moved:
    """Give what positions moved."""
    ints = laid.ints.tolist()
    return Moved(
        device_id=laid.device_id,
        clock=ints[loop.CLOCK],
        now=ints[loop.NOW],
        last_at=ints[loop.LAST_AT],
        last_seq=ints[loop.LAST_SEQ],
        epoch=ints[loop.EPOCH],
        heard=ints[loop.HEARD],
        fixed=ints[loop.FIXED],
        battery_pct=float(laid.reals[loop.BATTERY]),
        honesty=laid.reals[loop.HONESTY : loop.BATTERY],
        state=w.State(
            edges=laid.edges["edges"],
            moved_m=laid.edges["moved_m"],
            way=laid.reals[loop.WAY : loop.HONESTY],
            fix=np.zeros(FIX_SIZE),
        ),
    )
