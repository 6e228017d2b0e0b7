"""What does the store promise about grants, looks, delays, interests and notes kept apart?

Rows are added and never changed. Units: µs UTC.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from fairtag.custody.delay import Delay
from fairtag.custody.opening import Grant, GrantKind, Purpose
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import Micros


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Whose record is opened, and for which alert."""

    wearer_id: WearerId
    order_id: OrderId
    alert_id: AlertId | None = None


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody opened something, or was refused; the entry of the log says the same."""

    at: Micros
    person: str
    role: str
    authority: str
    what: GrantKind
    # None for notes about third persons: the wearer's page lists by wearer and must not tell.
    wearer_id: WearerId | None
    order_id: OrderId
    alert_id: AlertId | None = None
    grant_id: str | None = None  # None: refused
    purpose: Purpose | None = None
    since: Micros | None = None  # event times that were opened
    upto: Micros | None = None
    second_person: str | None = None
    entry: int  # its number in the access log; 0: it had none yet, and `ref` names it
    ref: str = ""
    refused: str = ""  # the code of the refusal


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What another person said about an opening for danger to life."""

    grant_id: str
    by: str
    at: Micros
    verdict: Literal["justified", "not_justified"]


class OpeningBook(Protocol):
    """Grants, looks, reviews of break-glass, delays of notices."""

    def add(self, grant: Grant, *, reason: str = "") -> None:
        """Store a grant; its reason is sealed."""
        ...

    def get(self, grant_id: str) -> Grant:
        """Give one.

        Raises: UnknownGrant.
        """
        ...

    def reason(self, grant_id: str) -> str:
        """Open what the person wrote when the grant was made. Callers log first."""
        ...

    def granted(
        self,
        *,
        person: str | None = None,
        kinds: tuple[GrantKind, ...] = (),
        since: Micros | None = None,
    ) -> list[Grant]:
        """List grants, oldest first."""
        ...

    def looked(self, look: Look) -> None:
        """Write down a look or a refusal."""
        ...

    def looks(
        self,
        *,
        wearer_id: WearerId | None = None,
        person: str | None = None,
        is_refused: bool | None = None,
        since: Micros | None = None,
        limit: int = 1000,
    ) -> list[Look]:
        """List looks, newest first."""
        ...

    def count_looks(self, person: str, *, since: Micros) -> int:
        """Count a person's looks, without refused ones."""
        ...

    def review(self, review: Review, *, reason: str, wearer_id: WearerId) -> None:
        """Store what was said about a break-glass opening; the reason is sealed."""
        ...

    def reviewed(self) -> dict[str, Review]:
        """Give the reviews by grant."""
        ...

    def delay(self, delay: Delay, *, wearer_id: WearerId, reason: str) -> None:
        """Store a delay of a notice; the reason in words is sealed."""
        ...

    def delays(self, *, grant_id: str | None = None) -> list[Delay]:
        """List delays, oldest first."""
        ...

    def delays_about(self, wearer_id: WearerId) -> dict[str, tuple[Delay, ...]]:
        """Give a wearer's delays by grant, each oldest first."""
        ...


class CircleBook(Protocol):
    """Who knows whom, and whose wearer it is."""

    def know(self, user_id: str, wearer_id: WearerId, *, at: Micros, by: str) -> None:
        """Record that a member of staff knows a wearer; it stays."""
        ...

    def knows(self, user_id: str, wearer_id: WearerId) -> bool:
        """Tell whether it was declared or recorded."""
        ...

    def known(self, user_id: str | None = None) -> list[tuple[str, WearerId, Micros, str]]:
        """List who knows whom, since when, recorded by whom."""
        ...

    def assign(
        self, order_id: OrderId, user_id: str, *, is_assigned: bool, at: Micros, by: str
    ) -> None:
        """Give an officer an order, or take it back."""
        ...

    def assigned(self, order_id: OrderId) -> frozenset[str]:
        """Tell whose order it is; empty: whoever is on duty."""
        ...


class ApartNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note about a victim or witness, kept apart from everything that is about the wearer."""

    order_id: OrderId
    at: Micros
    by: str
    text: str = ""


class ApartBook(Protocol):
    """Third persons' notes: a sealed class of its own."""

    def add(self, note: ApartNote, *, wearer_id: WearerId) -> None:
        """Store a note; its text is sealed."""
        ...

    def count(self, order_id: OrderId) -> int:
        """Tell how many there are, without opening any."""
        ...

    def opened(self, order_id: OrderId) -> list[ApartNote]:
        """Open an order's notes, newest first. Callers log first."""
        ...
