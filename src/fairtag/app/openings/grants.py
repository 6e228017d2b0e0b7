"""Give a named person leave to open something: around an alert alone, any other time with another.

A grant is a row with an id; `fairtag.app.openings.read` takes the id, never a person alone.
Units: µs UTC.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import msgspec

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.books import Person
from fairtag.app.four_eyes.decide import Question, ask, carry_out
from fairtag.app.house import House
from fairtag.app.openings import writing
from fairtag.app.openings.book import Whose
from fairtag.app.openings.standing import about, facts_of, standing_of
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.custody.opening import (
    OF_ONE_PERSON_POSITIONS,
    Grant,
    GrantKind,
    Opening,
    Purpose,
    around_alert,
    of_texts,
    other_window,
)
from fairtag.custody.standing import demand_alone, demand_cool, demand_no_interest
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import NotPermitted, OpeningRefused
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import HOUR, MINUTE, Micros, parse, text
from fairtag.terms.local import Interval

_ENDLESS = (*OF_ONE_PERSON_POSITIONS, GrantKind.BREAK_GLASS)  # open up to now while they last


class WindowAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which other time of which order, for what."""

    order_id: OrderId
    window: Interval
    purpose: str
    case_ref: str
    why_longer: str = ""  # for more than 48 hours


def grant_alert(house: House, alert_id: AlertId, *, person: Person, purpose: str) -> Grant:
    """Let one person open what belongs to an open alert.

    Raises: UnknownAlert, NotPermitted, OpeningRefused, LogUnavailable.
    """

    def decide(alert: Alert, now: Micros) -> Opening:
        return around_alert(about(alert), purpose, now=now)

    return _alone(house, alert_id, person, GrantKind.ALERT_COPY, decide)


def grant_texts(house: House, alert_id: AlertId, *, person: Person, purpose: str) -> Grant:
    """Let one person read what people wrote while they handled an alert.

    Raises: UnknownAlert, NotPermitted, OpeningRefused, LogUnavailable.
    """
    return _alone(
        house, alert_id, person, GrantKind.TEXTS, lambda _, now: of_texts(purpose, now=now)
    )


def grant_apart(house: House, alert_id: AlertId, *, person: Person, purpose: str) -> Grant:
    """Let one person read what concerns a victim or witness, for an alert of the order.

    Raises: UnknownAlert, NotPermitted, OpeningRefused, LogUnavailable.
    """
    kind = GrantKind.THIRD_PERSON
    return _alone(
        house, alert_id, person, kind, lambda _, now: of_texts(purpose, kind=kind, now=now)
    )


def ask_window(house: House, person: Person, told: WindowAsked, *, reason: str) -> Proposal:
    """Ask a second person to let this one open another time of a wearer's trail.

    Raises: NotPermitted, UnknownOrder, OpeningRefused, ReasonRefused, LogUnavailable.
    """
    demand(person, Act.OPEN)
    now = house.clock.now()
    wearer_id = house.store.read(lambda tx: facts_of(tx, told.order_id)).wearer_id
    try:
        _demand_shape(told, now)
        house.store.read(lambda tx: _demand_may_ask(tx, person, wearer_id, told.order_id, now))
    except OpeningRefused as refusal:
        whose = Whose(wearer_id=wearer_id, order_id=told.order_id)
        writing.refused(house, person, refusal, kind=GrantKind.WINDOW, about=whose)
        raise
    return ask(house, person, _question(told, wearer_id), reason=reason)


def take_window(house: House, person: Person, proposal_id: str) -> Grant:
    """Open what a second person agreed to: a lease of 60 minutes for the one who asked.

    Raises: UnknownProposal, ProposalStateRefused, SecondPersonRefused, NotPermitted,
    OpeningRefused, LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> Grant:
        proposal, second = carry_out(tx, proposal_id, "opening", by=person.user_id, now=now)
        demand(person, Act.OPEN)
        if proposal.asked_by != person.user_id:
            raise NotPermitted("only the person who asked opens it")
        grant = _agreed(house, person, proposal, second, now)
        writing.granted(tx, person, grant)
        return grant

    return house.store.look(work)


def new_grant(
    house: House,
    person: Person,
    opening: Opening,
    *,
    about: Whose,
    now: Micros,
    with_alert: bool = False,
) -> Grant:
    """Make a grant of what was decided; a lease counts people's time, which a demo scales."""
    until = Micros(now + round((opening.until - now) * house.speed))
    return Grant(
        grant_id="g_" + base64.b32encode(house.chance(15)).decode().lower(),
        kind=opening.kind,
        person=person.user_id,
        role=person.role,
        authority=person.authority_id,
        wearer_id=about.wearer_id,
        order_id=about.order_id,
        alert_id=about.alert_id,
        purpose=opening.purpose,
        since=opening.since,
        upto=until if opening.kind in _ENDLESS else opening.upto,
        granted_at=now,
        until=until,
        with_alert=with_alert,
    )


def _alone(
    house: House,
    alert_id: AlertId,
    person: Person,
    kind: GrantKind,
    decide: Callable[[Alert, Micros], Opening],
) -> Grant:
    alert = house.store.read(lambda tx: tx.alerts.get(alert_id))
    demand(person, Act.OPEN, alert)
    order_id, wearer_id = alert.order_id, alert.wearer_id
    if order_id is None or wearer_id is None:
        raise OpeningRefused("this matter is about no wearer")
    whose = Whose(wearer_id=wearer_id, order_id=order_id, alert_id=alert_id)
    now = house.clock.now()

    def work(tx: Transaction) -> Grant:
        fresh = tx.alerts.get(alert_id)
        opening = decide(fresh, now)
        standing = standing_of(
            tx,
            person,
            wearer_id=wearer_id,
            order_id=order_id,
            alert=fresh,
            of_positions=opening.kind in OF_ONE_PERSON_POSITIONS,
            now=now,
        )
        demand_no_interest(standing)
        live = _live(tx, person, alert_id, opening, now)
        if live is not None:
            return live
        demand_alone(standing, now=now)
        is_open = fresh.state is not AlertState.CLOSED
        grant = new_grant(house, person, opening, about=whose, now=now, with_alert=is_open)
        writing.granted(tx, person, grant)
        return grant

    try:
        return house.store.look(work)
    except OpeningRefused as refusal:
        writing.refused(house, person, refusal, kind=kind, about=whose)
        raise


def _live(
    tx: Transaction, person: Person, alert_id: AlertId, opening: Opening, now: Micros
) -> Grant | None:
    """Find a lease that still runs: to look twice is one opening and two entries."""
    for one in tx.openings.granted(person=person.user_id, kinds=(opening.kind,)):
        is_same = (one.alert_id, one.purpose) == (alert_id, opening.purpose)
        if is_same and one.granted_at <= now < one.until:
            return one
    return None


def _demand_shape(told: WindowAsked, now: Micros) -> None:
    other_window(told.window, told.purpose, why_longer=told.why_longer, now=now)
    if not told.case_ref.strip():
        raise OpeningRefused("name the case this is for")


def _demand_may_ask(
    tx: Transaction, person: Person, wearer_id: WearerId, order_id: OrderId, now: Micros
) -> None:
    standing = standing_of(
        tx, person, wearer_id=wearer_id, order_id=order_id, alert=None, of_positions=True, now=now
    )
    demand_no_interest(standing)
    demand_cool(standing, now=now)


def _question(told: WindowAsked, wearer_id: WearerId) -> Question:
    minutes = (told.window.end - told.window.start) // MINUTE
    length = f"{minutes * MINUTE // HOUR} h {minutes % 60} min"
    return Question(
        matter="opening",
        about=f"Open {length} of the trail of {wearer_id}",
        wearer_id=wearer_id,
        order_id=told.order_id,
        scope={
            "order": told.order_id,
            "wearer": wearer_id,
            "from": text(told.window.start),
            "to": text(told.window.end),
            "purpose": told.purpose,
            "case": told.case_ref.strip(),
            **({"why_longer": told.why_longer.strip()} if told.why_longer.strip() else {}),
        },
    )


def _agreed(house: House, person: Person, proposal: Proposal, second: str, now: Micros) -> Grant:
    scope = proposal.scope
    window = Interval(start=parse(scope["from"]), end=parse(scope["to"]))
    why_longer = scope.get("why_longer", "")
    opening = other_window(window, Purpose(scope["purpose"]), why_longer=why_longer, now=now)
    grant = new_grant(
        house,
        person,
        opening,
        about=Whose(wearer_id=WearerId(scope["wearer"]), order_id=OrderId(scope["order"])),
        now=now,
    )
    return msgspec.structs.replace(
        grant, second_person=second, case_ref=scope["case"], proposal_id=proposal.proposal_id
    )
