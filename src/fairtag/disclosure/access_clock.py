"""By when must a person get what is held about them? The clock of the order's regime.

Units: dates as YYYY-MM-DD in the order's time zone.
Source: UK GDPR Art. 12(3): one month, two more where needed and told within the first; DPA 2018
s. 54 with s. 45(3): one month for Part 3, with no such extension named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whenever import Date

from fairtag.disclosure.course import Asked, Step, last
from fairtag.disclosure.refusals import DisclosureRefused
from fairtag.terms.instants import DAY, Micros, text

IDENTITY_FRESH = DAY  # a trail goes to nobody whose identity was not looked at since
LEAST_REASON = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A regime's time to answer."""

    gateway: str
    months: int
    more_months: int  # at most, once, with a reason told to the person


REGIMES = {
    "uk_gdpr": Regime(gateway="access_gdpr", months=1, more_months=2),
    "eu_gdpr": Regime(gateway="access_gdpr", months=1, more_months=2),
    "uk_part3": Regime(gateway="access_part3", months=1, more_months=0),
    "eu_led": Regime(gateway="access_part3", months=1, more_months=0),
}
_STRICTEST = Regime(gateway="access_gdpr", months=1, more_months=0)  # a regime we don't know


def regime_of(legal_regime: str) -> Regime:
    """Give the rules; an unknown regime has the shortest time."""
    return REGIMES.get(legal_regime, _STRICTEST)


def due_on(asked_on: str, regime: Regime, *, is_extended: bool = False) -> str:
    """Tell the last day: the same day of a later month, or that month's last.

    Example:
        >>> due_on("2026-01-31", REGIMES["uk_gdpr"])
        '2026-02-28'
        >>> due_on("2026-11-05", REGIMES["uk_gdpr"], is_extended=True)
        '2027-02-05'
    """
    months = regime.months + (regime.more_months if is_extended else 0)
    return Date.parse_iso(asked_on).add(months=months).format_iso()


def demand_extension(asked_on: str, today: str, regime: Regime, *, reason: str) -> None:
    """Go on only when more time may be taken: once, within the first month, with a reason.

    Raises: DisclosureRefused.
    """
    problems = (
        (regime.more_months == 0, "this regime gives no more time"),
        (today > due_on(asked_on, regime), "more time is told within the first month"),
        (
            len(reason.strip()) < LEAST_REASON,
            "say why in 20 characters or more: the person reads it",
        ),
    )
    for is_so, told in problems:
        if is_so:
            raise DisclosureRefused(told)


def demand_identified(steps: Sequence[Step], now: Micros) -> Step:
    """Go on only when who asks was looked at closely enough, recently enough; tells by whom.

    Raises: DisclosureRefused.
    Fails: closed.
    """
    looked = last(steps, "identity_checked")
    if looked is None or not is_identity_fresh(looked.at, now):
        raise DisclosureRefused("look who asks first: it counts for 24 hours")
    return looked


def prepared(asked: Asked, steps: Sequence[Step], now: Micros) -> dict[str, str]:
    """Write for whoever agrees who looked at the wearer who asks, and who may not agree for that.

    A key and a request alone show nobody that it is the wearer who gets the record.
    Raises: DisclosureRefused.
    """
    if asked.how != "access":
        return {}
    looked = demand_identified(steps, now)
    return {
        "identity": f"{looked.facts['how']}, looked at by {looked.by} at {text(looked.at)}",
        "prepared_by": ", ".join(dict.fromkeys((asked.by, looked.by))),
    }


def is_identity_fresh(checked_at: Micros, now: Micros) -> bool:
    """Tell whether a look at who asks still counts, and doesn't lie in the future."""
    return 0 <= now - checked_at <= IDENTITY_FRESH
