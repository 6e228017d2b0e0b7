"""Let a wearer say that they can't: not now, not well, or in need of help. It never counts.

'I am in hospital, held, in danger': nobody asks for 24 h, or until a person closes the urgent
matter that is raised; no silence counts until it is closed. Harm to health: nobody asks until a
person decides, and the order is put up for review within five working days. What was said is
sealed.
Units: instants in µs UTC.
Source: design.md §4; charter G6.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from fairtag.alerts.model import Alert, AlertAct, AlertState
from fairtag.app.books import ActivationFacts
from fairtag.app.checkins.asking import Pause
from fairtag.app.checkins.prompting.people import new_name, pause, recorded_now
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.notices import QueuedNotice
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import raise_at_once
from fairtag.audit.entries import Entry
from fairtag.review.working import working_day
from fairtag.rules.finding import Kind
from fairtag.rules.prompts.limits import HEALTH_REVIEW_DAYS, HELP_PAUSE
from fairtag.rules.prompts.model import Prompt
from fairtag.rules.prompts.refusals import ReportRefused, TooLateToSay, UnknownCheckIn
from fairtag.terms.ids import DeviceId, WearerId
from fairtag.terms.instants import DAY, Micros

HEALTH = "wearer.health"
HELP_KINDS = {
    "hospital": "The wearer says: I am in hospital.",
    "held": "The wearer says: I am held by the police or another authority.",
    "danger": "The wearer says: I am in danger.",
    "call_me": "The wearer says: call me.",
}
REASONS = ("driving", "working", "unwell", "no_privacy", "unsafe", "other")
MOST_LETTERS = 5000
_HELP_PAUSED = "checkin.paused.help"
_OLDEST = 7 * DAY  # so long a device keeps what it could not send
_HELP = {
    "en": "The wearer asks for help. Ring them now; read what they chose under 'Read reasons and "
    "notes'. Nobody asks them for a check-in for 24 hours, or until you close this if that is "
    "sooner, and no missed one counts until you close this. This does not count against the wearer."
}
_HEALTH = {
    "en": "The wearer reports that monitoring harms their health. Nobody asks them for a check-in "
    "until you close this. Review the order by {by}: read what they wrote under 'Read reasons and "
    "notes', decide whether it may go on, and record the review. This does not count against them."
}


def say_cannot(
    house: House, device_id: DeviceId, check_in_id: str, *, reason: str, at: Micros | None
) -> Prompt:
    """Take 'I can't now' for a prompt; it costs nothing. `at` is when it was said, if not now.

    Raises: UnknownCheckIn, ReportRefused (the reason), TooLateToSay, LogUnavailable.
    """
    if reason not in REASONS:
        raise ReportRefused("no such reason")
    now = house.clock.now()
    said = _said_at(at, now)

    def work(tx: Transaction) -> Prompt:
        prompt = tx.prompts.get(check_in_id)
        if prompt.device_id != device_id:
            raise UnknownCheckIn(check_in_id)
        if said >= prompt.until:
            raise TooLateToSay(check_in_id)
        if prompt.is_void:
            return prompt
        recorded = recorded_now(tx, prompt.wearer_id, now)
        _log(tx, prompt.wearer_id, prompt.order_id, "checkin.cannot", recorded, check_in_id)
        made = Pause(
            pause_id=new_name(house, "u"),
            wearer_id=prompt.wearer_id,
            kind="cannot",
            start=prompt.at,
            ask_until=prompt.at,  # others may be asked for: only this one is taken back
            free_until=Micros(prompt.until - prompt.lengthened_by),
            recorded_at=recorded,
            text=reason,
        )
        pause(tx, made)
        return tx.prompts.get(check_in_id)

    return house.store.transact(work)


def ask_for_help(house: House, device_id: DeviceId, *, kind: str, at: Micros | None) -> Alert:
    """Take a wearer's call for help; a second one joins the first while that is open.

    A device under no order is heard too: somebody may be in danger, whatever its clock says. `at`
    is when it was pressed. It is heard also when the log takes nothing: it shows nobody anything.

    Raises: ReportRefused when there is no such kind.
    """
    if kind not in HELP_KINDS:
        raise ReportRefused("no such kind of help")
    now = house.clock.now()
    start = _said_at(at, now)

    def work(tx: Transaction) -> Alert:
        wearer = _serving(tx, device_id, now) or _serving(tx, device_id, start)
        alert = _raised(tx, house, device_id, wearer, Kind.WEARER_HELP, now, words=_HELP)
        tx.alerts.add_act(_told(alert, now, HELP_KINDS[kind]))
        if wearer is not None:
            until = Micros(max(now, start) + HELP_PAUSE)
            made = _made(house, wearer, "help", start=start, until=until)
            _pause(tx, wearer, made, alert=alert, now=now)
        return alert

    alert = house.store.transact(work)
    house.changes.publish()
    return alert


def report_harm(house: House, device_id: DeviceId, *, text: str) -> str:
    """Take a report that monitoring harms somebody's health; gives the date of the review.

    Raises: ReportRefused, LogUnavailable.
    """
    told = text.strip()
    if not told or len(told) > MOST_LETTERS:
        raise ReportRefused("the text is empty or too long")
    now = house.clock.now()

    def work(tx: Transaction) -> str:
        wearer = _serving(tx, device_id, now)
        if wearer is None:
            raise ReportRefused("this device serves no order now")
        orders = [
            one
            for one in tx.orders.facts(wearer_id=wearer.wearer_id)
            if one.starts_at <= now < one.ends_at
        ]
        by = min(working_day(now, one.time_zone, ahead=HEALTH_REVIEW_DAYS) for one in orders)
        words = {lang: said.format(by=by) for lang, said in _HEALTH.items()}
        alert = _raised(tx, house, device_id, wearer, HEALTH, now, words=words)
        tx.alerts.add_act(_told(alert, now, told))
        for one in orders:
            if one.review_by > by:
                tx.asking.call_review(
                    one.order_id, by_date=by, recorded_at=now, alert_id=alert.alert_id
                )
        made = _made(house, wearer, "health", start=now, until=None)
        _pause(tx, wearer, made, alert=alert, now=now)
        return by

    by = house.store.transact(work)
    house.changes.publish()
    return by


def _made(
    house: House,
    wearer: ActivationFacts,
    kind: Literal["help", "health"],
    *,
    start: Micros,
    until: Micros | None,
) -> Pause:
    return Pause(
        pause_id=new_name(house, "u"),
        wearer_id=wearer.wearer_id,
        kind=kind,
        start=start,
        ask_until=until,
        free_until=None,
        recorded_at=start,
    )


def _pause(
    tx: Transaction, wearer: ActivationFacts, made: Pause, *, alert: Alert, now: Micros
) -> None:
    recorded = recorded_now(tx, wearer.wearer_id, now)
    what = _HELP_PAUSED if made.kind == "help" else f"checkin.paused.{made.kind}"
    _log(tx, wearer.wearer_id, wearer.order_id, what, recorded, alert.alert_id)
    pause(tx, replace(made, recorded_at=recorded, alert_id=alert.alert_id))


def _raised(
    tx: Transaction,
    house: House,
    device_id: DeviceId,
    wearer: ActivationFacts | None,
    kind: str,
    now: Micros,
    *,
    words: dict[str, str],
) -> Alert:
    """Give the open matter of this kind, or raise one and tell everybody on duty."""
    order_id = None if wearer is None else wearer.order_id
    last = tx.alerts.last_about(kind, order_id=order_id, device_id=device_id)
    if last is not None and last.state is not AlertState.CLOSED and not last.findings:
        return last
    is_help = kind == Kind.WEARER_HELP
    alert = Alert(
        alert_id=new_alert_id(house),
        order_id=order_id,
        wearer_id=None if wearer is None else wearer.wearer_id,
        condition_id=None,
        device_id=device_id,
        kind=kind,
        recipient="support" if is_help else "authority",
        priority="urgent" if is_help else "normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=now,
        urgent_at=now if is_help else None,
        words=words,
    )
    made = raise_at_once(tx, alert)
    if not is_help:  # urgent ones are told by the roster's own steps
        for entry in tx.alerts.duty():
            notice = QueuedNotice(alert_id=made.alert_id, urgency="normal", to=entry.to, due_at=now)
            tx.alerts.queue_notice(notice)
    return made


def _told(alert: Alert, now: Micros, reason: str) -> AlertAct:
    return AlertAct(alert_id=alert.alert_id, at=now, what="joined", reason=reason)


def _serving(tx: Transaction, device_id: DeviceId, at: Micros) -> ActivationFacts | None:
    found = (one for one in tx.devices.serving(device_id) if one.during.holds(at))
    return next((one for one in found if not one.is_handed_on), None)


def _said_at(at: Micros | None, now: Micros) -> Micros:
    """Tell when something was said, as far as a clock that may be wrong can tell: not after it was
    heard, and not longer ago than a device keeps what it could not send.
    """
    return now if at is None else Micros(min(max(at, now - _OLDEST), now))


def _log(
    tx: Transaction, wearer_id: WearerId, order_id: str, what: str, now: Micros, about: str
) -> None:
    tx.audit.append(
        Entry(
            at=now,
            operation="alteration",
            actor="wearer",
            what=what,
            wearer_id=wearer_id,
            order_id=order_id,
            details={"about": about},
        ),
        is_due=what != _HELP_PAUSED,
    )
