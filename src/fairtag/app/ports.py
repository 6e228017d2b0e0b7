"""What does the application need from the world? Promises; `fairtag.adapters` keeps them.

Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import msgspec

from fairtag.app.keys.port import Vault as Vault  # noqa: PLC0414 - one of the ports
from fairtag.custody.stack import Row
from fairtag.custody.trail.block import Said
from fairtag.custody.trail.entry import JournalEntry as JournalEntry  # noqa: PLC0414 - ports speak of it
from fairtag.intake.columns import Positions
from fairtag.intake.messages import Message
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

if TYPE_CHECKING:
    from fairtag.app.alert_book import AlertBook
    from fairtag.app.books import DeviceBook, OrderBook, PeopleBook
    from fairtag.app.checkins.asking import AskingBook
    from fairtag.app.checkins.book import AnswerBook, EnrolmentBook, PromptBook
    from fairtag.app.complaints.book import ComplaintBook
    from fairtag.app.disclosure.book import DisclosureBook
    from fairtag.app.fairness.book import DeclaredBook, FairnessBook
    from fairtag.app.four_eyes.book import ProposalBook
    from fairtag.app.judging.book import Verdicts
    from fairtag.app.log.book import AuditBook
    from fairtag.app.matching.book import ProfileBook
    from fairtag.app.openings.book import ApartBook, CircleBook, OpeningBook
    from fairtag.app.outside.book import OutsideBook
    from fairtag.app.retention.book import ErasureBook, HoldBook
    from fairtag.app.reviewing.book import DecisionBook, PhotoReviewBook, SecondLookBook
    from fairtag.app.taking.book import PlainBook
    from fairtag.app.trail.book import Chunks, Pile
    from fairtag.app.wearer.book import ContestBook, WearerBook

T = TypeVar("T")


class Clock(Protocol):
    """The only source of 'now'. The demo's is scaled; a service's is the machine's."""

    def now(self) -> Micros:
        """Tell the instant."""
        ...


class Appended(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an entry's messages."""

    stored: int = 0
    duplicates: int = 0  # the same name and the same content: acknowledged again
    conflicts: tuple[Message, ...] = ()  # the same name and other content: a cloned key, perhaps


class Journal(Protocol):
    """Everything the judge was ever told, in order of arrival."""

    def append(self, entry: JournalEntry) -> Appended:
        """Store what of an entry is not known yet, as one entry; nothing when all of it is.

        A message's name is its device, epoch and number, or its content when it has no number.
        Conflicts are not stored: the caller keeps them in quarantine, and they are never judged.
        """
        ...

    def after(self, n: int, *, limit: int) -> list[JournalEntry]:
        """List entries beyond position `n`."""
        ...

    def rows_after(self, n: int, *, limit: int, from_memory: bool = True) -> list[Row]:
        """List the same opened and not read: whoever takes many reads them at once.

        Fewer than there are, perhaps, but some when there are any.
        """
        ...

    def rulings_told(self, order_id: OrderId) -> list[Micros]:
        """List when the judge was told to read an order anew, oldest first."""
        ...

    def last_ruling(self, order_id: OrderId, *, upto: int) -> Micros | None:
        """Tell when the newest ruling at or before a position was recorded."""
        ...

    def last(self) -> int:
        """Tell the highest position."""
        ...

    def waiting_since(self, upto: int) -> Micros | None:
        """Tell when the oldest entry beyond a position came; None when there is none."""
        ...

    def past(self, order_id: OrderId, *, since: Micros, upto: int) -> list[Message]:
        """List an order's messages with `at` >= `since` and position <= `upto`, by arrival."""
        ...

    def told(self, order_id: OrderId, during: Interval) -> list[Message]:
        """List an order's messages of a span of event time, by arrival."""
        ...

    def places(self, order_id: OrderId, during: Interval) -> list[Positions]:
        """List an order's positions of a span of event time, as columns, device by device."""
        ...

    def piles(self, *, after: int, upto: int, before: Micros) -> tuple[list[Pile], int]:
        """List orders and hours of receipt that are over before an instant and lie in rows.

        Looks at some rows beyond position `after`, up to `upto`; tells up to which.
        """
        ...

    def of_pile(self, pile: Pile) -> list[Said]:
        """Open the rows of an order and a span of receipt, by arrival.

        Raises: SealBroken.
        """
        ...

    def waits(self, pile: Pile) -> bool:
        """Tell whether a row of an order and a span of receipt is there."""
        ...

    def drop(self, numbers: Sequence[int]) -> int:
        """Take rows away by their positions; tells how many were there."""
        ...

    def days(self) -> list[str]:
        """List the days of receipt whose key may still be there, such as `2026-11-25`."""
        ...

    def holds(self, day: str, *, after: int = 0) -> bool:
        """Tell whether a row of this day is there beyond a position."""
        ...

    def end_day(self, day: str) -> None:
        """Destroy the key of a day and forget the day. Callers see first that it holds no row."""
        ...

    def hold(self, device_id: DeviceId, epoch: int, first: int, last: int) -> None:
        """Remember that these numbers, both ends included, are safely here: in the journal, in
        quarantine, or outside every order.
        """
        ...

    def next_epoch(self, device_id: DeviceId) -> int:
        """Tell from which epoch on a device that was set up anew may count from the start."""
        ...

    def upto(self, device_id: DeviceId, epoch: int) -> tuple[int, list[tuple[int, int]]]:
        """Tell the highest stored sequence number of a device and the inclusive gaps below it."""
        ...


class QuarantinedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of traffic that was stored and will not be judged; kept sealed for 14 days."""

    wearer_id: (
        WearerId | None
    )  # None when the device has no order: sealed under the device's own key
    device_id: DeviceId
    received_at: Micros
    why: str
    raw: bytes


class Quarantine(Protocol):
    """Where bad content of good devices waits."""

    def put(self, item: QuarantinedItem) -> None:
        """Store it, sealed."""
        ...

    def count(self, device_id: DeviceId | None = None) -> dict[str, int]:
        """Count items by reason."""
        ...

    def devices_since(self, at: Micros) -> list[DeviceId]:
        """List devices whose content came here after an instant."""
        ...

    def purge(self, *, now: Micros) -> int:
        """Remove what has waited its 14 days; tells how many."""
        ...


class Transaction(Protocol):
    """One all-or-nothing piece of work on the store."""

    @property
    def journal(self) -> Journal:
        """Give the book."""
        ...

    @property
    def chunks(self) -> Chunks:
        """Give the book."""
        ...

    @property
    def quarantine(self) -> Quarantine:
        """Give the book."""
        ...

    @property
    def verdicts(self) -> Verdicts:
        """Give the book."""
        ...

    @property
    def orders(self) -> OrderBook:
        """Give the book."""
        ...

    @property
    def devices(self) -> DeviceBook:
        """Give the book."""
        ...

    @property
    def alerts(self) -> AlertBook:
        """Give the book."""
        ...

    @property
    def people(self) -> PeopleBook:
        """Give the book."""
        ...

    @property
    def proposals(self) -> ProposalBook:
        """Give the book."""
        ...

    @property
    def erasures(self) -> ErasureBook:
        """Give the book."""
        ...

    @property
    def openings(self) -> OpeningBook:
        """Give the book."""
        ...

    @property
    def disclosures(self) -> DisclosureBook:
        """Give the book."""
        ...

    @property
    def circles(self) -> CircleBook:
        """Give the book."""
        ...

    @property
    def holds(self) -> HoldBook:
        """Give the book."""
        ...

    @property
    def apart(self) -> ApartBook:
        """Give the book."""
        ...

    @property
    def wearers(self) -> WearerBook:
        """Give the book."""
        ...

    @property
    def contests(self) -> ContestBook:
        """Give the book."""
        ...

    @property
    def complaints(self) -> ComplaintBook:
        """Give the book."""
        ...

    @property
    def answers(self) -> AnswerBook:
        """Give the book."""
        ...

    @property
    def profiles(self) -> ProfileBook:
        """Give the book."""
        ...

    @property
    def outside(self) -> OutsideBook:
        """Give the book."""
        ...

    @property
    def prompts(self) -> PromptBook:
        """Give the book."""
        ...

    @property
    def declared(self) -> DeclaredBook:
        """Give the book."""
        ...

    @property
    def enrolments(self) -> EnrolmentBook:
        """Give the book."""
        ...

    @property
    def photo_reviews(self) -> PhotoReviewBook:
        """Give the book."""
        ...

    @property
    def decisions(self) -> DecisionBook:
        """Give the book."""
        ...

    @property
    def second_looks(self) -> SecondLookBook:
        """Give the book."""
        ...

    @property
    def asking(self) -> AskingBook:
        """Give the book."""
        ...

    @property
    def fairness(self) -> FairnessBook:
        """Give the book."""
        ...

    @property
    def plain(self) -> PlainBook:
        """Give the book; only the writer's is of use."""
        ...

    @property
    def audit(self) -> AuditBook:
        """Give the book."""
        ...


class Store(Protocol):
    """The truth. One writer, many readers.

    A future of `submit` is done only after the commit is on disk (fsync). Work of several callers
    shares a commit; a work that raises is rolled back alone. Work must be quick and must not touch
    anything but the transaction.
    """

    def submit(
        self, work: Callable[[Transaction], T], *, is_plain: bool = False, is_urgent: bool = False
    ) -> Future[T]:
        """Queue work for the writer.

        What is plain changes nothing but what devices said; what is urgent goes before others.
        """
        ...

    def changes(self) -> int:
        """Count the commits of this process that changed more than what devices said plainly."""
        ...

    def behind_s(self) -> float:
        """Tell for how long the oldest work of the queue has waited."""
        ...

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Do work and wait until it is durable."""
        ...

    def look(self, work: Callable[[Transaction], T]) -> T:
        """Do work after which something personal is shown; wait a second for it and no longer.

        Raises: LogUnavailable.
        Fails: closed.
        """
        ...

    def soon(self, work: Callable[[Transaction], T], *, or_later: bool = False) -> T:
        """Do work that a person waits for; wait a second for it and no longer.

        What did not begin in time is not done, or with `or_later` done when nobody waits any more.

        Raises: NotInTime.
        """
        ...

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run a reading work on a consistent snapshot, beside the writer."""
        ...

    def close(self) -> None:
        """Finish what is queued and close the files."""
        ...


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What leaves the house for a person on duty, and nothing else."""

    reference: str
    urgency: Literal["urgent", "normal"]
    link: str


class Notifier(Protocol):
    """Tells a person on duty that something waits.

    Raises: Busy when it could not be handed over; the outbox tries again.
    """

    def send(self, notice: Notice, *, to: str) -> None:
        """Hand the notice over."""
        ...
