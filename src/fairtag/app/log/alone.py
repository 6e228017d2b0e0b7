"""Which acts go on while the log's table takes nothing, with the file beside it alone?

Those of an urgent alert, from a call for help to its end: signing in, taking it, opening, reading,
calling, telling the police, closing. Whatever can wait, waits: orders, accounts, settings,
packages, erasures.
Fails: closed. A code that is not named here waits. Source: design.md §5; charter G4 and G10.
"""

from __future__ import annotations

from fairtag.audit.beside import ROWS
from fairtag.audit.entries import Entry

_OPERATIONS = frozenset({"auth", "breakglass", "consultation"})
_ACTS = frozenset(
    {
        "checkin.paused.help",  # what follows from a call for help: an alarm of the wearer's own
        ROWS,  # what alarms and these acts change is told there, too
        "alert.acknowledge",
        "alert.close",
        "contact.log",
        "notice.delay.first",  # an opening may need it, or somebody else is in danger
    }
)
_CALL = frozenset({"disclosure.opened", "disclosure.told"})  # steps of an emergency, by voice


def goes_alone(entry: Entry) -> bool:
    """Tell whether the file alone is enough for what an entry announces."""
    if entry.what == "disclosure.asked":
        return entry.details.get("how") == "emergency"
    return entry.operation in _OPERATIONS or entry.what in _ACTS | _CALL
