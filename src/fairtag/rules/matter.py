"""What is a matter while it is judged? A kind, a condition or device, and when it held."""

from __future__ import annotations

import msgspec

from fairtag.intake.messages import Message, ref_of
from fairtag.rules.finding import Cause, Evidence, Kind
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import Micros

MOST_EVIDENCE = 8


class Matter(msgspec.Struct, kw_only=True, array_like=True):
    """One thing found, by event time."""

    kind: Kind
    condition_id: ConditionId | None = None
    device_id: DeviceId | None = None
    began_at: Micros
    ended_at: Micros | None = None
    closed_at: Micros | None = None  # event time at which the end was decided
    certainty: float | None = None
    evidence: tuple[Evidence, ...] = ()
    part_of: tuple[Kind, Micros] | None = None  # kind and beginning of the matter it belongs to
    is_of_old_data: bool = False  # a timer tells it, and what it rests on arrived late
    cause: str | None = None  # a `Cause`, or the sign of a doubt
    known_until: Micros | None = None  # its end came with the clock, long after it was last seen

    @property
    def is_excused(self) -> bool:
        """Tell whether an absence that was recorded afterwards covers it."""
        return self.cause == Cause.EXCUSED

    @property
    def key(self) -> tuple[str, str, str]:
        """Name what can be open only once."""
        return (self.kind, self.condition_id or "", self.device_id or "")

    def end(self, at: Micros, *, decided: Micros) -> Matter:
        """Give the same matter, ended."""
        return msgspec.structs.replace(
            self, ended_at=Micros(max(at, self.began_at)), closed_at=decided
        )


def evidence_of(message: Message) -> Evidence:
    """Point at a message by its number, or by its content when it has none."""
    if message.seq is not None:
        return Evidence(seq=message.seq, at=message.at)
    return Evidence(ref=ref_of(message), at=message.at)
