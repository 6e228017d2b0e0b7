"""What do many devices say at once, when each says positions and nothing odd?

The same as `intake.native` says of each request, in columns. Whatever is odd in any way, whether it
is right or wrong, is left to `intake.native`: this one only knows plain requests.
Units: µs UTC; degrees WGS 84; metres; metres a second; percent; NaN is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from math import nan
from operator import attrgetter
from typing import Annotated, Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.intake import fix
from fairtag.intake.columns import SOURCES, Positions
from fairtag.intake.messages import Source
from fairtag.intake.together import lines
from fairtag.intake.together.said import Plain
from fairtag.intake.together.stamped import instants
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import EARLIEST, Micros

MOST_BYTES: Final = 64 * 1024  # of a plain request: a long one is read beside the others
_OTHERS: Final = DeviceId("")  # the columns of several devices name none
_Count = Annotated[int, msgspec.Meta(ge=0, le=fix.MAX_SEQ)]
_Rows = NDArray[np.int64]
_MOST: Final = 2.0**53
_TEN: Final = 1e7  # of a degree: see `fix.coordinate`
# A product is off by less than this: nearer to a half, the slow way rounds.
_NEAR_HALF: Final = 1e-5
_KIND: Final = {one.value: n for n, one in enumerate(SOURCES)} | {"": SOURCES.index(Source.UNKNOWN)}
_UNKNOWN: Final = _KIND[""]
_CELL: Final = _KIND[Source.CELL]


class _Line(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What a plain line may say; a default is what nobody can write."""

    type: Literal["position"]
    at: str
    seq: _Count
    lat: float
    lon: float
    accuracy_m: float = nan
    accuracy_level: float = nan
    speed_mps: float = nan
    battery_pct: float = nan
    epoch: _Count = -1
    source: str = ""
    device_id: str = ""
    received_at: str = ""  # of a device's line it says nothing
    is_mock: bool | None = None


_NEEDED: Final = 5  # fields that every line has
_LINES: Final = msgspec.json.Decoder(list[_Line])


def plain(asked: Sequence[tuple[DeviceId, bytes]], *, received_at: Micros) -> list[Plain | None]:
    """Read requests, each of one device; None stands for what is not plain."""
    found: list[Plain | None] = [None] * len(asked)
    places, bodies = [], []
    for n, (_, raw) in enumerate(asked):
        body = raw if raw.endswith(b"}") else raw.rstrip(b"\n")
        if len(body) <= MOST_BYTES and body.startswith(b"{") and b'"position"' in body:
            places.append(n)
            bodies.append(body)
    names = [asked[n][0] for n in places]
    for n, one in zip(places, _read(bodies, names, received_at), strict=True):
        found[n] = one
    return found


def _read(
    bodies: Sequence[bytes], names: Sequence[DeviceId], received_at: Micros
) -> list[Plain | None]:
    """Read them together: as bytes, where that is fast, and what is left then as columns."""
    found = lines.read(bodies, names, received_at) if bodies else []
    if found is None:
        return _halved(bodies, names, received_at)
    left = [n for n, one in enumerate(found) if one is None]
    more = _halved([bodies[n] for n in left], [names[n] for n in left], received_at)
    for n, one in zip(left, more, strict=True):
        found[n] = one
    return found


def _halved(
    bodies: Sequence[bytes], names: Sequence[DeviceId], received_at: Micros
) -> list[Plain | None]:
    """Read them as columns; when one of them is odd, halve until it stands alone."""
    if not bodies:
        return []
    told = _together(bodies, names, received_at)
    if told is not None:
        return told
    if len(bodies) == 1:
        return [None]
    half = len(bodies) // 2
    return [
        *_halved(bodies[:half], names[:half], received_at),
        *_halved(bodies[half:], names[half:], received_at),
    ]


def _together(
    bodies: Sequence[bytes], names: Sequence[DeviceId], received_at: Micros
) -> list[Plain | None] | None:
    raw = b"\n".join(bodies)
    if b"\\" in raw:
        return None  # a text could hide a colon, and a key its name
    try:
        lines = _LINES.decode(b"[%b]" % raw.replace(b"\n", b","))
    except (msgspec.MsgspecError, ValueError):
        return None
    counts = np.fromiter((body.count(b"\n") + 1 for body in bodies), np.int64, len(bodies))
    ends = np.cumsum(counts)
    # A newline stands between two objects and nowhere else: each line is one object.
    if ends[-1] != len(lines) or raw.count(b"}\n{") != len(lines) - 1:
        return None
    # Mostly the first lines name every field that there is; the colons tell when they do not.
    heads = b"".join([body[: body.find(b"}")] for body in bodies])
    at = instants(list(map(attrgetter("at"), lines)))
    if at is None:
        return None
    for named in (heads, raw):
        told = _Told(named, lines)
        columns = _columns(at, told, received_at)
        is_plain = _are_own(told, names, counts) & _is_believed(columns, told)
        epoch = told.numbers("epoch", absent=0).astype(np.int64)
        if told.is_once(raw):
            return _shares(columns, epoch, is_plain, ends - counts, ends)
    return None


class _Told:
    """The columns of many lines; those that no line names cost nothing."""

    def __init__(self, named: bytes, lines: Sequence[_Line]) -> None:
        self._named, self._lines = named, lines
        # What the colons say: each line's needed keys, and two in its time.
        self._colons = (_NEEDED + 2) * len(lines)

    def __len__(self) -> int:
        return len(self._lines)

    def has(self, name: str) -> bool:
        """Tell whether some line may have this field."""
        return b'"%b"' % name.encode() in self._named

    def column(self, name: str) -> list[Any]:
        """Give the values of a field that every line has."""
        return list(map(attrgetter(name), self._lines))

    def numbers(self, name: str, *, absent: float) -> NDArray[np.float64]:
        """Give the values of a field that may be absent."""
        if not self.has(name):
            return np.full(len(self), absent)
        found = np.array(self.column(name), np.float64)
        is_there = found >= 0 if name == "epoch" else ~np.isnan(found)
        self._colons += int(is_there.sum())
        return np.where(is_there, found, absent)

    def words(self, name: str, *, absent: object = "") -> list[Any] | None:
        """Give the words of a field that may be absent; None when it is in every line."""
        if not self.has(name):
            return None
        found = self.column(name)
        self._colons += len(found) - found.count(absent)
        # Mostly few words are there, again and again, and none of them holds a colon.
        odd = [one for one in set(found) if isinstance(one, str) and ":" in one]
        self._colons += sum(found.count(one) * one.count(":") for one in odd)
        return found

    def is_once(self, raw: bytes) -> bool:
        """Tell, when every column was read, that no key came twice and none came as null.

        Source: `request.read_json` counts in the same way.
        """
        self.words("received_at")
        return raw.count(b":") == self._colons


def _are_own(told: _Told, names: Sequence[DeviceId], counts: _Rows) -> NDArray[np.bool_]:
    """Tell of each line whether it names its own device, or none."""
    words = told.words("device_id")
    if words is None:
        return np.ones(len(told), np.bool_)
    mine = np.repeat(np.array(names, object), counts)
    claimed = np.array(words, object)
    return np.asarray((claimed == "") | (claimed == mine), np.bool_)


def _is_believed(columns: Positions, told: _Told) -> NDArray[np.bool_]:
    """Tell which rows `intake.fix` believes, and which columns can say."""
    at = columns.at
    is_believed = (np.abs(columns.lat) <= 90) & (np.abs(columns.lon) <= 180)  # noqa: PLR2004
    # Beyond it a whole number and a real one differ.
    is_believed &= ~(columns.accuracy_m > _MOST)
    is_believed &= (at >= EARLIEST) & (at <= columns.received_at + fix.MAX_AHEAD)
    mocks = told.words("is_mock", absent=None)
    if mocks is not None:
        # A column has one word for 'no mock' and 'not said': the slow way tells them apart.
        is_believed &= np.array([one is not False for one in mocks], np.bool_)
        columns.is_mock[:] = [one is True for one in mocks]
    return np.asarray(is_believed, np.bool_)


def _columns(at: _Rows, told: _Told, received_at: Micros) -> Positions:
    """Put side by side what is believed, as `intake.fix` does."""
    lat, lon = (np.array(told.column(name), np.float64) for name in ("lat", "lon"))
    accuracy, level, speed, charge = (
        told.numbers(name, absent=nan)
        for name in ("accuracy_m", "accuracy_level", "speed_mps", "battery_pct")
    )
    words = told.words("source")
    if words is None:
        source = np.full(len(at), _UNKNOWN, np.int8)
    else:
        source = np.fromiter(map(_KIND.get, words, repeat(_UNKNOWN)), np.int8, len(at))
    return Positions(
        device_id=_OTHERS,
        epoch=0,
        seq=np.array(told.column("seq"), np.int64),
        at=at,
        received_at=np.full(len(at), received_at, np.int64),
        lon=_coordinates(lon),
        lat=_coordinates(lat),
        accuracy_m=np.where(accuracy > 0, accuracy, nan),
        accuracy_level=np.where((level > 0) & (level < 1), level, nan),
        source=source,
        speed_mps=np.where((speed >= 0) & (speed <= fix.MAX_SPEED_MPS), speed, nan),
        battery_pct=np.where((charge >= 0) & (charge <= 100), charge, nan),  # noqa: PLR2004
        is_mock=np.zeros(len(at), np.bool_),
    )


def _coordinates(told_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round as `fix.coordinate` does: a whole number of 1e-7 degree, divided once, is exact."""
    many = told_deg * _TEN
    found = np.rint(many) / _TEN + 0.0
    near = np.abs(many - np.floor(many) - 0.5) < _NEAR_HALF
    for row in np.flatnonzero(near).tolist():
        found[row] = fix.coordinate(float(told_deg[row]))
    return found


def _shares(
    columns: Positions,
    epoch: _Rows,
    is_plain: NDArray[np.bool_],
    firsts: _Rows,
    ends: _Rows,
) -> list[Plain | None]:
    """Cut columns into requests; one is plain when its numbers follow each other in one epoch."""
    follows = np.ones(len(epoch), np.bool_)
    follows[1:] = (columns.seq[1:] == columns.seq[:-1] + 1) & (epoch[1:] == epoch[:-1])
    follows[firsts] = True
    is_good = np.logical_and.reduceat(is_plain & follows, firsts)
    is_fix = (columns.source != _CELL) & ~columns.is_mock
    at = columns.at
    first_fix = np.minimum.reduceat(np.where(is_fix, at, np.iinfo(np.int64).max), firsts)
    last_fix = np.maximum.reduceat(np.where(is_fix, at, -1), firsts)
    charge = columns.battery_pct
    charged = np.maximum.reduceat(np.where(np.isnan(charge), -1, np.arange(len(charge))), firsts)
    rows = zip(
        is_good.tolist(),
        firsts.tolist(),
        ends.tolist(),
        epoch[firsts].tolist(),
        columns.seq[firsts].tolist(),
        columns.seq[ends - 1].tolist(),
        np.minimum.reduceat(at, firsts).tolist(),
        np.maximum.reduceat(at, firsts).tolist(),
        (
            fixes if fixes[1] >= 0 else None
            for fixes in zip(first_fix.tolist(), last_fix.tolist(), strict=True)
        ),
        _charges(charged, charge),
        strict=True,
    )
    return [Plain(columns, *one) if good else None for good, *one in rows]


def _charges(charged: _Rows, charge: NDArray[np.float64]) -> list[float | None]:
    """Give of each request the last charge that is known; -1 stands for a row that is none."""
    if charged.max() < 0:
        return [None] * len(charged)
    told = zip(charged.tolist(), charge[charged].tolist(), strict=True)
    return [None if row < 0 else found for row, found in told]
