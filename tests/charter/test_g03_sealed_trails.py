"""Guarantee 3: sealed in every file, and opened by a grant, for its window, while it is good."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.answers import answer, asked_wearer, burst, enrol, opened_check_ins, prompt_of
from tests.app.test_openings import WHY, agree, asked, broken
from tests.rig import PASSWORD, Rig, opened_rig, walk_out
from tests.seals import seal_nothing
from tests.vaults import TOKEN, fake_vault
from tests.web.desk import Desk, at_desk, desk_of
from tests.web.test_permissions import routes
from typer.testing import CliRunner

from fairtag.alerts.model import Cause, DutyEntry
from fairtag.app.books import Person
from fairtag.app.handle_alert import close
from fairtag.app.open_record import open_evidence
from fairtag.app.openings import read
from fairtag.app.openings.break_glass import tasks
from fairtag.app.openings.grants import grant_alert, take_window
from fairtag.app.openings.read import read_positions
from fairtag.app.ports import Transaction
from fairtag.cli import app
from fairtag.custody.opening import Grant, GrantKind
from fairtag.custody.refusals import UnknownGrant
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import FairtagError, NotPermitted, OpeningRefused, UsageError
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text
from fairtag.terms.local import Interval

# Places, however they are written, names, date of birth, nationality.
CANARIES = re.compile(
    rb"53\.48\d|53\.505|-2\.24\d|-2\.237|Canaryella|Sealington|1991-02-03|Freedonian"
)


def leaks(folder: Path) -> list[str]:
    return [
        f"{path.name}: {found[0]!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (found := CANARIES.search(path.read_bytes()))
    ]


def lived(rig: Rig) -> None:
    """Everything that may be written down: trail, alert, evidence, contact, quarantine."""
    device = rig.wearer()
    walk_out(rig, device)
    rig.say(device, rig.line(device, lat=53.4811, accuracy_m="Canaryella"))
    (alert,) = rig.alerts()
    told = {"cause": "test", "reason": "Spoke to Canaryella Sealington at 53.505."}
    path = f"/api/v1/alerts/{alert['alert_id']}/close"
    assert rig.client.post(path, headers=rig.staff(), json=told).status_code == 200


def test_no_file_shows_anything_personal(rig: Rig, tmp_path: Path) -> None:
    lived(rig)
    shutil.copytree(rig.folder, tmp_path / "copy")
    assert leaks(tmp_path / "copy") == []


def test_negative_control_an_unsealed_house_leaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_nothing(monkeypatch)
    with opened_rig(tmp_path / "open") as rig:
        lived(rig)
        assert leaks(rig.folder) != []


def test_without_its_keys_a_copy_opens_nothing(rig: Rig, tmp_path: Path) -> None:
    lived(rig)
    copy = tmp_path / "copy"
    shutil.copytree(rig.folder, copy)
    keys = copy / "keys"
    assert keys.exists()
    if keys.is_dir():
        shutil.rmtree(keys)
    else:
        keys.unlink()
    with pytest.raises(FairtagError):
        reopened(copy)


def reopened(copy: Path) -> None:
    with opened_rig(copy) as other:
        other.house.store.read(lambda tx: tx.journal.after(0, limit=100))


def test_negative_control_with_its_keys_a_copy_opens(rig: Rig, tmp_path: Path) -> None:
    lived(rig)
    shutil.copytree(rig.folder, tmp_path / "copy")
    reopened(tmp_path / "copy")


def test_outside_the_window_nothing_opens(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    (alert,) = rig.alerts()
    rig.staff()
    rig.staff("adam", "admin")
    people = {one.name: one for one in rig.house.store.read(lambda tx: tx.people.listed())}
    name = alert["alert_id"]
    opened = open_evidence(rig.house, name, person=people["olga"], purpose="handle_alert")
    assert opened.positions
    with pytest.raises(NotPermitted):
        open_evidence(rig.house, name, person=people["adam"], purpose="handle_alert")
    path = f"/api/v1/alerts/{name}/close"
    told = {"cause": "test", "reason": "This was a rehearsal."}
    assert rig.client.post(path, headers=rig.staff(), json=told).status_code == 200
    rig.pass_time(DAY)
    with pytest.raises(OpeningRefused):
        open_evidence(rig.house, name, person=people["olga"], purpose="handle_alert")


def beyond(rig: Rig) -> list[str]:
    """Try everything that a grant must not do; tells what went through."""
    first, second = rig.pair()
    device = rig.wearer()
    since = rig.clock.at
    for _ in range(4):
        rig.pass_time(MINUTE)
        rig.say(device, rig.line(device))
    upto = rig.clock.at
    rig.pass_time(2 * HOUR)
    walk_out(rig, device)
    alert = next(one["alert_id"] for one in rig.alerts() if one["kind"] == "zone.entered")
    proposal = asked(rig, first, since, upto)
    agree(rig, second, proposal)
    window = take_window(rig.house, first, proposal.proposal_id)
    of_alert = grant_alert(rig.house, AlertId(alert), person=first, purpose="handle_alert")
    life = broken(rig, first)
    went = []
    told = read_positions(rig.house, window.grant_id, person=first).positions
    if any(not since <= one.at < upto for one in told) or not told:
        went.append("a window opens another time")
    told = read_positions(rig.house, of_alert.grant_id, person=first).positions
    if any(one.at < of_alert.since for one in told):
        went.append("an alert opens more than the hour before it")
    close(rig.house, AlertId(alert), person=second, cause=Cause.TEST, reason="A rehearsal it was.")
    went += tried(rig, of_alert.grant_id, first, "a closed alert opens")
    went += tried(rig, life.grant_id, second, "another person's grant opens")
    rig.clock.at = Micros(rig.clock.at + 30 * MINUTE)
    went += tried(rig, life.grant_id, first, "broken glass opens after 30 minutes")
    rig.clock.at = Micros(rig.clock.at + 30 * MINUTE)
    went += tried(rig, window.grant_id, first, "a lease opens after an hour")
    return went + tried(rig, "g_none", first, "no grant opens")


def tried(rig: Rig, grant_id: str, person: Person, what: str) -> list[str]:
    try:
        read_positions(rig.house, grant_id, person=person)
    except (OpeningRefused, UnknownGrant):
        return []
    return [what]


def test_a_grant_opens_its_own_window_to_its_own_person_while_it_is_good(rig: Rig) -> None:
    assert beyond(rig) == []


def test_negative_control_a_grant_that_ignores_its_window_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = Interval(start=Micros(0), end=Micros(2**62))
    monkeypatch.setattr(Grant, "window", lambda *_: everything)
    assert "a window opens another time" in beyond(rig)


def test_negative_control_a_grant_that_ignores_its_end_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "demand_good", lambda *_, **__: None)
    assert beyond(rig) == [
        "a closed alert opens",
        "another person's grant opens",
        "broken glass opens after 30 minutes",
        "a lease opens after an hour",
    ]


def backups(rig: Rig, folder: Path) -> Path:
    """Make a copy of the store and a copy of its keys, by the commands."""
    kept = folder / "backups"
    kept.mkdir()
    for told in (["backup", "--out", "store.tgz"], ["keys", "backup", "--out", "keys.age"]):
        words = [*told[:-1], str(kept / told[-1]), "--data", str(rig.folder)]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    shutil.unpack_archive(kept / "store.tgz", kept / "unpacked", "gztar")
    return kept


def test_no_backup_shows_anything_personal_or_opens_anything(rig: Rig, tmp_path: Path) -> None:
    lived(rig)
    kept = backups(rig, tmp_path)
    assert leaks(kept) == []
    restore = ["restore", str(kept / "store.tgz"), "--data", str(tmp_path / "again")]
    assert CliRunner().invoke(app, restore).exit_code == 0
    away = tmp_path / "away"
    shutil.copytree(tmp_path / "again", away)
    with pytest.raises(FairtagError):
        reopened(tmp_path / "again")
    # A copy of the keys opens with its week's key and the root only, and both stay here.
    back = ["keys", "restore", str(kept / "keys.age"), "--data", str(away)]
    assert isinstance(CliRunner().invoke(app, back).exception, UsageError)
    shutil.copy(rig.folder / "keys" / "epochs.db", away / "keys")
    assert CliRunner().invoke(app, back).exit_code == 0
    with pytest.raises(FairtagError):
        reopened(away)
    # Negative control: with the root beside them they open.
    shutil.copy(rig.folder / "keys" / "root.key", away / "keys")
    reopened(away)


def test_with_a_root_outside_a_copy_of_everything_here_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_vault() as vault:
        vault.make("root")
        monkeypatch.setenv("FAIRTAG_ROOT", "transit:root")
        monkeypatch.setenv("FAIRTAG_VAULT_ADDRESS", vault.address)
        monkeypatch.setenv("FAIRTAG_VAULT_TOKEN", TOKEN)
        with opened_rig(tmp_path / "data") as rig:
            lived(rig)
            assert leaks(rig.folder) == []
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path / "data", copy)
        reopened(copy)  # negative control: with the Vault it opens
        monkeypatch.setenv("FAIRTAG_VAULT_TOKEN", "a token that was taken back")
        with pytest.raises(FairtagError):
            reopened(copy)
        monkeypatch.setenv("FAIRTAG_ROOT", "file")
        with pytest.raises(FairtagError):
            reopened(copy)


def test_compliance_is_decided_without_anybody_opening_anything(rig: Rig) -> None:
    walk_out(rig, rig.wearer())
    assert rig.kinds() == ["zone.entered"]
    assert rig.house.store.read(lambda tx: tx.openings.looks()) == []
    assert rig.house.store.read(lambda tx: tx.openings.granted()) == []


PLACE = re.compile(r"53\.50\d+")


def told_by(desk: Desk, path: str, **form: str) -> bool:
    """Tell whether a form brings a place to the screen."""
    return PLACE.search(desk.send(path, **form).text) is not None


def test_one_confirmation_opens_around_an_urgent_alert_with_a_purpose_only(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    rig.event(device, "battery_low")
    rig.pass_time(MINUTE)
    rig.say(device, rig.line(device, lat=53.5099))
    by_kind = {one["kind"]: one["alert_id"] for one in rig.alerts()}
    desk = at_desk(rig, "otto", "officer")
    path = f"/alerts/{by_kind['zone.entered']}/open"
    for purpose in ("", "curiosity", "threat_to_life"):
        assert not told_by(desk, path, purpose=purpose)
    low = desk.send(f"/alerts/{by_kind['battery.low']}/open", purpose="handle_alert")
    assert "53.50990" not in low.text  # an alert that is not urgent opens no trail
    for _ in range(2):  # while the lease runs, a second look is no second lease
        assert "53.50990" in desk.send(path, purpose="handle_alert").text
    urgent = (GrantKind.URGENT_ALERT,)
    (lease,) = rig.house.store.read(lambda tx: tx.openings.granted(person="otto", kinds=urgent))
    assert lease.until - lease.granted_at == HOUR
    began = rig.house.store.read(lambda tx: tx.alerts.get(by_kind["zone.entered"])).began_at
    assert lease.since == began - HOUR


def asks(rig: Rig, desk: Desk, hours: float, **form: str) -> str:
    """Ask for a window that ended an hour ago; gives where the question stands, or nothing."""
    upto = rig.clock.at - HOUR
    since = upto - round(hours * HOUR)
    told = {"order": "ORD-1", "purpose": "prepare_court", "case": "C-7", "reason": WHY} | form
    told |= {"since": text(Micros(since))[:16], "upto": text(Micros(upto))[:16]}
    answer = desk.send("/openings/ask", **told)
    return str(answer.headers.get("location", ""))


def test_another_window_has_bounds_and_takes_a_second_person(rig: Rig) -> None:
    first, second = rig.pair()
    device = rig.wearer()
    rig.pass_time(20 * DAY)
    rig.clock.at = Micros(rig.clock.at - 2 * HOUR)
    rig.say(device, rig.line(device, lat=53.5012))
    rig.pass_time(2 * HOUR)
    desk, other = desk_of(rig, first), desk_of(rig, second)
    assert asks(rig, desk, 48.5) == ""  # 48 hours, unless the reason why they do not do is given
    assert asks(rig, desk, 14 * 24 + 1, why_longer="The journey took a fortnight.") == ""
    assert asks(rig, desk, 13 * 24, why_longer="The journey took a fortnight.") != ""
    assert asks(rig, desk, 2, case="") == asks(rig, desk, 2, purpose="") == ""
    where = asks(rig, desk, 2)
    assert where.startswith("/waiting/")
    assert not told_by(desk, f"{where}/carry-out")
    for nobody in (desk, at_desk(rig, "late", "supervisor")):  # oneself; an account of today
        nobody.send(where, answer="agreed", digest=digest_of(rig, where), password=PASSWORD)
        assert not told_by(desk, f"{where}/carry-out")
    told = {"answer": "agreed", "digest": digest_of(rig, where), "password": PASSWORD}
    assert other.send(where, **told).status_code == 303
    taken = desk.send(f"{where}/carry-out").headers["location"]
    assert told_by(desk, f"{taken}/read")
    assert not told_by(other, f"{taken}/read")


def digest_of(rig: Rig, where: str) -> str:
    name = where.rpartition("/")[2]
    return rig.house.store.read(lambda tx: tx.proposals.get(name)[0]).digest


def test_negative_control_without_the_second_person_the_window_opens(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = rig.pair()
    device = rig.wearer()
    rig.say(device, rig.line(device, lat=53.5012))
    rig.pass_time(2 * HOUR)
    desk = desk_of(rig, first)
    where = asks(rig, desk, 2)

    def alone(tx: Transaction, proposal_id: str, *_: object, **__: object) -> tuple[Proposal, str]:
        return tx.proposals.get(proposal_id)[0], "nobody"

    monkeypatch.setattr("fairtag.app.openings.grants.carry_out", alone)
    taken = desk.send(f"{where}/carry-out").headers["location"]
    assert told_by(desk, f"{taken}/read")


def test_danger_to_life_opens_one_wearer_for_30_minutes_and_is_told_and_reviewed(rig: Rig) -> None:
    first, second = rig.pair()
    device = rig.wearer()
    rig.wearer(2)
    rig.say(device, rig.line(device, lat=53.5012))
    rig.say("D-2", rig.line("D-2", lat=53.5077))
    duty = [DutyEntry(step="supervisor", user_id="sara", to="mailto:sara@example.org")]
    rig.house.store.transact(lambda tx: tx.alerts.set_duty(duty))
    desk, other = desk_of(rig, first), desk_of(rig, second)
    form = {"order": "ORD-1", "incident": "7", "reason": "A caller says he is hurt."}
    assert not told_by(desk, "/life", **form, password="wrong wrong wrong")
    shown = desk.send("/life", **form, password=PASSWORD).text
    assert ("53.50120" in shown, "53.5077" in shown) == (True, False)
    waiting = rig.house.store.read(lambda tx: tx.alerts.notices_due(at=rig.clock.at))
    assert [(one.to, one.urgency) for one in waiting] == [("mailto:sara@example.org", "urgent")]
    (grant,) = rig.house.store.read(lambda tx: tx.openings.granted(kinds=(GrantKind.BREAK_GLASS,)))
    rig.clock.at = Micros(rig.clock.at + 30 * MINUTE)
    assert not told_by(desk, f"/openings/{grant.grant_id}/read")
    verdict = {"verdict": "justified", "reason": "The call was on the recording."}
    assert desk.send(f"/life/{grant.grant_id}", **verdict).status_code == 403
    (task,) = rig.house.store.read(tasks)
    assert (task.review, task.due_at) == (None, grant.granted_at + DAY)
    assert other.send(f"/life/{grant.grant_id}", **verdict).status_code == 303
    (task,) = rig.house.store.read(tasks)
    assert task.review is not None
    assert task.review.by == "sara"


TWO = re.compile(r"53\.(5012|5077)\d")
# The others see no place at all: tests/web/test_red_team.py asks them too.
MAY_SEE = ("officer", "supervisor", "caseworker")


def crawled(rig: Rig, roles: tuple[str, ...] = MAY_SEE) -> dict[str, str]:
    """Ask every route as some roles, with forms that open one wearer's positions."""
    alerts = {one["order_id"]: one["alert_id"] for one in rig.alerts()}
    answers: dict[str, str] = {}
    for role in roles:
        desk = at_desk(rig, f"crawl-{role}-{rig.house.chance(3).hex()}", role)
        for order, alert in alerts.items():
            answers |= asked_by(rig, desk, order, alert, role)
    return answers


def asked_by(rig: Rig, desk: Desk, order: str, alert: str, role: str) -> dict[str, str]:
    names = {"alert_id": alert, "grant_id": "g_none", "proposal_id": "p_none", "token": "none"}
    names |= {"disclosure_id": "x_none", "recipient_id": "none", "run_id": "n", "hold_id": "n"}
    names |= {"invitation_id": "i_none", "case_id": "c_none", "check_in_id": "ci_none"}
    names |= {"complaint_id": "k_none"}
    names |= {"order_id": order, "version": "9", "what": "suspend"}
    form = {"purpose": "handle_alert", "order": order, "incident": "7", "recipient": "PC 1"}
    form |= {"called_back": "101", "ground": "threat_to_life", "reason": WHY, "password": PASSWORD}
    shut = ("/queue/changes", "/static", "/sign-out", "/sign-in", "/setup/{token}")
    answers = {}
    for method, path in sorted(routes(rig)):
        if path in shut or path == "/api/v1/sessions":
            continue
        where = path.format(**names)
        if path.startswith("/api/"):
            answer = desk.ask(method, where, **({} if method == "GET" else {"content": b"{}"}))
        else:
            answer = desk.get(where) if method == "GET" else desk.send(where, **form)
        answers[f"{role} {order}: {method} {path}"] = answer.text
    return answers


def two_wearers(rig: Rig) -> None:
    """Two wearers call for help, each at a place of their own."""
    for number, lat in ((1, 53.5012), (2, 53.5077)):
        device = rig.wearer(number)
        rig.say(device, rig.line(device, lat=lat))
        rig.event(device, "sos")


def holding_two(answers: dict[str, str]) -> list[str]:
    return [where for where, told in answers.items() if len(set(TWO.findall(told))) > 1]


def test_no_response_holds_the_places_of_two_wearers(rig: Rig) -> None:
    two_wearers(rig)
    answers = crawled(rig)
    assert holding_two(answers) == []
    # The crawl sees places where they belong: in answers to openings, of one wearer each.
    seen = {where.partition(": ")[2] for where, told in answers.items() if TWO.search(told)}
    opens = ("alerts/{alert_id}/open", "disclosures/emergency")
    assert seen == {f"POST /{one}" for one in opens}


def test_negative_control_a_map_of_everybody_is_found(rig: Rig) -> None:
    two_wearers(rig)
    rig.client.app._pages.add_api_route("/map", lambda: "53.50120 53.50770", methods=["GET"])  # type: ignore[attr-defined]
    assert {one.partition(": ")[2] for one in holding_two(crawled(rig, ("officer",)))} == {
        "GET /map"
    }


def pictured(folder: Path, seen: Path) -> None:
    """Enrol and answer with pictures, and copy all files and backups while the house is open."""
    with opened_check_ins(folder) as rig:
        asked_wearer(rig)
        enrol(rig, name="canaryface")
        answer(rig, prompt_of(rig), burst("canaryface", since=70))
        answer(rig, prompt_of(rig, check_in_id="ci-2", at=later(rig)), [b"NONE FACE canaryface"])
        shutil.copytree(rig.folder, seen / "files")
        backups(rig, seen)


def later(rig: Rig) -> Micros:
    rig.clock.at = Micros(rig.clock.at + 2 * HOUR)
    return rig.clock.at


def faces_in(folder: Path) -> list[str]:
    """List the files that hold a picture of these tests, in whatever form it was sent or kept."""
    return [
        path.name
        for path in sorted(folder.rglob("*"))
        if path.is_file() and b"FACE canaryface" in path.read_bytes()
    ]


def test_no_photo_lies_in_any_file_or_backup(tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    pictured(tmp_path / "data", tmp_path / "seen")
    assert faces_in(tmp_path) == []


def test_negative_control_photos_that_are_not_sealed_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_nothing(monkeypatch)
    (tmp_path / "seen").mkdir()
    pictured(tmp_path / "data", tmp_path / "seen")
    assert len(faces_in(tmp_path)) > 1
