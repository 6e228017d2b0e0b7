"""What was taken out, and does whoever reads know that it was?"""

from __future__ import annotations

from typing import Any

import msgspec

from fairtag.disclosure.package.gathered import Gathered
from fairtag.disclosure.scope import Category

_REMOVED = "REMOVED"
_NO_DATE = "1900-01-01"
# Always there, so that it tells nothing of whether there is such an entry.
_OF_LATER = "questions to a second person, and looks of which the law lets the notice wait, if any"
_LATER = "the wearer's page tells of each look, at the latest when its notice may wait no longer"
_OF_OTHERS = "what concerns other people, such as a victim or a witness"


def redactions(gathered: Gathered) -> list[dict[str, str]]:
    """List every part that is not in the package, and why."""
    withheld = dict(gathered.decision.withheld)
    found = [
        {"part": str(one), "why": f"withheld: {withheld[one]}"}
        if one in withheld
        else {"part": str(one), "why": "not in the scope of this disclosure"}
        for one in Category
        if one not in gathered.told
    ]
    if gathered.is_for_the_wearer:
        found.append({"part": _OF_OTHERS, "why": "never disclosed to the wearer's side"})
        if Category.LOG in gathered.told:
            found.append({"part": _OF_LATER, "why": _LATER})
    return found


def order_without_identity(source: bytes) -> bytes:
    """Take out of an order's file who wears the device; the file stays readable to the judge."""
    order: dict[str, Any] = msgspec.json.decode(source)
    wearer = {name: one for name, one in order["wearer"].items() if name != "nationality"}
    order["wearer"] = wearer | {
        "names": {"given": _REMOVED, "family": _REMOVED},
        "date_of_birth": _NO_DATE,
    }
    return msgspec.json.encode(order)
