"""How does a new alert get its name? From chance: it is the reference that notices carry."""

from __future__ import annotations

import base64

from fairtag.app.house import House
from fairtag.terms.ids import AlertId

_BYTES = 15  # 24 letters of base32, too many to guess


def new_alert_id(house: House) -> AlertId:
    """Name an alert so that the name tells nothing."""
    return AlertId("a_" + base64.b32encode(house.chance(_BYTES)).decode().lower())
