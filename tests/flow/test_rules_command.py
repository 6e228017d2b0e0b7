"""`fairtag rules` prints the rule as the service publishes it: data on stdout, nothing else."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from fairtag.cli import app
from fairtag.rules.settings import DEFAULTS


def printed(*words: str) -> str:
    done = CliRunner().invoke(app, ["rules", *words])
    assert done.exit_code == 0
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "What follows from these numbers"),
        (["--for", "officer"], "Before you act"),
        (["--for", "wearer"], "What you can do"),
    ],
)
def test_each_reader_gets_a_text_with_the_name_of_its_record(words: list[str], says: str) -> None:
    told = printed(*words)

    assert says in told.splitlines()
    assert told.splitlines()[1] == f"Record {DEFAULTS.version}, {DEFAULTS.digest}"
    assert told.endswith(".\n")


def test_json_holds_the_record_and_every_text() -> None:
    told = json.loads(printed("--json"))

    assert told["format"] == "fairtag-rules/1"
    assert told["digest"] == DEFAULTS.digest
    assert told["settings"]["against"] == DEFAULTS.against
    assert told["settings"]["doubt"]["jump_m"] == DEFAULTS.doubt.jump_m
    assert told["rule"]
    assert told["officer"]
    assert told["wearer"]


def test_an_unknown_reader_is_refused() -> None:
    assert CliRunner().invoke(app, ["rules", "--for", "nobody"]).exit_code == 2
