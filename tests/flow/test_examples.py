"""What the documentation shows works as it says, and the simulator tells the truth."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from fairtag.cli import app
from fairtag.sim.scenarios import SCENARIOS

EXAMPLES = Path(__file__).parents[2] / "contract" / "examples"


def judged(order: Path, traffic: Path, *more: str) -> list[dict[str, str]]:
    words = ["judge", "--order", str(order), "--traffic", str(traffic), *more]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert CliRunner().invoke(app, words).stdout == done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_example_order_is_valid_and_its_traffic_gives_the_findings() -> None:
    order = EXAMPLES / "order.json"
    assert CliRunner().invoke(app, ["order", "check", str(order)]).exit_code == 0
    found = judged(order, EXAMPLES / "traffic.ndjson")
    assert [(one["kind"], one["state"]) for one in found] == [
        ("curfew.left", "opened"),
        ("curfew.left", "closed"),
        ("battery.low", "opened"),
    ]


def test_every_scenario_is_found_and_a_calm_life_raises_nothing(tmp_path: Path) -> None:
    words = ["simulate", "--wearers", str(len(SCENARIOS)), "--out", str(tmp_path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    truth = [json.loads(line) for line in (tmp_path / "truth.ndjson").read_text().splitlines()]
    for number, scenario in enumerate(SCENARIOS, start=1):
        wearer = f"W-{number:04}"
        expected = {one["kind"] for one in truth if one["wearer_id"] == wearer}
        order = tmp_path / "orders" / f"{wearer}.json"
        assert CliRunner().invoke(app, ["order", "check", str(order)]).exit_code == 0
        traffic = tmp_path / "traffic" / f"{wearer}.ndjson"
        found = judged(order, traffic, "--until", "2026-11-03T00:00:00Z")
        kinds = {one["kind"] for one in found}
        assert expected <= kinds, scenario
        if scenario == "calm":
            assert kinds == set()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        words = ["simulate", "--wearers", "2", "--seed", "3", "--out", str(tmp_path / name)]
        assert CliRunner().invoke(app, words).exit_code == 0
    for part in ("truth.ndjson", "traffic/W-0002.ndjson", "orders/W-0001.json"):
        assert (tmp_path / "one" / part).read_bytes() == (tmp_path / "two" / part).read_bytes()
