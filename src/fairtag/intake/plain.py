"""What do many devices say at once, when each says positions and nothing odd?

The same as `intake.native` says of each request, in columns. Whatever is odd in any way, whether it
is right or wrong, is left to `intake.native`: this one only knows plain requests.
Units: µs UTC; degrees WGS 84; metres; metres a second; percent; NaN is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Annotated, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.intake import fix
from fairtag.intake.columns import SOURCES, Positions
from fairtag.intake.messages import Source
from fairtag.intake.stamped import instants
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import EARLIEST, Micros

MOST_BYTES: Final = 64 * 1024  # of a plain request: a long one is read beside the others
_OTHERS: Final = DeviceId("")  # the columns of several devices name none
_Count = Annotated[int, msgspec.Meta(ge=0, le=fix.MAX_SEQ)]
_Places = NDArray[np.int64]
_MOST: Final = 2.0**53  # up to here a whole number and a real one are the same
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
_LINES: Final = msgspec.json.Decoder(_Line)


@dataclass(frozen=True, slots=True)
class Plain:
    """What one request says: some rows of columns that may hold more, by number without a gap."""

    columns: Positions
    first: int  # row
    end: int
    epoch: int
    first_seq: int
    last_seq: int
    first_at: Micros
    last_at: Micros
    # Of the positions that the device found itself; None when there is none.
    fixes: tuple[Micros, Micros] | None
    battery_pct: float | None  # the last that is known

    def positions(self, device_id: DeviceId) -> Positions:
        """Give the columns of this request alone."""
        told = self.columns
        part = told.part(self.first, self.end)
        return Positions(
            device_id=device_id,
            epoch=self.epoch,
            seq=part.seq,
            at=part.at,
            received_at=part.received_at,
            lon=part.lon,
            lat=part.lat,
            accuracy_m=part.accuracy_m,
            accuracy_level=part.accuracy_level,
            source=part.source,
            speed_mps=part.speed_mps,
            battery_pct=part.battery_pct,
            is_mock=part.is_mock,
        )


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
    """Read them together; when one of them is odd, halve until it stands alone."""
    if not bodies:
        return []
    told = _together(bodies, names, received_at)
    if told is not None:
        return told
    if len(bodies) == 1:
        return [None]
    half = len(bodies) // 2
    return [
        *_read(bodies[:half], names[:half], received_at),
        *_read(bodies[half:], names[half:], received_at),
    ]


def _together(
    bodies: Sequence[bytes], names: Sequence[DeviceId], received_at: Micros
) -> list[Plain | None] | None:
    raw = b"\n".join(bodies)
    try:
        lines = _LINES.decode_lines(raw)
    except (msgspec.MsgspecError, ValueError):
        return None
    counts = np.fromiter((body.count(b"\n") + 1 for body in bodies), np.int64, len(bodies))
    ends = np.cumsum(counts)
    # A newline stands between two objects and nowhere else: each line is one object.
    if ends[-1] != len(lines) or raw.count(b"}\n{") != len(lines) - 1:
        return None
    told = list(zip(*map(msgspec.structs.astuple, lines), strict=True))
    at = instants(told[1])
    numbers = np.array(told[2:10], np.float64)
    if at is None or (np.abs(numbers) > _MOST).any():
        return None
    texts = told[10:]
    if not _is_once(raw, numbers, texts):
        return None
    epoch = np.maximum(numbers[7], 0).astype(np.int64)
    columns, is_believed = _columns(at, numbers, texts, received_at)
    is_plain = is_believed & _are_own(texts[1], names, counts)
    return _shares(columns, epoch, is_plain, ends - counts, ends)


def _is_once(raw: bytes, numbers: NDArray[np.float64], texts: Sequence[Sequence[object]]) -> bool:
    """Tell by counting that no key came twice, and none came as null.

    As in `request.read_json`; a colon that stands apart from its key makes the count unsure.
    """
    if b" :" in raw or b"\n:" in raw or b"\t:" in raw or b"\r:" in raw:
        return False
    rows = numbers.shape[1]
    maybe = int((~np.isnan(numbers[3:7])).sum() + (numbers[7] >= 0).sum())
    absent = sum(column.count("") for column in texts[:3]) + texts[3].count(None)
    kept = _NEEDED * rows + maybe + len(texts) * rows - absent
    return bool(raw.count(b'":') == kept)


def _are_own(
    told: Sequence[object], names: Sequence[DeviceId], counts: _Places
) -> NDArray[np.bool_]:
    """Tell of each line whether it names its own device, or none."""
    if told.count("") == len(told):
        return np.ones(len(told), np.bool_)
    mine = np.repeat(np.array(names, object), counts)
    claimed = np.array(told, object)
    return np.asarray((claimed == "") | (claimed == mine), np.bool_)


def _columns(
    at: _Places,
    numbers: NDArray[np.float64],
    texts: Sequence[Sequence[object]],
    received_at: Micros,
) -> tuple[Positions, NDArray[np.bool_]]:
    """Put side by side what is believed, as `intake.fix` does; tells which rows can be."""
    seq, lat, lon, accuracy, level, speed, charge, _ = numbers
    # A column has one word for 'no mock' and 'not said': only the slow way tells them apart.
    is_believed = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)  # noqa: PLR2004
    is_believed &= (at >= EARLIEST) & (at <= received_at + fix.MAX_AHEAD)
    mocks = texts[3]
    if mocks.count(None) != len(mocks):
        is_believed &= np.array([one is not False for one in mocks], np.bool_)
    words = texts[0]
    places = [_KIND.get(str(one), _UNKNOWN) for one in words]
    columns = Positions(
        device_id=_OTHERS,
        epoch=0,
        seq=seq.astype(np.int64),
        at=at,
        received_at=np.full(len(seq), received_at, np.int64),
        lon=_coordinates(lon),
        lat=_coordinates(lat),
        accuracy_m=np.where(accuracy > 0, accuracy, nan),
        accuracy_level=np.where((level > 0) & (level < 1), level, nan),
        source=np.array(places, np.int8),
        speed_mps=np.where((speed >= 0) & (speed <= fix.MAX_SPEED_MPS), speed, nan),
        battery_pct=np.where((charge >= 0) & (charge <= 100), charge, nan),  # noqa: PLR2004
        is_mock=np.array([one is True for one in mocks], np.bool_),
    )
    return columns, is_believed


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
    epoch: _Places,
    is_plain: NDArray[np.bool_],
    firsts: _Places,
    ends: _Places,
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
    told = zip(
        is_good.tolist(),
        firsts.tolist(),
        ends.tolist(),
        epoch[firsts].tolist(),
        columns.seq[firsts].tolist(),
        columns.seq[ends - 1].tolist(),
        np.minimum.reduceat(at, firsts).tolist(),
        np.maximum.reduceat(at, firsts).tolist(),
        zip(first_fix.tolist(), last_fix.tolist(), strict=True),
        zip(charged.tolist(), charge[charged].tolist(), strict=True),
        strict=True,
    )
    return [_share(columns, *one) if good else None for good, *one in told]


def _share(  # noqa: PLR0913, PLR0917 - one row of a zip
    columns: Positions,
    first: int,
    end: int,
    epoch: int,
    first_seq: int,
    last_seq: int,
    first_at: Micros,
    last_at: Micros,
    fixes: tuple[Micros, Micros],
    charged: tuple[int, float],
) -> Plain:
    return Plain(
        columns,
        first,
        end,
        epoch,
        first_seq,
        last_seq,
        first_at,
        last_at,
        None if fixes[1] < 0 else fixes,
        None if charged[0] < 0 else charged[1],
    )
