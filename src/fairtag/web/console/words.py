"""With which words do the pages name kinds, causes, rules, steps and entries? Plain ones.

No sentence here says that a wearer did wrong, and none holds a place or a name.
"""

from __future__ import annotations

from fairtag.alerts.escalate import NOT_REACHED, ROSTER_EMPTY, STEPS
from fairtag.alerts.later import LATER_DATA
from fairtag.alerts.model import Alert, AlertAct, Cause
from fairtag.alerts.practicable import PRACTICABLE
from fairtag.app.charter import Rehearsal
from fairtag.app.checkins.pause import HEALTH
from fairtag.app.checkins.prompting.settle import CALL_DUE
from fairtag.app.compare_books import (
    DEVICE_LEFT,
    NO_CREDENTIAL,
    NO_DEVICE,
    STARTS_SOON,
    SUSPENDED_LONG,
    TWO_ORDERS,
)
from fairtag.app.complaints.late import KIND as COMPLAINT_LATE
from fairtag.app.disclosure.emergency import KIND as EMERGENCY
from fairtag.app.openings.break_glass import KIND as BREAK_GLASS
from fairtag.app.reconcile import JUDGING_BEHIND, UNHEARD
from fairtag.app.reviews.clock import REVIEW_DUE, REVIEW_OVERDUE
from fairtag.app.wearer.contest import KIND as CONTEST
from fairtag.custody.opening import Purpose
from fairtag.rules.explained.human import chance
from fairtag.rules.settings import DEFAULTS
from fairtag.web.console.complaining import words as complaining
from fairtag.web.console.reviewing import words as reviewing

KINDS = reviewing.KINDS | {
    "curfew.late_start": "Not at the curfew address at the start",
    "curfew.late_return": "Not back after a pause of the curfew",
    "curfew.left": "Left the curfew address",
    "curfew.out_at_end": "Still away when the curfew ended",
    "curfew.absent_whole": "Not seen at the curfew address",
    "zone.entered": "Inside an exclusion zone",
    "zone.left": "Outside the area to stay in",
    "attendance.missed": "Appointment not kept",
    "tamper.strap": "Strap opened",
    "tamper.case": "Case opened",
    "body.off_long": "Device not worn",
    "checkin.missed": "Check-in not answered",
    "checkin.identity_unconfirmed": "Check-in not confirmed by two people",
    "contact.lost": "No contact with the device",
    "location.lost": "No usable position",
    "location.doubtful": "Positions in doubt",
    "battery.low": "Battery low",
    "battery.dead": "Battery empty",
    "equipment.fault": "Device fault",
    "checkin.needs_review": "Check-in waits for people",
    "wearer.help": "The wearer asks for help",
    "monitoring.not_started": "Monitoring has not started",
    "monitoring.silent_24h": "No data for 24 hours",
    "monitoring.silent_72h": "No data for 72 hours",
    "monitoring.no_order": "Data without an order",
    "monitoring.never_fixed": "Never a position",
    "input.quarantined": "Data could not be read",
    "input.too_late": "Data came too late",
    NO_CREDENTIAL: "Device can't sign in",
    NO_DEVICE: "No device serves the order",
    STARTS_SOON: "Order starts without a device",
    SUSPENDED_LONG: "Order suspended for long",
    TWO_ORDERS: "More than one order in force",
    DEVICE_LEFT: "Device still active after its order",
    REVIEW_DUE: "Review of the order is due",
    REVIEW_OVERDUE: "Review of the order is overdue",
    COMPLAINT_LATE: "Answer to a complaint is late",
    UNHEARD: "Device not heard for 24 hours",
    JUDGING_BEHIND: "Data are not judged",
    ROSTER_EMPTY: "Duty roster is empty",
    NOT_REACHED: "Messages reach nobody",
    LATER_DATA: "Later data changed a closed alert",
    PRACTICABLE: "Is monitoring still practicable?",
    BREAK_GLASS: "Positions opened: life in danger",
    EMERGENCY: "Told by phone in an emergency",
    CONTEST: "The wearer says something is wrong",
    HEALTH: "Monitoring harms the wearer's health",
    CALL_DUE: "A check-in by call is due",
}
CAUSES = {
    Cause.FALSE_LOCATION: "The position was wrong (drift, reflection, indoors)",
    Cause.EQUIPMENT: "Equipment (battery, strap sensor, network, device)",
    Cause.EXCUSED: "Excused (medical, emergency, permission)",
    Cause.RESOLVED_WITH_WEARER: "Settled with the wearer",
    Cause.REFERRED: "Handed to the authority for a person's decision",
    Cause.WELFARE_DONE: "The wearer is safe",
    Cause.DUPLICATE: "Same matter as another alert",
    Cause.TEST: "Rehearsal",
    Cause.RECOVERED: "Came back by itself",
    Cause.REVIEWED: "People looked at the pictures, or a better one came",
}
# Why only orders of invented people are taken; empty where everybody's are.
REHEARSALS: dict[Rehearsal, str] = {
    "": "",
    "unproved": "Not all ten guarantees are proved yet.",
    "demo": "This is a demo.",
    "root": "The root key is a file beside the data.",
}
PRIORITIES = {"urgent": "Urgent", "normal": "Normal", "low": "Low"}
PURPOSES = {
    Purpose.HANDLE_ALERT: "to handle this alert",
    Purpose.PROTECT_PERSON: "to protect a person",
    Purpose.CHECK_EQUIPMENT: "to check the equipment",
    Purpose.REVIEW_HANDLING: "to review how it was handled",
    Purpose.ANSWER_COMPLAINT: "to answer a complaint",
    Purpose.PREPARE_COURT: "for a court or tribunal",
    Purpose.THREAT_TO_LIFE: "because a life was in danger",
    Purpose.CONFIRM_CHECK_IN: "to say whether two pictures show the same person",
    Purpose.MEASURE_REVIEWERS: "to see how right reviewers are",
    Purpose.CONFIRM_ENROLMENT: "to see whether a wearer's own pictures show the wearer",
}
PURPOSE_NAMES: dict[str, str] = {one.value: told for one, told in PURPOSES.items()}
# What the order asks for, by kind or by the kind's first word.
_RULES = {
    "curfew": "A curfew: at the times of the order the wearer must be at one address.",
    "zone.entered": "An exclusion zone: an area of the order that the wearer must stay out of.",
    "zone.left": "An inclusion zone: an area of the order that the wearer must stay in.",
    "attendance": "An appointment: the wearer must stay at a place for a stated time.",
    "tamper": "The device must stay closed and on the wearer. Sensors wear out and err.",
    "body": "The device must be worn. Sensors wear out and err.",
    "checkin": "A check-in: the wearer answers a question of the device within a stated time.",
    "wearer": "A call for help. It comes before everything else.",
    CONTEST: "The wearer may say at any time what is wrong, and a person answers.",
    HEALTH: "A report of harm to health pauses check-ins, and people review the order.",
    "opening": "Whoever opens positions because a life is in danger is reviewed by another person.",
    "contact": "The device reports at set times. Silence says nothing about the wearer.",
    "location": "The device finds its place at set times. Indoors it often can not.",
    "battery": "The device needs charging. An empty battery says nothing about the wearer.",
    "equipment": "The device reports its own faults.",
    "monitoring": "Order, wearer, device and data must agree. Where they do not, that is for us.",
    "input": "What a device sends must be readable and in time. Where it is not, that is for us.",
    "alert": "Later data changed what a closed alert rests on. What people decided stands.",
    "duty": "Somebody must be told when an urgent alert waits.",
}
_PHONE = (
    "Phone the wearer. fairtag keeps no phone numbers: look up {who} in your office's contact "
    "list. Write down each call below, also when nobody answers."
)
_PLACE = (
    "Open name and positions. Look first at the distance to the edge beside the accuracy: what "
    "lies within the accuracy may be on the other side."
)
_FINISH = (
    "Close it with what you found. Whether the wearer had an excuse is decided by people; hand it "
    "to the authority when a decision is needed."
)
_MEND = "Close it with what you found. It does not count against the wearer."
_VISIT = (
    "Ask for a visit: only somebody who sees the device can tell an opened strap from a worn "
    "sensor."
)
_DANGER = (
    "Is a life in danger? Call the emergency number (999 or 112) first. Open name and positions "
    "to tell them who and where."
)
_NEXT: dict[str, tuple[str, ...]] = reviewing.next_steps(_PHONE, _MEND) | {
    "curfew": (_PLACE, _PHONE, _FINISH),
    "zone": (_PLACE, _PHONE, _FINISH),
    "attendance": (_PLACE, _PHONE, _FINISH),
    "tamper": (
        _PHONE,
        _VISIT,
        _FINISH,
    ),
    "body": (_PHONE, "Ask for a visit when the device may be faulty.", _FINISH),
    "checkin": (_PHONE, _FINISH),
    "wearer": (
        _DANGER,
        _PHONE,
        "Close it only when you know that the wearer is safe.",
    ),
    CONTEST: (
        "Read what the wearer wrote, with ‘Read reasons and notes’ below.",
        "Check it, and tell the wearer what you found.",
        "Close it with your answer: what it is about is kept until 28 days after.",
    ),
    HEALTH: (
        "Read what the wearer wrote, with ‘Read reasons and notes’ below.",
        "Have the order reviewed by the date on top, and record the review or end the order.",
        "Close this only then: check-ins go on when it is closed.",
    ),
    CALL_DUE: ("Ring the wearer, and write down on the page ‘Check-ins’ how it went.", _MEND),
    "opening": (
        "Look at ‘Life in danger’: who opened what, and why.",
        "Ask the person whether help is needed now. Another person than they reviews it there.",
        "Close this alert when it is reviewed.",
    ),
    "contact": (_PHONE, "Arrange a visit or an exchange of the device.", _MEND),
    "location": ("Ask the wearer to step outside or to a window.", _PHONE, _MEND),
    "battery": (_PHONE, "Ask the wearer to charge the device.", _MEND),
    "equipment": ("Have the contractor look at the device.", _PHONE, _MEND),
    "monitoring": ("Do what the sentence on top says, or give it to whoever can.", _MEND),
    REVIEW_DUE: (
        "Ask whoever must review the order to do it before the date.",
        "Record the review with its new date, or end the order.",
        _MEND,
    ),
    REVIEW_OVERDUE: (
        "Tell the authority today, and tell the wearer and whoever represents them.",
        "Write down whom you told, under 'contact'.",
        "Have the order reviewed and record it, or end the order. Then close this alert.",
    ),
    COMPLAINT_LATE: (
        "Open Complaints. Whoever it is about neither reads nor answers it.",
        "Have a supervisor or caseworker answer it today. If you can't yet, tell the wearer why.",
        "Close this alert when it is answered.",
    ),
    "input": ("Have the contractor look at the device.", _MEND),
    "alert": (
        "Open the closed alert that the sentence on top names, and see what it rests on now.",
        "If somebody acted on it, tell them what changed. Tell the wearer too.",
        "Close it with what you did.",
    ),
    "duty.not_reached": (
        (
            "Messages to people on duty don't arrive. Tell whoever runs this service to look at "
            "its mail or webhook settings and at the addresses of the roster."
        ),
        "Until then watch the queue: nobody is woken.",
        "Close this alert when messages arrive.",
    ),
    "duty": ("Put people on the duty roster.", "Close this alert when the roster is full."),
}
_ACTS = {
    "raised": "Raised by the machine",
    "joined": "More of the same matter joined",
    "acknowledged": "Taken in hand by {by}",
    "closed": "Closed by {by}",
    "escalated": "It still waited: the next person of the duty roster was told",
    "notified": "A notice was handed over",
    "assigned": "Given to {by}",
}
LOG = (
    reviewing.LOG
    | complaining.LOG
    | {
        "opening.granted": "was let open something",
        "opening.break-glass": "opened positions because a life was in danger",
        "opening.read": "looked at positions of another time",
        "opening.read.refused": "asked to open another time and was refused",
        "third-person.read": "read what concerns a third person",
        "third-person.read.refused": "asked to read what concerns a third person and was refused",
        "third-person.note": "kept a note about a third person apart",
        "break-glass.read": "read why somebody opened positions for danger to life",
        "break-glass.review": "reviewed an opening for danger to life",
        "notice.delay.first": "delayed the wearer's notice",
        "notice.delay.renewed": "renewed the delay of the wearer's notice",
        "notice.delay.court": "delayed the wearer's notice as a court said",
        "second-person.asked": "asked a second person",
        "second-person.read": "read a question to a second person",
        "second-person.agreed": "agreed as the second person",
        "second-person.refused": "refused as the second person",
        "second-person.withdrawn": "took a question back",
        "second-person.done": "carried out what two people agreed",
        "interest.declared": "recorded that somebody knows a wearer",
        "order.assigned": "gave an officer an order",
        "order.unassigned": "took an order from an officer",
        "wearer.code": "printed a wearer's one-time code",
        "wearer.sign-in": "came to see their own page",
        "outside.named": "wrote down where a wearer or their representative is told",
        "outside.taken-back": "took such an address back",
        "outside.told": "sent a notice outside",
        "wearer.page": "read their own page",
        "wearer.contest": "said that something is wrong",
        "checkin.drawn": "drew the check-ins of a day",
        "danger.warned": "warned the wearer of danger to life",
        "checkin.asked": "asked for one more check-in",
        "checkin.called": "wrote down how a check-in by call went",
        "checkin.cannot": "said that they can't answer now",
        "checkin.paused.help": "asked for help; check-ins pause",
        "checkin.paused.health": "reported harm to their health; check-ins pause",
        "alert.evidence": "opened name, positions and notes of an alert",
        "alert.evidence.refused": "asked to open an alert and was refused",
        "alert.texts": "read notes and reasons of an alert",
        "alert.texts.refused": "asked to read notes and was refused",
        "alert.acknowledge": "took an alert",
        "alert.close": "closed an alert",
        "second-look.drawn": "drew a closed alert for a second look",
        "second-look.said": "looked at a closed alert a second time",
        "contact.log": "wrote down a contact",
        "sign-in.page": "signed in",
        "sign-in.api": "signed in a program",
        "sign-in.refused": "was refused at sign-in",
        "setup": "set a password",
        "user.add": "made a set-up link",
        "duty.set": "set the duty roster",
        "device.add": "registered a device",
        "device.revoke": "revoked a device",
        "collection.begins": "began to collect what a device says, for this time",
        "order.put": "stored an order version",
        "order.suspend": "suspended an order",
        "order.resume": "resumed an order",
        "order.end": "ended an order",
        "order.lapse": "stopped an order whose review is overdue",
        "order.reviewed": "recorded a review of an order",
        "erasure.lock": "locked records that are due",
        "erasure.restore": "put locked records back",
        "erasure.held": "put records back that are held",
        "erasure.destroy": "began to destroy keys",
        "erasure.routine": "began the day's own erasure",
        "erasure.certificate": "certified that keys were destroyed",
        "erasure.rows": "removed rows whose keys were destroyed",
        "hold.placed": "placed a hold",
        "hold.answered": "answered what a hold waited for",
        "hold.renewed": "renewed a hold",
        "hold.lifted": "lifted a hold",
        "clock.confirmed": "said that the service's clock is right",
        "user.disable": "closed an account",
        "installation.visit": "recorded the visit of an installation",
        "installation.activation": "recorded the activation of a device",
        "installation.self_test": "recorded the self-test of a device",
    }
)


def kind_name(kind: str) -> str:
    """Name a kind in plain words."""
    return KINDS.get(kind, kind)


def title(alert: Alert) -> str:
    """Name an alert by what goes on in it; when nothing does, by what came last."""
    going_on = [part.kind for part in alert.parts if not part.is_over]
    kinds = going_on or [part.kind for part in alert.parts] or [alert.kind]
    return kind_name(kinds[-1])


def rule(kind: str) -> str:
    """Say what the order, or the house, asks for."""
    return _RULES.get(kind) or _RULES.get(kind.partition(".")[0], "")


def next_steps(kind: str, who: str | None) -> list[str]:
    """Say what to do, in order."""
    steps = _NEXT.get(kind) or _NEXT.get(kind.partition(".")[0], (_MEND,))
    return [step.format(who=who or "the wearer") for step in steps]


def act_words(act: AlertAct) -> str:
    """Say what happened to an alert."""
    told = _ACTS[act.what].format(by=act.by or "the machine")
    if act.what == "joined" and act.finding_kind is not None:
        told += f": {kind_name(act.finding_kind)}"
    return told if act.cause is None else f"{told}: {CAUSES[act.cause]}"


def told_so_far(escalated: int) -> str:
    """Say who of the roster has been told that an alert waits."""
    return ", ".join(step for _, step in STEPS[:escalated])


def sure(certainty: float | None) -> str:
    """Say how sure the machine is, and of what.

    Example:
        >>> sure(0.9967)[:69]
        'The chance that its positions mislead is put at about 1 in 300. It is'
    """
    if certainty is None:
        return "This is what the device reported, or a time that passed. No number says how sure."
    return (
        f"The chance that its positions mislead is put at {chance(certainty)}. It is about the "
        "place only, and says nothing about why."
    )


def by_record(digest: str) -> str:
    """Say by which record of numbers a finding was made; texts and numbers shown are today's."""
    if digest == DEFAULTS.digest:
        return f"(record {DEFAULTS.version})"
    return f"(made by an earlier record, {digest})"
