"""Guarantee 9, order part: an order without its reasons is refused, and told what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from tests.rig import Rig, order_of
from typer.testing import CliRunner

from fairtag.cli import app
from fairtag.orders.read import check
from fairtag.orders.scheme import read_scheme, seed_scheme
from fairtag.terms.errors import UsageError

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


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("told", [" ", "n/a", "tbc", "-", None])
def test_a_blank_is_no_reason(tmp_path: Path, name: str, told: str | None) -> None:
    code, output = put(tmp_path, order_of(**{name: told}))
    assert code == 1
    assert f"$.{name}" in output


def test_the_staff_api_refuses_it_too(rig: Rig) -> None:
    for name in NEEDED:
        order = order_of()
        del order[name]
        answer = rig.client.post("/api/v1/orders", json=order, headers=rig.staff())
        assert answer.status_code == 422
        assert f"$.{name}" in {one["path"] for one in answer.json()["problems"]}
    assert rig.house.store.read(lambda tx: tx.orders.facts()) == []


def test_an_administrative_order_is_reviewed_within_three_months(tmp_path: Path) -> None:
    """From Monday 2 November 2026; the shipped scheme says three months, the code four."""
    order = order_of(ends_at="2027-10-01T00:00:00Z")
    order["review"]["by"] = "2027-02-03"
    code, output = put(tmp_path, order)
    assert code == 1
    assert "$.review.by" in output


def test_no_scheme_stretches_the_review_beyond_four_months() -> None:
    loose = {"format": "fairtag-scheme/1", "allowed": [], "review_months": 5}
    with pytest.raises(UsageError, match="review_months"):
        read_scheme(json.dumps(loose).encode())


def test_negative_control_such_a_scheme_would_let_the_order_through() -> None:
    order = order_of(ends_at="2027-10-01T00:00:00Z")
    order["review"]["by"] = "2027-09-01"
    document = json.dumps(order).encode()
    assert [one.path for one in check(document, scheme=seed_scheme())] == ["$.review.by"]
    broken = msgspec.structs.replace(seed_scheme(), review_months=12)
    assert check(document, scheme=broken) == []


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
