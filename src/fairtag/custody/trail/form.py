"""How is a chunk of a trail laid out? Lists whose places are part of what is stored.

A byte of version and of how times are told, a bit a column that says more than zeros, counts,
names of other devices, the heads of columns, then two streams of bits (`bits`), then what lies as
it is. What is known from the row, in a `Frame`, is not repeated.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from fairtag.intake.messages import (
    CheckInReceipt,
    Event,
    EventCode,
    Position,
    Source,
    StatusReport,
)
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros

VERSION = 3  # the low four bits of the first byte; the rest tells how times and numbers are told
OLDER = 2  # is still read: first numbers have their zeros, and no column is parted
# Entries or messages of a chunk, for which a reader makes room before it looks: one request may
# hold so many pieces (`intake.pieces.MOST_PIECES`).
MOST = 250_000
MOST_RECEIPTS_BYTES = 64 * 1024 * 1024  # unpacked; a request holds 16 MiB at most (contract §6)
# Add at the end only.
WHATS: tuple[Literal["messages", "tick", "ruling"], ...] = ("messages", "tick", "ruling")
KINDS = (Position, Event, StatusReport, CheckInReceipt)
CODES = tuple(EventCode)
SOURCES = tuple(Source)
MOCKS = (None, True, False)
# Columns in the order of their bits: those that mostly say something first, which takes few bytes.
COLUMNS = (
    *("n", "received_at", "seq", "at", "lat", "lon", "accuracy_m"),
    *("accuracy_level", "battery_pct", "speed_mps", "marks", "no_level", "no_speed", "no_seq"),
    *("kind", "code", "count", "what", "no_accuracy", "no_battery", "device"),
    *("other_device", "epoch", "received_after", "no_life", "life_pct", "receipts"),
    *("lat_rare", "lon_rare", "accuracy_rare"),
)
# Which rows of a column say nothing because another one says so.
GAPS = {
    "seq": "no_seq",
    "accuracy_m": "no_accuracy",
    "accuracy_level": "no_level",
    "speed_mps": "no_speed",
    "battery_pct": "no_battery",
    "life_pct": "no_life",
}
# Columns of which rows of a rarer mark may lie in another one (`parting`).
PARTED = {"lat": "lat_rare", "lon": "lon_rare", "accuracy_m": "accuracy_rare"}
MEASURED = (
    *("lat", "lon", "accuracy_m", "accuracy_level", "battery_pct", "speed_mps", "life_pct"),
    *PARTED.values(),
)
# How times are told: each from the start of the span on, or one by its distance from the other.
EACH, BY_RECEIPT, BEHIND = range(3)
# How numbers of entries are told: by what they are off an even pace, whose rise is told beside. In
# a journal of many wearers they rise with time, and say little of their own.
PACED = 4


class Frame(NamedTuple):
    """What the row tells of a chunk, and its seal is bound to."""

    start: Micros  # of the span of receipt
    last_n: int
    device_id: DeviceId | None  # of the messages
