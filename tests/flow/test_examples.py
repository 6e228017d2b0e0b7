"""What the documentation shows works as it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fairtag.cli import app
from fairtag.orders.scheme import read_scheme, seed_scheme

EXAMPLES = Path(__file__).parents[2] / "contract" / "examples"


def judged(order: Path, traffic: Path, *more: str) -> list[dict[str, str]]:
    words = ["judge", "--order", str(order), "--traffic", str(traffic), *more]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert CliRunner().invoke(app, words).stdout == done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


EACH = {  # what each example is there to show, so that an emptied findings file is noticed
    ".": ["curfew.left", "battery.low"],
    "exclusion_zone": ["zone.entered"],
    "inclusion_zone": ["zone.left"],
    "attendance": ["attendance.missed"],
    "trail": ["contact.lost"],
    "check_in": ["checkin.needs_review", "checkin.missed"],
    "absences": ["curfew.late_return"],
}


def test_there_is_an_example_of_each_kind_of_condition() -> None:
    shown = {
        condition["kind"]
        for order in EXAMPLES.rglob("order.json")
        for condition in json.loads(order.read_text())["conditions"]
    }
    schema = json.loads(CliRunner().invoke(app, ["order", "schema"]).stdout)
    kinds = schema["properties"]["conditions"]["items"]["properties"]["kind"]["enum"]
    assert shown == set(kinds)
    assert {str(one.parent.relative_to(EXAMPLES)) for one in EXAMPLES.rglob("order.json")} == set(
        EACH
    )


@pytest.mark.parametrize("folder", EACH)
def test_an_example_is_valid_and_gives_exactly_its_findings(folder: str) -> None:
    order = EXAMPLES / folder / "order.json"
    scheme = str(EXAMPLES / "scheme.json")
    for words in ([], ["--scheme", scheme]):
        done = CliRunner().invoke(app, ["order", "check", str(order), "--json", *words])
        assert (done.exit_code, json.loads(done.stdout)) == (0, [])
    found = judged(order, EXAMPLES / folder / "traffic.ndjson")
    told = (EXAMPLES / folder / "findings.ndjson").read_text()
    assert found == [json.loads(line) for line in told.splitlines()]
    kinds = [one["kind"] for one in found if one["state"] == "opened"]
    assert kinds == EACH[folder]


def test_the_table_of_positions_says_what_the_lines_say() -> None:
    order = EXAMPLES / "order.json"
    lines = judged(order, EXAMPLES / "traffic.ndjson")
    table = judged(order, EXAMPLES / "traffic.csv")
    assert table == [one for one in lines if one["kind"] != "battery.low"]


def test_the_example_scheme_is_the_shipped_one() -> None:
    assert read_scheme((EXAMPLES / "scheme.json").read_bytes()) == seed_scheme()


def test_negative_control_another_order_gives_other_findings(tmp_path: Path) -> None:
    order = json.loads((EXAMPLES / "exclusion_zone" / "order.json").read_text())
    order["conditions"][0]["timetable"] = [{"days": ["mon"], "from": "09:00", "to": "17:00"}]
    moved = tmp_path / "order.json"
    moved.write_text(json.dumps(order))
    assert judged(moved, EXAMPLES / "exclusion_zone" / "traffic.ndjson") == []
