"""What the documentation shows works as it says."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from fairtag.cli import app

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
