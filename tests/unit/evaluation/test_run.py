from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fairtag.evaluation.case import simulated
from fairtag.evaluation.run import score_case, tasks
from fairtag.evaluation.telling.plots import draw
from fairtag.evaluation.telling.report import report
from fairtag.evaluation.telling.tables import tables


def test_months_are_shared_out_over_the_seeds_and_no_wearer_comes_twice() -> None:
    made = tasks(["calm_at_home", "tunnel"], seeds=[5, 6], months=3, days=30)

    assert [(one.scenario, one.seed, one.number) for one in made] == [
        ("calm_at_home", 5, 1),
        ("calm_at_home", 6, 2),
        ("calm_at_home", 5, 3),
        ("tunnel", 5, 1),
        ("tunnel", 6, 2),
        ("tunnel", 5, 3),
    ]


def test_a_story_happens_once_or_daily() -> None:
    once = simulated("zone_10_min", 1, seed=5, days=6)
    daily = simulated("zone_10_min", 1, seed=5, days=6, is_daily=True)

    assert len(once.departures) == 1
    assert len(daily.departures) > 3
    assert {one.family for one in daily.departures} == {"zone.entered"}


def test_a_device_that_never_speaks_is_judged_too() -> None:
    scores = score_case(simulated("never_started", 1, seed=5, days=1))

    assert [(one.positions, one.alerts, one.wrong) for one in scores] == [(0, 0, ())] * 4


def told(days: int = 1) -> dict[str, Any]:
    scores = score_case(simulated("zone_10_min", 1, seed=5, days=days))
    return report(scores, None, {"seeds": [5]})


def test_a_report_is_json_and_its_table_has_a_line_a_judge() -> None:
    made = told()

    assert json.loads(json.dumps(made, allow_nan=False)) is not None
    lines = tables(made).splitlines()
    assert sum(line.startswith("zone_10_min ") for line in lines) == 4


def test_plots_show_every_judge(tmp_path: Path) -> None:
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")

    said = draw(told(), tmp_path)

    assert "false_against_delay" in said
    drawn = (tmp_path / "false_against_delay.svg").read_text()
    assert all(name in drawn for name in ("fairtag", "each fix", "less accuracy", "3 of 3"))
    assert (tmp_path / "false_by_scenario.png").stat().st_size > 10_000


def test_without_lives_there_is_nothing_to_draw(tmp_path: Path) -> None:
    assert draw(report([], None, {}), tmp_path) == "no plots: no lives were judged"
    assert list(tmp_path.iterdir()) == []
