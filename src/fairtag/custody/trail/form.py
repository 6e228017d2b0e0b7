"""How is a chunk of a trail laid out? Lists whose places are part of what is stored.

A version byte, a bit a column that says more than zeros, counts, names, then the columns: those of
entries, of messages, and of each kind of message. What is known from the row is not repeated.
"""

from __future__ import annotations

from typing import Literal

from fairtag.intake.messages import (
    CheckInReceipt,
    Event,
    EventCode,
    Position,
    Source,
    StatusReport,
)

VERSION = 1
# Entries or messages of a chunk, for which a reader makes room before it looks: one request may
# hold so many pieces (`intake.pieces.MOST_PIECES`).
MOST = 250_000
COLUMNS_BYTES = 4  # a bit a column
MOST_RECEIPTS_BYTES = 64 * 1024 * 1024  # unpacked; a request holds 16 MiB at most (contract §6)
# Add at the end only.
WHATS: tuple[Literal["messages", "tick", "ruling"], ...] = ("messages", "tick", "ruling")
KINDS = (Position, Event, StatusReport, CheckInReceipt)
CODES = tuple(EventCode)
SOURCES = tuple(Source)
MOCKS = (None, True, False)
