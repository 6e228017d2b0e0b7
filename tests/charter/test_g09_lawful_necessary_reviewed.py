"""Guarantee 9, order part: an order without its reasons is refused, and told what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.rig import order_of
from typer.testing import CliRunner

from fairtag.cli import app

NOT_YET_PROVED = "what happens when a review is overdue has no proof yet"

NEEDED = (
    "legal_basis",
    "legal_regime",
    "necessity",
    "proportionality",
    "less_intrusive_considered",
    "vulnerability_assessed_at",
    "review",
    "ends_at",
)


def put(folder: Path, order: dict[str, object]) -> tuple[int, str]:
    file = folder / "order.json"
    file.write_text(json.dumps(order))
    done = CliRunner().invoke(app, ["order", "put", str(file), "--data", str(folder / "data")])
    return done.exit_code, done.output


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("told", ["absent", "empty"])
def test_without_it_the_order_is_refused_by_name(tmp_path: Path, name: str, told: str) -> None:
    order = order_of()
    if told == "absent":
        del order[name]
    else:
        order[name] = ""
    code, output = put(tmp_path, order)
    assert code == 1
    assert f"$.{name}" in output


@pytest.mark.parametrize("name", ["kind", "by", "instrument"])
def test_a_review_has_a_kind_a_date_and_an_instrument(tmp_path: Path, name: str) -> None:
    order = order_of()
    del order["review"][name]
    code, output = put(tmp_path, order)
    assert code == 1
    assert "$.review" in output


def test_nobody_outside_the_scheme_is_monitored(tmp_path: Path) -> None:
    code, output = put(tmp_path, order_of(cohort="asylum_seeker"))
    assert code == 1
    assert "$.cohort" in output


def test_a_real_persons_order_waits_for_the_proofs(tmp_path: Path) -> None:
    order = order_of()
    del order["simulated"]
    code, output = put(tmp_path, order)
    assert code == 1
    assert "simulated" in output


def test_negative_control_a_whole_order_is_taken(tmp_path: Path) -> None:
    assert put(tmp_path, order_of())[0] == 0
