"""Who may be monitored here at all, by whom, on which legal basis?"""

from __future__ import annotations

import re
from importlib import resources

import msgspec

from fairtag.terms.errors import UsageError


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of authority with its legal bases and the groups of people it may order for."""

    authority_kind: str
    legal_basis_pattern: str
    cohorts: tuple[str, ...]


class Minors(msgspec.Struct, frozen=True, kw_only=True):
    """Whether children are monitored here; then a responsible adult is needed."""

    admitted: bool = False


class Radii(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest circle that a kind of device can tell apart, in metres."""

    fitted: float = 50
    non_fitted: float = 100


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment may take; an order outside it is refused."""

    format: str
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
    """Read a scheme file.

    Raises: UsageError when it is no scheme, or would loosen a limit of the code.
    """
    try:
        scheme = msgspec.json.decode(raw, type=Scheme)
        for one in scheme.allowed:
            re.compile(one.legal_basis_pattern)
    except (msgspec.DecodeError, re.error) as error:
        detail = f"the scheme file can't be read: {error}"
        raise UsageError(detail) from error
    if scheme.format != "fairtag-scheme/1" or not 1 <= scheme.review_months <= MOST_REVIEW_MONTHS:
        detail = "the scheme needs format fairtag-scheme/1 and review_months between 1 and 4"
        raise UsageError(detail)
    return scheme


def seed_scheme() -> Scheme:
    """Give the shipped scheme: people convicted and liable to removal, no one else."""
    return read_scheme(resources.files("fairtag.orders").joinpath("schemes/seed.json").read_bytes())


MOST_REVIEW_MONTHS = 4  # charter G9
