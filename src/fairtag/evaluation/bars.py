"""Is it good enough? The issue's bars, each with what was measured, how surely, and yes or no.

`is_met` is about the measured value. `is_shown` says that the interval's worse end meets the bar
too; of a bar of 100 % or of 0 no finite number of cases can show that, so it stays 'no' there.
Units: seconds; wearer-months of 30 days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from fairtag.evaluation.scoring import BY_DEVICE, Outcome, Score, length_class
from fairtag.terms.counts import intervals

MONTH_DAYS = 30
_MEAN_BAR, _WORST_BAR = 0.05, 0.3
_ZONE_BAR_S, _CURFEW_BAR_S = 240.0, 300.0
_CURFEW_MIN = 15.0
_ZONE_MIN = 4


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar."""

    name: str
    wanted: str
    value: float | None  # None: nothing to measure it on
    interval: tuple[float, float] | None
    of: int  # cases that it rests on
    is_met: bool | None
    is_shown: bool | None


def bars(scores: Sequence[Score]) -> list[Bar]:
    """Hold one judge's scores against the bars for simulated lives."""
    outcomes = [one for score in scores for one in score.outcomes if one.family not in BY_DEVICE]
    clear = [one for one in outcomes if one.is_clear and length_class(one) >= 10]  # noqa: PLR2004
    rest = [one for one in outcomes if one not in clear]
    zone = [
        one for one in outcomes if one.family == "zone.entered" and length_class(one) == _ZONE_MIN
    ]
    curfew = [
        one for one in outcomes if one.family == "curfew" and one.past_due_s >= 60 * _CURFEW_MIN - 1
    ]
    return [
        *_false(scores),
        found("departures of 10 min or more that show: found", clear, 1.0),
        answered("all other departures: found, or said to be unknown", rest),
        found("entries of an exclusion zone for 4 min: found", zone, 0.99),
        quick("their delay, p95, where each fix is sent at once (s)", zone, _ZONE_BAR_S),
        found("curfew absences of 15 min or more past grace: found", curfew, 1.0),
        quick(
            "their delay after grace, p95, where each fix is sent at once (s)",
            curfew,
            _CURFEW_BAR_S,
        ),
        _blind(scores),
    ]


def months(scores: Iterable[Score]) -> float:
    """Tell how many wearer-months were judged."""
    return sum(one.days for one in scores) / MONTH_DAYS


def _false(scores: Sequence[Score]) -> list[Bar]:
    by_scenario: dict[str, list[Score]] = {}
    for one in scores:
        by_scenario.setdefault(one.scenario, []).append(one)
    worst = max(by_scenario.values(), key=_rate, default=[])
    name = f" ({worst[0].scenario})" if worst and _rate(worst) > 0 else ""
    return [
        at_most("false findings a wearer-month, on average", scores, _MEAN_BAR),
        at_most(f"false findings a wearer-month, worst scenario{name}", worst, _WORST_BAR),
    ]


def _rate(scores: Sequence[Score]) -> float:
    over = months(scores)
    return sum(len(one.wrong) for one in scores) / over if over else 0.0


def at_most(name: str, scores: Sequence[Score], bar: float) -> Bar:
    """Hold a rate of false findings against a bar."""
    count, over = sum(len(one.wrong) for one in scores), months(scores)
    return rated(name, count, over, bar, wanted=f"<= {bar:g}", of=len(scores))


def rated(name: str, count: int, over: float, bar: float, *, wanted: str, of: int) -> Bar:
    """Hold a number of events in a time against a bar."""
    bounds = intervals.rate(count, over)
    return Bar(
        name=name,
        wanted=wanted,
        value=count / over if over else None,
        interval=bounds if over else None,
        of=of,
        is_met=count / over <= bar if over else None,
        is_shown=bounds[1] <= bar if over else None,
    )


def found(name: str, outcomes: Sequence[Outcome], bar: float) -> Bar:
    """Hold the share that was found against a bar."""
    return _share(name, outcomes, bar, lambda one: one.answer == "found")


def answered(name: str, outcomes: Sequence[Outcome]) -> Bar:
    """Hold the share that was not said to be kept against 100 %."""
    return _share(name, outcomes, 1.0, lambda one: one.answer != "kept")


def _share(
    name: str, outcomes: Sequence[Outcome], bar: float, counts: Callable[[Outcome], bool]
) -> Bar:
    good = sum(counts(one) for one in outcomes)
    return shared(name, good, len(outcomes), bar)


def shared(name: str, good: int, of: int, bar: float) -> Bar:
    """Hold a share against a bar."""
    bounds = intervals.share(good, of)
    return Bar(
        name=name,
        wanted=f">= {bar:.0%}",
        value=good / of if of else None,
        interval=bounds if of else None,
        of=of,
        is_met=good / of >= bar if of else None,
        is_shown=bounds[0] >= bar if of else None,
    )


def quick(name: str, outcomes: Sequence[Outcome], bar_s: float) -> Bar:
    """Hold the p95 of the delay against a bar, for devices that send each fix as it is made."""
    delays = [one.delay_s for one in outcomes if one.is_prompt and one.delay_s is not None]
    return timed(name, delays, 0.95, bar_s)


def timed(name: str, delays_s: Sequence[float], q: float, bar_s: float) -> Bar:
    """Hold a quantile of delays against a bar."""
    value = intervals.quantile(delays_s, q)
    bounds = intervals.quantile_bounds(delays_s, q)
    return Bar(
        name=name,
        wanted=f"<= {bar_s:g}",
        value=value,
        interval=None if value is None else bounds,
        of=len(delays_s),
        is_met=None if value is None else value <= bar_s,
        is_shown=None if value is None else bounds[1] <= bar_s,
    )


def _blind(scores: Sequence[Score]) -> Bar:
    count, over = sum(one.blind for one in scores), months(scores)
    bounds = intervals.rate(count, over) if over else None
    return Bar(
        name="findings from silence, a flat battery or masts alone",
        wanted="0",
        value=float(count) if over else None,
        interval=None if bounds is None else (bounds[0] * over, bounds[1] * over),
        of=len(scores),
        is_met=count == 0 if over else None,
        is_shown=False if over else None,
    )
