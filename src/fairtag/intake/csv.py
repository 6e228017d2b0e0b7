"""What does a table of positions say (contract §4)? The columns are named as in the NDJSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import msgspec

from fairtag.intake.messages import Decoded
from fairtag.intake.native import decode_recorded
from fairtag.terms.ids import DeviceId

_NUMBERS = ("lat", "lon", "accuracy_m", "accuracy_level", "speed_mps", "battery_pct")
_COUNTS = ("epoch", "seq")


def decode(raw: bytes, device_id: DeviceId) -> Decoded:
    """Read a CSV of positions of the order's only device; an empty cell is unknown."""
    lines = (_line(row, device_id) for row in csv.DictReader(_text(raw)))
    return decode_recorded(b"\n".join(lines))


def _text(raw: bytes) -> Iterator[str]:
    yield from raw.decode("utf-8-sig", errors="replace").splitlines()


def _line(row: dict[str | None, str | None], device_id: DeviceId) -> bytes:
    told: dict[str, object] = {"type": "position", "device_id": device_id}
    for name, cell in row.items():
        if name is None or cell is None or not cell.strip():
            continue
        told[name] = _value(name, cell.strip())
    return msgspec.json.encode(told)


def _value(name: str, cell: str) -> object:
    try:
        if name in _COUNTS:
            return int(cell)
        if name in _NUMBERS:
            return float(cell)
    except ValueError:
        return cell  # the reader of lines says what is wrong with it
    return cell
