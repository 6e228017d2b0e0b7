"""How is what a device says written down? As contract §4 writes it, message by message.

Units: instants in µs UTC; percent; metres a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Any

from fairtag.intake.columns import SOURCES
from fairtag.sim.cast import Player
from fairtag.sim.columns import CODES, NAMES, POSITION, arrivals, level_of
from fairtag.terms.instants import DAY, HOUR, Micros, text

_AT_ONCE = 6 * HOUR  # so long a piece is there within a millisecond or two


def traffic_of(one: Player) -> list[dict[str, Any]]:
    """List a player's messages in order of arrival."""
    return [message for _, message in _messages(one, piece=10 * DAY)]


def stream_of(one: Player) -> Iterator[tuple[Micros, dict[str, Any]]]:
    """Give messages with their time of arrival, in that order; the first comes at once."""
    return _messages(one, piece=_AT_ONCE)


def _messages(one: Player, *, piece: int) -> Iterator[tuple[Micros, dict[str, Any]]]:
    level = level_of(one.model)
    claims = {} if isnan(level) else {"accuracy_level": level}
    for rows in arrivals(one, piece=piece):
        for values in rows.tolist():
            row = dict(zip(NAMES, values, strict=True))
            yield Micros(row["received_at"]), _message(row, one.device_id, claims)


def _message(row: dict[str, Any], device_id: str, claims: dict[str, float]) -> dict[str, Any]:
    is_position = row["code"] == POSITION
    told: dict[str, Any] = {
        "type": "position" if is_position else "event",
        "device_id": device_id,
        "epoch": 0,
        "seq": row["seq"],
        "at": text(row["at"]),
        "received_at": text(row["received_at"]),
    }
    if not is_position:
        return told | {"code": CODES[row["code"]].value}
    place = {name: row[name] for name in ("lat", "lon", "accuracy_m")}
    state = {name: row[name] for name in ("speed_mps", "battery_pct")}
    return told | place | claims | {"source": SOURCES[row["source"]].value} | state
