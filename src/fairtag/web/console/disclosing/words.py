"""With which words do the pages name what is disclosed, how far it came, and what was done?"""

from __future__ import annotations

from fairtag.disclosure.course import State
from fairtag.disclosure.scope import Category

CATEGORIES = {
    Category.IDENTITY: "Name, date of birth, language",
    Category.ORDER: "The order, each version",
    Category.FINDINGS: "What was found, corrected or withdrawn",
    Category.POSITIONS: "What the devices said, positions among it",
    Category.DEVICE: "Devices, their faults and installation",
    Category.SAID: "Calls, visits, what the wearer said",
    Category.CHECK_INS: "Check-ins: prompts, answers, what people saw; no picture",
    Category.DECISIONS: "What people decided, and why alerts were closed",
    Category.COMPLAINTS: "What the wearer complained of, and the answers",
    Category.PHOTOS: "The pictures themselves: to a court, the wearer or their lawyer only",
    Category.LOG: "Who looked, with proofs",
}
STATES = {
    State.ASKED: "Waits for a decision",
    State.REFUSED: "Refused",
    State.PROPOSED: "Waits for a second person",
    State.APPROVED: "Agreed; the package is being made",
    State.PACKED: "Ready to be handed over",
    State.FETCHED: "Handed over",
    State.EXPIRED: "Expired; nobody fetched it",
    State.OPENED: "Shown to be told by phone; write down what was said",
    State.TOLD: "Told by phone",
}
STEPS = {
    "refused": "refused it",
    "proposed": "decided for it and asked a second person",
    "approved": "carried out what was agreed",
    "packed": "made the sealed package",
    "fetched": "took the package for its recipient",
    "expired": "removed the package",
    "opened": "was shown the minimum to tell it by phone",
    "told": "wrote down what was said",
    "reviewed": "looked at it afterwards",
    "extended": "took more time",
    "identity_checked": "looked who asks",
}
