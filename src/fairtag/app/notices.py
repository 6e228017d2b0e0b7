"""What waits to leave the house for people on duty? A reference, urgency, a link; see charter G10.

Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairtag.app.ports import Notice
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros


class QueuedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that waits to be handed over: a random reference, urgency, to whom."""

    notice_id: int = 0  # given by the store
    alert_id: AlertId
    urgency: Literal["urgent", "normal"]
    to: str
    due_at: Micros
    tries: int = 0


class NumberedNotice(Notice, frozen=True, kw_only=True):
    """A notice on its way; its message id stays when it is tried again and tells nothing."""

    message_id: str
