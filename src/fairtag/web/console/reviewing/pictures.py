"""How do pictures get onto a page? Inside it, so that no address of theirs is left behind."""

from __future__ import annotations

import base64
from typing import Any

from fairtag.app.house import House
from fairtag.app.reviewing.deal import Pair
from fairtag.terms.instants import SECOND
from fairtag.web.console.reviewing.words import measure

_KINDS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG", "png"), (b"RIFF", "webp"))


def pair_view(house: House, pair: Pair) -> dict[str, Any]:
    """Give what a page shows of a pair: two pictures, quality values, for how long."""
    left = (pair.lease_until - house.clock.now()) / house.speed
    return {
        "case_id": pair.case_id,
        "first": inside(pair.first),
        "second": inside(pair.second),
        "measures": [
            {"name": measure(one.name), "value": f"{one.value:.0f}", "is_ok": one.is_ok}
            for one in pair.measures
        ],
        "lease_s": max(0, int(left // SECOND)),
    }


def inside(picture: bytes) -> str:
    """Give a picture as an address that holds it."""
    kind = next((name for head, name in _KINDS if picture.startswith(head)), "jpeg")
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
