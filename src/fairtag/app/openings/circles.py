"""Record who knows whom and whose wearer it is, and keep third persons' notes apart."""

from __future__ import annotations

from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.openings import writing
from fairtag.app.openings.book import ApartNote, Whose
from fairtag.app.openings.standing import demand_no_ties, facts_of
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.custody.opening import GrantKind
from fairtag.terms.errors import OpeningRefused, ReasonRefused, UsageError
from fairtag.terms.ids import AlertId, OrderId, WearerId, is_id


def declare_interest(
    house: House, person: Person, wearer_id: str, *, of_user: str | None = None
) -> None:
    """Record that somebody knows a wearer: for oneself, or by an administrator for another.

    Nothing tells whether there is such a wearer: a list of names must not be tried out here.

    Raises: NotPermitted, UsageError, LogUnavailable.
    """
    whom = (of_user or person.user_id).strip()
    demand(person, Act.DECLARE if whom == person.user_id else Act.INTERESTS)
    told = wearer_id.strip()
    if not is_id(told):
        raise UsageError("write the wearer's reference as it stands on the pages, such as W-0001")
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        if tx.people.by_name(whom) is None:
            raise UsageError("there is no account of this name")
        if tx.circles.knows(whom, WearerId(told)):
            return
        entry = writing.entry_of(
            person, "interest.declared", now, operation="admin", user=whom, wearer=told
        )
        writing.write(tx, entry)
        tx.circles.know(whom, WearerId(told), at=now, by=person.user_id)

    house.store.transact(work)


def demand_untied(house: House, person: Person, wearer_id: WearerId, order_id: OrderId) -> None:
    """Let nobody decide about a wearer's record who is recorded as knowing them; it is noted.

    Raises: InterestDeclared.
    """
    try:
        house.store.read(lambda tx: demand_no_ties(tx, wearer_id, person.user_id))
    except OpeningRefused as refusal:
        whose = Whose(wearer_id=wearer_id, order_id=order_id)
        writing.refused(house, person, refusal, kind=GrantKind.WINDOW, about=whose)
        raise


def assign(
    house: House, order_id: OrderId, user_id: str, *, is_assigned: bool = True, by: str
) -> None:
    """Give an officer an order, or take it back; from the command line.

    Raises: UnknownOrder, UsageError, LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        facts_of(tx, order_id)
        found = tx.people.by_name(user_id)
        if found is None or found[0].role not in ("officer", "supervisor"):
            raise UsageError(f"no officer or supervisor is called {user_id}")
        by_hand = Person(user_id=by, name=by, role="cli", authority_id="", created_at=now)
        entry = writing.entry_of(
            by_hand,
            "order.assigned" if is_assigned else "order.unassigned",
            now,
            operation="admin",
            order_id=order_id,
            user=user_id,
        )
        writing.write(tx, entry)
        tx.circles.assign(order_id, user_id, is_assigned=is_assigned, at=now, by=by)

    house.store.transact(work)


def note_apart(house: House, person: Person, alert_id: AlertId, *, told: str) -> None:
    """Keep a note about a victim or witness, apart from all that is the wearer's.

    The entry names no wearer: the wearer sees their own entries.

    Raises: UnknownAlert, NotPermitted, ReasonRefused, LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        alert = tx.alerts.get(alert_id)
        demand(person, Act.HANDLE, alert)
        demand(person, Act.OPEN, alert)
        if alert.order_id is None or alert.wearer_id is None or not told.strip():
            raise ReasonRefused("write the note; only matters of an order have notes")
        entry = writing.entry_of(
            person, "third-person.note", now, operation="alteration", of=alert.order_id
        )
        writing.write(tx, entry)
        note = ApartNote(order_id=alert.order_id, at=now, by=person.user_id, text=told.strip())
        tx.apart.add(note, wearer_id=alert.wearer_id)

    house.store.transact(work)
