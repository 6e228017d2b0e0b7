"""What does the store promise about asking: open hours, draws, pauses, outages, inboxes?

Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from fairtag.rules.prompts.hours import Hours, Protected
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import AlertId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import LATEST, Micros
from fairtag.terms.local import Interval

PauseKind = Literal["help", "health", "cannot", "outage", "hours", "answered", "staff"]
Item = Literal["prompt", "message", "config", "stop"]


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which nobody asks a wearer, or in which no silence counts."""

    pause_id: str
    wearer_id: WearerId
    kind: PauseKind
    start: Micros
    ask_until: Micros | None  # None: until a person decides
    free_until: Micros | None
    recorded_at: Micros
    alert_id: AlertId | None = None  # whose closing ends it
    text: str = ""  # the wearer's reason or words; sealed at rest, empty when listed
    ended_at: Micros | None = None

    def asked_again(self) -> Micros:
        """Tell from when on the wearer may be asked again."""
        return _least(self.ask_until, self.ended_at)

    def counts_again(self) -> Micros:
        """Tell from when on a silence counts again."""
        return _least(self.free_until, self.ended_at)


class KeptHours(Hours, frozen=True, kw_only=True):
    """Open hours as they were stored, with what they were made from."""

    time_zone: str
    protected: str


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a device was given to show."""

    n: int
    kind: Item
    ref: str
    at: Micros


class AskingBook(Protocol):
    """What surrounds prompts. Rows stand as written; a pause can only be ended."""

    def add_hours(
        self, wearer_id: WearerId, hours: Sequence[Hours], *, time_zone: str, protected: Protected
    ) -> None:
        """Store when a wearer may be asked.

        Raises: PromptRefused when they are not open, or too near others.
        """
        ...

    def hours(self, wearer_id: WearerId, during: Interval) -> list[KeptHours]:
        """List stored hours that touch a span, by time."""
        ...

    def draw(
        self,
        wearer_id: WearerId,
        waking_day: str,
        *,
        at: Micros,
        commitment: str,
        asked: int,
        not_asked: int,
    ) -> None:
        """Say that a day is drawn; from then on nothing is added to it.

        Raises: PromptRefused when it was drawn before.
        """
        ...

    def is_drawn(self, wearer_id: WearerId, waking_day: str) -> bool:
        """Tell whether a day was drawn."""
        ...

    def drawn_days(self, waking_days: Sequence[str]) -> set[tuple[WearerId, str]]:
        """List who was drawn on some days."""
        ...

    def planned(self, local_day: str, *, modality: str) -> int:
        """Count prompts of a local day, over all wearers."""
        ...

    def not_asked(self, waking_day: str) -> int:
        """Count what was not asked on a day because people could not have decided it."""
        ...

    def commitments(self) -> list[tuple[str, str, list[Prompt]]]:
        """List every commitment that prompts name, with the kind and the prompts of each."""
        ...

    def pause(self, pause: Pause) -> None:
        """Store a pause; prompts of its time become void."""
        ...

    def end_pause(self, pause_id: str, *, at: Micros, by: str) -> None:
        """End a pause that lasts until a person decides."""
        ...

    def pauses(
        self,
        wearer_id: WearerId | None = None,
        *,
        is_open: bool = False,
        since: Micros | None = None,
    ) -> list[Pause]:
        """List pauses, oldest first, without their texts; `is_open`: those that a person ends;
        `since`: those that were recorded or ended then or later.
        """
        ...

    def pause_text(self, pause_id: str) -> str:
        """Open what the wearer said. Callers log first."""
        ...

    def beat(self, now: Micros, *, gap: int) -> Interval | None:
        """Say that the service runs; gives the outage when the last beat is older than `gap` µs."""
        ...

    def touched(self, outage: Interval) -> list[Prompt]:
        """List prompts whose windows an outage touched, over all wearers."""
        ...

    def coming(self, since: Micros, upto: Micros) -> list[Prompt]:
        """List prompts that are not void and begin in a span, over all wearers."""
        ...

    def never_sent(self, before: Micros) -> list[Prompt]:
        """List prompts that are over before an instant, for a week at most, and that no device was
        ever given.
        """
        ...

    def void(self, check_in_id: str) -> None:
        """Say that nothing counts of a prompt."""
        ...

    def of_device(self, device_id: DeviceId, *, since: Micros, upto: Micros) -> list[Prompt]:
        """List a device's prompts that begin in a span, by time."""
        ...

    def give(self, device_id: DeviceId, kind: Item, ref: str, *, at: Micros) -> int:
        """Number something for a device to show; the same thing keeps its number."""
        ...

    def given(self, device_id: DeviceId, *, after: int) -> list[Given]:
        """List what a device was given beyond a number, in order."""
        ...

    def was_given(self, device_id: DeviceId, kind: Item, ref: str) -> bool:
        """Tell whether a device was ever given something."""
        ...

    def forget_given(self, before: Micros) -> int:
        """Forget prompts and messages that devices were given long ago; tells how many."""
        ...

    def call_review(
        self, order_id: OrderId, *, by_date: str, recorded_at: Micros, alert_id: AlertId
    ) -> None:
        """Say that an order must be reviewed early, and by when.

        Raises: UnknownOrder.
        """
        ...


def _least(first: Micros | None, second: Micros | None) -> Micros:
    return Micros(min(LATEST if first is None else first, LATEST if second is None else second))
