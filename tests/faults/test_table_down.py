"""The log's table takes nothing, its file does: an urgent alert is handled to its end.

On the pages, by one officer.

Each act is in the file, on disk, before it takes effect; the pages say so; when the table is back
the entries are merged and marked, and `audit verify` holds.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as replaced
from tests.app.test_verify_log import bend
from tests.rig import PASSWORD, Rig, opened_rig, walk_out
from tests.seals import watch_unsealing
from tests.web.desk import CSRF, Desk, visitor

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.log import entries as books
from fairtag.app.log import verify
from fairtag.app.log.book import LogFile
from fairtag.app.log.tend import merge_spooled
from fairtag.app.openings import writing
from fairtag.app.openings.break_glass import break_glass
from fairtag.app.openings.read import read_positions
from fairtag.app.sign_in import add_user
from fairtag.audit.beside import read_file
from fairtag.audit.entries import Entry, Operation, read
from fairtag.cli.log.audit import _looked
from fairtag.custody.kinds import RecordKind
from fairtag.custody.opening import Grant
from fairtag.terms.errors import LogUnavailable
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros

DONE = (
    "alert.acknowledge",
    "opening.granted",
    "alert.evidence",
    "contact.log",
    "disclosure.asked",
    "disclosure.opened",
    "disclosure.told",
    "alert.close",
)
NAME, PLACE = "Canaryella", "53.50"
SAID = "told them where the device was last, and how old that is"
WHY = "a life is in danger: the family rang"
OPEN = {"purpose": "handle_alert"}
CALL = {"order": "ORD-1", "recipient": "GMP, control room", "called_back": "101"}
# What of an act can be seen in the store, and which entries have to be in the file by then.
EFFECTS = {
    "SELECT count(*) FROM alerts WHERE state <> 'raised'": ("alert.acknowledge",),
    "SELECT count(*) FROM alerts WHERE state = 'closed'": ("alert.close",),
    "SELECT count(*) FROM grants": ("opening.granted", "opening.break-glass"),
    "SELECT count(*) FROM looks": ("alert.evidence", "opening.read"),
    "SELECT count(*) FROM contacts": ("contact.log",),
    "SELECT count(*) FROM disclosures": ("disclosure.asked",),
    "SELECT count(*) FROM disclosure_steps": ("disclosure.opened", "disclosure.told"),
}
SHOWN = ("alert.evidence", "disclosure.opened", "opening.read")


def refusing(*tables: str) -> Callable[[Path], Callable[[], None]]:
    """Let these tables take nothing; gives what mends them."""

    def begin(folder: Path) -> Callable[[], None]:
        with closing(sqlite3.connect(folder / "fairtag.db", isolation_level=None)) as db:
            for name in tables:
                for verb in ("INSERT", "UPDATE"):
                    db.execute(
                        f"CREATE TRIGGER {name}_{verb}_full BEFORE {verb} ON {name}"
                        " BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
                    )

        def mend() -> None:
            with closing(sqlite3.connect(folder / "fairtag.db", isolation_level=None)) as db:
                for name in tables:
                    for verb in ("INSERT", "UPDATE"):
                        db.execute(f"DROP TRIGGER {name}_{verb}_full")

        return mend

    return begin


def damaged(folder: Path) -> Callable[[], None]:
    """Overwrite the first page of the log's table, as a bad sector does; gives what mends it."""
    path = folder / "fairtag.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        (size,) = db.execute("PRAGMA page_size").fetchone()
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'log'").fetchone()
    place = (root - 1) * size

    def put(page: bytes) -> bytes:
        with path.open("r+b") as file:
            file.seek(place)
            held = file.read(size)
            file.seek(place)
            file.write(page)
        return held

    whole = put(b"\xff" * size)
    return lambda: put(whole) and None


WAYS = {
    "the entries are refused": refusing("log"),
    "the tree is refused": refusing("log_tiles"),
    "all of it is refused": refusing("log", "log_tiles", "log_checkpoints", "log_cosignatures"),
    "a page of the table is damaged": damaged,
}


@dataclass
class Watch:
    """Looks past the program at store and file, whenever one is written or something is opened."""

    db: sqlite3.Connection
    rig: Rig
    late: set[str] = field(default_factory=set)  # what took effect before it was in the file
    unlogged: int = 0  # what positions were unsealed without an entry in the file

    def look(self) -> None:
        told = Counter(one.what for one in in_file(self.rig))
        for effect, codes in EFFECTS.items():
            if self.db.execute(effect).fetchone()[0] > sum(told[one] for one in codes):
                self.late.add(codes[0])

    def unseals(self, kind: RecordKind) -> None:
        if kind in (RecordKind.JOURNAL, RecordKind.TRAIL, RecordKind.EVIDENCE):
            self.unlogged += not {one.what for one in in_file(self.rig)} & set(SHOWN)


@contextmanager
def watched(rig: Rig) -> Iterator[Watch]:
    path = rig.folder / "fairtag.db"
    write = Spool.write
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as db,
        pytest.MonkeyPatch.context() as patch,
    ):
        watch = Watch(db, rig)

        def written(self: Spool, bodies: Sequence[bytes]) -> None:
            watch.look()
            write(self, bodies)

        patch.setattr(Spool, "write", written)
        watch_unsealing(patch, watch.unseals)
        yield watch
        watch.look()


def in_file(rig: Rig) -> list[Entry]:
    held = read_file((rig.folder / "log" / "access.log").read_bytes())
    return [entry for body in held.bodies if (entry := read(body)) is not None]


def in_table(rig: Rig) -> dict[str, Entry]:
    found = rig.house.store.read(lambda tx: tx.audit.entries())
    return {one.entry.ref: one.entry for one in found}


@dataclass(frozen=True)
class Night:
    """A house that is shut, with an urgent alert, and one officer who may come."""

    folder: Path
    alert: str
    at: Micros
    tokens: dict[str, str]
    seq: dict[str, int]

    @contextmanager
    def opened(self) -> Iterator[tuple[Rig, Desk]]:
        with opened_rig(self.folder, self.at) as rig:
            rig.tokens |= self.tokens
            rig.seq |= self.seq
            yield rig, came_in(rig)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    with opened_rig(tmp_path / "data") as rig:
        walk_out(rig, rig.wearer())
        rig.person("oona", "officer")
        alert = next(one for one in rig.alerts() if one["kind"] == "zone.entered")
        assert alert["priority"] == "urgent"
        return Night(
            folder=rig.folder,
            alert=alert["alert_id"],
            at=rig.clock.at,
            tokens=rig.tokens,
            seq=rig.seq,
        )


def came_in(rig: Rig) -> Desk:
    """Sign in on the pages."""
    desk = visitor(rig, "oona")
    answer = desk.client.post(
        "/sign-in", data={"name": "oona", "password": PASSWORD}, follow_redirects=False
    )
    assert answer.status_code == 303
    (desk.csrf,) = set(CSRF.findall(desk.get("/").text))
    return desk


def handled(desk: Desk, alert: str) -> list[Any]:
    """Take the alert, open it, ring the police, write it down, close it; gives the answers."""
    page = f"/alerts/{alert}"
    told = desk.send("/disclosures/emergency", **CALL, incident="GMP-1", ground="threat_to_life")
    (call,) = set(re.findall(r"/disclosures/([\w-]+)/said", told.text)) or [""]
    return [
        desk.send(f"{page}/acknowledge"),
        desk.send(f"{page}/open", purpose="handle_alert"),
        desk.send(f"{page}/contacts", how="phone", reached="yes", told="Rang, nobody answered."),
        told,
        desk.send(f"/disclosures/{call}/said", said=SAID, to="PC 123"),
        desk.send(f"{page}/close", cause="excused", reason="The police found them in hospital."),
        desk.get(page),
    ]


def broken_place(night: Night) -> str | None:
    return _looked(night.folder, None, []).broken


@pytest.mark.parametrize("way", WAYS)
def test_an_urgent_alert_is_handled_to_its_end_over_the_file_alone(night: Night, way: str) -> None:
    mend = WAYS[way](night.folder)
    with night.opened() as (rig, desk), watched(rig) as watch:
        answers = handled(desk, night.alert)
        said = [one.what for one in in_file(rig) if one.actor == "oona"]
        ready = rig.client.get("/readyz").json()

        assert [one.status_code for one in answers] == [303, 200, 303, 200, 303, 303, 200]
        opened, told, closed = answers[1].text, answers[3].text, answers[-1].text
        assert [one in opened for one in (NAME, PLACE)] == [True, True]
        assert "not numbered yet" in opened
        assert NAME in told
        assert "closed" in closed
        assert all("Degraded" in one for one in (opened, told, closed))
        assert set(DONE) <= set(said)
        assert (watch.late, watch.unlogged) == (set(), 0)
        assert ready["log_degraded"] is True
        assert rig.event("D-1", "sos").status_code == 200
    mend()

    with night.opened() as (rig, desk):
        assert "Degraded" not in desk.get("/").text
        merged = {one.what for one in in_table(rig).values() if one.spooled}
        assert set(DONE) <= merged
    assert broken_place(night) is None
    assert _looked(night.folder, None, []).spooled >= len(DONE)


def test_what_can_wait_waits_until_the_table_holds_all(night: Night) -> None:
    with night.opened() as (rig, desk):
        mend = refusing("log")(night.folder)
        handled(desk, night.alert)
        with pytest.raises(LogUnavailable):
            merge_spooled(rig.house)
        mend()
        with pytest.raises(LogUnavailable, match=r"user\.add waits"):
            add_user(rig.house, "omar", role="officer", authority="ho", by="test")
        assert "Degraded" in desk.get("/").text

        assert merge_spooled(rig.house) > len(DONE)

        add_user(rig.house, "omar", role="officer", authority="ho", by="test")
        assert "Degraded" not in desk.get("/").text
        assert broken_place(night) is None


def test_what_goes_to_the_file_while_it_is_merged_is_merged_next(night: Night) -> None:
    with night.opened() as (rig, desk):
        mend = refusing("log")(night.folder)
        desk.send(f"/alerts/{night.alert}/acknowledge")
        mend()
        file = Between(rig.house.log, lambda: desk.send(f"/alerts/{night.alert}/open", **OPEN))

        merge_spooled(replace(rig.house, log=file))  # type: ignore[arg-type]

        assert "Degraded" in desk.get("/").text
        assert merge_spooled(rig.house) > 0
        assert "Degraded" not in desk.get("/").text
        assert broken_place(night) is None


@dataclass
class Between:
    """The log's file, and something that happens once, just after it was read to its end."""

    file: LogFile
    happens: Callable[[], object]
    reads: int = 0

    def tail(self, upto: int) -> tuple[list[bytes], int]:
        found = self.file.tail(upto)
        self.reads += 1
        if self.reads == 2:
            self.happens()
        return found


def test_works_of_one_commit_fail_and_go_on_each_by_itself(night: Night) -> None:
    with night.opened() as (rig, _):
        refusing("log_tiles")(night.folder)
        gate = threading.Event()
        first = rig.house.store.submit(lambda _: gate.wait(60))  # the others become one group
        works = [
            rig.house.store.submit(lambda tx: tx.audit.append(an_entry("consultation")).n),
            rig.house.store.submit(lambda tx: tx.audit.append(an_entry("erasure")).n),
            rig.house.store.submit(lambda tx: tx.journal.last()),
            rig.house.store.submit(lambda tx: tx.audit.append(an_entry("breakglass")).n),
        ]
        gate.set()
        assert first.result()

        assert works[0].result() is None
        with pytest.raises(LogUnavailable):
            works[1].result()
        assert works[2].result() > 0
        assert works[3].result() is None
        assert [one.operation for one in in_file(rig)][-2:] == ["consultation", "breakglass"]


def called_for_help(rig: Rig) -> int:
    headers = {"Authorization": f"Bearer {rig.tokens['D-1']}"}
    return rig.client.post("/d/v1/help", headers=headers, json={"kind": "danger"}).status_code


@pytest.mark.parametrize("way", WAYS)
def test_a_call_for_help_is_heard_over_the_file_alone(night: Night, way: str) -> None:
    mend = WAYS[way](night.folder)
    with night.opened() as (rig, _):
        before = len(rig.alerts())
        assert called_for_help(rig) == 200
        assert len(rig.alerts()) == before + 1
        assert "checkin.paused.help" in {one.what for one in in_file(rig)}
    mend()
    with night.opened() as (rig, _):
        merge_spooled(rig.house)
    assert broken_place(night) is None


def test_negative_control_a_call_for_help_that_waits_for_the_table_is_noticed(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing("log")(night.folder)
    goes = books.goes_alone
    monkeypatch.setattr(books, "goes_alone", lambda one: "help" not in one.what and goes(one))
    with night.opened() as (rig, _):
        before = len(rig.alerts())
        assert called_for_help(rig) == 503
        assert len(rig.alerts()) == before


def an_entry(operation: Operation) -> Entry:
    return Entry(at=Micros(0), operation=operation, actor="oona", what="tried")


def test_with_both_down_nothing_opens_and_alarms_go_on(night: Night) -> None:
    mend = refusing("log")(night.folder)
    with night.opened() as (rig, desk):
        shut_file(rig)
        page = f"/alerts/{night.alert}"

        assert desk.send(f"{page}/open", **OPEN).status_code == 503
        answer = desk.send("/disclosures/emergency", **CALL, incident="1", ground="threat_to_life")
        assert answer.status_code == 503
        assert desk.send(f"{page}/close", cause="excused", reason="In hospital.").status_code == 503
        assert desk.send(f"{page}/acknowledge").status_code == 303
        assert came_in(rig).get("/").status_code == 200
        assert rig.event("D-1", "sos").status_code == 200
        assert called_for_help(rig) == 200
        assert {"wearer.help"} <= {one["kind"] for one in rig.alerts()}
        mend()
        open_file(rig)
        assert desk.send(f"{page}/open", **OPEN).status_code == 200
        merge_spooled(rig.house)
    assert broken_place(night) is None


def shut_file(rig: Rig) -> None:
    file = rig.folder / "log" / "access.log"
    file.rename(file.with_name("aside"))
    file.mkdir()


def open_file(rig: Rig) -> None:
    file = rig.folder / "log" / "access.log"
    file.rmdir()
    file.with_name("aside").rename(file)


def broken(rig: Rig) -> Grant:
    person = rig.house.store.read(lambda tx: tx.people.by_name("oona"))
    assert person is not None
    return break_glass(
        rig.house, person[0], OrderId("ORD-1"), incident="GMP-1", reason=WHY, password=PASSWORD
    )


def test_danger_to_life_opens_over_the_file_alone(night: Night) -> None:
    mend = refusing("log", "log_tiles")(night.folder)
    with night.opened() as (rig, _):
        grant = broken(rig)
        officer = rig.house.store.read(lambda tx: tx.people.by_name("oona"))
        assert officer is not None
        opened = read_positions(rig.house, grant.grant_id, person=officer[0])

        assert opened.receipt.n is None
        assert opened.positions
        assert [one.what for one in in_file(rig) if one.actor == "oona"][-2:] == [
            "opening.break-glass",
            "opening.read",
        ]
        mend()
        merge_spooled(rig.house)
    assert broken_place(night) is None


def test_danger_to_life_opens_nothing_without_the_file(night: Night) -> None:
    with night.opened() as (rig, desk):
        shut_file(rig)
        with pytest.raises(LogUnavailable):
            broken(rig)
        assert rig.house.store.read(lambda tx: tx.openings.granted()) == []
        # What is not for danger to life goes on with the table, and the log says so.
        assert desk.send(f"/alerts/{night.alert}/open", **OPEN).status_code == 200
        open_file(rig)
    assert _looked(night.folder, None, []).alone > 0


def test_negative_control_a_breaking_that_does_not_insist_on_the_file_is_noticed(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = writing.write
    monkeypatch.setattr(writing, "write", lambda tx, entry, **_: write(tx, entry))
    with night.opened() as (rig, _):
        shut_file(rig)
        assert broken(rig).kind == "break_glass"


def test_negative_control_without_the_way_over_the_file_the_officer_is_stuck(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "goes_alone", lambda entry: entry.operation == "auth")
    refusing("log")(night.folder)
    with night.opened() as (_, desk):
        assert desk.send(f"/alerts/{night.alert}/open", **OPEN).status_code == 503
        answer = desk.send(f"/alerts/{night.alert}/close", cause="excused", reason="In hospital.")
        assert answer.status_code == 503


def test_negative_control_acts_that_reach_the_file_late_are_noticed(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file takes one group's entries only when the next one's come."""
    kept: list[bytes] = []
    write = Spool.write

    def late(self: Spool, bodies: Sequence[bytes]) -> None:
        write(self, kept)
        kept[:] = bodies

    refusing("log")(night.folder)
    with night.opened() as (rig, desk):
        monkeypatch.setattr(Spool, "write", late)
        with watched(rig) as watch:
            handled(desk, night.alert)
    assert {"opening.granted", "alert.evidence", "alert.close"} <= watch.late
    assert watch.unlogged > 0


def test_negative_control_acts_that_never_reach_the_file_are_found(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    mend = refusing("log")(night.folder)
    with monkeypatch.context() as patch, night.opened() as (_, desk):
        patch.setattr(Spool, "write", lambda *_: None)
        handled(desk, night.alert)
    mend()
    with night.opened():
        pass
    assert broken_place(night) is not None


@pytest.mark.parametrize("tables", [(), ("log",)], ids=["table up", "table down"])
def test_an_act_whose_commit_was_cut_off_stands_as_announced(
    night: Night, tables: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has the entry, the power goes, the store has no row."""
    write = Spool.write

    def cut_off(self: Spool, bodies: Sequence[bytes]) -> None:
        write(self, bodies)
        raise sqlite3.OperationalError("the power went")

    mend = refusing(*tables)(night.folder)
    with night.opened() as (rig, desk):
        with monkeypatch.context() as patch:
            patch.setattr(Spool, "write", cut_off)
            desk.send(f"/alerts/{night.alert}/contacts", how="phone", told="Rang.")
            desk.send("/disclosures/emergency", **CALL, incident="1", ground="threat_to_life")
            desk.send(f"/alerts/{night.alert}/close", cause="excused", reason="In hospital.")
        assert len(rig.alerts()) == 1
    mend()

    with night.opened() as (rig, desk):
        told = {one.what: one.spooled for one in in_table(rig).values()}
        announced = ("contact.log", "disclosure.asked", "alert.close")
        assert [told.get(one) for one in announced] == [True, True, True]
        assert broken_place(night) is None
        desk.send(f"/alerts/{night.alert}/close", cause="excused", reason="In hospital, later.")
    assert broken_place(night) is None


def test_negative_control_announced_digests_that_count_as_sure_are_a_false_alarm(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = verify._Rows.take
    monkeypatch.setattr(
        verify._Rows, "take", lambda self, entry: take(self, replaced(entry, spooled=False))
    )
    with pytest.raises(AssertionError, match="alerts/"):
        test_an_act_whose_commit_was_cut_off_stands_as_announced(night, ("log",), monkeypatch)


BENT = (
    """
    UPDATE alerts SET state = 'raised', body = json_set(CAST(body AS TEXT), '$.state', 'raised')
    WHERE state = 'closed'
    """,
    "DELETE FROM contacts",
    "DELETE FROM alert_acts WHERE n = (SELECT max(n) FROM alert_acts)",
)


def bent(night: Night) -> list[str | None]:
    """Handle an alert over the file alone, merge, then bend each row; gives what is found."""
    mend = refusing("log")(night.folder)
    with night.opened() as (_, desk):
        handled(desk, night.alert)
    mend()
    with night.opened():
        pass
    found = []
    for statement in BENT:
        copy = night.folder.with_name("copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(night.folder, copy)
        bend(copy, statement)
        found.append(_looked(copy, None, []).broken)
    return found


def test_what_is_bent_after_the_merge_is_found(night: Night) -> None:
    found = bent(night)
    assert [one is not None for one in found] == [True] * len(BENT), found


def test_negative_control_a_merge_that_confirms_nothing_misses_some(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books.SqliteAudit, "_confirm", lambda *_: None)
    assert None in bent(night)
