"""Which prompts are there, and how far did each come? The table's own guards hold the limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from fairtag.adapters.sqlite.checkins.tables import outages, prompt_pauses, prompts
from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.course import lengthened, moves
from fairtag.rules.prompts.model import Prompt
from fairtag.rules.prompts.refusals import PromptRefused, UnknownCheckIn
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import Interval

_SAME = (
    *("check_in_id", "wearer_id", "order_id", "condition_id", "device_id", "modality", "kind"),
    *("local_day", "time_zone", "at", "nonce", "drawn"),
)


class SqlitePromptBook:
    """Keeps `fairtag.app.checkins.book.PromptBook`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, new: Sequence[Prompt]) -> None:
        """Store drawn prompts.

        Raises: PromptRefused when one would be the sixth, too near another, or in protected hours.
        """
        for one in new:
            told: dict[str, Any] = {name: getattr(one, name) for name in _SAME}
            told |= {"until": one.until - one.lengthened_by, "gap": one.gap_min * MINUTE}
            told |= {"state": one.state.value, "is_void": int(one.is_void)}
            refusing(self._db, insert(prompts).values(**told))

    def get(self, check_in_id: str) -> Prompt:
        """Give one.

        Raises: UnknownCheckIn.
        """
        wanted = select(prompts).where(prompts.c.check_in_id == check_in_id)
        found = listed(self._db, wanted)
        if not found:
            raise UnknownCheckIn(check_in_id)
        return found[0]

    def about(self, wearer_id: WearerId, during: Interval) -> list[Prompt]:
        """List a wearer's prompts whose time lies in a span, by time."""
        wanted = select(prompts).where(
            prompts.c.wearer_id == wearer_id,
            prompts.c.at >= during.start,
            prompts.c.at < during.end,
        )
        return listed(self._db, wanted.order_by(prompts.c.at))

    def move(
        self, check_in_id: str, state: CheckInState, *, at: Micros, is_void: bool = False
    ) -> Prompt:
        """Say how far a prompt came; a move backwards changes nothing.

        Raises: UnknownCheckIn.
        """
        before = self.get(check_in_id)
        told: dict[str, Any] = {}
        if moves(before.state, state):
            told["state"] = state.value
        if is_void and not before.is_void:
            told["is_void"] = 1
        if not told:
            return before
        wanted = update(prompts).where(prompts.c.check_in_id == check_in_id)
        self._db.execute(wanted.values(**told))
        if before.state is CheckInState.EXPIRED_SHOWN and "state" in told:
            self._excuse(before, at)
        return self.get(check_in_id)

    def _excuse(self, prompt: Prompt, at: Micros) -> None:
        """Let the silence of a window count no more: the answer to it came late."""
        window = {"start": prompt.at, "free_until": prompt.until - prompt.lengthened_by}
        told = {"owner": prompt.wearer_id, "ask_until": prompt.at, "recorded_at": at}
        named = {"pause_id": f"answered-{prompt.check_in_id}", "kind": "answered", "sealed": b""}
        self._db.execute(insert(prompt_pauses).values(**window, **told, **named))


def refusing(db: Connection, statement: Any) -> None:
    """Carry out an insert that the table's guards may refuse.

    Raises: PromptRefused.
    """
    try:
        db.execute(statement)
    except IntegrityError as error:
        raise PromptRefused(str(error.orig)) from error


def listed(db: Connection, wanted: Any) -> list[Prompt]:
    """List prompts with their windows as outages of ours lengthened them."""
    rows = db.execute(wanted).all()
    if not rows:
        return []
    first, last = min(row.at for row in rows), max(row.until for row in rows)
    spans = select(outages).where(outages.c.end > first, outages.c.start < last + _LONGEST)
    gone = [Interval(start=Micros(one.start), end=Micros(one.end)) for one in db.execute(spans)]
    return [_prompt(row, gone) for row in rows]


_LONGEST = 7 * 24 * 60 * MINUTE  # an outage that begins later lengthens no window


def _prompt(row: Row[Any], gone: Iterable[Interval]) -> Prompt:
    until = lengthened(Micros(row.at), Micros(row.until), gone)
    return Prompt(
        check_in_id=row.check_in_id,
        wearer_id=WearerId(row.wearer_id),
        order_id=OrderId(row.order_id),
        condition_id=ConditionId(row.condition_id),
        device_id=DeviceId(row.device_id),
        modality=row.modality,
        kind=row.kind,
        local_day=row.local_day,
        time_zone=row.time_zone,
        at=Micros(row.at),
        until=until,
        nonce=row.nonce,
        state=CheckInState(row.state),
        is_void=bool(row.is_void),
        gap_min=row.gap // MINUTE,
        lengthened_by=until - row.until,
        drawn=row.drawn,
    )
