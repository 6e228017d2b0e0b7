"""Recorded stories are judged as they were judged before, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.golden.expect import unmet
from tests.golden.rebuild import cases, command, judged
from tests.golden.stories import told

from fairtag.rules.finding import Kind

HERE = Path(__file__).parent
CASES = cases()
TOLD = list(told())
# These come from the store's own comparison of its books, or from people: a replay can't find them.
ELSEWHERE = {
    Kind.MONITORING_NO_ORDER,
    Kind.INPUT_QUARANTINED,
    Kind.CHECKIN_IDENTITY_UNCONFIRMED,
}


def expected(case: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (case / "expected.ndjson").read_text().splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_story_is_judged_as_expected_and_twice_the_same(case: Path) -> None:
    first = judged(case)

    assert first == (case / "expected.ndjson").read_bytes(), "see ./run golden"
    assert judged(case) == first


def missed(case: Path) -> list[str]:
    return unmet(json.loads((case / "expect.json").read_text()), expected(case))


ENDS = [case for case in CASES if (case / "expect.json").exists()]


@pytest.mark.parametrize("case", ENDS, ids=lambda case: case.name)
def test_a_story_ends_as_it_should(case: Path) -> None:
    """The recorded findings keep what the story demands."""
    assert missed(case) == []


@pytest.mark.parametrize(("slug", "written"), TOLD, ids=[slug for slug, _ in TOLD])
def test_a_storys_files_are_what_its_teller_wrote(slug: str, written: dict[str, str]) -> None:
    found = {name: (HERE / slug / name).read_text() for name in written}

    assert found == written, "see python -m tests.golden.stories"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_story_says_why(case: Path) -> None:
    assert len((case / "WHY.md").read_text().splitlines()) >= 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_finding_is_told_in_the_contracts_order(case: Path) -> None:
    """Opened first, one revision at a time, nothing after it was withdrawn."""
    last: dict[object, dict[str, object]] = {}
    for line in expected(case):
        before = last.get(line["finding_id"])
        if before is None:
            assert (line["state"], line["rev"]) == ("opened", 1)
        else:
            assert before["state"] != "withdrawn"
            assert line["state"] != "opened"
            assert line["rev"] == int(str(before["rev"])) + 1
        last[line["finding_id"]] = line


def test_every_kind_that_a_replay_can_find_has_a_story() -> None:
    told = {line["kind"] for case in CASES for line in expected(case)}

    assert told == {str(kind) for kind in Kind if kind not in ELSEWHERE}


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_the_servers_time_zone_changes_nothing(zone: str) -> None:
    case = next(one for one in CASES if one.name.endswith("clocks_go_back_in_london_late"))
    words = [sys.executable, "-m", "fairtag", *command(case)]

    done = subprocess.run(words, env=os.environ | {"TZ": zone}, capture_output=True, check=True)

    assert done.stdout == (case / "expected.ndjson").read_bytes()


def test_negative_control_a_changed_line_is_noticed() -> None:
    case = next(one for one in CASES if expected(one))
    changed = (case / "expected.ndjson").read_bytes().replace(b'"rev":1', b'"rev":2', 1)

    assert judged(case) != changed


def test_negative_control_a_wrong_end_is_noticed() -> None:
    """A matter too much, one too few, another time, another cause, and one that was ever told."""
    case = next(one for one in ENDS if one.name.endswith("hospital_unconscious_strap_cut"))
    lines = expected(case)
    began = lines[0]["began_at"]

    assert unmet({"authority": 0, "must": [{"began_at": [began, began]}]}, lines) == []
    assert unmet({"authority": 1}, lines)
    assert unmet({"told": 0}, lines)
    assert unmet({"must": [{"kind": "curfew.left", "cause": None}]}, lines)
    assert unmet({"must": [{"began_at": ["2026-11-09T00:00:00Z", "2026-11-10T00:00:00Z"]}]}, lines)
    assert unmet({"must_not": [{"kind": "tamper.strap"}]}, lines)
    assert unmet({"authority": 0}, [line for line in lines if line["cause"] is None])
