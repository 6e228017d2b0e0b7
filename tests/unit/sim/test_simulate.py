"""`fairtag simulate` writes what the contract says, and nothing over what is not its own."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from fairtag.cli import app
from fairtag.sim.scenarios import SCENARIOS
from fairtag.terms.errors import UsageError


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["simulate", *map(str, words)])


def test_every_scenario_is_listed_with_a_sentence() -> None:
    lines = run("--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(SCENARIOS)
    assert all(line.endswith(".") for line in lines)


def test_the_files_are_those_of_the_contract_and_the_same_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        words = ("--wearers", 2, "--seed", 3, "--scenario", "zone_4_min", "--out", tmp_path / name)
        assert run(*words).exit_code == 0
    files = {path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*")}
    assert {str(path) for path in files} == {
        "orders",
        "orders/W-0001.json",
        "orders/W-0002.json",
        "photos",
        "traffic",
        "traffic/W-0001.ndjson",
        "traffic/W-0002.ndjson",
        "truth.ndjson",
    }
    for path in files:
        if (tmp_path / "one" / path).is_file():
            assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()
    rows = [json.loads(line) for line in (tmp_path / "one/truth.ndjson").read_text().splitlines()]
    assert [row["wearer_id"] for row in rows] == ["W-0001", "W-0002"]


def test_an_order_and_its_traffic_can_be_judged(tmp_path: Path) -> None:
    assert run("--wearers", 1, "--scenario", "left_50_min", "--out", tmp_path).exit_code == 0
    order, traffic = tmp_path / "orders/W-0001.json", tmp_path / "traffic/W-0001.ndjson"
    assert CliRunner().invoke(app, ["order", "check", str(order)]).exit_code == 0
    done = CliRunner().invoke(app, ["judge", "--order", str(order), "--traffic", str(traffic)])
    assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == ["curfew.left"] * 2


def test_a_smaller_run_leaves_no_wearer_of_a_larger_one(tmp_path: Path) -> None:
    for wearers in (3, 1):
        run("--wearers", wearers, "--scenario", "sos", "--out", tmp_path)
    assert [path.name for path in (tmp_path / "traffic").iterdir()] == ["W-0001.ndjson"]


def test_an_unknown_scenario_says_where_the_names_are() -> None:
    refusal = run("--scenario", "dancing").exception
    assert isinstance(refusal, UsageError)
    assert "simulate --list" in str(refusal)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "traffic").mkdir()
    (tmp_path / "traffic" / "mine.txt").write_text("keep me")
    assert isinstance(run("--out", tmp_path).exception, UsageError)
    assert (tmp_path / "traffic" / "mine.txt").read_text() == "keep me"
