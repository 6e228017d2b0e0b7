"""Guarantee 8: a matcher says 'match' only with error rates by group that people may rely on."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from starlette.testclient import TestClient
from tests import checkins
from tests.app.test_fairness import Kept
from tests.app.test_matching import CANDIDATE, NoFaces, edit, in_force, two
from tests.rig import PASSWORD, Rig, opened_rig
from tests.unit.faces.specimens import ENGINE, rates
from typer.testing import CliRunner

from fairtag.adapters.faces.nets.pinned import REFERENCE
from fairtag.app.fairness.declare import declare
from fairtag.app.fairness.tell import tell
from fairtag.app.matching.profiles import approve, propose, standing
from fairtag.app.run_service import Pulse
from fairtag.bootstrap import open_house
from fairtag.cli import app
from fairtag.disclosure.fair.declared import NOT_SAID
from fairtag.disclosure.fair.tables import Fairness
from fairtag.evaluation.faces.profile import candidate_of
from fairtag.evaluation.faces.report import FORMAT
from fairtag.evaluation.faces.signing import PUBLIC_KEY, REPORT, SIGNATURE, key_at, sign
from fairtag.faces import threshold
from fairtag.faces.model import EngineInfo, Reading, Refer, Template, Verdict
from fairtag.faces.refusals import ProfileRefused
from fairtag.faces.threshold import failings
from fairtag.faces.verdict import decide
from fairtag.terms.errors import NotPermitted
from fairtag.terms.ids import WearerId
from fairtag.web.site import Site

WHY = "the laboratory's report of November"
SAME = Template(engine=ENGINE.name, vector=np.ones(ENGINE.dims, "<f4").tobytes())


def verdict(rig: Rig, engine: EngineInfo = ENGINE) -> Verdict:
    """Let the machine look at a burst that could not be more alike: its cosine is 1."""
    found = standing(rig.house, engine)
    profile = None if found.decides is None else found.decides.profile
    frames = [Reading(outcome="one", template=SAME)] * 3
    return decide([SAME] * 3, frames, profile, mode="live")


def test_without_an_audit_the_most_alike_pictures_go_to_people(rig: Rig) -> None:
    assert (verdict(rig).outcome, verdict(rig).reason) == ("refer", Refer.NOT_AUDITED)


def test_negative_control_with_one_that_passes_the_machine_decides(rig: Rig) -> None:
    in_force(rig)

    assert verdict(rig).outcome == "match"


@pytest.mark.parametrize(
    "failing",
    [
        {"overall": rates("all", fmr=(60, 200_000))},
        {"groups": (rates("a"), rates("b"), rates("c", fmr=(9, 40_000)))},  # one group alone
        {"groups": (rates("a"), rates("b"), rates("c", fmr=(0, 30_000)))},  # too few to show it
        {"groups": (rates("a"), rates("b"), rates("c", fnmr=(0, 150)))},
        {"groups": (rates("a"), rates("b"), rates("c", fnmr=(30, 400)))},
        {"groups": (rates("a"), rates("b"), rates("c", fta=(0, 0)))},
        {"groups": (rates("a"),)},
        {"capture_mode": "burst1-enrolled1"},
        {"data_sha256": ""},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_failing_one_is_not_put_in_force(tmp_path: Path, failing: dict[str, Any]) -> None:
    with opened_rig(tmp_path / "data") as rig:
        with pytest.raises(ProfileRefused):
            in_force(rig, msgspec.structs.replace(CANDIDATE, **failing))
        assert verdict(rig).reason is Refer.NOT_AUDITED


def test_negative_control_without_ceilings_a_failing_one_would_decide(
    rig: Rig, monkeypatch
) -> None:
    monkeypatch.setattr(threshold, "MOST_FMR", 1.0)

    in_force(rig, msgspec.structs.replace(CANDIDATE, overall=rates("all", fmr=(60, 200_000))))

    assert verdict(rig).outcome == "match"


def test_an_engine_that_was_changed_under_its_profile_decides_nothing(rig: Rig) -> None:
    in_force(rig)

    assert verdict(rig).outcome == "match"  # the check can see: with its own engine it does
    for changed in ({"weights_sha256": ("another",)}, {"engine_id": "another"}):
        other = msgspec.structs.replace(ENGINE, **changed)
        assert verdict(rig, other).reason is Refer.NOT_AUDITED


@pytest.mark.parametrize(("enrolled", "frames"), [(2, 3), (1, 3), (3, 4)])
def test_a_capture_that_was_not_measured_goes_to_people(
    rig: Rig, enrolled: int, frames: int
) -> None:
    in_force(rig)
    found = standing(rig.house, ENGINE).decides
    assert found is not None

    seen = [Reading(outcome="one", template=SAME)] * frames
    told = decide([SAME] * enrolled, seen, found.profile, mode="live")

    assert (told.outcome, told.reason) == ("refer", Refer.NOT_AUDITED)


def test_what_was_put_in_force_is_judged_anew_each_time(rig: Rig, monkeypatch) -> None:
    """A stricter ceiling of a later version takes out what an earlier one let in."""
    in_force(rig)
    monkeypatch.setattr(threshold, "MOST_FMR", 1e-6)

    assert verdict(rig).reason is Refer.NOT_AUDITED


@pytest.mark.parametrize(
    "edited",
    [
        {"threshold": -1.0},
        {"data_sha256": "0" * 64},
        {"report_sha256": "0" * 64},
        {"groups": (rates("a"), rates("b"))},
    ],
    ids=lambda one: next(iter(one)),
)
def test_an_edited_one_decides_nothing(tmp_path: Path, edited: dict[str, Any]) -> None:
    with opened_rig(tmp_path / "data") as rig:
        in_force(rig)
        at = rig.clock.at
    edit(tmp_path, lambda one: msgspec.structs.replace(one, **edited))

    with opened_rig(tmp_path / "data", at) as rig:
        assert verdict(rig).reason is Refer.NOT_AUDITED


def test_one_that_was_slipped_into_the_table_decides_nothing(tmp_path: Path) -> None:
    """A row without its entry in the access log was agreed to by nobody."""
    with opened_rig(tmp_path / "data") as rig:
        kept = in_force(rig)
        at = rig.clock.at
    slipped = msgspec.structs.replace(kept, entry=1)
    with sqlite3.connect(tmp_path / "data" / "fairtag.db") as db:
        row = (at, "nobody", msgspec.json.encode(slipped))
        db.execute("INSERT INTO face_profiles (at, by, body) VALUES (?, ?, ?)", row)

    with opened_rig(tmp_path / "data", at) as rig:
        assert verdict(rig).reason is Refer.NOT_AUDITED


def test_whoever_evaluated_it_does_not_approve_it(rig: Rig) -> None:
    first, second = two(rig)
    by_second = msgspec.structs.replace(CANDIDATE, evaluated_by=second.name)
    asked = propose(rig.house, first, by_second, password=PASSWORD, reason=WHY)

    with pytest.raises(ProfileRefused):
        approve(
            rig.house,
            second,
            asked.proposal_id,
            digest=asked.digest,
            password=PASSWORD,
            engine=ENGINE,
        )
    assert verdict(rig).reason is Refer.NOT_AUDITED


def signed_report(folder: Path) -> Path:
    """Write a report as an evaluator signs it; its figures are the specimen's."""

    def told(one: Any) -> dict[str, Any]:
        return {
            key: value
            for name in ("fmr", "fnmr", "fta")
            for key, value in (
                (f"{name}_counts", [getattr(one, name).errors, getattr(one, name).trials]),
                (f"{name}_95", [getattr(one, name).low, getattr(one, name).high]),
            )
        }

    about = {
        "engine": {"name": ENGINE.name, "weights_sha256": list(ENGINE.weights_sha256)},
        "capture_mode": CANDIDATE.capture_mode,
        "data": {"sha256": CANDIDATE.data_sha256},
        "evaluator": CANDIDATE.evaluated_by,
    }
    found = {"format": FORMAT, "about": about, "threshold": CANDIDATE.threshold}
    found |= told(CANDIDATE.overall) | {
        "groups": {one.group: told(one) for one in CANDIDATE.groups}
    }
    (folder / REPORT).write_text(json.dumps(found))
    sign(folder, key_at(folder / "key.pem")[0])
    return folder


def check(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["face", "profile", "check", *words])
    refused = "" if done.exception is None else str(done.exception)
    return done.exit_code, done.stdout + refused


def test_a_profile_is_bound_to_a_report_that_was_signed(tmp_path: Path) -> None:
    folder = signed_report(tmp_path)

    assert check(str(folder))[0] == 0
    raw = (folder / REPORT).read_bytes()
    assert failings(msgspec.structs.replace(candidate_of(raw), approved_by="a+b")) == ()
    (folder / REPORT).write_bytes(raw.replace(b"0.6", b"0.1"))
    assert check(str(folder)) == (1, "the signature does not fit: changed, or another key")


def test_a_report_signed_by_somebody_else_is_noticed_by_the_evaluators_own_key(tmp_path) -> None:
    folder = signed_report(tmp_path)
    mine = tmp_path / "mine.pub"
    mine.write_bytes((folder / PUBLIC_KEY).read_bytes())
    assert check(str(folder), "--key", str(mine))[0] == 0

    (folder / "key.pem").unlink()
    sign(folder, key_at(folder / "key.pem")[0])

    assert check(str(folder))[0] == 0  # it fits the key beside it
    assert check(str(folder), "--key", str(mine))[0] == 1
    assert len((folder / SIGNATURE).read_bytes()) == 64


def page_of(rig: Rig, path: str) -> str:
    house = replace(rig.house, faces=NoFaces())
    with TestClient(Site(house, Pulse()), base_url="http://127.0.0.1:8080") as client:
        return client.get(path).text


def test_what_is_live_is_public_with_its_figures(rig: Rig) -> None:
    before = page_of(rig, "/charter/faces")
    kept = in_force(rig)
    assert kept.profile is not None

    told = json.loads(page_of(rig, "/api/charter/faces"))
    page = page_of(rig, "/charter/faces")

    assert "every check-in goes to people" in before
    assert told["mode"] == "live"
    assert told["ceilings"] == {"fmr": 1e-4, "fnmr": 0.02, "least_groups": 2}
    assert {one["group"] for one in told["figures"]} == {"all", "a", "b", "c"}
    assert "3 of 200000" in page
    assert told["digest"] in page
    assert "otto and sara approved it" in page


def test_the_engine_that_ships_goes_to_people_here_and_decides_in_a_demo_only(rig: Rig) -> None:
    assert standing(rig.house, REFERENCE).mode == "refer_all"
    assert standing(replace(rig.house, is_demo=True), REFERENCE).mode == "demo"


@pytest.mark.parametrize("told", ["0.01", "0.5", "0"])
def test_a_looser_sample_stops_the_start(tmp_path: Path, monkeypatch, told: str) -> None:
    monkeypatch.setenv("FAIRTAG_FACE_SAMPLE", told)

    with pytest.raises(ProfileRefused), open_house(tmp_path / "data"):
        pass


def test_a_stricter_one_does_not(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FAIRTAG_FACE_SAMPLE", "0.03")

    with open_house(tmp_path / "data") as house:
        assert house.face_sample == 0.03


def planned(rig: Rig, most: int) -> Counter[str]:
    """Let four people be asked as often as an order may say; gives how many photos a date holds."""
    rig.house = replace(rig.house, decisions_a_day=most)
    for number in range(1, 5):
        checkins.asked(rig, number, checkins.check_in(max_per_day=5))
    checkins.plan(rig)
    found: Counter[str] = Counter()
    for number in range(1, 5):
        found.update(one.local_day for one in checkins.prompts(rig, f"W-{number}"))
    return found


def test_while_people_decide_no_more_is_planned_than_they_can_in_a_day(rig: Rig) -> None:
    found = planned(rig, 3)
    assert found
    assert max(found.values()) <= 3


def test_negative_control_reviewers_who_can_do_more_are_asked_more(rig: Rig) -> None:
    assert max(planned(rig, 200).values()) > 3


# Live figures, by what wearers choose to say of themselves.


def fared(rig: Rig, women: int, others: int) -> Fairness:
    """Let some of forty people say who they are, and tell the month before of all of them."""
    house = replace(rig.house, courses=Kept())
    for number in range(women + others):
        rig.house.vault.enrol(WearerId(f"W-{number}"), "ho")
        declare(house, WearerId(f"W-{number}"), {"sex": "female" if number < women else "male"})
    return tell(house, "2026-10", person=None, by="test")


def by_sex(told: Fairness) -> dict[str, dict[str, int | None]]:
    return {one.group: one.counts for one in told.by_question["sex"]}


def test_live_figures_are_counts_of_those_who_said_so_and_of_ten_or_more(rig: Rig) -> None:
    told = fared(rig, 12, 9)
    found = by_sex(told)

    assert told.everybody.counts["people"] == 40
    assert found[NOT_SAID]["people"] == 19
    assert set(found["male"].values()) == {None}  # nine people
    assert found["female"]["people"] is None  # or all less what is shown would give the nine away
    assert b"W-" not in msgspec.json.encode(told)  # counts, and nobody in them
    officer = rig.person("otto", "officer")
    with pytest.raises(NotPermitted):
        tell(rig.house, "2026-10", person=officer, by=officer.user_id)


def test_negative_control_ten_people_are_told_of(rig: Rig) -> None:
    found = by_sex(fared(rig, 12, 10))

    assert (found["male"]["people"], found["female"]["people"]) == (10, 12)
    assert found["female"]["referred"] == 24


def test_nobody_has_to_say_anything_and_who_says_nothing_is_counted_so(rig: Rig) -> None:
    found = by_sex(fared(rig, 0, 0))

    assert {group: one["people"] for group, one in found.items() if one["people"]} == {NOT_SAID: 40}
