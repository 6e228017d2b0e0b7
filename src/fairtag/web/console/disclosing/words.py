"""With which words do the pages name what is disclosed, how far it came, and what was done?"""

from __future__ import annotations

from fairtag.disclosure.course import State
from fairtag.disclosure.gateways import GATEWAYS
from fairtag.disclosure.scope import Category
from fairtag.terms.instants import Micros
from fairtag.web.console.show import when

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
AGREED = "A second person agreed; the package can be made"
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
    "identity_checked": "checked who asks",
}


def local(at: Micros, zone: str) -> str:
    """Write an instant as local time with its zone, where a page has no other word of the zone.

    Example:
        >>> local(Micros(1793700000000000), "Asia/Tokyo")
        'Tue 3 Nov 2026, 19:00 (Asia/Tokyo)'
    """
    return f"{when(at, zone)} ({zone})"


def in_words(name: str, value: str) -> tuple[str, ...]:
    """Write what two people agree to in words where it has codes, a line for each.

    Example:
        >>> in_words("categories", "device, order")
        ('Devices, their faults and installation', 'The order, each version')
        >>> in_words("withheld", "log: s. 45(4)"), in_words("withheld", ""), in_words("key", "age1")
        (('Who looked, with proofs: s. 45(4)',), (), ('age1',))
    """
    if name == "categories":
        return tuple(_named(one) for one in value.split(", ") if one)
    if name == "withheld":
        return tuple(_kept_back(one) for one in value.split("; ") if one)
    if name == "gateway" and value in GATEWAYS:
        return (f"{GATEWAYS[value].title} ({GATEWAYS[value].source})",)
    return (value,) if value else ()


def _named(code: str) -> str:
    return CATEGORIES[Category(code)] if code in {*Category} else code


def _kept_back(told: str) -> str:
    part, between, ground = told.partition(": ")
    return f"{_named(part)}{between}{ground}"
