"""What the rules say, through `fairtag judge`: duties in local time, doubt, absences, silence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.rig import HOME, order_of
from typer.testing import CliRunner

from fairtag.cli import app
from fairtag.terms.instants import MINUTE, Micros, parse, text

Lines = list[dict[str, Any]]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


class World:
    """An order, a trail, and what is found."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.order: dict[str, Any] = order_of()
        self.lines: Lines = []

    def curfew(self, begins: str, ends: str, *, grace_min: int = 5) -> None:
        """Make the order a curfew alone, every day."""
        span = [{"days": DAYS, "from": begins, "to": ends}]
        curfew = self.order["conditions"][0] | {"timetable": span, "grace_min": grace_min}
        self.order["conditions"] = [curfew, {"id": "t1", "kind": "trail"}]

    def during(self, start: str, end: str) -> None:
        """Set when the order runs, and what hangs on it."""
        self.order |= {"starts_at": start, "ends_at": end, "vulnerability_assessed_at": start[:10]}
        self.order["review"]["by"] = end[:10]

    def trail(
        self, start: str, end: str, *, north_m: float = 0.0, accuracy_m: float | None = 8.0
    ) -> None:
        """Walk about a place some metres north of home, a fix a minute."""
        for n, at in enumerate(range(parse(start), parse(end), MINUTE)):
            shake = ((n * 37) % 11 - 5) * 1e-5
            line = {"type": "position", "device_id": "D-1", "at": text(Micros(at))}
            line |= {"lat": HOME[0] + north_m / 111_320 + shake, "lon": HOME[1] - shake}
            self.lines.append(line if accuracy_m is None else line | {"accuracy_m": accuracy_m})

    def findings(self, *more: str, lines: Lines | None = None) -> Lines:
        """Judge; `seq` by the order of the lines."""
        traffic = self._folder / "traffic.ndjson"
        told = [one | {"seq": n} for n, one in enumerate(lines or self.lines, start=1)]
        traffic.write_text("".join(json.dumps(one) + "\n" for one in told))
        file = self._folder / "order.json"
        file.write_text(json.dumps(self.order))
        words = ["judge", "--order", str(file), "--traffic", str(traffic), *more]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    def told(self, *more: str) -> list[tuple[str, str]]:
        """Give kind and state of each line."""
        return [(one["kind"], one["state"]) for one in self.findings(*more)]


def test_late_start_counts_from_grace_and_closes_on_coming_home(world: World) -> None:
    world.during("2026-11-02T12:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00")
    world.trail("2026-11-02T18:00:00Z", "2026-11-02T19:40:00Z", north_m=900)
    world.trail("2026-11-02T19:40:00Z", "2026-11-02T20:30:00Z")
    found = world.findings()
    late = [one for one in found if one["kind"] == "curfew.late_start"]
    assert [one["state"] for one in late] == ["opened", "closed"]
    assert late[-1]["ended_at"] == "2026-11-02T19:40:00Z"


def test_leaving_within_grace_is_nothing(world: World) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00", grace_min=10)
    world.trail("2026-11-02T18:30:00Z", "2026-11-02T20:00:00Z")
    world.trail("2026-11-02T20:00:00Z", "2026-11-02T20:06:00Z", north_m=900)
    world.trail("2026-11-02T20:06:00Z", "2026-11-02T21:00:00Z")
    assert world.told() == []


def test_out_at_end_is_part_of_the_open_matter(world: World) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "21:00")
    world.trail("2026-11-02T18:30:00Z", "2026-11-02T20:00:00Z")
    world.trail("2026-11-02T20:00:00Z", "2026-11-02T21:30:00Z", north_m=900)
    found = world.findings()
    assert [(one["kind"], one["state"]) for one in found] == [
        ("curfew.left", "opened"),
        ("curfew.left", "closed"),
        ("curfew.out_at_end", "opened"),
        ("curfew.out_at_end", "closed"),
    ]
    assert found[2]["part_of"] == found[0]["finding_id"]


def test_absent_whole_needs_a_device_that_was_elsewhere(world: World) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "21:00")
    world.trail("2026-11-02T18:30:00Z", "2026-11-02T21:30:00Z", north_m=900)
    assert "curfew.absent_whole" in {kind for kind, _ in world.told()}


def test_no_data_is_never_a_finding_against_the_wearer(world: World) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00")
    world.trail("2026-11-02T18:00:00Z", "2026-11-02T18:10:00Z")
    found = world.findings("--until", "2026-11-06T00:00:00Z")
    assert found
    assert {one["for"] for one in found} == {"support"}


@pytest.mark.parametrize(
    ("accuracy_m", "north_m"), [(None, 110.0), (0, 110.0), (-1, 110.0), (5000.0, 150.0)]
)
def test_a_place_that_is_not_known_is_not_outside(
    world: World, accuracy_m: float | None, north_m: float
) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00")
    world.trail("2026-11-02T18:30:00Z", "2026-11-02T19:30:00Z")
    world.trail(
        "2026-11-02T19:30:00Z", "2026-11-02T20:30:00Z", north_m=north_m, accuracy_m=accuracy_m
    )
    against = [one for one in world.findings() if one["for"] == "authority"]
    assert against == []


def test_negative_control_the_same_trail_with_accuracy_is_outside(world: World) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00")
    world.trail("2026-11-02T18:30:00Z", "2026-11-02T19:30:00Z")
    world.trail("2026-11-02T19:30:00Z", "2026-11-02T20:30:00Z", north_m=110)
    assert ("curfew.left", "opened") in world.told()


def test_one_outlier_is_nothing(world: World) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00", grace_min=0)
    world.trail("2026-11-02T18:30:00Z", "2026-11-02T20:00:00Z")
    world.trail("2026-11-02T20:00:00Z", "2026-11-02T20:01:00Z", north_m=2000)
    world.trail("2026-11-02T20:01:00Z", "2026-11-02T21:00:00Z")
    assert world.told() == []


def test_the_clock_going_back_is_in_the_wearers_favour(world: World) -> None:
    """01:30 comes twice on 25 October: a curfew from it begins at the second."""
    world.during("2026-10-24T20:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("01:30", "04:00", grace_min=0)
    world.trail("2026-10-24T20:00:00Z", "2026-10-25T01:20:00Z", north_m=900)
    world.trail("2026-10-25T01:20:00Z", "2026-10-25T02:00:00Z")
    assert world.told() == []


def test_the_clock_going_forward_starts_after_the_gap(world: World) -> None:
    """01:30 is not there on 29 March: a curfew from it begins at 02:00 summer time, 01:00 UTC."""
    world.during("2026-03-28T20:00:00Z", "2026-05-20T00:00:00Z")
    world.curfew("01:30", "04:00", grace_min=0)
    world.trail("2026-03-28T20:00:00Z", "2026-03-29T00:55:00Z", north_m=900)
    world.trail("2026-03-29T00:55:00Z", "2026-03-29T02:00:00Z")
    assert world.told() == []


def test_negative_control_an_hour_later_in_either_night_is_late(world: World) -> None:
    world.during("2026-10-24T20:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("01:30", "04:00", grace_min=0)
    world.trail("2026-10-24T20:00:00Z", "2026-10-25T02:10:00Z", north_m=900)
    assert ("curfew.late_start", "opened") in world.told()


def test_an_absence_recorded_afterwards_excuses(world: World) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00")
    world.trail("2026-11-02T18:30:00Z", "2026-11-02T20:00:00Z")
    world.trail("2026-11-02T20:00:00Z", "2026-11-02T21:00:00Z", north_m=900)
    world.trail("2026-11-02T21:00:00Z", "2026-11-02T23:00:00Z")
    world.order["absences"] = [
        {
            "condition_id": "c1",
            "covers": ["conditions"],
            "from": "2026-11-02T19:55:00Z",
            "to": "2026-11-02T21:10:00Z",
            "reason": "medical",
            "recorded_at": "2026-11-02T22:00:00Z",
            "by": "officer",
        }
    ]
    found = world.findings()
    assert found[0]["state"] == "opened"
    assert (found[-1]["state"], found[-1]["cause"]) == ("corrected", "excused")


def test_the_same_messages_twice_and_in_another_order_say_the_same_in_the_end(
    world: World,
) -> None:
    world.during("2026-11-02T18:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00")
    world.trail("2026-11-02T18:30:00Z", "2026-11-02T20:00:00Z")
    world.trail("2026-11-02T20:00:00Z", "2026-11-02T20:40:00Z", north_m=900)
    world.trail("2026-11-02T20:40:00Z", "2026-11-02T21:30:00Z")
    usual = world.findings()
    last = {one["finding_id"]: (one["kind"], one["began_at"], one["ended_at"]) for one in usual}
    arrives = world.lines[-1]["at"]
    lines = [one | {"received_at": arrives} for one in world.lines]
    late = world.findings(lines=lines[::-1])
    ends = {one["finding_id"]: (one["kind"], one["began_at"], one["ended_at"]) for one in late}
    assert set(last.values()) <= set(ends.values())


def refused(world: World, *words: str, traffic: str = "") -> str:
    """Run the program as a user does; gives its one line."""
    folder = world._folder
    (folder / "order.json").write_text(json.dumps(world.order))
    (folder / "traffic.ndjson").write_text(traffic)
    usual = ["--order", str(folder / "order.json"), "--traffic", str(folder / "traffic.ndjson")]
    done = subprocess.run(
        [sys.executable, "-m", "fairtag", "judge", *usual, *words], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr
    return done.stderr.decode().strip()


@pytest.mark.parametrize(
    ("words", "traffic", "told"),
    [
        (["--until", "tomorrow"], "", "--until tomorrow: give an instant with offset"),
        (["--traffic", "nowhere.ndjson"], "", "nowhere.ndjson: No such file"),
        (["--order", "SAME"], "", "version 1 of ORD-1 is given twice"),
        ([], "%PDF-1.7\n", "no line is a message"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(
    world: World, words: list[str], traffic: str, told: str
) -> None:
    named = [str(world._folder / "order.json") if one == "SAME" else one for one in words]

    line = refused(world, *named, traffic=traffic)

    assert told in line
    assert "\n" not in line


def test_geojson_draws_a_finding_by_its_evidence(world: World) -> None:
    world.during("2026-11-02T12:00:00Z", "2026-12-20T00:00:00Z")
    world.curfew("19:00", "07:00")
    world.trail("2026-11-02T18:00:00Z", "2026-11-02T19:40:00Z", north_m=900)
    world.findings()  # writes the files
    files = [world._folder / name for name in ("order.json", "traffic.ndjson")]
    words = ["judge", "--order", str(files[0]), "--traffic", str(files[1]), "--format", "geojson"]

    told = json.loads(CliRunner().invoke(app, words).stdout)

    (late,) = told["features"]
    points = late["geometry"]["coordinates"]
    assert late["properties"]["kind"] == "curfew.late_start"
    assert len(points) == len(late["properties"]["evidence"])
    assert all(abs(lat - HOME[0] - 900 / 111_320) < 0.001 for _, lat in points)
