"""What does a use case or a page need at hand? The ports, wired once in `fairtag.bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from fairtag.app.charter import Rehearsal
from fairtag.app.checkins.book import Faces
from fairtag.app.checkins.enrolling.sources import EnrolmentSource
from fairtag.app.disclosure.book import Parcels
from fairtag.app.fairness.book import Courses
from fairtag.app.log.book import LogFile, Signer, Witness
from fairtag.app.ports import Clock, Notifier, Store, Vault
from fairtag.app.reviewing.known import KnownPairs, NullKnownPairs
from fairtag.faces.cohort.people import Named
from fairtag.retention.schedule import Schedule


class Changes(Protocol):
    """Tells pages that the queue changed; a number that only rises."""

    def publish(self) -> None:
        """Say that alerts changed; may be called from any thread, after the commit."""
        ...

    def version(self) -> int:
        """Tell the number of changes so far."""
        ...

    async def wait(self, after: int, *, at_most_s: float) -> int:
        """Wait until the number exceeds `after`, or the time is over; tells the number."""
        ...


class Ground(Protocol):
    """What the service stands on; asked without changing anything."""

    def free_bytes(self) -> int:
        """Tell the free space where the data are."""
        ...

    def free_share(self) -> float:
        """Tell which share of the disk is free where the data are: 0 to 1."""
        ...

    def check_log(self) -> None:
        """See that the access log's file can be written, and write nothing.

        Raises: LogUnavailable.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything a use case may ask for."""

    store: Store
    clock: Clock
    vault: Vault
    changes: Changes
    ground: Ground
    log: LogFile
    signer: Signer
    witnesses: tuple[Witness, ...]
    parcels: Parcels
    faces: Faces
    courses: Courses  # how check-ins went, for counts by the month
    chance: Callable[[int], bytes]  # n unpredictable bytes
    notifier_for: Callable[[str], Notifier]  # by address: "mailto:…" or "https://…"
    address: str  # where staff reach the pages, such as "http://127.0.0.1:8080"
    speed: float  # how much faster than the machine's the clock runs; 1 except in a demo
    is_demo: bool  # scaled clock; every page says 'demo time'
    schedule: Schedule  # what goes when; settings may only have shortened it
    rehearsal: Rehearsal  # why simulated orders only, and every page says 'rehearsal'; or ''
    known_pairs: KnownPairs = field(default_factory=NullKnownPairs)  # to measure reviewers
    enrolment_source: EnrolmentSource | None = None  # the authority's own pictures, if any
    engines_allowed: tuple[str, ...] = ()  # digests of engines that may run beside the reference
    decisions_a_day: int = 200  # photos that reviewers can decide in 24 h
    face_cohort: Named | None = None  # whom scores are held against; none unless somebody brings it
    face_sample: float = 0.05  # the share of automatic matches that people look at blind
    alert_sample: float = 0.02  # the share of closed alerts that a second person looks at, blind
    inspector_to: str = ""  # who, besides the supervisor, hears of an opening for danger to life

    @property
    def is_rehearsal(self) -> bool:
        """Tell whether orders of invented people only are taken."""
        return self.rehearsal != ""
