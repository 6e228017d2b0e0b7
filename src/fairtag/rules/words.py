"""How is a finding told in plain sentences? Local times, no place, no name, no verdict on guilt.

The wearer reads them, and may be frightened: each says what was seen, when, and what it means.
Units: µs UTC in; wall-clock text of the order's time zone out.
"""

from __future__ import annotations

from fairtag.rules.doubt.told import DOUBTS
from fairtag.rules.finding import AGAINST_WEARER, Cause, Kind, State
from fairtag.rules.matter import Matter
from fairtag.terms.local import wall_text

_TOLD = {
    Kind.CURFEW_LATE_START: (
        "The device was not at the curfew address when the curfew began; away since {began}"
    ),
    Kind.CURFEW_LATE_RETURN: (
        "The device was not back at the curfew address after an agreed absence; away since {began}"
    ),
    Kind.CURFEW_LEFT: "The device left the curfew address during the curfew, at {began}",
    Kind.CURFEW_OUT_AT_END: (
        "The device was away from the curfew address when the curfew ended; away since {began}"
    ),
    Kind.CURFEW_ABSENT_WHOLE: (
        "The device was not seen at the curfew address during this curfew; away since {began}"
    ),
    Kind.ZONE_ENTERED: "The device was inside an area that the order forbids, from {began}",
    Kind.ZONE_LEFT: "The device was outside the area that the order names, from {began}",
    Kind.ATTENDANCE_MISSED: (
        "The device was elsewhere for so much of the appointment that began at {began} that the "
        "ordered stay was not possible"
    ),
    Kind.TAMPER_STRAP: "The device reported at {began} that its strap was opened",
    Kind.TAMPER_CASE: "The device reported at {began} that its case was opened",
    Kind.BODY_OFF_LONG: "The device reported that it has not been worn since {began}",
    Kind.CHECKIN_MISSED: (
        "A check-in was shown on the device and its time for an answer ran out at {began}"
    ),
    Kind.CHECKIN_IDENTITY_UNCONFIRMED: (
        "Two people looked at the check-in of {began} and could not confirm who answered"
    ),
    Kind.CONTACT_LOST: "Nothing has been heard from the device since {began}",
    Kind.LOCATION_LOST: "The device reports, but could not say where it is since {began}",
    Kind.LOCATION_DOUBTFUL: "The positions that the device gives are in doubt since {began}",
    Kind.BATTERY_LOW: "The battery of the device was low at {began}. Please charge it",
    Kind.BATTERY_DEAD: "The device switched off at {began} because its battery was empty",
    Kind.EQUIPMENT_FAULT: "The device reported a fault at {began}",
    Kind.CHECKIN_NEEDS_REVIEW: "People will look at the check-in of {began}; nothing is wrong yet",
    Kind.WEARER_HELP: "The wearer asked for help at {began}. Contact the wearer now",
    Kind.MONITORING_NOT_STARTED: "The device should report since {began}; no data have come yet",
    Kind.MONITORING_SILENT_24H: "No data have come from the device for 24 hours, since {began}",
    Kind.MONITORING_SILENT_72H: (
        "No data have come from the device for 72 hours, since {began}. "
        "Ask the authority whether monitoring is practicable"
    ),
    Kind.MONITORING_NO_ORDER: "Data come from a device without an order since {began}",
    Kind.MONITORING_NEVER_FIXED: (
        "The device has reported since {began} and has never been able to say where it is"
    ),
    Kind.INPUT_QUARANTINED: "Data of the device that came at {began} could not be read",
    Kind.INPUT_TOO_LATE: (
        "Data of {began} came more than 7 days late; they are kept and were not judged"
    ),
}
_ENDS = {
    State.OPENED: "",
    State.CLOSED: " It ended at {ended}.",
    State.CORRECTED: " Corrected by later data{until}.",
    State.WITHDRAWN: " Withdrawn: later data do not support it, and it does not count.",
}
# They have no end that a device could see.
_MOMENTS = frozenset(
    {
        Kind.TAMPER_CASE,
        Kind.EQUIPMENT_FAULT,
        Kind.WEARER_HELP,
        Kind.ATTENDANCE_MISSED,
        Kind.CHECKIN_MISSED,
        Kind.CHECKIN_NEEDS_REVIEW,
        Kind.INPUT_TOO_LATE,
    }
)
_OFFLINE = " The device had no connection, and has sent since what it recorded in that time."
_EXCUSED = " An absence that was recorded afterwards covers this time: it does not count."
_SUPPORT = " This does not count against the wearer."
_OPEN = " This is not a decision: a person looks at it first, and the wearer can say what happened."


def words(matter: Matter, state: State, zone: str) -> dict[str, str]:
    """Tell a matter in English."""
    told = _TOLD[matter.kind].format(began=wall_text(matter.began_at, zone))
    seen, to_do = DOUBTS.get(matter.cause or "", ("", ""))
    told += f": {seen}." if seen else "."
    told += _EXCUSED if matter.is_excused else _end(matter, state, zone)
    if matter.cause == Cause.OFFLINE:
        told += _OFFLINE
    if matter.kind not in AGAINST_WEARER:
        told += _SUPPORT + (f" {to_do}." if to_do and matter.ended_at is None else "")
    elif state is not State.WITHDRAWN and not matter.is_excused:
        told += _OPEN
    return {"en": f"{told} Times are those of {zone}."}


def _end(matter: Matter, state: State, zone: str) -> str:
    if state is State.CLOSED and matter.kind in _MOMENTS:
        return ""
    ended = "" if matter.ended_at is None else wall_text(matter.ended_at, zone)
    return _ENDS[state].format(ended=ended, until=f"; it ended at {ended}" if ended else "")
