"""Read what a grant opens: check the grant, write the look down, then unseal. In this order.

Nobody but this use case and the judging machine opens a sealed position (tests/arch hold that).
A grant is checked at each read: lease, alert, account, interest. Units: µs UTC; degrees; metres.
"""

from __future__ import annotations

import msgspec

from fairtag.alerts.model import Alert, AlertAct, AlertState, ContactNote
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.openings import writing
from fairtag.app.openings.book import ApartNote, Whose
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Receipt
from fairtag.custody.opening import Grant, GrantKind, demand_good
from fairtag.custody.refusals import GrantOver, InterestDeclared
from fairtag.intake.messages import Position
from fairtag.orders.model import Condition, Identity
from fairtag.terms.errors import OpeningRefused
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

_POSITIONS = (
    GrantKind.URGENT_ALERT,
    GrantKind.ALERT_COPY,
    GrantKind.WINDOW,
    GrantKind.BREAK_GLASS,
)
_LIVE = (GrantKind.URGENT_ALERT, GrantKind.BREAK_GLASS)


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """Where the wearer was last, as far as anybody knows."""

    position: Position | None  # None: nobody knows
    heard_at: Micros | None  # when the device last spoke at all
    now: Micros


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Positions of one wearer, the condition they are about, and how long they may be seen."""

    positions: tuple[Position, ...]
    identity: Identity | None  # whom to call
    condition: Condition | None
    time_zone: str
    contacts: tuple[ContactNote, ...]  # with what was said, newest first
    grant: Grant
    current: Current | None = None  # None: this grant is not about now
    receipt: Receipt = Receipt(ref="", n=None)  # where the entry stands that says so


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """What people wrote about one wearer while they handled an alert."""

    contacts: tuple[ContactNote, ...]
    acts: tuple[AlertAct, ...]
    contest: str = ""  # in the wearer's own words
    receipt: Receipt = Receipt(ref="", n=None)


def read_positions(house: House, grant_id: str, *, person: Person) -> Opened:
    """Open the positions that a grant covers, the name, and what was said.

    Raises: UnknownGrant, OpeningRefused, LogUnavailable, SealBroken.
    """
    grant, now, receipt = _checked(house, grant_id, person, _POSITIONS)
    opened = house.store.read(lambda tx: _unsealed(tx, grant, now))
    return msgspec.structs.replace(opened, receipt=receipt)


def read_texts(house: House, grant_id: str, *, person: Person) -> Texts:
    """Open what was said and why an alert was closed; no position and no name.

    Raises: UnknownGrant, OpeningRefused, LogUnavailable, SealBroken.
    """
    grant, _, receipt = _checked(house, grant_id, person, (GrantKind.TEXTS,))
    return house.store.read(lambda tx: _texts(tx, grant, receipt))


def read_apart(house: House, grant_id: str, *, person: Person) -> tuple[ApartNote, ...]:
    """Open what concerns a victim or witness.

    Raises: UnknownGrant, OpeningRefused, LogUnavailable, SealBroken.
    """
    grant, _, _ = _checked(house, grant_id, person, (GrantKind.THIRD_PERSON,))
    return house.store.read(lambda tx: tuple(tx.apart.opened(grant.order_id)))


def _checked(
    house: House, grant_id: str, person: Person, kinds: tuple[GrantKind, ...]
) -> tuple[Grant, Micros, Receipt]:
    """Check a grant as it stands now, and write the look down."""
    now = house.clock.now()
    grant = house.store.read(lambda tx: tx.openings.get(grant_id))

    def work(tx: Transaction) -> Receipt:
        _demand_good(tx, grant, person, now)
        if grant.kind not in kinds:
            raise GrantOver("this opening is for something else")
        return writing.looked(tx, person, grant, now)

    try:
        return grant, now, house.store.look(work)
    except OpeningRefused as refusal:
        whose = Whose(wearer_id=grant.wearer_id, order_id=grant.order_id, alert_id=grant.alert_id)
        writing.refused(house, person, refusal, kind=grant.kind, about=whose)
        raise


def _demand_good(tx: Transaction, grant: Grant, person: Person, now: Micros) -> None:
    account = tx.people.by_name(person.name)
    alert = None if grant.alert_id is None else tx.alerts.get(grant.alert_id)
    demand_good(
        grant,
        person=person.user_id,
        is_account_open=account is not None and account[0].disabled_at is None,
        is_alert_closed=alert is not None and alert.state is AlertState.CLOSED,
        now=now,
    )
    demand(person, Act.OPEN, alert)
    if tx.circles.knows(person.user_id, grant.wearer_id):
        raise InterestDeclared("a declared interest stands against it")


def _unsealed(tx: Transaction, grant: Grant, now: Micros) -> Opened:
    window = grant.window(now)
    ruling = tx.orders.version(grant.order_id).ruling
    found = _positions(tx, grant, window)
    alert = None if grant.alert_id is None else tx.alerts.get(grant.alert_id)
    return Opened(
        positions=found,
        identity=tx.orders.identity(grant.order_id),
        condition=None if alert is None else _condition(ruling.conditions, alert),
        time_zone=ruling.time_zone,
        contacts=tuple(tx.alerts.contacts(grant.order_id)),
        grant=grant,
        current=_current(tx, grant.order_id, found, now) if grant.kind in _LIVE else None,
    )


def _positions(tx: Transaction, grant: Grant, window: Interval) -> tuple[Position, ...]:
    """Give the positions of the window, oldest first, each once."""
    found: list[Position] = []
    if grant.opens_copy and grant.alert_id is not None:
        found += msgspec.json.decode(tx.alerts.evidence(grant.alert_id), type=list[Position])
    if grant.opens_trail:
        found += trail(tx, grant.order_id, window)
    inside = (one for one in found if window.holds(one.at))
    once = {msgspec.json.encode(one): one for one in inside}
    return tuple(sorted(once.values(), key=lambda one: (one.at, one.received_at)))


def trail(tx: Transaction, order_id: OrderId, window: Interval) -> list[Position]:
    """Unseal an order's positions of a window, wherever they are kept. Callers hold a grant."""
    said = tx.journal.past(order_id, since=window.start, upto=tx.journal.last())
    return [one for one in said if isinstance(one, Position) and window.holds(one.at)]


def _current(
    tx: Transaction, order_id: OrderId, found: tuple[Position, ...], now: Micros
) -> Current:
    devices = {one.device_id for one in tx.devices.activations() if one.order_id == order_id}
    heard = [
        one.heard_at
        for one in tx.devices.last_seen()
        if one.device_id in devices and one.heard_at is not None
    ]
    return Current(
        position=found[-1] if found else None, heard_at=max(heard, default=None), now=now
    )


def _condition(conditions: tuple[Condition, ...], alert: Alert) -> Condition | None:
    return next((one for one in conditions if one.id == alert.condition_id), None)


def _texts(tx: Transaction, grant: Grant, receipt: Receipt) -> Texts:
    if grant.alert_id is None:
        raise GrantOver("this opening is about no alert")
    contest = tx.contests.of_alert(grant.alert_id)
    return Texts(
        contacts=tuple(tx.alerts.contacts(grant.order_id)),
        acts=tuple(tx.alerts.acts(grant.alert_id)),
        contest="" if contest is None else tx.contests.text(contest.contest_id),
        receipt=receipt,
    )
