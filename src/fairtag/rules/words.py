"""How is a finding told in one plain sentence? Local times, no place, no name, no verdict on guilt.

Units: µs UTC in; wall-clock text of the order's time zone out.
"""

from __future__ import annotations

from fairtag.rules.finding import AGAINST_WEARER, Kind, State
from fairtag.rules.matter import Matter
from fairtag.terms.local import wall_text

_TOLD = {
    Kind.CURFEW_LATE_START: "The device has been away from the curfew address since {began}",
    Kind.CURFEW_LATE_RETURN: (
        "The device was not back at the curfew address after an agreed absence; away since {began}"
    ),
    Kind.CURFEW_LEFT: "The device left the curfew address at {began}",
    Kind.CURFEW_OUT_AT_END: "The device was still away when the curfew ended; away since {began}",
    Kind.CURFEW_ABSENT_WHOLE: (
        "The device was not seen at the curfew address in this curfew; away since {began}"
    ),
    Kind.ZONE_ENTERED: "The device has been inside an exclusion zone since {began}",
    Kind.ZONE_LEFT: "The device has been outside the area it must stay in since {began}",
    Kind.ATTENDANCE_MISSED: "The appointment that began at {began} was not kept for long enough",
    Kind.TAMPER_STRAP: "The device says that its strap opened at {began}",
    Kind.TAMPER_CASE: "The device says that its case opened at {began}",
    Kind.BODY_OFF_LONG: "The device says that it has not been worn since {began}",
    Kind.CHECKIN_MISSED: "A check-in that was shown on the device was not answered by {began}",
    Kind.CHECKIN_IDENTITY_UNCONFIRMED: "Two people could not confirm the check-in of {began}",
    Kind.CONTACT_LOST: "Nothing has been heard from the device since {began}",
    Kind.LOCATION_LOST: "The device reports, but has given no usable position since {began}",
    Kind.LOCATION_DOUBTFUL: "Positions are in doubt since {began}",
    Kind.BATTERY_LOW: "The battery has been low since {began}",
    Kind.BATTERY_DEAD: "The device switched off with an empty battery at {began}",
    Kind.EQUIPMENT_FAULT: "The device reported a fault at {began}",
    Kind.CHECKIN_NEEDS_REVIEW: "The check-in of {began} waits for people to look at it",
    Kind.WEARER_HELP: "The wearer asked for help at {began}. Contact the wearer now",
    Kind.MONITORING_NOT_STARTED: "The order began at {began} and no data have come yet",
    Kind.MONITORING_SILENT_24H: "No data for 24 hours, since {began}",
    Kind.MONITORING_SILENT_72H: (
        "No data for 72 hours, since {began}. Ask the authority whether monitoring is practicable"
    ),
    Kind.MONITORING_NO_ORDER: "Data come from a device without an order since {began}",
    Kind.MONITORING_NEVER_FIXED: "The device reports since {began} and never gave a position",
    Kind.INPUT_QUARANTINED: "Data that could not be read came at {began}",
    Kind.INPUT_TOO_LATE: "Data from {began} came more than 7 days late and were kept, not judged",
}
_ENDS = {
    State.OPENED: "",
    State.CLOSED: " Ended at {ended}.",
    State.CORRECTED: " Corrected by later data{until}.",
    State.WITHDRAWN: " Withdrawn: later data do not support it.",
}


def words(matter: Matter, state: State, zone: str) -> dict[str, str]:
    """Tell a matter in English."""
    began = wall_text(matter.began_at, zone)
    ended = "" if matter.ended_at is None else wall_text(matter.ended_at, zone)
    until = f"; it ended at {ended}" if ended else ""
    told = _TOLD[matter.kind].format(began=began) + "."
    if matter.is_excused:
        told += " An absence that was recorded afterwards covers this time: it does not count."
    else:
        told += _ENDS[state].format(ended=ended, until=until)
    if matter.kind not in AGAINST_WEARER:
        told += " This does not count against the wearer."
    return {"en": told}
