"""What does a table of positions say (contract §4)? The columns are named as in the NDJSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from fairtag.intake.messages import Decoded
from fairtag.intake.native import recorded
from fairtag.intake.request import BadPiece, number_of_text
from fairtag.terms.ids import DeviceId

_NUMBERS = ("lat", "lon", "accuracy_m", "accuracy_level", "speed_mps", "battery_pct")
_COUNTS = ("epoch", "seq")


def decode(raw: bytes, device_id: DeviceId) -> Decoded:
    """Read a CSV of positions of the order's only device; an empty cell is unknown."""
    return recorded(_row(row, device_id) for row in _rows(raw))


def _rows(raw: bytes) -> Iterator[dict[str | None, str | None]]:
    """Read row by row; one that is no CSV comes as an empty one, and is refused as such."""
    lines = iter(raw.decode("utf-8-sig", errors="replace").splitlines())
    reader = csv.DictReader(lines)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield {}


def _row(row: dict[str | None, str | None], device_id: DeviceId) -> dict[str, object]:
    told: dict[str, object] = {"type": "position", "device_id": device_id}
    for name, cell in row.items():
        if name is not None and cell is not None and cell.strip():
            told[name] = _value(name, cell.strip())
    return told


def _value(name: str, cell: str) -> object:
    if name not in _NUMBERS and name not in _COUNTS:
        return cell
    try:
        value = number_of_text(cell)
    except BadPiece:
        return cell  # the reader of lines says what is wrong with it
    return int(value) if name in _COUNTS and value.is_integer() else value
