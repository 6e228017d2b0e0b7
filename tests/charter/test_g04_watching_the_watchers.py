"""Guarantee 4: every act is written down before it takes effect, in a log that nobody can bend.

The wearer sees who looked and why, and what concerns third persons is nowhere in the wearer's way.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519
from tests import checkins, erasing
from tests.app.test_openings import alerted, staff
from tests.canaries import THIRD, Scene, everything, opened_and_told
from tests.deeds import asks, copy_of, decided, two_people
from tests.discloser import WHY
from tests.rig import PASSWORD, Rig, opened_rig, walk_out
from tests.seals import watch_unsealing
from tests.watched import outside, tend
from tests.web.desk import at_desk, desk_of, visitor
from tests.web.test_portal import come_in
from typer.testing import CliRunner

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.log.entries import SqliteAudit
from fairtag.adapters.sqlite.log.rows import WATCHED
from fairtag.app.add_device import add_device
from fairtag.app.books import Person
from fairtag.app.disclosure.subject_access import ask_access, check_identity
from fairtag.app.handle_alert import log_contact
from fairtag.app.log import verify as verifying
from fairtag.app.open_record import open_evidence, open_texts
from fairtag.app.openings import writing
from fairtag.app.openings.circles import assign
from fairtag.app.openings.delay import ask_court_delay, delays_counted, record_court_delay
from fairtag.app.openings.writing import READ
from fairtag.app.put_order import mark_order
from fairtag.app.sign_in import add_user
from fairtag.app.wearer import looks
from fairtag.app.wearer.contest import contest
from fairtag.audit.entries import Entry, Receipt
from fairtag.audit.notes import note_from
from fairtag.cli import app
from fairtag.custody.kinds import RecordKind
from fairtag.custody.opening import GrantKind
from fairtag.custody.refusals import DelayRefused
from fairtag.disclosure.gateways import Kind
from fairtag.terms.errors import FairtagError, LogUnavailable, OpeningRefused
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.web.portal import shown, words


def looked(rig: Rig) -> None:
    """Look three times, one of them told late, and be refused once."""
    alert = alerted(rig)
    first, second = staff(rig, "otto"), staff(rig, "oona")
    open_evidence(rig.house, alert, person=first, purpose="handle_alert")
    open_texts(rig.house, alert, person=first, purpose="review_handling")
    open_evidence(rig.house, alert, person=second, purpose="protect_person", delay_for="inquiry")
    with pytest.raises(OpeningRefused):
        open_evidence(rig.house, alert, person=second, purpose="curiosity")


def missing(rig: Rig) -> list[str]:
    """Tell what the wearer's page leaves out that it owes, after every delay is over."""
    rig.clock.at = Micros(rig.clock.at + 3 * DAY)
    page = come_in(rig).page().text
    entries = rig.house.store.read(lambda tx: tx.openings.looks())
    owed = [f"/my/proof/{one.entry}" for one in entries]
    owed += [words.PURPOSES[one.purpose] for one in entries if one.purpose is not None]
    owed += [one.person for one in entries]  # the staff reference
    owed += ["Officer, Home Office", words.DELAYS["inquiry"], words.WORDS["was_refused"]]  # type: ignore[index]
    return [told for told in owed if told not in page]


def test_the_wearer_sees_every_look_its_purpose_and_its_delay(rig: Rig) -> None:
    looked(rig)
    assert len(rig.house.store.read(lambda tx: tx.openings.looks())) == 4
    assert missing(rig) == []


def test_a_delay_hides_its_own_look_only(rig: Rig) -> None:
    looked(rig)
    page = come_in(rig).page().text
    assert "otto" in page
    assert words.PURPOSES["protect_person"] not in page  # type: ignore[index]


def test_negative_control_a_page_without_the_delay_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shown._look

    def silent(look: looks.LookShown, zone: str) -> dict[str, object]:
        return whole(look, zone) | {"late": ""}

    monkeypatch.setattr(shown, "_look", silent)
    looked(rig)
    assert missing(rig) == [words.DELAYS["inquiry"]]  # type: ignore[index]


def test_negative_control_a_look_that_is_left_out_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "is_hidden", lambda delays, *, now: bool(delays) or now < 0)
    looked(rig)
    assert missing(rig) != []


# Every act, written down before it takes effect.

S_62 = {"collection", "alteration", "consultation", "disclosure"}  # of DPA 2018
OWN = {"auth", "admin", "policy", "breakglass"}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Give a house in which everything was done."""
    with opened_rig(tmp_path_factory.mktemp("all") / "data") as rig:
        two_people(rig)  # two days before they decide together
        made = everything(rig)
        decided(rig)
        asks(rig, made.people.officer)
        opened_and_told(rig)
        assign(rig.house, OrderId("ORD-1"), "otto", is_assigned=True, by="test")
        yield made


def test_somebody_was_asked_answered_and_let_a_question_run_out(scene: Scene) -> None:
    """What follows is no proof about tables that are empty."""
    with closing(sqlite3.connect(scene.rig.folder / "fairtag.db")) as db:
        states = {row[0] for row in db.execute("SELECT state FROM prompts")}
        empty = [
            one.table
            for one in WATCHED
            if not db.execute(f"SELECT count(*) FROM {one.table}").fetchone()[0]  # noqa: S608
        ]
    assert {"scheduled", "answered", "expired_shown"} <= states
    assert empty == []


def entries(rig: Rig) -> list[Entry]:
    return [one.entry for one in rig.house.store.read(lambda tx: tx.audit.entries(limit=100_000))]


def test_each_kind_of_act_has_its_entry_with_who_when_what_and_why(scene: Scene) -> None:
    """No act combines records of several people or sources; an erasure is told below."""
    found = entries(scene.rig)
    assert {one.operation for one in found} == S_62 | OWN
    assert all(one.actor and one.at and one.what for one in found)
    looks = [one for one in found if one.what in READ.values()]
    assert looks
    assert all(one.purpose and one.role and one.authority for one in looks)
    collected = [one for one in found if one.operation == "collection"]
    assert all(one.order_id or one.details for one in collected)
    began = [one for one in collected if one.what == "collection.begins"]
    assert began
    assert all(one.window and one.fields for one in began)
    # A collection stands in the log before the first thing that is collected.
    first = scene.rig.house.store.read(lambda tx: tx.journal.after(0, limit=1000))
    heard = {one.wearer_id: one.received_at for one in reversed(first) if one.what == "messages"}
    assert heard
    assert all(min(one.at for one in began if one.wearer_id == w) <= at for w, at in heard.items())


OPENS = ("alert", "life", "texts", "apart", "emergency", "request", "review")


def opening(rig: Rig, scene: Scene, what: str) -> str:
    """Open something by its form; gives the answer."""
    return opener(rig, scene)(what)


def opener(rig: Rig, scene: Scene) -> Callable[[str], str]:
    """Sit two people down; gives what opens something by its form."""
    (who, _) = rig.house.store.read(lambda tx: tx.people.by_name("otto"))
    (second, _) = rig.house.store.read(lambda tx: tx.people.by_name("sara"))
    desk, other = desk_of(rig, who), desk_of(rig, second)
    grants = rig.house.store.read(lambda tx: tx.openings.granted(kinds=(GrantKind.BREAK_GLASS,)))
    life = {"order": "ORD-1", "incident": "7", "reason": "A caller says he is hurt."}
    call = {"order": "ORD-1", "recipient": "PC 1", "called_back": "101", "incident": "7"}
    forms = {
        "alert": lambda: desk.send(f"/alerts/{scene.alert}/open", purpose="handle_alert"),
        "life": lambda: desk.send("/life", password=PASSWORD, **life),
        "texts": lambda: desk.send(f"/alerts/{scene.alert}/texts", purpose="handle_alert"),
        "apart": lambda: desk.send(f"/alerts/{scene.alert}/apart/read", purpose="handle_alert"),
        "emergency": lambda: desk.send("/disclosures/emergency", ground="threat_to_life", **call),
        "request": lambda: desk.get(f"/disclosures/{scene.package}"),
        "review": lambda: other.get(f"/life/{grants[0].grant_id}"),
    }
    return lambda what: str(forms[what]().text)


SECRET = re.compile(r"Canary|whispered|53\.50|Sealington|she fears")


@dataclass
class Spy:
    """Looks at the log on the disk, past the program, whenever something is unsealed."""

    db: sqlite3.Connection
    before: int = 0
    unsealed: int = 0
    unlogged: int = 0
    kinds: set[RecordKind] = field(default_factory=set)
    grew: bool = False  # an entry was there before the answer was given

    def size(self) -> int:
        return int(self.db.execute("SELECT count(*) FROM log").fetchone()[0])

    def sees(self, kind: RecordKind) -> None:
        self.kinds.add(kind)
        if kind is not RecordKind.FINDING:  # the machine's own words: no name and no place
            self.unsealed += 1
            self.unlogged += self.size() == self.before


def spied(rig: Rig, patch: pytest.MonkeyPatch, use: Callable[[], str]) -> tuple[Spy, str]:
    """Use something while a spy watches what is unsealed."""
    with closing(sqlite3.connect(rig.folder / "fairtag.db", check_same_thread=False)) as db:
        spy = Spy(db)
        spy.before = spy.size()

        with patch.context() as here:
            watch_unsealing(here, spy.sees)
            told = use()
            spy.grew = spy.size() > spy.before
            return spy, told


@pytest.fixture
def fresh(rig: Rig) -> Scene:
    return everything(rig)


# Before their entry the machine reads the state of a request, and whose order it is: no more.
READS_AHEAD = ("emergency", "request")


@pytest.mark.parametrize("what", OPENS)
def test_nothing_is_unsealed_before_its_entry_is_on_the_disk(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    # Whose last use for danger to life nobody reviewed may not use it again after 72 hours.
    scene = request.getfixturevalue("fresh" if what == "life" else "scene")
    rig = scene.rig
    opens = opener(rig, scene)
    spy, told = spied(rig, monkeypatch, lambda: opens(what))
    assert SECRET.search(told)
    assert spy.unsealed > 0
    assert spy.unlogged == 0 or what in READS_AHEAD
    assert spy.grew


def test_negative_control_a_look_that_is_written_down_afterwards_is_noticed(
    fresh: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = fresh.rig
    opens = opener(rig, fresh)
    opens("alert")  # the lease is there: a second look writes its own entry only
    monkeypatch.setattr(writing, "looked", lambda *_: Receipt(ref="none", n=1))
    spy, _ = spied(rig, monkeypatch, lambda: opens("alert"))
    assert spy.unlogged > 0


@contextmanager
def no_log(rig: Rig, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let neither the table nor the file beside it take an entry."""

    def fails(*_: object) -> None:
        raise LogUnavailable("the disk is full")

    full = "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END"
    with closing(sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None)) as db:
        db.execute(full)
        with patch.context() as here:
            here.setattr(Spool, "write", fails)
            yield
        db.execute("DROP TRIGGER full")


def test_with_no_log_to_write_to_all_stays_shut_and_alarms_go_on(
    fresh: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = fresh.rig
    kept = len(rig.house.store.read(lambda tx: tx.journal.after(0, limit=1000)))
    with no_log(rig, monkeypatch):
        told = {what: opening(rig, fresh, what) for what in OPENS}
        assert {what for what, page in told.items() if SECRET.search(page)} == set()
        wearer = visitor(rig).client
        assert wearer.get("/my", follow_redirects=False).status_code == 303
        rig.clock.at = Micros(rig.clock.at + MINUTE)
        assert rig.event("D-1", "strap_open").status_code == 200
    assert len(rig.house.store.read(lambda tx: tx.journal.after(0, limit=1000))) > kept
    assert "tamper.strap" in rig.kinds()
    # The check can see: with the log back the same forms open.
    assert SECRET.search(opening(rig, fresh, "alert"))


def test_negative_control_a_house_that_opens_without_its_log_is_noticed(
    fresh: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = fresh.rig
    opening(rig, fresh, "alert")
    monkeypatch.setattr(writing, "looked", lambda *_: Receipt(ref="none", n=1))
    with no_log(rig, monkeypatch):
        assert SECRET.search(opening(rig, fresh, "alert"))


# No act takes effect without its entry.


def lived(rig: Rig) -> None:
    """Let there be something to act on: an alert, questions, something that is due to go."""
    device = rig.wearer()
    checkins.asked(rig, 2)
    walk_out(rig, device)
    rig.say(device, {"type": "position", "seq": 99, "at": "never", "lat": "x", "lon": 0})
    rig.person("otto", "officer")
    erasing.days_of_care(rig, 14)  # what can't be read goes on the day after


def acts(rig: Rig) -> dict[str, Callable[[], object]]:
    """Give acts of every kind: alterations, collections, demands, admin, erasures."""
    house, order = rig.house, OrderId("ORD-1")
    who = next(one for one in house.store.read(lambda tx: tx.people.listed()) if one.name == "otto")
    (alert, *_) = house.store.read(lambda tx: tx.alerts.open_for(order))
    at = rig.clock.at

    return {
        # The first: whatever is held or contested goes no more.
        "an erasure": lambda: erasing.days_of_care(rig, 1),
        "a new order": lambda: rig.wearer(3),
        "a suspension": lambda: mark_order(
            house, order, "suspend", at=at, by="otto", reason="In hospital."
        ),
        "a contact": lambda: log_contact(
            house, alert.alert_id, person=who, how="phone", reached=True, told="All is well."
        ),
        "an assignment": lambda: assign(house, order, "otto", is_assigned=True, by="test"),
        "a hold": lambda: erasing.hold(rig),
        "a contest": lambda: contest(house, WearerId("W-1"), text="I was at work."),
        "a draw of questions": lambda: checkins.plan(rig),
        "a device": lambda: add_device(house, "D-9", by="test"),
        "an account": lambda: add_user(house, "mia", role="officer", authority="ho", by="test"),
    }


def standing(rig: Rig) -> dict[str, list[Any]]:
    """Give every row of every table but the log's own, and the marks of rounds and sinks."""
    with closing(sqlite3.connect(rig.folder / "fairtag.db")) as db:
        listed = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        own = ("log", "sqlite_", "house", "care")
        names = [one for (one,) in listed if not one.startswith(own)]
        return {one: db.execute(f"SELECT * FROM {one}").fetchall() for one in names}  # noqa: S608


def changed_by(rig: Rig, act: Callable[[], object]) -> set[str]:
    """Do something, or fail to; gives the tables that it changed."""
    before = standing(rig)
    with suppress(FairtagError):
        act()
    after = standing(rig)
    return {one for one, rows in after.items() if rows != before[one]}


def test_no_act_takes_effect_without_its_entry(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    lived(rig)
    with no_log(rig, monkeypatch):
        found = {name: changed_by(rig, act) for name, act in acts(rig).items()}
    assert {name for name, tables in found.items() if tables} == set()
    # The check can see: with the log back each of them does something, and the log says so.
    for name, act in acts(rig).items():
        known = len(entries(rig))
        assert changed_by(rig, act), name
        assert len(entries(rig)) > known, name
    assert "erasure" in {one.operation for one in entries(rig)}


def test_negative_control_an_act_whose_entry_is_lost_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(rig)
    with no_log(rig, monkeypatch), monkeypatch.context() as here:
        here.setattr(SqliteAudit, "_kept", lambda *_: 1)
        found = {name: changed_by(rig, act) for name, act in acts(rig).items()}
    assert all(found.values()), found


# A log that nobody can bend, nor the rows that say what people did.

BENDS = {
    "a byte": "UPDATE log SET body = replace(body, 'otto', 'olaf') WHERE instr(body, 'otto')",
    "an entry": "UPDATE log SET body = (SELECT body FROM log WHERE n = 2) WHERE n = 3",
    "dropped": "DELETE FROM log WHERE n = 5",
    "cut": "DELETE FROM log WHERE n > (SELECT max(n) - 2 FROM log)",
    "moved": "UPDATE log SET n = -n WHERE n IN (4, 5)",
    "a tile": "UPDATE log_tiles SET hashes = zeroblob(length(hashes))",
}


def bent(scene: Scene, folder: Path, statement: str) -> str:
    """Bend a copy as somebody who may drop its guards; gives what `audit verify` says of it."""
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(scene.rig.folder, copy, ignore=shutil.ignore_patterns("keys", "out"))
    with closing(sqlite3.connect(copy / "fairtag.db", isolation_level=None)) as db:
        wanted = "SELECT type, name FROM sqlite_master WHERE type = 'trigger' OR"
        for kind, name in db.execute(
            f"{wanted} (type = 'index' AND sql LIKE '%UNIQUE%')"
        ).fetchall():
            db.execute(f"DROP {kind} {name}")
        if statement:
            assert db.execute(statement).rowcount > 0
    done = CliRunner().invoke(app, ["audit", "verify", "--data", str(copy)])
    return "" if done.exit_code == 0 else done.stdout


def test_what_nobody_bent_is_whole(scene: Scene, tmp_path: Path) -> None:
    assert bent(scene, tmp_path, "") == ""


@pytest.mark.parametrize("how", BENDS)
def test_a_log_that_was_bent_is_found(scene: Scene, tmp_path: Path, how: str) -> None:
    assert bent(scene, tmp_path, BENDS[how]) != ""


@pytest.mark.parametrize("table", [one.table for one in WATCHED])
def test_a_row_added_changed_or_removed_without_its_entry_is_found(
    scene: Scene, tmp_path: Path, table: str
) -> None:
    watched = next(one for one in WATCHED if one.table == table)
    columns = dict(_columns(scene, table))
    last = next(one for one in reversed(columns) if one in watched.parts)
    one_row = f"WHERE rowid = (SELECT max(rowid) FROM {table})"  # noqa: S608
    copied = copy_of(table, list(columns), 700)
    for statement in (
        f"DELETE FROM {table} {one_row}",  # noqa: S608
        f'UPDATE {table} SET "{last}" = {_bent(last, columns[last])} {one_row}',  # noqa: S608
        f"INSERT INTO {table} SELECT {copied} FROM {table} {one_row}",  # noqa: S608
    ):
        found = bent(scene, tmp_path, statement)
        assert table in found, (statement, found)


def _columns(scene: Scene, table: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(scene.rig.folder / "fairtag.db")) as db:
        return [(row[1], row[2]) for row in db.execute(f"PRAGMA table_info({table})")]


def _bent(name: str, kind: str) -> str:
    if kind == "BLOB":
        return f"CAST(coalesce(\"{name}\", '') || 'x' AS BLOB)"
    return f'coalesce("{name}", 0) + 1' if kind == "INTEGER" else f"coalesce(\"{name}\", '') || 'x'"


@pytest.mark.parametrize("table", ["looks", "grants", "outside_notices", "prompts"])
def test_negative_control_a_verifier_that_does_not_hold_the_rows_misses_some(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(verifying._Rows, "disagreement", lambda *_: None)
    body = "is_void = 1" if table == "prompts" else "body = CAST(body || ' ' AS BLOB)"
    assert bent(scene, tmp_path, f"UPDATE {table} SET {body}") == ""  # noqa: S608


def root_by_the_rfc(leaves: list[bytes]) -> bytes:
    """Reckon a tree's root as RFC 9162 §2.1.1 says it, and not as the program does."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = root_by_the_rfc(leaves[:split]), root_by_the_rfc(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_the_witness_keeps_the_root_of_the_tree_as_the_rfc_says_it(rig: Rig) -> None:
    looked(rig)
    tend(rig)
    checkpoint = note_from(outside(rig.folder.parent / "witness")).checkpoint
    with closing(sqlite3.connect(rig.folder / "fairtag.db")) as db:
        rows = db.execute("SELECT CAST(body AS BLOB) FROM log ORDER BY n").fetchall()
    told = [bytes(one) for (one,) in rows]
    assert checkpoint.size > 10
    assert root_by_the_rfc(told[: checkpoint.size]) == checkpoint.root
    assert root_by_the_rfc(told[: checkpoint.size - 1]) != checkpoint.root


def test_without_a_witness_every_page_says_so_and_with_one_none_does(scene: Scene) -> None:
    rig = scene.rig
    desk = at_desk(rig, f"sue-{rig.house.chance(3).hex()}", "supervisor")
    pages = ("/", "/duty", "/log", "/openings", "/disclosures", "/retention", "/told", "/charter")

    def says() -> dict[str, bool]:
        found = {one: "Unwitnessed" in desk.get(one).text for one in pages}
        shut = {
            one: "Unwitnessed" in visitor(rig).get(one).text for one in ("/sign-in", "/my/sign-in")
        }
        return found | shut | {"/my": "Unwitnessed" in come_in(rig).page().text}

    assert says() == dict.fromkeys(says(), True)
    kept = rig.house
    try:
        tend(rig)
        assert says() == dict.fromkeys(says(), False)
    finally:
        rig.house = kept


# What the wearer sees, and what nobody shows the wearer.


def in_the_wearers_way(scene: Scene) -> dict[str, bytes]:
    """Give everything that a wearer, their lawyer or their device may read."""
    rig, people = scene.rig, scene.people
    page = come_in(rig).page().content
    lawyer = people.recipient("lawyer", Kind.LAWYER)
    packed = people.packed(recipient_id=lawyer.recipient_id, gateway="proceedings")
    package = b"".join(people.files(packed, "lawyer").values())
    people.keys["wearer"] = x25519.Identity.generate()
    key = str(people.keys["wearer"].to_public())
    own = ask_access(
        rig.house, people.officer, OrderId("ORD-1"), public_key=key, asked_by="me", how="letter"
    ).disclosure_id
    check_identity(rig.house, people.officer, own, how="passport or identity card")
    people.answered(own)
    access = b"".join(people.files(own, "wearer").values())
    feed = rig.client.get("/api/v1/findings", headers=rig.staff("feeder", "officer")).content
    device = rig.say("D-1", rig.line("D-1")).content
    return {"page": page, "package": package, "access": access, "feed": feed, "device": device}


def test_what_concerns_a_third_person_is_in_no_page_package_feed_or_text_for_the_wearer(
    fresh: Scene,
) -> None:
    told = in_the_wearers_way(fresh)
    assert {name for name, one in told.items() if THIRD in one} == set()
    assert b"whispered" in told["access"]  # what concerns the wearer is theirs
    log = entries(fresh.rig)
    apart = [one for one in log if one.what.startswith("third-person.")]
    assert apart
    assert {one.wearer_id for one in apart} == {None}


def test_what_concerns_a_third_person_is_a_sealed_class_of_its_own(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens = opener(scene.rig, scene)
    spy, told = spied(scene.rig, monkeypatch, lambda: opens("apart"))
    assert THIRD.decode() in told
    assert RecordKind.THIRD_PERSON in spy.kinds
    spy, told = spied(scene.rig, monkeypatch, lambda: opens("texts"))
    assert THIRD.decode() not in told
    assert RecordKind.THIRD_PERSON not in spy.kinds


def test_negative_control_a_third_person_among_the_contacts_is_found(fresh: Scene) -> None:
    who = fresh.people.officer
    told = f"{THIRD.decode()} is afraid."
    log_contact(fresh.rig.house, fresh.alert, person=who, how="phone", reached=True, told=told)
    assert THIRD in in_the_wearers_way(fresh)["access"]


def test_a_delay_is_one_click_72_hours_renewed_by_a_supervisor_30_days_in_all(rig: Rig) -> None:
    alert = alerted(rig)
    who, boss = staff(rig, "otto"), rig.person("sara", "supervisor", by="eve")
    desk, grant = desk_of(rig, who), _delayed(rig, alert, who)
    page = f"/openings/{grant}"

    def waits() -> bool:
        return "otto" not in come_in(rig).page().text

    assert waits()
    rig.clock.at = Micros(rig.clock.at + 71 * HOUR)
    assert waits()
    desk = desk_of(rig, who)
    assert desk.send(f"{page}/delay", why="danger").status_code == 409  # a supervisor renews
    renewed = 0
    while desk_of(rig, boss).send(f"{page}/delay", why="danger").status_code == 303:
        renewed += 1
        rig.clock.at = Micros(rig.clock.at + 71 * HOUR)
    assert renewed == 9
    rig.clock.at = Micros(rig.clock.at + 2 * DAY)
    assert not waits()
    assert words.DELAYS["danger"] in come_in(rig).page().text  # type: ignore[index]
    public = visitor(rig).get("/charter").text
    assert re.search(r"delay", public)
    counts = rig.house.store.read(lambda tx: delays_counted(tx, now=rig.clock.at))
    assert counts == {"openings": 1, "renewed": renewed, "by_court": 0, "standing": 0}
    for told in (counts["openings"], counts["renewed"]):
        assert re.search(rf"\b{told}\b", public)


def test_only_a_court_lets_a_notice_wait_for_more_than_30_days(rig: Rig) -> None:
    who, second = rig.pair()
    alert = alerted(rig)
    grant = _delayed(rig, alert, who)
    long = Micros(rig.clock.at + 90 * DAY)
    with pytest.raises(DelayRefused):
        ask_court_delay(rig.house, who, grant, until=long, court_ref="", reason=WHY)
    asked = ask_court_delay(rig.house, who, grant, until=long, court_ref="Leeds 12", reason=WHY)
    with pytest.raises(FairtagError):
        record_court_delay(rig.house, who, asked.proposal_id)  # nobody agreed yet
    erasing.agree(rig, asked, second)
    record_court_delay(rig.house, who, asked.proposal_id)
    rig.clock.at = Micros(long - HOUR)
    assert "otto" not in come_in(rig).page().text
    rig.clock.at = Micros(long + HOUR)
    assert "otto" in come_in(rig).page().text
    counts = rig.house.store.read(lambda tx: delays_counted(tx, now=rig.clock.at))
    assert counts["by_court"] == 1


def _delayed(rig: Rig, alert: AlertId, who: Person) -> str:
    form = {"purpose": "handle_alert", "delay": "danger"}
    assert desk_of(rig, who).send(f"/alerts/{alert}/open", **form).status_code == 200
    (grant,) = rig.house.store.read(lambda tx: tx.openings.granted(person="otto"))
    return grant.grant_id
