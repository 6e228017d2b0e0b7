"""Put people on the duty roster, so that urgent alerts reach somebody."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from fairtag.alerts.model import DutyEntry
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.terms.errors import UsageError

_LOCAL = ("127.0.0.1", "localhost", "::1")


def set_duty(house: House, entries: Sequence[DutyEntry], *, by: str) -> None:
    """Replace the roster.

    Raises: UsageError when a step is there twice, a person is unknown, or an address can't work.
    """
    steps = [entry.step for entry in entries]
    if len(set(steps)) != len(steps):
        raise UsageError("each step of the roster has one person; name each step once")
    for entry in entries:
        check_address(entry.to)
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        known = {person.user_id for person in tx.people.listed() if person.disabled_at is None}
        for entry in entries:
            if entry.user_id not in known:
                raise UsageError(f"no account is called {entry.user_id}; add it first")
        told: dict[str, str] = {entry.step: entry.user_id for entry in entries}
        tx.audit.append(Entry(at=now, operation="admin", actor=by, what="duty.set", details=told))
        tx.alerts.set_duty(entries)

    house.store.transact(work)
    house.changes.publish()


def check_address(to: str) -> None:
    """Take mail addresses and web addresses that are encrypted on their way.

    Raises: UsageError.
    """
    try:
        parts = urlsplit(to)
    except ValueError:  # a bracket that is no IPv6 address
        parts = urlsplit("")
    mailbox, _, domain = parts.path.partition("@")
    is_mail = parts.scheme == "mailto" and bool(mailbox) and bool(domain) and "@" not in domain
    is_web = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    is_near = parts.scheme == "http" and parts.hostname in _LOCAL
    is_plain = to.isascii() and to.isprintable() and not set(" ,;<>\"'") & set(to)
    if not ((is_mail or is_web or is_near) and is_plain):
        raise UsageError("an address is mailto:name@example.org or https://example.org/path")
