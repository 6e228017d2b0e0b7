"""Which of other projects' alarm words mean what one of our event codes means?

A word that is not here is ignored, never guessed.
"""

from __future__ import annotations

from fairtag.intake.messages import EventCode

# Source: Traccar's Position model (alarm values), as its forwarding and its client send them; in
# small letters here.
ALARMS = {
    "sos": EventCode.SOS,
    "removing": EventCode.STRAP_OPEN,
    "tampering": EventCode.CASE_OPEN,
    "lowbattery": EventCode.BATTERY_LOW,
    "poweroff": EventCode.POWER_OFF,
    "poweron": EventCode.POWER_ON,
    "jamming": EventCode.JAMMING,
    "fault": EventCode.FAULT,
}


def codes_of(told: object) -> list[EventCode]:
    """Read an alarm field: one word, or several with commas."""
    if not isinstance(told, str):
        return []
    words = [word.strip().lower() for word in told.split(",")]
    return [ALARMS[word] for word in dict.fromkeys(words) if word in ALARMS]
