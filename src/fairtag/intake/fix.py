"""When is a claimed position, time or charge believable enough to be judged?

A sentinel is unknown, never a measurement: accuracy 0 or below, speed below 0, charge below 0.
Units: degrees WGS 84; metres; metres a second; percent; instants in µs UTC.
"""

from __future__ import annotations

from fairtag.intake.messages import Position, Source
from fairtag.intake.request import BadPiece, Why
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import EARLIEST, SECOND, Micros

MAX_AHEAD = 120 * SECOND  # contract §4
# Faster than any aircraft that carries people: such a speed is a broken field, not a person.
MAX_SPEED_MPS = 1_000.0
MAX_SEQ = 2**63 - 1


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
    """Turn negative speeds into unknown.

    Raises: BadPiece for speeds that no person has.
    """
    if value_mps is None or value_mps < 0:
        return None
    if value_mps > MAX_SPEED_MPS:
        raise BadPiece(Why.OUT_OF_RANGE)
    return value_mps


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
    if seq is not None and not 0 <= seq <= MAX_SEQ:
        raise BadPiece(Why.OUT_OF_RANGE)
    level_ok = accuracy_level is not None and 0 < accuracy_level < 1
    return Position(
        device_id=device_id,
        epoch=epoch,
        seq=seq,
        at=checked_at(at, received_at),
        received_at=received_at,
        lat=lat,
        lon=lon,
        accuracy_m=accuracy(accuracy_m),
        accuracy_level=accuracy_level if level_ok else None,
        source=source,
        speed_mps=speed(speed_mps),
        battery_pct=charge(battery_pct),
        is_mock=is_mock,
    )
