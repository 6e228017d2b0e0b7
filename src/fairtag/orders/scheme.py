"""Who may be monitored here at all, by whom, on which legal basis?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from typing import Literal

import msgspec

from fairtag.orders.structure import load
from fairtag.terms.errors import UsageError

MOST_REVIEW_MONTHS = 4  # charter G9
# Contract §3: what the receivers of these devices can tell apart, in metres.
LEAST_RADIUS_FITTED_M = 50
LEAST_RADIUS_NON_FITTED_M = 100


class Allowance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of authority with its legal bases and the groups of people it may order for."""

    authority_kind: Literal["home_office", "court", "probation", "police", "youth", "other"]
    legal_basis_pattern: str
    cohorts: tuple[str, ...]


class Minors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether children are monitored here; then a responsible adult is needed."""

    admitted: bool = False


class Radii(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The smallest circle that a kind of device can tell apart, in metres."""

    fitted: float = LEAST_RADIUS_FITTED_M
    non_fitted: float = LEAST_RADIUS_NON_FITTED_M


class Scheme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a deployment may take; an order outside it is refused."""

    format: Literal["fairtag-scheme/1"]
    allowed: tuple[Allowance, ...]
    review_months: int = 3
    min_radius_m: Radii = Radii()
    minors: Minors = Minors()

    def allows(self, *, authority_kind: str, legal_basis: str, cohort: str) -> bool:
        """Tell whether one allowance covers all three."""
        return any(
            one.authority_kind == authority_kind
            and cohort in one.cohorts
            and re.search(one.legal_basis_pattern, legal_basis) is not None
            for one in self.allowed
        )


def read_scheme(raw: bytes) -> Scheme:
    """Read a scheme file; it may only be stricter than the code.

    Raises: UsageError when it is no scheme, or would loosen a limit of the code.
    """
    told, flaws = load(raw)
    if flaws:
        flaw = flaws[0].told()
        raise UsageError(f"the scheme file can't be used: {flaw.path}: {flaw.do}")
    try:
        scheme = msgspec.convert(told, Scheme)
    except msgspec.ValidationError as error:
        raise UsageError(f"the scheme file can't be used: {error}") from error
    for problem in _loose(scheme):
        raise UsageError(f"the scheme would loosen a limit of the code: {problem}")
    return scheme


def seed_scheme() -> Scheme:
    """Give the shipped scheme: people convicted and liable to removal, no one else."""
    return read_scheme(resources.files("fairtag.orders").joinpath("schemes/seed.json").read_bytes())


def _loose(scheme: Scheme) -> Iterator[str]:
    if not 1 <= scheme.review_months <= MOST_REVIEW_MONTHS:
        yield f"review_months lies between 1 and {MOST_REVIEW_MONTHS}"
    if scheme.min_radius_m.fitted < LEAST_RADIUS_FITTED_M:
        yield f"min_radius_m.fitted is {LEAST_RADIUS_FITTED_M} or more"
    if scheme.min_radius_m.non_fitted < LEAST_RADIUS_NON_FITTED_M:
        yield f"min_radius_m.non_fitted is {LEAST_RADIUS_NON_FITTED_M} or more"
    for n, one in enumerate(scheme.allowed):
        if not _names_something(one.legal_basis_pattern):
            yield f"allowed[{n}].legal_basis_pattern must be a pattern that names a legal basis"


def _names_something(pattern: str) -> bool:
    """Tell whether a pattern can be read and asks for any words at all."""
    try:
        return re.search(pattern, "") is None and re.search(pattern, "x") is None
    except re.error:
        return False
