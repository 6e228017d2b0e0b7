"""Guarantee 4: every act is written down before it takes effect, in a log that nobody can bend.

The wearer sees who looked and why, and what concerns third persons is nowhere in the wearer's way.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519
from tests.app.test_openings import alerted, staff
from tests.canaries import THIRD, Scene, everything, opened_and_told
from tests.discloser import WHY
from tests.rig import PASSWORD, Rig, opened_rig
from tests.watched import tend
from tests.web.desk import at_desk, desk_of, visitor
from tests.web.test_portal import come_in
from typer.testing import CliRunner

from fairtag.adapters.spool import Spool
from fairtag.adapters.vault import KeyVault
from fairtag.app.books import Person
from fairtag.app.disclosure.subject_access import answer, ask_access, check_identity
from fairtag.app.handle_alert import log_contact
from fairtag.app.log import verify as verifying
from fairtag.app.open_record import open_evidence, open_texts
from fairtag.app.openings import writing
from fairtag.app.openings.circles import assign
from fairtag.app.openings.delay import delays_counted
from fairtag.app.openings.writing import READ
from fairtag.app.wearer import looks
from fairtag.audit.entries import Entry, Receipt
from fairtag.cli import app
from fairtag.custody.kinds import RecordKind
from fairtag.custody.opening import GrantKind
from fairtag.disclosure.gateways import Kind
from fairtag.terms.errors import LogUnavailable, OpeningRefused
from fairtag.terms.ids import AlertId, OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.web.portal import shown, words

NOT_YET_PROVED = (
    "rows of prompts are bent in tests/faults only: this proof does not ask anybody yet"
)


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
        made = everything(rig)
        opened_and_told(rig)
        assign(rig.house, OrderId("ORD-1"), "otto", is_assigned=True, by="test")
        yield made


def entries(rig: Rig) -> list[Entry]:
    return [one.entry for one in rig.house.store.read(lambda tx: tx.audit.entries(limit=100_000))]


def test_each_kind_of_act_has_its_entry_with_who_when_what_and_why(scene: Scene) -> None:
    """No act combines records of several people or sources; erasures are in the fifth proof."""
    found = entries(scene.rig)
    assert {one.operation for one in found} == S_62 | OWN
    assert all(one.actor and one.at and one.what for one in found)
    looks = [one for one in found if one.what in READ.values()]
    assert looks
    assert all(one.purpose and one.role and one.authority for one in looks)
    collected = [one for one in found if one.operation == "collection"]
    assert all(one.order_id and one.window and one.fields for one in collected)


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
    grew: bool = False  # an entry was there before the answer was given

    def size(self) -> int:
        return int(self.db.execute("SELECT count(*) FROM log").fetchone()[0])

    def sees(self, kind: RecordKind) -> None:
        if kind is not RecordKind.FINDING:  # the machine's own words: no name and no place
            self.unsealed += 1
            self.unlogged += self.size() == self.before


def spied(rig: Rig, patch: pytest.MonkeyPatch, use: Callable[[], str]) -> tuple[Spy, str]:
    """Use something while a spy watches what is unsealed."""
    unseal = KeyVault.unseal
    with closing(sqlite3.connect(rig.folder / "fairtag.db", check_same_thread=False)) as db:
        spy = Spy(db)
        spy.before = spy.size()

        def watched(self: KeyVault, told: bytes, *, kind: RecordKind, **bound: Any) -> bytes:
            spy.sees(kind)
            return unseal(self, told, kind=kind, **bound)

        with patch.context() as here:
            here.setattr(KeyVault, "unseal", watched)
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
    scene: Scene, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
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


# A log that nobody can bend, nor the rows that say what people did.

BENDS = {
    "a byte": "UPDATE log SET body = replace(body, 'otto', 'olaf') WHERE instr(body, 'otto')",
    "an entry": "UPDATE log SET body = (SELECT body FROM log WHERE n = 2) WHERE n = 3",
    "dropped": "DELETE FROM log WHERE n = 5",
    "cut": "DELETE FROM log WHERE n > (SELECT max(n) - 2 FROM log)",
    "moved": "UPDATE log SET n = -n WHERE n IN (4, 5)",
    "a tile": "UPDATE log_tiles SET hashes = zeroblob(length(hashes))",
}
DECIDED = (
    *("alerts", "alert_acts", "contacts", "order_versions", "people", "holds", "proposals"),
    *("proposal_marks", "grants", "looks", "grant_reviews", "notice_delays", "interests"),
    *("assignments", "third_person_notes", "contests", "disclosures", "disclosure_steps"),
    *("recipients", "outside_contacts", "outside_notices"),
)


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


@pytest.mark.parametrize("table", DECIDED)
def test_a_row_added_changed_or_removed_without_its_entry_is_found(
    scene: Scene, tmp_path: Path, table: str
) -> None:
    columns = _columns(scene, table)
    names = ", ".join(f'"{one}"' for one, _ in columns)
    values = ", ".join(_other(one) for one, _ in columns)
    last, kind = next(one for one in reversed(columns) if one[0] not in _MACHINES)
    one_row = f"WHERE rowid = (SELECT max(rowid) FROM {table})"  # noqa: S608
    for statement in (
        f"DELETE FROM {table} {one_row}",  # noqa: S608
        CHANGED.get(table) or f'UPDATE {table} SET "{last}" = {_bent(last, kind)} {one_row}',  # noqa: S608
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} {one_row}",  # noqa: S608
    ):
        assert bent(scene, tmp_path, statement) != "", statement


# Of an alert the log holds what people decided, and not the machine's words.
CHANGED = {"alerts": "UPDATE alerts SET state = 'closed' WHERE state = 'raised'"}
# What the machine counts by itself: when to try again, how often it tried.
_MACHINES = ("due_at", "sent_at", "tries", "priority")
_KEYS = ("grant_id", "contest_id", "reference", "disclosure_id", "proposal_id", "alert_id", "name")


def _columns(scene: Scene, table: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(scene.rig.folder / "fairtag.db")) as db:
        return [(row[1], row[2]) for row in db.execute(f"PRAGMA table_info({table})")]


def _other(name: str) -> str:
    """Give the value of a copy: a key of its own, the rest as it stands."""
    if name in ("n", "version"):
        return f'"{name}" + 700'
    return f"\"{name}\" || '-x'" if name in (*_KEYS, "user_id", "recipient_id") else f'"{name}"'


def _bent(name: str, kind: str) -> str:
    if kind == "BLOB":
        return f"CAST(coalesce(\"{name}\", '') || 'x' AS BLOB)"
    return f'coalesce("{name}", 0) + 1' if kind == "INTEGER" else f"\"{name}\" || 'x'"


@pytest.mark.parametrize("table", ["looks", "grants", "outside_notices"])
def test_negative_control_a_verifier_that_does_not_hold_the_rows_misses_some(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(verifying._Rows, "disagreement", lambda *_: None)
    changed = f"UPDATE {table} SET body = CAST(body || ' ' AS BLOB)"  # noqa: S608
    assert bent(scene, tmp_path, changed) == ""


def test_without_a_witness_every_page_says_so_and_with_one_none_does(scene: Scene) -> None:
    rig = scene.rig
    desk = at_desk(rig, f"sue-{rig.house.chance(3).hex()}", "supervisor")
    pages = ("/", "/duty", "/log", "/openings", "/disclosures", "/retention", "/told", "/charter")
    assert {one: "Unwitnessed" in desk.get(one).text for one in pages} == dict.fromkeys(pages, True)
    kept = rig.house
    try:
        tend(rig)
        told = {one: "Unwitnessed" in desk.get(one).text for one in pages}
        assert told == dict.fromkeys(pages, False)
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
    answer(rig.house, people.officer, own, reason=WHY)
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


def _delayed(rig: Rig, alert: AlertId, who: Person) -> str:
    form = {"purpose": "handle_alert", "delay": "danger"}
    assert desk_of(rig, who).send(f"/alerts/{alert}/open", **form).status_code == 200
    (grant,) = rig.house.store.read(lambda tx: tx.openings.granted(person="otto"))
    return grant.grant_id
