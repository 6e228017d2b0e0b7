"""What does the store promise about orders, devices and people?

Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from fairtag.orders.inforce import Mark, MarkWhat
from fairtag.orders.model import Identity, OrderVersion, Review, Ruling
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval


class OrderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand beside an order in a list: no name, no place."""

    order_id: OrderId
    version: int
    wearer_id: WearerId
    authority_id: str
    starts_at: Micros
    ends_at: Micros
    review_by: str
    time_zone: str
    recorded_at: Micros
    suspended_since: Micros | None
    lapsed_since: Micros | None = None  # its review is overdue, so that monitoring stopped


class OrderBook(Protocol):
    """Order versions, immutable and sealed; suspensions and ends beside them."""

    def put(self, order: OrderVersion) -> None:
        """Store a version.

        Raises: OrderConflict when it exists, skips a number, changes the wearer, or an activation
        overlaps another's.
        """
        ...

    def mark(
        self,
        order_id: OrderId,
        what: MarkWhat,
        *,
        at: Micros,
        recorded_at: Micros,
        by: str,
        reason: str,
    ) -> None:
        """Record a suspension, its end, the end of the order, a lapsed review or its end, by event
        time; the reason is sealed.

        Raises: UnknownOrder.
        """
        ...

    def put_review(
        self, order_id: OrderId, *, by_date: str, recorded_at: Micros, by: str, reason: str
    ) -> None:
        """Record that the order was reviewed, and by when again; the reason is sealed.

        Raises: UnknownOrder.
        """
        ...

    def review(self, order_id: OrderId) -> Review:
        """Tell who must review the order by when: by the newest version or the newest review.

        Raises: UnknownOrder.
        """
        ...

    def stamp(self, order_id: OrderId) -> tuple[int, int]:
        """Count an order's versions and marks: while neither grows, its rulings are the same but
        for absences.
        """
        ...

    def rulings(self, order_id: OrderId, *, as_of: Micros | None = None) -> tuple[Ruling, ...]:
        """List the versions for the judge, oldest first, with suspensions and the end applied.

        `as_of` leaves out what was recorded later, so that a replay sees what was known then.

        Raises: UnknownOrder.
        """
        ...

    def marks(self, order_id: OrderId) -> list[Mark]:
        """List suspensions, their ends and the end, as they were recorded; no reasons."""
        ...

    def facts(
        self,
        *,
        order_id: OrderId | None = None,
        wearer_id: WearerId | None = None,
        among: tuple[str, str | None] | None = None,
    ) -> list[OrderFacts]:
        """List the newest version of each order; of one order, one wearer or a stretch of wearers
        (`fairtag.app.turns`) only, if named.
        """
        ...

    def wearers(self, *, after: str, limit: int) -> list[WearerId]:
        """List wearers who have an order, by their ids as bytes order them, beyond one."""
        ...

    def asked(self) -> list[WearerId]:
        """List wearers of whom some version of some order may ask a check-in."""
        ...

    def identity(self, order_id: OrderId) -> Identity:
        """Open who wears the device. Callers log first: see `fairtag.app.open_record`."""
        ...

    def version(self, order_id: OrderId, version: int | None = None) -> OrderVersion:
        """Open a whole version (default the newest). Callers log first.

        Raises: UnknownOrder.
        """
        ...


class Bearer(msgspec.Struct, frozen=True, kw_only=True):
    """Who a credential stands for."""

    device_id: DeviceId
    kind: Literal["device", "gateway"]


class ActivationFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Which order and wearer a device serves, and when."""

    device_id: DeviceId
    order_id: OrderId
    wearer_id: WearerId
    during: Interval
    order_ends_at: Micros
    is_handed_on: bool = False  # another wearer had it before, and it has no new credential yet


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """A centre in front of us that sees clear data: who runs it, and how long it keeps them."""

    gateway_id: DeviceId
    operator: str
    retention_days: int
    devices: frozenset[DeviceId]


class InstallStep(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded step of an installation; 'installed' needs all four."""

    order_id: OrderId
    device_id: DeviceId
    step: Literal["visit", "activation", "self_test", "first_fix"]
    at: Micros
    by: str


class DeviceBook(Protocol):
    """Devices, their credentials as hashes only, activations, installation, last data."""

    def add(
        self,
        device_id: DeviceId,
        *,
        token_hash: bytes,
        at: Micros,
        kind: Literal["device", "gateway"],
    ) -> None:
        """Register a device, or give a known one a new credential; the former one is revoked."""
        ...

    def revoke(self, device_id: DeviceId, *, at: Micros) -> None:
        """Refuse the device's credential from now on.

        Raises: UnknownDevice.
        """
        ...

    def bearer(self, token_hash: bytes) -> Bearer | None:
        """Find who holds this credential, unless revoked."""
        ...

    def bearers(self, *, among: tuple[str, str | None] | None = None) -> list[tuple[bytes, Bearer]]:
        """List all live credentials; of a stretch of wearers (`fairtag.app.turns`) only those of
        its devices and of gateways.
        """
        ...

    def news(self, after: int) -> tuple[int, list[DeviceId] | None]:
        """Tell whose credentials, activations or gateway changed since a number, by any process.

        Gives the newest number; None stands for too many to name: anybody's may have.
        """
        ...

    def activations(self, *, among: tuple[str, str | None] | None = None) -> list[ActivationFacts]:
        """List who wore which device when, by the versions in force, without suspensions.

        The devices of a stretch of wearers are those that one of them ever wears; of such a
        device every activation is listed. The last stretch has those that nobody ever wears, too.
        """
        ...

    def serving(self, device_id: DeviceId) -> list[ActivationFacts]:
        """List the activations of one device."""
        ...

    def put_gateway(self, gateway: Gateway) -> None:
        """Register what a gateway is and which devices it may speak for."""
        ...

    def gateway(self, gateway_id: DeviceId) -> Gateway | None:
        """Give one."""
        ...

    def count_unordered(self, device_id: DeviceId, *, received_at: Micros, number: int) -> None:
        """Count messages outside every order; they are dropped unread."""
        ...

    def record_step(self, step: InstallStep) -> None:
        """Record a step of an installation, once."""
        ...

    def steps(
        self,
        order_id: OrderId | None = None,
        *,
        among: tuple[str, str | None] | None = None,
    ) -> list[InstallStep]:
        """List the recorded steps; of an order, or of a stretch of wearers' devices, if named."""
        ...

    def saw(
        self,
        device_id: DeviceId,
        *,
        received_at: Micros,
        at: Micros,
        has_fix: bool,
        battery_pct: float | None,
    ) -> None:
        """Remember when a device last spoke and last had a usable position: no place."""
        ...

    def last_seen(self, *, among: tuple[str, str | None] | None = None) -> list[LastSeen]:
        """List when each registered device last spoke; of a stretch of wearers' only, if named."""
        ...


class LastSeen(msgspec.Struct, frozen=True, kw_only=True):
    """When a device last spoke."""

    device_id: DeviceId
    registered_at: Micros
    revoked_at: Micros | None
    heard_at: Micros | None
    fixed_at: Micros | None
    battery_pct: float | None
    unordered: int  # messages outside every order, counted and dropped unread


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff."""

    user_id: str
    name: str
    role: str
    authority_id: str
    created_at: Micros
    disabled_at: Micros | None = None
    made_by: str = ""  # who gave the newest set-up link: whoever has it can sign in
    made_at: Micros = Micros(0)


class PeopleBook(Protocol):
    """Staff accounts, sessions and tokens; secrets are stored as hashes only."""

    def add(self, person: Person, *, setup_hash: bytes, expires_at: Micros) -> None:
        """Create an account with a one-time set-up link."""
        ...

    def finish_setup(self, setup_hash: bytes, *, password_hash: str, at: Micros) -> Person | None:
        """Spend a set-up link; sessions under the former password end."""
        ...

    def by_name(self, name: str) -> tuple[Person, str] | None:
        """Find a person and the password hash."""
        ...

    def listed(self) -> list[Person]:
        """List staff by name."""
        ...

    def disable(self, user_id: str, *, at: Micros) -> None:
        """Close an account for good, with its sessions and set-up links."""
        ...

    def start_session(
        self,
        token_hash: bytes,
        *,
        user_id: str,
        expires_at: Micros,
        kind: Literal["page", "api"],
        idle_until: Micros | None = None,
    ) -> None:
        """Open a session; with `idle_until` it is over at that time unless it is kept."""
        ...

    def is_idle(self, token_hash: bytes, *, before: Micros) -> bool:
        """Tell whether a session's idle time ends before an instant."""
        ...

    def keep_session(self, token_hash: bytes, *, idle_until: Micros) -> None:
        """Say that a session is in use."""
        ...

    def session(
        self, token_hash: bytes, *, at: Micros, kind: Literal["page", "api"]
    ) -> Person | None:
        """Find whose session this is, unless it is over."""
        ...

    def attempts(self, name: str) -> tuple[int, Micros]:
        """Tell the failed sign-ins under a name since the last good one, and when to let it in."""
        ...

    def set_attempts(self, name: str, failed: int, *, not_before: Micros) -> None:
        """Remember failed sign-ins."""
        ...

    def end_session(self, token_hash: bytes) -> None:
        """Sign out."""
        ...
