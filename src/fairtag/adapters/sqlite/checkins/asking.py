"""When may a wearer be asked, which days were drawn, who has a pause, when were we away?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from fairtag.adapters.sqlite.checkins.inbox import SqliteInbox
from fairtag.adapters.sqlite.checkins.pauses import SqlitePauses
from fairtag.adapters.sqlite.checkins.prompts import listed, refusing
from fairtag.adapters.sqlite.checkins.tables import (
    device_inbox,
    outages,
    prompt_draws,
    prompt_hours,
    prompts,
)
from fairtag.adapters.sqlite.engine import driver
from fairtag.app.checkins.asking import KeptHours
from fairtag.app.ports import Vault
from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.hours import Hours, Protected, written
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import DeviceId, WearerId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

_BEAT = "beat_at"
_LOOK_BACK = 7 * DAY
_OF_HOURS = ("waking_day", "local_day", "start", "end", "day_start", "day_end")


class SqliteAskingBook(SqliteInbox, SqlitePauses):
    """Keeps `fairtag.app.checkins.asking.AskingBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        SqliteInbox.__init__(self, connection)
        SqlitePauses.__init__(self, connection, vault)

    def add_hours(
        self, wearer_id: WearerId, hours: Sequence[Hours], *, time_zone: str, protected: Protected
    ) -> None:
        """Store when a wearer may be asked.

        Raises: PromptRefused.
        """
        for one in hours:
            told = msgspec.structs.asdict(one) | {"wearer_id": wearer_id}
            told |= {"time_zone": time_zone, "protected": written(protected)}
            refusing(self._db, insert(prompt_hours).values(**told))

    def hours(self, wearer_id: WearerId, during: Interval) -> list[KeptHours]:
        """List stored hours that touch a span, by time."""
        wanted = select(prompt_hours).where(
            prompt_hours.c.wearer_id == wearer_id,
            prompt_hours.c.start < during.end,
            prompt_hours.c.end > during.start,
        )
        found = self._db.execute(wanted.order_by(prompt_hours.c.start)).mappings()
        names = (*_OF_HOURS, "time_zone", "protected")
        return [KeptHours(**{name: row[name] for name in names}) for row in found]

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

        Raises: PromptRefused.
        """
        told: dict[str, Any] = {"wearer_id": wearer_id, "waking_day": waking_day, "at": at}
        told |= {"commitment": commitment, "asked": asked, "not_asked": not_asked}
        refusing(self._db, insert(prompt_draws).values(**told))

    def is_drawn(self, wearer_id: WearerId, waking_day: str) -> bool:
        """Tell whether a day was drawn."""
        return (wearer_id, waking_day) in self.drawn_days([waking_day])

    def drawn_days(self, waking_days: Sequence[str]) -> set[tuple[WearerId, str]]:
        """List who was drawn on some days."""
        wanted = select(prompt_draws.c.wearer_id, prompt_draws.c.waking_day)
        found = self._db.execute(wanted.where(prompt_draws.c.waking_day.in_(waking_days)))
        return {(WearerId(row.wearer_id), row.waking_day) for row in found}

    def planned(self, local_day: str, *, modality: str) -> int:
        """Count prompts of a local day, over all wearers."""
        wanted = select(func.count()).select_from(prompts)
        of_day = wanted.where(prompts.c.local_day == local_day, prompts.c.modality == modality)
        return int(self._db.execute(of_day).scalar_one())

    def not_asked(self, waking_day: str) -> int:
        """Count what was not asked on a day because people could not have decided it."""
        wanted = select(func.coalesce(func.sum(prompt_draws.c.not_asked), 0))
        of_day = wanted.where(prompt_draws.c.waking_day == waking_day)
        return int(self._db.execute(of_day).scalar_one())

    def commitments(self) -> list[tuple[str, str, list[Prompt]]]:
        """List every commitment that prompts name, with the kind and the prompts of each."""
        found: dict[str, list[Prompt]] = {}
        for one in listed(self._db, select(prompts).order_by(prompts.c.at)):
            found.setdefault(one.drawn, []).append(one)
        return [(told, some[0].kind, some) for told, some in sorted(found.items())]

    def beat(self, now: Micros, *, gap: int) -> Interval | None:
        """Say that the service runs; gives the outage when the last beat is older than `gap` µs."""
        db = driver(self._db)
        known = db.execute("SELECT value FROM house WHERE name = ?", (_BEAT,)).fetchone()
        last = Micros(now if known is None else int(known[0]))
        last = min(last, now)  # a clock that was set back: beats begin again
        db.execute("INSERT OR REPLACE INTO house VALUES (?, ?)", (_BEAT, str(now))).close()
        if now - last <= gap:
            return None
        self._db.execute(insert(outages).values(start=last, end=now))
        return Interval(start=last, end=now)

    def touched(self, outage: Interval) -> list[Prompt]:
        """List prompts whose windows an outage touched, over all wearers."""
        lately = prompts.c.at > outage.start - DAY
        return self._listed(lately, prompts.c.at < outage.end, prompts.c.until > outage.start)

    def coming(self, since: Micros, upto: Micros) -> list[Prompt]:
        """List prompts that are not void and begin in a span, over all wearers."""
        return self._listed(prompts.c.at >= since, prompts.c.at < upto, prompts.c.is_void == 0)

    def never_sent(self, before: Micros) -> list[Prompt]:
        """List prompts that are over before an instant and that no device was ever given."""
        sent = select(device_inbox.c.n).where(
            device_inbox.c.device_id == prompts.c.device_id,
            device_inbox.c.kind == "prompt",
            device_inbox.c.ref == prompts.c.check_in_id,
        )
        is_waiting = prompts.c.state == CheckInState.SCHEDULED.value
        lately = prompts.c.at > before - _LOOK_BACK
        return self._listed(is_waiting, lately, prompts.c.until < before, ~sent.exists())

    def void(self, check_in_id: str) -> None:
        """Say that nothing counts of a prompt."""
        wanted = update(prompts).where(prompts.c.check_in_id == check_in_id)
        self._db.execute(wanted.where(prompts.c.is_void == 0).values(is_void=1))

    def of_device(self, device_id: DeviceId, *, since: Micros, upto: Micros) -> list[Prompt]:
        """List a device's prompts that begin in a span, by time."""
        span = (prompts.c.at >= since, prompts.c.at < upto)
        return self._listed(prompts.c.device_id == device_id, *span)

    def _listed(self, *which: ColumnElement[bool]) -> list[Prompt]:
        wanted = select(prompts).where(*which).order_by(prompts.c.at)
        return listed(self._db, wanted)
