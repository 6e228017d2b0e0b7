"""Where is it written what goes and what went? Runs and marks as written; items until they went."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.keeping.families import remove
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.retention.book import Erased, Run, RunState
from fairtag.retention.due import Item
from fairtag.retention.limits import ClockFacts, is_jump
from fairtag.retention.refusals import ErasureRefused
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

erasures = Table(
    "erasures",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("run_id", String, nullable=False, unique=True),
    Column("begun_at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
erasure_marks = Table(
    "erasure_marks",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("run_id", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("at", Integer, nullable=False),
)
# What a run is about, until its rows are removed or its keys are back: nobody reads these rows.
erasure_items = Table(
    "erasure_items",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("period", String, primary_key=True),
    sqlite_with_rowid=False,
)
# Whose keys two people's runs destroyed: only then a guard lets a row go.
erased = Table(
    "erased",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("period", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("run_id", String, nullable=False),
)
care = Table(
    "care",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)
keep_as_written(erasures, "an erasure")
keep_as_written(erasure_marks, "what became of an erasure")
keep_as_written(erased, "what was erased")

_RUN = msgspec.json.Decoder(Run)
_ENDS = ("removed", "restored")


class SqliteErasureBook:
    """Keeps `fairtag.app.retention.book.ErasureBook`."""

    def __init__(self, connection: Connection) -> None:
        self._db = driver(connection)

    def begin(self, run: Run, items: Sequence[Item]) -> None:
        """Store a run with its items and its first state."""
        row = (run.run_id, run.begun_at, msgspec.json.encode(run))
        self._db.execute("INSERT INTO erasures (run_id, begun_at, body) VALUES (?, ?, ?)", row)
        rows = [(run.run_id, one.wearer_id, one.kind, one.period) for one in items]
        self._db.executemany("INSERT INTO erasure_items VALUES (?, ?, ?, ?)", rows).close()
        self.mark(run.run_id, run.state, at=run.begun_at)

    def mark(self, run_id: str, state: RunState, *, at: Micros) -> None:
        """Store how far a run has come."""
        told = "INSERT INTO erasure_marks (run_id, state, at) VALUES (?, ?, ?)"
        self._db.execute(told, (run_id, state, at)).close()

    def get(self, run_id: str) -> Run:
        """Give a run as it stands.

        Raises: ErasureRefused.
        """
        found = self._runs("WHERE erasures.run_id = ?", (run_id,))
        if not found:
            raise ErasureRefused(f"there is no erasure {run_id}")
        return found[0]

    def listed(self, *, is_open: bool = True) -> list[Run]:
        """List runs, newest first."""
        return [one for one in self._runs() if not is_open or one.state not in _ENDS]

    def items(self, run_id: str) -> list[Item]:
        """List what a run is still about."""
        told = "SELECT owner, kind, period FROM erasure_items WHERE run_id = ? ORDER BY 1, 2, 3"
        found = self._db.execute(told, (run_id,)).fetchall()
        return [
            Item(wearer_id=WearerId(owner), kind=kind, period=period)
            for owner, kind, period in found
        ]

    def release(self, run_id: str, items: Sequence[Item]) -> None:
        """Take items out of a run."""
        told = (
            "DELETE FROM erasure_items WHERE run_id = ? AND owner = ? AND kind = ? AND period = ?"
        )
        rows = [(run_id, one.wearer_id, one.kind, one.period) for one in items]
        self._db.executemany(told, rows).close()

    def remove_rows(self, run_id: str, *, at: Micros) -> dict[str, int]:
        """Remove the rows that destroyed keys sealed; tells how many by table."""
        if self.get(run_id).by == "two people":
            told = (
                "INSERT INTO erased (owner, kind, period, at, run_id)"
                " SELECT owner, kind, period, ?, run_id FROM erasure_items WHERE run_id = ?"
            )
            self._db.execute(told, (at, run_id)).close()
        gone = remove(self._db, run_id, at=at)
        self.put_back(run_id)
        return gone

    def erased(self) -> list[Erased]:
        """List what went by two people's leave."""
        found = self._db.execute("SELECT run_id, owner, kind, period, at FROM erased ORDER BY n")
        return [
            Erased(
                run_id=run_id,
                item=Item(wearer_id=WearerId(owner), kind=kind, period=period),
                at=Micros(at),
            )
            for run_id, owner, kind, period, at in found.fetchall()
        ]

    def put_back(self, run_id: str) -> None:
        """Let rows be read again."""
        self._db.execute("DELETE FROM erasure_items WHERE run_id = ?", (run_id,)).close()

    def wearers_enrolled(self) -> int:
        """Count the people that the store knows."""
        found = self._db.execute("SELECT count(DISTINCT wearer_id) FROM order_versions").fetchone()
        return int(found[0])

    def wearers_since(self, at: Micros) -> int:
        """Count the people whose records began to go after an instant, by two people's leave."""
        found = self._runs("WHERE begun_at > ?", (at,))
        return sum(
            one.wearers for one in found if one.by == "two people" and one.state != "restored"
        )

    def clock(self, now: Micros) -> ClockFacts:
        """Tell what speaks for the machine's clock and what against it."""
        heard = self._db.execute("SELECT max(fixed_at) FROM devices").fetchone()[0]
        return ClockFacts(
            now=now,
            last_round=self._instant("last_round"),
            steady_since=self._instant("steady_since"),
            doubted_at=self._instant("doubted_at"),
            confirmed_at=self._instant("confirmed_at"),
            heard_at=None if heard is None else Micros(heard),
        )

    def note_round(self, now: Micros) -> None:
        """Remember that the service looked at the clock, and whether it had jumped."""
        before = self.clock(now)
        if is_jump(before):
            self._set("doubted_at", str(now))
        if is_jump(before) or before.steady_since is None:
            self._set("steady_since", str(now))
        self._set("last_round", str(now))

    def confirm_clock(self, now: Micros) -> None:
        """Remember that a person said that the clock is right."""
        self._set("confirmed_at", str(now))

    def routine_day(self) -> str:
        """Tell the day on which the machine's own erasure last ran."""
        return self._told("routine_day") or ""

    def set_routine_day(self, day: str) -> None:
        """Remember it."""
        self._set("routine_day", day)

    def month_begun(self) -> str:
        """Tell the newest month whose keys and entries are made."""
        return self._told("month_begun") or ""

    def set_month_begun(self, month: str) -> None:
        """Remember it."""
        self._set("month_begun", month)

    def _runs(self, where: str = "", told: tuple[object, ...] = ()) -> list[Run]:
        last = "SELECT state FROM erasure_marks AS m WHERE m.run_id = erasures.run_id"
        wanted = f"SELECT body, ({last} ORDER BY m.n DESC LIMIT 1) FROM erasures {where}"  # noqa: S608
        found = self._db.execute(f"{wanted} ORDER BY n DESC", told)
        return [
            msgspec.structs.replace(_RUN.decode(body), state=state)
            for body, state in found.fetchall()
        ]

    def _told(self, name: str) -> str | None:
        found = self._db.execute("SELECT value FROM care WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def _instant(self, name: str) -> Micros | None:
        told = self._told(name)
        return None if told is None else Micros(int(told))

    def _set(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO care VALUES (?, ?)", (name, value)).close()
