"""The evaluation from the command line, with judges that find nothing or accuse always."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fairtag.evaluation.case import Case, simulated
from fairtag.evaluation.judges import JUDGES, Episode, Judged
from fairtag.evaluation.run import run, score_case, tasks
from fairtag.evaluation.telling import plots
from fairtag.evaluation.telling.report import report
from fairtag.terms.instants import HOUR, Micros


def fairtag(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fairtag", *arguments], capture_output=True, text=True, check=False
    )


def never(case: Case) -> Judged:
    del case
    return Judged(episodes=())


def always(case: Case) -> Judged:
    """Accuse of everything, every hour."""
    hours = range(case.during.start, case.during.end, HOUR)
    return Judged(
        episodes=tuple(
            Episode(
                condition_id="x1",
                kind="zone.entered",
                began=Micros(at),
                ended=Micros(at + HOUR),
                decided=Micros(at),
            )
            for at in hours
        )
    )


def test_an_evaluation_end_to_end(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = fairtag(
        *("evaluate", "--seeds", "3", "4", "--scenarios", "left_50_min", "zone_1_min"),
        *("--months", "2", "--days", "1", "--jobs", "2", "--out", str(out)),
    )

    assert done.returncode == 0, done.stderr
    told = json.loads((out / "report.json").read_text())
    assert told["format"] == "fairtag-evaluation/1"
    assert (told["about"]["seeds"], told["about"]["wearers"]) == ([3, 4], 4)
    assert told["about"]["settings"].startswith("sha256:")
    assert list(told["judges"]) == list(JUDGES)
    assert list(told["judges"]["fairtag"]["scenarios"]) == ["left_50_min", "zone_1_min"]
    assert "false findings a wearer-month, on average" in done.stdout
    assert "4 of 4 wearers judged" in done.stderr
    drawn = sorted(path.name for path in out.iterdir() if path.suffix in (".svg", ".png"))
    assert drawn or plots.INSTALL in done.stderr


def test_the_number_of_processes_changes_nothing() -> None:
    wanted = tasks(["left_25_min", "calm_at_home"], seeds=[7], months=1, days=1)

    assert run(wanted, jobs=2) == run(wanted, jobs=1)


def test_json_on_stdout_is_the_report(tmp_path: Path) -> None:
    done = fairtag("evaluate", "--months", "0", "--json", "--out", str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert done.stdout == (tmp_path / "report.json").read_text()


def test_negative_control_who_finds_nothing_or_accuses_always_is_shown_as_such() -> None:
    case = simulated("zone_25_min", 4, seed=5, days=2)
    judges = {"fairtag": JUDGES["fairtag"], "never": never, "always": always}

    told = report(score_case(case, judges), None, {})

    right, silent, loud = (told["judges"][name]["all"] for name in judges)
    assert (right["places"]["found"], right["false"]) == (1, 0)
    assert (silent["places"]["found"], silent["places"]["said_kept"], silent["false"]) == (0, 1, 0)
    assert loud["false"] > 40
    met = {name: {one["name"]: one["is_met"] for one in told["bars"][name]} for name in judges}
    found = "departures of 10 min or more that show: found"
    average = "false findings a wearer-month, on average"
    assert [met[name][found] for name in judges] == [True, False, True]
    assert [met[name][average] for name in judges] == [True, True, False]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--scenarios", "no_such_life"), "no_such_life"),
        (("--seeds", "one"), "--seeds one"),
        (("--traces", "no/such/folder", "--months", "0"), "no/such/folder"),
        (("--out", "FILE"), "--out"),
        (("no_such_life",), "no_such_life"),
    ],
)
def test_wrong_use_is_one_line(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    (tmp_path / "file").write_text("")
    named = [str(tmp_path / "file") if one == "FILE" else one for one in arguments]
    if "--out" not in named:
        named += ["--out", str(tmp_path / "out")]
    done = fairtag("evaluate", *named)

    assert (done.returncode, done.stdout) == (2, "")
    last = done.stderr.strip().splitlines()[-1]
    assert says in last
    assert "Traceback" not in done.stderr


def test_without_altair_it_says_what_to_install(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['altair'] = None; from fairtag.cli import main; main()"
    wanted = ("evaluate", "calm_at_home", "--months", "1", "--days", "1", "--out", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", hidden, *wanted], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert plots.INSTALL in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
