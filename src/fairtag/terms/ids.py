"""Which names do records go by? Pseudonymous references only; a person's name is never an id."""

from __future__ import annotations

import re
from typing import NewType

OrderId = NewType("OrderId", str)
WearerId = NewType("WearerId", str)
DeviceId = NewType("DeviceId", str)
ConditionId = NewType("ConditionId", str)
FindingId = NewType("FindingId", str)
AlertId = NewType("AlertId", str)

# Letters, digits, dot, dash, underscore; 1 to 64 of them; safe in a path, a label and a log line.
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_ID = re.compile(ID_PATTERN)


def is_id(text: object) -> bool:
    """Tell whether a text may be used as an id.

    Example:
        >>> is_id("ORD-2026-0001"), is_id(""), is_id("../etc"), is_id(None)
        (True, False, False, False)
    """
    return isinstance(text, str) and _ID.match(text) is not None and not text.endswith("\n")
