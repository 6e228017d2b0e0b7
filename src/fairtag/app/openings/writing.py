"""How is a look written down? First an entry of the access log, then a row beside it.

`write` is the only way from here to the log: it gives the receipt.
Fails: closed. What can't be written is not opened. Units: µs UTC.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.openings.book import Look, Whose
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry, Operation, Receipt
from fairtag.custody.opening import Grant, GrantKind
from fairtag.terms.errors import Busy, FairtagError, LogUnavailable
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import Micros

# What an entry says about each kind that is read.
READ: dict[GrantKind, str] = {
    GrantKind.URGENT_ALERT: "alert.evidence",
    GrantKind.ALERT_COPY: "alert.evidence",
    GrantKind.TEXTS: "alert.texts",
    GrantKind.THIRD_PERSON: "third-person.read",
    GrantKind.WINDOW: "opening.read",
    GrantKind.BREAK_GLASS: "opening.read",
    GrantKind.PHOTOS: "photo.read",
}


def write(tx: Transaction, entry: Entry, *, needs_file: bool = False) -> Receipt:
    """Write an entry; with `needs_file` the log's table alone will not do.

    Raises: LogUnavailable.
    """
    return tx.audit.append(entry, needs_file=needs_file)


def entry_of(
    person: Person,
    what: str,
    now: Micros,
    *,
    operation: Operation = "consultation",
    wearer_id: WearerId | None = None,
    order_id: OrderId | None = None,
    alert_id: AlertId | None = None,
    **details: str,
) -> Entry:
    """Make an entry about what a person does."""
    return Entry(
        at=now,
        operation=operation,
        actor=person.user_id,
        what=what,
        role=person.role,
        authority=person.authority_id,
        wearer_id=wearer_id,
        order_id=order_id,
        alert_id=alert_id,
        details={name: value for name, value in details.items() if value},
    )


def granted(
    tx: Transaction, person: Person, grant: Grant, *, reason: str = "", what: str = ""
) -> None:
    """Write a grant down, in the log and as a row; for danger to life never without the file."""
    is_life = grant.kind is GrantKind.BREAK_GLASS
    is_apart = grant.kind is GrantKind.THIRD_PERSON
    entry = entry_of(
        person,
        what or "opening.granted",
        grant.granted_at,
        operation="breakglass" if is_life else "consultation",
        wearer_id=None if is_apart else grant.wearer_id,
        order_id=None if is_apart else grant.order_id,
        alert_id=None if is_apart else grant.alert_id,
        grant=grant.grant_id,
        of=(grant.order_id or "") if is_apart else "",
    )
    entry = replace(
        entry,
        purpose=grant.purpose,
        case_ref=grant.case_ref or None,
        second_person=grant.second_person,
    )
    write(tx, entry, needs_file=is_life)
    tx.openings.add(grant, reason=reason)


def looked(tx: Transaction, person: Person, grant: Grant, now: Micros) -> Receipt:
    """Write a look down; gives the receipt.

    A look at what concerns a third person names no wearer: the wearer sees their own entries.
    """
    entry = _look_entry(person, grant, now)
    receipt = write(tx, entry, needs_file=grant.kind is GrantKind.BREAK_GLASS)
    since, upto = entry.window or (None, None)
    tx.openings.looked(
        Look(
            at=now,
            person=person.user_id,
            role=person.role,
            authority=person.authority_id,
            what=grant.kind,
            wearer_id=entry.wearer_id,
            order_id=grant.order_id,
            alert_id=grant.alert_id,
            grant_id=grant.grant_id,
            purpose=grant.purpose,
            since=since,
            upto=upto,
            second_person=grant.second_person,
            entry=receipt.n or 0,
            ref=receipt.ref,
        )
    )
    return receipt


def _look_entry(person: Person, grant: Grant, now: Micros) -> Entry:
    is_apart = grant.kind is GrantKind.THIRD_PERSON
    window = grant.window(now)
    return Entry(
        at=now,
        operation="consultation",
        actor=person.user_id,
        what=READ[grant.kind],
        role=person.role,
        authority=person.authority_id,
        second_person=grant.second_person,
        case_ref=grant.case_ref or None,
        wearer_id=None if is_apart else grant.wearer_id,
        order_id=None if is_apart else grant.order_id,
        alert_id=None if is_apart else grant.alert_id,
        purpose=grant.purpose,
        window=(window.start, window.end) if grant.opens_trail or grant.opens_copy else None,
        details={"grant": grant.grant_id} | ({"of": grant.order_id} if is_apart else {}),
    )


def refused(
    house: House,
    person: Person,
    refusal: FairtagError,
    *,
    kind: GrantKind,
    about: Whose,
) -> None:
    """Write down that an opening was refused, as far as there is a log to write to.

    Whoever was refused waits a second at most; the row comes when the store lets it.
    """
    now = house.clock.now()
    is_apart = kind is GrantKind.THIRD_PERSON
    wearer_id = None if is_apart else about.wearer_id

    def work(tx: Transaction) -> None:
        entry = entry_of(
            person,
            f"{READ[kind]}.refused",
            now,
            wearer_id=wearer_id,
            order_id=None if is_apart else about.order_id,
            alert_id=None if is_apart else about.alert_id,
            code=refusal.code,
        )
        receipt = write(tx, entry)
        tx.openings.looked(
            Look(
                at=now,
                person=person.user_id,
                role=person.role,
                authority=person.authority_id,
                what=kind,
                wearer_id=wearer_id,
                order_id=about.order_id,
                alert_id=about.alert_id,
                entry=receipt.n or 0,
                ref=receipt.ref,
                refused=refusal.code,
            )
        )

    with suppress(LogUnavailable, Busy):
        house.store.soon(work, or_later=True)
