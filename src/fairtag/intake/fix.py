"""When is a claimed position, time or charge believable enough to be judged?

A sentinel is unknown, never a measurement: accuracy 0 or below, speed below 0, charge below 0, the
place 0,0 without accuracy. A part that can't be true is unknown too, and the position is kept: only
its place, time and names can refuse it.
Units: degrees WGS 84; metres; metres a second; percent; instants in µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.intake.messages import Message, Position, Source, StatusReport
from fairtag.intake.request import BadPiece, Why
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import EARLIEST, SECOND, Micros

MAX_AHEAD = 120 * SECOND  # contract §4
# Faster than any aircraft that carries people: such a speed is a broken field, not a person.
MAX_SPEED_MPS = 1_000.0
MAX_SEQ = 2**53 - 1  # Source: RFC 8259 §6, the integers on which all readers of JSON agree
# Apps repeat an old fix as a sign of life: so much later its charge is that of another moment.
STALE = 60 * SECOND
# Of a degree: 1.1 cm at most, finer than any receiver. Rounded once, here, so that the judge and
# every later replay of what was stored see the same number.
_DECIMALS = 7


def checked_at(at: Micros, received_at: Micros) -> Micros:
    """Refuse a time that only a lost clock can give.

    Raises: BadPiece.
    """
    if at > received_at + MAX_AHEAD or at < EARLIEST:
        raise BadPiece(Why.CLOCK)
    return at


def accuracy(value_m: float | None) -> float | None:
    """Turn 0 and below into unknown."""
    return value_m if value_m is not None and value_m > 0 else None


def speed(value_mps: float | None) -> float | None:
    """Turn negative speeds, and those that no person has, into unknown."""
    is_known = value_mps is not None and 0 <= value_mps <= MAX_SPEED_MPS
    return value_mps if is_known else None


def charge(value_pct: float | None) -> float | None:
    """Turn a charge outside 0..100 into unknown."""
    return value_pct if value_pct is not None and 0 <= value_pct <= 100 else None  # noqa: PLR2004


def position(  # noqa: PLR0913
    device_id: DeviceId,
    at: Micros,
    received_at: Micros,
    *,
    lat: float,
    lon: float,
    accuracy_m: float | None = None,
    accuracy_level: float | None = None,
    source: Source = Source.UNKNOWN,
    speed_mps: float | None = None,
    battery_pct: float | None = None,
    is_mock: bool | None = None,
    epoch: int = 0,
    seq: int | None = None,
) -> Position:
    """Build a position from claims.

    Raises: BadPiece when the claims can't be true.
    """
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # noqa: PLR2004
        raise BadPiece(Why.OUT_OF_RANGE)
    level_ok = accuracy_level is not None and 0 < accuracy_level < 1
    return Position(
        device_id=device_id,
        epoch=epoch,
        seq=seq,
        at=checked_at(at, received_at),
        received_at=received_at,
        lat=coordinate(lat),
        lon=coordinate(lon),
        accuracy_m=accuracy(accuracy_m),
        accuracy_level=accuracy_level if level_ok else None,
        source=source,
        speed_mps=speed(speed_mps),
        battery_pct=charge(battery_pct),
        is_mock=is_mock,
    )


def coordinate(told_deg: float) -> float:
    """Round to 1e-7 degree, the half to the even; never a negative zero.

    Example:
        >>> coordinate(53.48081234567), coordinate(-0.00000001)
        (53.4808123, 0.0)
    """
    return round(told_deg, _DECIMALS) + 0.0


def is_nowhere(lat: float, lon: float, accuracy_m: float | None) -> bool:
    """Tell the empty fields of a device without a fix from a place in the Gulf of Guinea.

    Source: Traccar's OsmAnd decoder and Home Assistant's OwnTracks take 0,0 as 'no location'.
    """
    return lat == 0 and lon == 0 and accuracy(accuracy_m) is None


def alive(
    device_id: DeviceId, at: Micros, received_at: Micros, *, battery_pct: float | None = None
) -> StatusReport:
    """Build a sign of life that names no place."""
    return StatusReport(
        device_id=device_id, at=at, received_at=received_at, battery_pct=charge(battery_pct)
    )


def told_at(place: Position, built_at: Micros | None) -> tuple[Message, ...]:
    """Add a sign of life when the message was built long after its fix.

    A device at rest sends its last fix again and again: the fix is one, the device is there still.
    """
    if built_at is None or built_at > place.received_at + MAX_AHEAD:
        return (place,)
    spoken_at = Micros(min(built_at, place.received_at))  # nobody speaks after being heard
    if spoken_at <= place.at + STALE:
        return (place,)
    life = alive(place.device_id, spoken_at, place.received_at, battery_pct=place.battery_pct)
    return (msgspec.structs.replace(place, battery_pct=None), life)
