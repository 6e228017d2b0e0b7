"""How is a finding told in plain sentences? Local times, no place, no name, no verdict on guilt.

The wearer reads them, and may be frightened; an officer reads them at night. Each says what was
seen, when, how sure that is, and that nobody has decided anything. No sentence names a number of
the rule: those stand in rules/explained.
Units: µs UTC in; wall-clock text of the order's time zone out.
"""

from __future__ import annotations

from fairtag.rules.doubt.told import DOUBTS
from fairtag.rules.explained.human import chance, count
from fairtag.rules.finding import AGAINST_WEARER, Cause, Kind, State
from fairtag.rules.matter import MOST_EVIDENCE, Matter
from fairtag.terms.local import wall_text

_TOLD = {
    Kind.CURFEW_LATE_START: (
        "Going by its positions, the device was away from the curfew address from {began}, and it "
        "had not been seen there before in this curfew"
    ),
    Kind.CURFEW_LATE_RETURN: (
        "Going by its positions, the device was not back at the curfew address after a pause of "
        "the curfew, such as an agreed absence or a suspension; it was away from {began}"
    ),
    Kind.CURFEW_LEFT: (
        "Going by its positions, the device left the curfew address during the curfew, at {began}"
    ),
    Kind.CURFEW_OUT_AT_END: (
        "Going by its positions, the device was away from the curfew address from {began}, and it "
        "had not been seen back when the curfew ended"
    ),
    Kind.CURFEW_ABSENT_WHOLE: (
        "Going by its positions, the device was away from the curfew address from {began}, and it "
        "was not seen there at any time in this curfew"
    ),
    Kind.ZONE_ENTERED: (
        "Going by its positions, the device was inside an area that the order forbids, from {began}"
    ),
    Kind.ZONE_LEFT: (
        "Going by its positions, the device was outside the area to stay in, from {began}"
    ),
    Kind.ATTENDANCE_MISSED: (
        "Going by its positions, the device was elsewhere for so much of the appointment of "
        "{began} that the ordered stay was not possible"
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
    Kind.INPUT_TOO_LATE: "Data of {began} came too late to be judged and change nothing",
}
_ENDS = {
    State.OPENED: "",
    State.CLOSED: " It ended at {ended}.",
    State.CORRECTED: " Corrected by later data{until}.",
    State.WITHDRAWN: "",
}
# Not by late data alone: a change of the order, or leave recorded afterwards, corrects as well.
_CHANGED = " Corrected afterwards, by newer data or a change of the order or its absences{until}."
# Told when a time in which it does not count is over.
_STILL_OPEN = (
    "The device reported at {reported} that its strap was opened; an absence or a pause of the "
    "order covered that until {began}, and the device had not reported by then that it was closed"
)
# Its hours ended it, and nobody knows whether it went on until then.
_UNKNOWN = (
    " The last position that says so was at {known}; nothing is known after that, up to {ended}."
)
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
# Who reads one sentence only, or the first in fright, reads that it does not count.
_WITHDRAWN = "This is withdrawn and does not count: newer facts do not support it. It said: {told}."
_EXCUSED = (
    "This does not count: an absence that was recorded afterwards covers that time. It said: "
    "{told}."
)
_OFFLINE = " The device had no connection, and has sent since what it recorded in that time."
_LATE = " The data for this came late."
_LATE_OPEN = " The data for this came late: it may be over by now."
_SUPPORT = " This does not count against the wearer."
_CAN_BE_WRONG = " Positions can be wrong, and no number says how sure these are."
_SURE = (
    " This rests on {positions}; positions can be wrong, and the chance that these mislead is put "
    "at {chance}."
)
_OPEN = " This is not a decision: people decide, and the wearer can tell them {what}."
_HAPPENED = "what happened"
_OR_WRONG = "what happened, or that the place is wrong"

_BY_POSITIONS = frozenset(
    {
        Kind.CURFEW_LATE_START,
        Kind.CURFEW_LATE_RETURN,
        Kind.CURFEW_LEFT,
        Kind.CURFEW_OUT_AT_END,
        Kind.CURFEW_ABSENT_WHOLE,
        Kind.ZONE_ENTERED,
        Kind.ZONE_LEFT,
        Kind.ATTENDANCE_MISSED,
    }
)


def words(matter: Matter, state: State, zone: str, *, late: bool = False) -> dict[str, str]:
    """Tell a matter in English; `late` says that what was new had come late."""
    told = _beginning(matter, zone)
    seen, to_do = DOUBTS.get(matter.cause or "", ("", ""))
    told += f": {seen}" if seen else ""
    if state is State.WITHDRAWN or matter.is_excused:
        gone = _WITHDRAWN if state is State.WITHDRAWN else _EXCUSED
        return _with_zone(gone.format(told=told), zone)
    told += "." + _end(matter, state, zone, is_by_data=late and not matter.is_of_old_data)
    if matter.cause == Cause.OFFLINE:
        told += _OFFLINE
    elif late and state is not State.CORRECTED and matter.kind is not Kind.INPUT_TOO_LATE:
        # A moment is over at once; a call for help never is, before a person says so.
        is_open = state is State.OPENED and matter.kind not in _MOMENTS
        told += _LATE_OPEN if is_open else _LATE
    if matter.kind not in AGAINST_WEARER:
        told += _SUPPORT + (f" {to_do}." if to_do and matter.ended_at is None else "")
    else:
        told += _how_sure(matter) if matter.kind in _BY_POSITIONS else ""
        told += _OPEN.format(what=_OR_WRONG if matter.kind in _BY_POSITIONS else _HAPPENED)
    return _with_zone(told, zone)


def _beginning(matter: Matter, zone: str) -> str:
    began = wall_text(matter.began_at, zone)
    if matter.kind is Kind.TAMPER_STRAP and matter.evidence:
        reported = matter.evidence[0].at
        if reported < matter.began_at:
            return _STILL_OPEN.format(reported=wall_text(reported, zone), began=began)
    return _TOLD[matter.kind].format(began=began)


def _how_sure(matter: Matter) -> str:
    """Say on how many positions a matter about a place rests, and how likely they mislead."""
    if matter.certainty is None or not matter.evidence:
        return _CAN_BE_WRONG
    number = len(matter.evidence)
    # A matter names the first positions only.
    positions = ("at least " if number >= MOST_EVIDENCE else "") + count(number, "position")
    return _SURE.format(positions=positions, chance=chance(matter.certainty))


def _with_zone(told: str, zone: str) -> dict[str, str]:
    return {"en": f"{told} Times are those of {zone}."}


def _end(matter: Matter, state: State, zone: str, *, is_by_data: bool) -> str:
    if state is State.CLOSED and matter.kind in _MOMENTS:
        return ""
    ended = "" if matter.ended_at is None else wall_text(matter.ended_at, zone)
    end = _CHANGED if state is State.CORRECTED and not is_by_data else _ENDS[state]
    if matter.known_until is not None and state in (State.CLOSED, State.CORRECTED):
        corrected = "" if state is State.CLOSED else end.format(until="")
        return corrected + _UNKNOWN.format(known=wall_text(matter.known_until, zone), ended=ended)
    return end.format(ended=ended, until=f"; it ended at {ended}" if ended else "")
