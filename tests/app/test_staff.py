"""Staff accounts and the roster by hand, as the person at the terminal meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.rig import PASSWORD, Rig, opened_rig
from typer.testing import CliRunner, Result

from fairtag.alerts.model import DutyEntry
from fairtag.app.disable_user import disable_user
from fairtag.app.escalate_alerts import escalate, hand_over
from fairtag.app.handle_alert import acknowledge
from fairtag.app.set_duty import check_address, set_duty
from fairtag.app.sign_in import add_user, finish_setup, sign_in, who_is
from fairtag.cli import app, main
from fairtag.terms.errors import SetupRefused, SignInRefused, UsageError
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import MINUTE


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def stopped(*words: str, told_to: pytest.MonkeyPatch) -> int:
    """Run as from a shell: tells the exit code."""
    told_to.setattr("sys.argv", ["fairtag", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def add(data: Path, name: str = "ann", role: str = "officer") -> Result:
    return run("user", "add", name, "--role", role, "--authority", "ho", "--data", str(data))


def test_an_account_is_made_by_a_link_that_works_once(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "data") as rig:
        done = add(tmp_path / "data")
        link = done.stdout.strip()

        assert done.exit_code == 0
        assert re.fullmatch(r"http://127\.0\.0\.1:8080/setup/[\w-]{43}", link)
        assert "works once" in done.stderr
        token = link.rpartition("/")[2]
        form = {"password": PASSWORD, "again": PASSWORD}
        page = rig.client.post(f"/setup/{token}", data=form, follow_redirects=False)
        assert page.headers["location"] == "/sign-in?done=setup"
        assert sign_in(rig.house, "ann", PASSWORD).person.role == "officer"
        with pytest.raises(SetupRefused):
            finish_setup(rig.house, token, PASSWORD)


def test_the_link_as_json(tmp_path: Path) -> None:
    told = run(
        *("user", "add", "ann", "--role", "officer", "--authority", "ho", "--json"),
        *("--data", str(tmp_path / "data")),
    )

    assert set(json.loads(told.stdout)) == {"name", "link"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "ann", "--role", "king", "--authority", "ho"), "a role is one of"),
        (("user", "add", "a b", "--role", "officer", "--authority", "ho"), "a name is letters"),
        (("user", "disable", "nobody"), "no account is called nobody"),
        (("user", "token", "nobody"), "no account is called nobody"),
        (("duty", "set", "first=nobody=mailto:a@example.org"), "no account is called nobody"),
        (("duty", "set", "fourth=ann=mailto:a@example.org"), "STEP is first, second, supervisor"),
        (("duty", "set", "first=ann"), "write STEP=USER=ADDRESS"),
        (("duty", "set", "first=ann=https://[x"), "an address is mailto:"),
        (("duty", "set", "first=ann=http://example.org/hook"), "an address is mailto:"),
    ],
)
def test_wrong_use_is_2_and_one_line_that_says_what(
    tmp_path: Path,
    words: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = str(tmp_path / "data")

    assert stopped(*words, "--data", data, told_to=monkeypatch) == 2

    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_a_roster_is_set_and_shown_with_what_is_missing(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    add(tmp_path / "data")

    empty = run("duty", "show", "--data", data)
    part = run("duty", "set", "first=ann=mailto:ann@example.org", "--data", data)
    shown = run("duty", "show", "--json", "--data", data)

    assert (empty.exit_code, part.exit_code, shown.exit_code) == (1, 0, 1)
    assert "Nobody is on the duty roster" in empty.stderr
    assert "nobody as second and supervisor" in part.stderr
    assert "nothing can be sent there yet" in part.stderr
    (entry,) = json.loads(shown.stdout)
    assert (entry["step"], entry["to"]) == ("first", "mailto:ann@example.org")


def test_a_whole_roster_that_can_be_reached_is_said_to_be_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRTAG_MAIL_HOST", "mail.example.org")
    add(tmp_path / "data")
    steps = [f"{one}=ann=mailto:ann@example.org" for one in ("first", "second", "supervisor")]

    done = run("duty", "set", *steps, "--data", str(tmp_path / "data"))

    assert (done.exit_code, done.stderr.strip()) == (0, "The roster is whole.")


@pytest.mark.parametrize(
    "to",
    [
        *("mailto:a@example.org", "https://example.org/hook", "http://127.0.0.1:9/h"),
        *("http://localhost/h", "https://[2001:db8::1]/h"),
    ],
)
def test_addresses_that_work_are_taken(to: str) -> None:
    check_address(to)


@pytest.mark.parametrize(
    "to",
    [
        *("", "ann", "mailto:", "mailto:ann", "mailto:a@b@c", "mailto:a@b c", "mailto:a@b,c@d"),
        *("mailto:a@example.org\nBcc: x@example.org", "http://example.org/h", "ftp://example.org"),
        *("https://", "https://user:secret@example.org/h", "https://[x", "javascript:alert(1)"),
    ],
)
def test_addresses_that_can_not_work_or_smuggle_are_refused(to: str) -> None:
    with pytest.raises(UsageError):
        check_address(to)


def test_a_closed_account_opens_nothing_any_more(rig: Rig) -> None:
    path = add_user(rig.house, "ann", role="officer", authority="ho", by="test")
    finish_setup(rig.house, path.rpartition("/")[2], PASSWORD)
    again = add_user(rig.house, "ann", role="officer", authority="ho", by="test")
    session = sign_in(rig.house, "ann", PASSWORD)
    assert who_is(rig.house, session.token, kind="page") is not None

    disable_user(rig.house, "ann", by="test")

    assert who_is(rig.house, session.token, kind="page") is None
    with pytest.raises(SignInRefused):
        sign_in(rig.house, "ann", PASSWORD)
    with pytest.raises(SetupRefused):
        finish_setup(rig.house, again.rpartition("/")[2], PASSWORD)
    with pytest.raises(UsageError, match="was closed"):
        add_user(rig.house, "ann", role="officer", authority="ho", by="test")
    with pytest.raises(UsageError, match="closed already"):
        disable_user(rig.house, "ann", by="test")


def test_what_somebody_who_leaves_had_in_hand_goes_to_who_is_on_duty(rig: Rig) -> None:
    for name in ("ann", "ben"):
        add_user(rig.house, name, role="officer", authority="ho", by="test")
    on_duty = DutyEntry(step="first", user_id="ben", to="mailto:ben@example.org")
    set_duty(rig.house, [on_duty], by="test")
    rig.event(rig.wearer(), "case_open")
    name = AlertId(rig.alerts()[0]["alert_id"])
    ann = next(p for p in rig.house.store.read(lambda tx: tx.people.listed()) if p.name == "ann")
    acknowledge(rig.house, name, person=ann)

    assert disable_user(rig.house, "ann", by="test") == 1
    assert hand_over(rig.house) == 1

    (alert,) = rig.alerts()
    assert (alert["owner"], alert["acknowledged_by"]) == ("ben", "ann")
    acts = rig.house.store.read(lambda tx: tx.alerts.acts(name))
    assert [(act.what, act.reason) for act in acts][-1] == ("assigned", "to ben")
    (told,) = rig.house.store.read(lambda tx: tx.alerts.notices_due(at=rig.clock.at))
    assert (told.to, told.urgency) == ("mailto:ben@example.org", "normal")
    assert hand_over(rig.house) == 0


def test_a_roster_whose_only_person_left_is_an_empty_roster(rig: Rig) -> None:
    """Nobody would be told, and the books would look whole."""
    add_user(rig.house, "ann", role="officer", authority="ho", by="test")
    only = DutyEntry(step="first", user_id="ann", to="mailto:ann@example.org")
    set_duty(rig.house, [only], by="test")
    escalate(rig.house)
    assert rig.kinds() == []
    assert ready(rig)["duty_roster"]

    disable_user(rig.house, "ann", by="test")
    rig.pass_time(MINUTE)
    escalate(rig.house)

    (alert,) = rig.alerts()
    assert (alert["kind"], alert["priority"]) == ("duty.roster_empty", "urgent")
    assert not ready(rig)["duty_roster"]
    rig.client.post("/sign-in", data={"name": "olga", "password": PASSWORD})
    assert "Nobody is on the duty roster" in rig.client.get("/").text


def ready(rig: Rig) -> dict[str, bool]:
    return dict(rig.client.get("/readyz").json()["checks"])


def test_an_empty_roster_is_said_once_and_marked_when_it_is_filled(rig: Rig) -> None:
    for _ in range(5):
        rig.pass_time(MINUTE)
        escalate(rig.house)
    (alert,) = rig.alerts()
    assert alert["kind"] == "duty.roster_empty"

    only = DutyEntry(step="first", user_id="olga", to="mailto:olga@example.org")
    set_duty(rig.house, [only], by="test")
    escalate(rig.house)
    hand_over(rig.house)

    (alert,) = rig.alerts()
    assert (alert["is_over"], alert["state"], alert["owner"]) == (True, "raised", "olga")


def test_the_list_of_staff_says_who_is_gone(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    for name in ("ann", "ben"):
        add(tmp_path / "data", name)
    assert run("user", "disable", "ann", "--data", data).exit_code == 0

    lines = run("user", "list", "--data", data).stdout.splitlines()
    people = json.loads(run("user", "list", "--json", "--data", data).stdout)

    assert [line.split("\t")[0] for line in lines] == ["ann", "ben"]
    assert lines[0].split("\t")[3].startswith("closed 20")
    assert [one["disabled_at"] is None for one in people] == [False, True]
    assert "password" not in str(people)
