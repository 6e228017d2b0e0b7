"""Putting rows together changes nothing that anybody can tell, and no stop loses anything."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.rig import HOME, START, Rig, opened_rig, order_of

from fairtag.adapters.sqlite.chunks import SqliteChunks
from fairtag.adapters.sqlite.journal import SqliteJournal
from fairtag.adapters.sqlite.log.entries import SqliteAudit
from fairtag.app.judging import Engine, clean_replay
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.app.trail.book import KeptKey
from fairtag.app.trail.compact import compact
from fairtag.app.trail.kinds import kind_at
from fairtag.custody.kinds import RecordKind
from fairtag.custody.refusals import CompactionRefused
from fairtag.intake.messages import Message, Position
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text
from fairtag.terms.local import Interval

ORDER, WEARER = OrderId("ORD-1"), WearerId("W-1")
EVER = Interval(start=START, end=Micros(START + 50 * DAY))
CANARY = (53.1234567, -2.7654321)


def everything(rig: Rig) -> list[JournalEntry]:
    return rig.house.store.read(lambda tx: tx.journal.after(0, limit=1_000_000))


def said(rig: Rig) -> list[Message]:
    return [one for entry in everything(rig) for one in entry.messages]


def counts(folder: Path) -> tuple[int, int, int]:
    """Count rows, chunks of hours and chunks of days."""
    with closing(sqlite3.connect(folder / "fairtag.db")) as db:
        rows = db.execute("SELECT count(*) FROM journal").fetchone()[0]
        days = dict(db.execute("SELECT is_day, count(*) FROM chunks GROUP BY is_day").fetchall())
    return rows, days.get(0, 0), days.get(1, 0)


def settle(rig: Rig) -> int:
    """Put together all that is due."""
    made = 0
    while done := compact(rig.house):
        made += done
    return made


def talk(rig: Rig, device: str, minutes: int, *, every: int = 5, seed: int = 1) -> None:
    """Speak every few minutes, from home or nearby."""
    chance = random.Random(seed)
    for _ in range(0, minutes, every):
        rig.pass_time(every * MINUTE)
        lat = HOME[0] + chance.gauss(0, 3e-5)
        rig.say(device, rig.line(device, lat=lat, battery_pct=80.0))


def test_rows_become_hours_and_hours_a_day(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        talk(rig, device, 3 * 60)
        assert compact(rig.house) > 0
        rows, hours, days = counts(tmp_path)
        assert (hours, days) == (2, 0)
        # The hour that has just ended rests for an hour more.
        assert 12 <= rows <= 14
        before = everything(rig)
        rig.pass_time(DAY)
        settle(rig)
        rows, hours, days = counts(tmp_path)
        assert days == 1
        assert everything(rig)[: len(before)] == before
        assert rig.engine.digest_input() == clean_replay(rig.house)


def test_what_is_not_judged_stays_a_row(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        talk(rig, device, 30)
        rig.house.store.transact(lambda tx: tx.verdicts.set_judged_upto(2))
        rig.clock.at = Micros(rig.clock.at + 5 * HOUR)
        before = counts(tmp_path)
        assert compact(rig.house) == 0
        assert counts(tmp_path) == before


def test_rows_rest_for_an_hour_of_the_judges_clock(tmp_path: Path) -> None:
    """What it judges next may be older than what came just before, and be judged again with it."""
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        talk(rig, device, 3 * 60)
        last = everything(rig)[-1]
        rig.house.store.transact(lambda tx: tx.verdicts.set_judged_upto(last.n - 1))
        rig.clock.at = Micros(rig.clock.at + 9 * HOUR)

        settle(rig)

        rows = [one for one in everything(rig) if last.received_at - one.received_at <= HOUR]
        assert len(rows) == counts(tmp_path)[0] > 10
        rig.house.store.transact(lambda tx: tx.verdicts.set_judged_upto(last.n))
        settle(rig)
        assert counts(tmp_path)[0] == 0


def test_a_batch_is_one_entry_of_the_log_and_names_nobody(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        for number in (1, 2):
            rig.wearer(number)
            talk(rig, f"D-{number}", 20)
        rig.pass_time(3 * HOUR)
        last = rig.house.store.read(lambda tx: tx.audit.last())
        assert compact(rig.house) > 1
        (told,) = rig.house.store.read(lambda tx: tx.audit.entries(after=last))
        assert (told.entry.what, told.entry.operation) == ("trail.compacted", "alteration")
        assert told.entry.wearer_id is told.entry.order_id is None
        assert "W-1" not in str(told.entry.details)
        assert int(told.entry.details["rows"]) > 8


def test_again_and_against_are_found_in_chunks(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        lines = [rig.line(device), rig.line(device)]
        rig.say(device, *lines)
        stored = len(said(rig))
        for span in (3 * HOUR, 2 * DAY):  # in a chunk of an hour, then of a day
            rig.pass_time(span)
            settle(rig)
            rig.say(device, *lines)
            assert rig.house.store.read(lambda tx: tx.quarantine.count()) == {}
            assert len(said(rig)) == stored
        rig.say(device, lines[1] | {"lat": 10.0})
        assert rig.house.store.read(lambda tx: tx.quarantine.count()) == {"conflict": 1}
        assert len(said(rig)) == stored
        assert counts(tmp_path)[2] >= 1


def test_negative_control_without_its_numbers_a_chunk_is_not_found(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        line = rig.line(device)
        rig.say(device, line)
        rig.pass_time(3 * HOUR)
        settle(rig)
        with closing(sqlite3.connect(tmp_path / "fairtag.db", isolation_level=None)) as db:
            db.execute("UPDATE chunks SET last_seq = NULL, span_seq = NULL")
        rig.say(device, line)
        assert len(said(rig)) == 2


class Twins:
    """Two houses that hear the same; one puts together at random moments and restarts."""

    def __init__(self, one: Rig, other: Rig, seed: int) -> None:
        self.rigs = (one, other)
        self.chance = random.Random(seed)
        for rig in self.rigs:
            rig.wearer(1)
            rig.wearer(2)
        self.late: list[tuple[str, dict[str, Any]]] = []
        self.said: list[tuple[str, dict[str, Any]]] = []

    def live(self) -> None:
        for _ in range(self.chance.randint(60, 110)):
            self.step()
            if self.chance.random() < 0.25:
                self.put_together()
        for rig in self.rigs:
            rig.pass_time(2 * DAY)
        self.put_together()

    def step(self) -> None:
        span = self.chance.choice((1, 3, 7, 20, 45, 150)) * MINUTE
        device = f"D-{self.chance.randint(1, 2)}"
        for rig in self.rigs:
            rig.pass_time(span)
        lines = [self.line(device) for _ in range(self.chance.choice((1, 1, 3)))]
        told = self.chance.random()
        if told < 0.1:
            self.late += [(device, one) for one in lines]
            return
        if told < 0.2 and self.late:  # hours or days late, newest first
            (device, one), self.late = self.late[-1], self.late[:-1]
            lines = [one]
        elif told < 0.3 and self.said:  # again, or another content
            device, one = self.chance.choice(self.said)
            lines = [one | self.chance.choice(({}, {"at": text(self.rigs[0].clock.at)}))]
        self.said += [(device, one) for one in lines]
        first, second = (rig.say(device, *lines).json() for rig in self.rigs)
        assert first == second

    def line(self, device: str) -> dict[str, Any]:
        kind = self.chance.random()
        for rig in self.rigs[1:]:
            rig.seq[device] = rig.seq.get(device, 0) + 1
        if kind < 0.1:
            code = self.chance.choice(("strap_open", "strap_closed", "battery_low", "sos"))
            return self.rigs[0].line(device, type="event", code=code)
        away = self.chance.choice((0, 0, 0, 0.025))
        lat = HOME[0] + away + self.chance.gauss(0, 3e-5)
        return self.rigs[0].line(device, lat=lat, lon=HOME[1] + (0.005 if away else 0))

    def put_together(self) -> None:
        rig = self.rigs[1]
        settle(rig)
        if self.chance.random() < 0.5:
            rig.engine = Engine(rig.house)
            rig.engine.start()


def outcome(rig: Rig) -> tuple[Any, ...]:
    feed = rig.house.store.read(lambda tx: tx.verdicts.feed(after=0, limit=100_000))
    waiting = rig.house.store.read(lambda tx: tx.quarantine.count())
    past = rig.house.store.read(lambda tx: tx.journal.past(ORDER, since=START, upto=10**9))
    told = rig.house.store.read(lambda tx: tx.journal.told(ORDER, EVER))
    columns = rig.house.store.read(lambda tx: tx.journal.places(ORDER, EVER))
    places = [one.message(row) for one in columns for row in range(len(one))]
    assert told == past
    assert sorted(places, key=lambda one: (one.at, one.seq or 0)) == sorted(
        (one for one in told if isinstance(one, Position)), key=lambda one: (one.at, one.seq or 0)
    )
    return everything(rig), rig.engine.digest_input(), feed, waiting, past


@pytest.mark.parametrize("seed", range(4))
def test_findings_and_states_are_those_of_a_house_that_never_puts_together(
    tmp_path: Path, seed: int
) -> None:
    with opened_rig(tmp_path / "one") as one, opened_rig(tmp_path / "other") as other:
        twins = Twins(one, other, seed)
        twins.live()
        assert counts(tmp_path / "one")[1:] == (0, 0)
        assert counts(tmp_path / "other")[2] > 0
        first, second = outcome(one), outcome(other)
        assert first == second
        assert len(first[2]) > 0, "no finding: the comparison says nothing"
        assert clean_replay(other.house) == first[1]


class Stopped(Exception):
    """Power is gone."""


_POINTS: list[tuple[type, str]] = [
    (SqliteAudit, "append"),
    (SqliteJournal, "drop"),
    (SqliteChunks, "drop"),
    (SqliteChunks, "put"),
    (SqliteChunks, "seal"),
    (SqliteJournal, "end_day"),
]


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[type, str, int, bool], None]]:
    """Make the n-th call of a method stop the work, before it or after it."""

    def at(owner: type, name: str, nth: int, is_after: bool) -> None:  # noqa: FBT001
        whole, seen = getattr(owner, name), iter(range(1, 1_000_000))

        def call(*args: Any, **named: Any) -> Any:
            is_here = next(seen) == nth
            if is_here and not is_after:
                raise Stopped
            done = whole(*args, **named)
            if is_here:
                raise Stopped
            return done

        monkeypatch.setattr(owner, name, call)

    yield at
    monkeypatch.undo()


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize(("owner", "name"), _POINTS)
def test_whatever_step_fails_each_entry_is_there_once(
    tmp_path: Path,
    stops: Callable[[type, str, int, bool], None],
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    nth: int,
    is_after: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        talk(rig, device, 100, every=20)
        rig.pass_time(DAY)
        rig.clock.at = Micros(rig.clock.at + DAY)
        before = everything(rig)
        stops(owner, name, nth, is_after)
        with suppress(Stopped):
            settle(rig)
        assert everything(rig) == before
        monkeypatch.undo()
        settle(rig)
        assert everything(rig) == before
        assert counts(tmp_path)[0] == 0
        assert rig.engine.digest_input() == clean_replay(rig.house)


def test_negative_control_two_transactions_would_lose(
    tmp_path: Path,
) -> None:
    """Rows dropped in one commit and chunks stored in the next: a stop between them is seen."""
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        talk(rig, device, 30)
        rig.pass_time(3 * HOUR)
        before = everything(rig)
        rig.house.store.transact(lambda tx: tx.journal.drop([one.n for one in before]))
        assert everything(rig) != before


def test_what_somebody_else_replaced_is_not_replaced_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        talk(rig, device, 30)
        rig.pass_time(3 * HOUR)
        before = everything(rig)
        monkeypatch.setattr(SqliteJournal, "drop", lambda *_: 0)
        with pytest.raises(CompactionRefused):
            compact(rig.house)
        monkeypatch.undo()
        assert everything(rig) == before


def test_a_wearer_whose_keys_are_gone_does_not_hold_up_others(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        for number in (1, 2):
            rig.wearer(number)
            talk(rig, f"D-{number}", 20)
        rig.pass_time(3 * HOUR)
        rig.house.vault.end_wearer(WEARER)
        assert compact(rig.house) > 0
        with closing(sqlite3.connect(tmp_path / "fairtag.db")) as db:
            left = db.execute(
                "SELECT DISTINCT wearer_id FROM journal WHERE what = 'messages'"
            ).fetchall()
            made = db.execute("SELECT DISTINCT wearer_id FROM chunk_owners").fetchall()
        assert (left, made) == ([("W-1",)], [("W-2",)])


def test_an_order_without_a_trail_lies_under_keys_of_days(tmp_path: Path) -> None:
    without = [one for one in order_of()["conditions"] if one["kind"] != "trail"]
    with opened_rig(tmp_path) as rig:
        device = rig.wearer(conditions=without)
        talk(rig, device, 20)
        rig.pass_time(2 * DAY)
        settle(rig)
        (kept,) = rig.house.store.read(lambda tx: tx.chunks.keys())[:1]
        assert (kept.kind, kept.period) == (RecordKind.PASSING, "2026-11-03")
        rulings = rig.house.store.read(lambda tx: tx.orders.rulings(ORDER))
        assert kind_at(rulings, Micros(0)) is RecordKind.PASSING


def test_a_period_is_listed_by_its_last_event_and_removed_alone(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        for number in (1, 2):
            rig.wearer(number)
            talk(rig, f"D-{number}", 20)
        rig.pass_time(3 * HOUR)
        settle(rig)
        listed = rig.house.store.read(lambda tx: tx.chunks.keys())
        assert [(one.wearer_id, one.kind, one.period) for one in listed] == [
            ("W-1", RecordKind.TRAIL, "2026-11"),
            ("W-2", RecordKind.TRAIL, "2026-11"),
        ]
        first: KeptKey = listed[0]
        newest = rig.house.store.read(lambda tx: tx.journal.told(ORDER, EVER))[-1].at
        assert newest <= first.last_at < newest + 1_000_000
        rig.house.vault.end_period(WEARER, RecordKind.TRAIL, "2026-11")
        with pytest.raises(SealBroken):
            rig.house.store.read(lambda tx: tx.journal.told(ORDER, EVER))

        def remove(tx: Transaction) -> int:
            return tx.chunks.remove(WEARER, RecordKind.TRAIL, "2026-11")

        assert rig.house.store.transact(remove) == first.chunks
        assert rig.house.store.transact(remove) == 0
        assert rig.house.store.read(lambda tx: tx.journal.told(ORDER, EVER)) == []
        other = OrderId("ORD-2")
        assert rig.house.store.read(lambda tx: tx.journal.told(other, EVER)) != []


def test_a_resend_of_what_was_destroyed_is_taken_as_new(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        line = rig.line(device)
        rig.say(device, line)
        rig.pass_time(3 * HOUR)
        settle(rig)
        chunked = everything(rig)
        rig.house.vault.end_period(WEARER, RecordKind.TRAIL, "2026-11")
        entry = next(one for one in chunked if one.messages)
        done = rig.house.store.transact(lambda tx: tx.journal.append(entry))
        assert (done.stored, done.conflicts) == (1, ())


def test_no_place_is_in_any_file_and_old_rows_do_not_open_once_the_day_is_over(
    tmp_path: Path,
) -> None:
    """A copy of the store from before, with today's keys: the journal's key of the day is gone."""
    data, copy = tmp_path / "data", tmp_path / "copy"
    with opened_rig(data) as rig:
        device = rig.wearer()
        for _ in range(30):
            rig.pass_time(MINUTE)
            rig.say(device, rig.line(device, lat=CANARY[0], lon=CANARY[1]))
        copied(data, copy)
        rig.pass_time(6 * HOUR)
        settle(rig)  # rows are gone, the day is not over
        copied_keys(data, copy)
        assert len(opened(copy)) > 20, "negative control: with the day's key they open"
        rig.pass_time(2 * DAY)
        settle(rig)
        assert len(rig.house.store.read(lambda tx: tx.journal.told(ORDER, EVER))) == 30
        copied_keys(data, copy)
        with pytest.raises(SealBroken):
            opened(copy)
        assert files_with_canary(data) == []
        (data / "planted").write_text(f"{CANARY[0]}")
        assert files_with_canary(data) == ["planted"], "negative control: the search finds"


def copied(data: Path, copy: Path) -> None:
    copy.mkdir()
    for path in data.glob("fairtag.db*"):
        shutil.copy(path, copy / path.name)


def copied_keys(data: Path, copy: Path) -> None:
    shutil.rmtree(copy / "keys", ignore_errors=True)
    shutil.copytree(data / "keys", copy / "keys")


def opened(copy: Path) -> list[JournalEntry]:
    with opened_rig(copy) as rig:
        return everything(rig)


def files_with_canary(data: Path) -> list[str]:
    """Search every file for the place, as text, as floats and as multiples of 1e-7 degree."""
    wanted = set[bytes]()
    for value in CANARY:
        steps = round(value * 1e7)
        wanted |= {
            str(value).encode(),
            str(steps).encode(),
            steps.to_bytes(4, "little", signed=True),
        }
        wanted |= {steps.to_bytes(4, "big", signed=True)}
        packed = memoryview(bytearray(8)).cast("d")
        packed[0] = value
        wanted |= {packed.tobytes(), packed.tobytes()[::-1]}
    return [
        path.name
        for path in sorted(data.rglob("*"))
        if path.is_file() and any(one in path.read_bytes() for one in wanted)
    ]


def test_a_clock_that_was_set_back_keeps_its_day_readable(tmp_path: Path) -> None:
    with opened_rig(tmp_path) as rig:
        device = rig.wearer()
        talk(rig, device, 20)
        rig.pass_time(2 * DAY)
        settle(rig)
        rig.clock.at = Micros(rig.clock.at - 2 * DAY)
        rig.say(device, rig.line(device))
        before = everything(rig)
        rig.clock.at = Micros(rig.clock.at + 2 * DAY)
        settle(rig)
        assert everything(rig) == before
