"""What was taken out of the store for one disclosure, before anything is written down?

Units: instants in µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fairtag.alerts.model import ContactNote
from fairtag.disclosure.account.model import Account, Accounted
from fairtag.disclosure.gateways import WEARERS_SIDE, Gateway
from fairtag.disclosure.recipients import Recipient
from fairtag.disclosure.scope import Category, Scope, is_replayable
from fairtag.intake.messages import Message
from fairtag.orders.excused import Excuse, absences_of
from fairtag.orders.inforce import Mark, with_marks
from fairtag.orders.model import OrderVersion, Ruling
from fairtag.rules.finding import Finding
from fairtag.rules.replay import Recorded
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who asked for what, and who decided it why."""

    disclosure_id: str
    asked_by: str  # of the recipient's people, as they named themselves
    authority: str  # the paper that they showed: its name, number, date
    case_ref: str
    purpose: str
    reason: str  # of who decided
    decided_by: str
    second_person: str
    made_at: Micros
    expires_at: Micros
    withheld: tuple[tuple[Category, str], ...] = ()  # from the wearer, with the ground of law


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A time in which no silence counts, and since when the judge knew of it."""

    excuse: Excuse
    known_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything of one order that a scope may reach; what of it leaves is `contents`' matter."""

    decision: Decision
    scope: Scope
    recipient: Recipient
    gateway: Gateway
    order: Interval  # the whole time of the order
    versions: tuple[OrderVersion, ...]
    marks: tuple[Mark, ...]
    excuses: tuple[Known, ...]  # times in which no silence counts, as the judge was told of them
    messages: tuple[Message, ...]  # by arrival
    findings: tuple[Finding, ...]  # every revision, as stored
    devices: dict[str, object]
    contacts: tuple[ContactNote, ...]
    account: Account  # check-ins, what the wearer wrote, what people decided
    accounted: Accounted  # the same things as the access log knows of them
    log: dict[str, Any]  # entries with their proofs, as `fairtag-witness verify` takes them
    program: dict[str, object]
    texts: dict[str, str]  # files of words that come as they are, such as the rule

    @property
    def told(self) -> frozenset[Category]:
        """Give the categories that leave."""
        return self.scope.told - {name for name, _ in self.decision.withheld}

    @property
    def is_for_the_wearer(self) -> bool:
        """Tell whether the wearer, or who speaks for the wearer, gets it."""
        return self.recipient.kind in WEARERS_SIDE

    @property
    def is_replayable(self) -> bool:
        """Tell whether the judge can be followed from what leaves."""
        is_whole = {Category.ORDER, Category.POSITIONS} <= self.told
        return is_whole and is_replayable(self.scope, self.order)


def known_over_time(
    versions: tuple[OrderVersion, ...],
    marks: tuple[Mark, ...],
    excuses: tuple[Known, ...] = (),
) -> tuple[Recorded, ...]:
    """List what was known of an order from when on, as the service knew it."""
    rulings = [one.ruling for one in versions]
    times = {one.recorded_at for one in rulings} | {one.recorded_at for one in marks}
    times |= {one.known_at for one in excuses}
    times |= {one.excuse.ended_at for one in excuses if one.excuse.ended_at is not None}
    first = min(one.recorded_at for one in rulings)
    return tuple(
        Recorded(at, _known_at(at, rulings, marks, excuses)) for at in sorted(times) if at >= first
    )


def _known_at(
    at: Micros, rulings: list[Ruling], marks: tuple[Mark, ...], excuses: tuple[Known, ...]
) -> tuple[Ruling, ...]:
    free = absences_of((one.excuse for one in excuses if one.known_at <= at), at)
    return with_marks(
        [replace(one, absences=(*one.absences, *free)) for one in rulings if one.recorded_at <= at],
        [one for one in marks if one.recorded_at <= at],
    )
