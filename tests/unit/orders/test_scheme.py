"""A deployment's scheme may be stricter than the code, never looser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.orders.specimen import changed, paths

from fairtag.orders.scheme import read_scheme, seed_scheme
from fairtag.terms.errors import UsageError

ALLOWED = {
    "authority_kind": "probation",
    "legal_basis_pattern": "^Criminal Justice Act 2003",
    "cohorts": ["licence"],
}


def scheme(**changed_: Any) -> bytes:
    told = {
        "format": "fairtag-scheme/1",
        "allowed": [ALLOWED],
        "review_months": 3,
        "min_radius_m": {"fitted": 50, "non_fitted": 100},
    }
    return json.dumps(told | changed_).encode()


def allowed(**changed_: Any) -> list[dict[str, Any]]:
    return [ALLOWED | changed_]


@pytest.mark.parametrize(
    "raw",
    [
        scheme(review_months=5),
        scheme(review_months=0),
        scheme(min_radius_m={"fitted": 49, "non_fitted": 100}),
        scheme(min_radius_m={"fitted": 50, "non_fitted": 99.9}),
        scheme(allowed=allowed(legal_basis_pattern="")),
        scheme(allowed=allowed(legal_basis_pattern=".*")),
        scheme(allowed=allowed(legal_basis_pattern=".")),
        scheme(allowed=allowed(legal_basis_pattern="(")),
    ],
)
def test_a_looser_scheme_is_refused(raw: bytes) -> None:
    with pytest.raises(UsageError, match="loosen"):
        read_scheme(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        scheme(format="fairtag-scheme/2"),
        scheme(allowed={}),
        scheme(allowed=allowed(authority_kind="army")),
        scheme(allowed=[{"authority_kind": "court"}]),
        scheme(review_months="3"),
        scheme(review_month=2),  # misspelt: it would silently not hold
        scheme(min_radius_m={"fitted": None}),
        scheme(minors={"admitted": "no"}),
        scheme().replace(b'"review_months": 3', b'"review_months": 3, "review_months": 4'),
        scheme().replace(b'"fitted": 50', b'"fitted": NaN'),
    ],
)
def test_what_is_no_scheme_is_refused(raw: bytes) -> None:
    with pytest.raises(UsageError):
        read_scheme(raw)


def test_negative_control_a_stricter_scheme_is_taken_and_decides() -> None:
    read = read_scheme(scheme(review_months=2, min_radius_m={"fitted": 80, "non_fitted": 200}))
    order = changed(("authority", "kind"), "probation")
    order |= {"legal_basis": "Criminal Justice Act 2003 s. 62", "cohort": "licence"}
    assert paths(order, scheme=read) == ["$.conditions[0].place.radius_m", "$.review.by"]
    order["review"]["by"] = "2027-01-02"
    order["conditions"][0]["place"]["radius_m"] = 80
    assert paths(order, scheme=read) == []
    assert paths(order) == ["$.cohort"]  # the shipped scheme admits none of it


def test_the_shipped_scheme_is_of_convicted_people_liable_to_removal_only() -> None:
    (only,) = seed_scheme().allowed
    assert (only.authority_kind, only.cohorts) == ("home_office", ("convicted_liable_to_removal",))
    assert seed_scheme().review_months == 3
    assert not seed_scheme().minors.admitted
