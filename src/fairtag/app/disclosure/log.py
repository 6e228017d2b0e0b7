"""What does the access log say about disclosures, and does the store agree with it?

Units: µs UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry, LoggedEntry
from fairtag.disclosure.course import Asked, Step
from fairtag.disclosure.recipients import Recipient
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

_PREFIX = "disclosure."


def write_asked(tx: Transaction, asked: Asked) -> None:
    """Store what is asked for, and its entry, in one commit."""
    digest = tx.disclosures.ask(asked)
    details = {"how": asked.how, "gateway": asked.gateway}
    _append(
        tx,
        asked,
        Step(disclosure_id=asked.disclosure_id, what="proposed", by=asked.by, at=asked.at),
        "asked",
        details | {"digest": digest},
    )


def write_step(tx: Transaction, asked: Asked, step: Step) -> None:
    """Store what was done next, and its entry, in one commit."""
    digest = tx.disclosures.add(step)
    _append(tx, asked, step, step.what, step.facts | {"digest": digest})


def write_read(tx: Transaction, asked: Asked, *, by: str, now: Micros) -> None:
    """Write down that somebody reads what was asked, decided and said."""
    tx.audit.append(
        Entry(
            at=now,
            operation="consultation",
            actor=by,
            what="disclosure.read",
            wearer_id=asked.wearer_id,
            order_id=asked.order_id,
            details={"disclosure": asked.disclosure_id},
        )
    )


def write_recipient(
    tx: Transaction, recipient: Recipient, *, by: str, second: str, now: Micros
) -> None:
    """Store a body's entry of the register, and the log's entry, in one commit."""
    digest = tx.disclosures.register(recipient, by=by, second=second)
    told = {"disclosure": recipient.recipient_id, "digest": digest}
    entry = Entry(
        at=now,
        operation="policy",
        actor=by,
        what="disclosure.recipient",
        second_person=second,
        recipient=recipient.recipient_id,
        details=told | {"standing": recipient.standing},
    )
    tx.audit.append(entry)


def _append(tx: Transaction, asked: Asked, step: Step, what: str, details: dict[str, str]) -> None:
    window = asked.scope.window
    known = tx.people.by_name(step.by)  # None: the machine
    tx.audit.append(
        Entry(
            at=step.at,
            operation="disclosure",
            actor=step.by,
            what=_PREFIX + what,
            role=None if known is None else known[0].role,
            authority=None if known is None else known[0].authority_id,
            wearer_id=asked.wearer_id,
            order_id=asked.order_id,
            reason_code=asked.gateway,
            second_person=details.pop("second_person", None) or None,
            recipient=asked.recipient_id,
            fields=tuple(sorted(asked.scope.told)),
            window=(window.start, window.end),
            details={"disclosure": asked.disclosure_id} | details,
        )
    )


def about(tx: Transaction, wearer_id: WearerId, *, since: Micros) -> list[LoggedEntry]:
    """List the log's entries about one wearer from an instant on."""
    return [one for one in tx.audit.about(wearer_id) if one.entry.at >= since]


def disagreement(tx: Transaction, entries: Sequence[Entry]) -> str | None:
    """Find a row of a disclosure that no entry tells of, or an entry whose row is gone or bent.

    An entry that reached the file first announced what may not have been carried out.
    """
    said, announced = _told_of(entries, is_sure=True), _told_of(entries, is_sure=False)
    for row in tx.disclosures.digests():
        held = said if said[row] > 0 or announced[row] == 0 else announced
        held[row] -= 1
    for (what, reference, _), left in said.items():
        if left < 0:
            return f"{what} of {reference} is in the store and the log does not say so"
        if left > 0:
            return f"the log says {what} of {reference}; the store does not, or says it otherwise"
    return None


def _told_of(entries: Sequence[Entry], *, is_sure: bool) -> Counter[tuple[str, str, str]]:
    return Counter(
        (entry.what.removeprefix(_PREFIX), entry.details["disclosure"], entry.details["digest"])
        for entry in entries
        if entry.what.startswith(_PREFIX)
        and "digest" in entry.details
        and entry.spooled is not is_sure
    )
