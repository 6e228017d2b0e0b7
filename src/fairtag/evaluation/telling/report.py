"""What was measured? One report as data; everything else is drawn from it.

Units: wearer-months of 30 days; seconds; minutes where a class of length says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from fairtag.evaluation.bars import MONTH_DAYS, Bar, bars, months
from fairtag.evaluation.scoring import BY_DEVICE, LENGTHS, Outcome, Score, length_class
from fairtag.evaluation.traces import Real, real_bars
from fairtag.terms.counts import intervals

FORMAT = "fairtag-evaluation/1"
ALL = "all"


def report(scores: Sequence[Score], traces: Real | None, about: dict[str, Any]) -> dict[str, Any]:
    """Gather everything; `about` says what was run, with which versions."""
    judges = _named(scores, traces)
    return {
        "format": FORMAT,
        "about": about | _sizes(scores),
        "judges": {name: _judge(_of(scores, name)) for name in judges},
        "bars": {name: [_bar(one) for one in _bars(scores, traces, name)] for name in judges},
        "traces": None if traces is None else _traces(traces, judges),
    }


def _named(scores: Sequence[Score], traces: Real | None) -> list[str]:
    names = [one.judge for one in scores]
    if traces is not None:
        names += [one.judge for one in traces.still]
    return list(dict.fromkeys(names))


def _of(scores: Iterable[Score], judge: str) -> list[Score]:
    return [one for one in scores if one.judge == judge]


def _bars(scores: Sequence[Score], traces: Real | None, judge: str) -> list[Bar]:
    found = bars(_of(scores, judge))
    return found if traces is None else [*found, *real_bars(traces, judge)]


def _sizes(scores: Sequence[Score]) -> dict[str, Any]:
    one_judge = _of(scores, scores[0].judge) if scores else []
    return {
        "wearer_months": round(months(one_judge), 3),
        "wearers": len(one_judge),
        "positions": sum(one.positions for one in one_judge),
        "departures": sum(len(one.outcomes) for one in one_judge),
        "month_days": MONTH_DAYS,
        "intervals": f"exact, two-sided, {intervals.LEVEL:.0%}",
    }


def _judge(scores: list[Score]) -> dict[str, Any]:
    scenarios = dict.fromkeys(one.scenario for one in scores)
    return {
        ALL: summary(scores),
        "tells_sides": any(one.tells_sides for one in scores),
        "lengths": {length_name(n): _lengths(scores, n) for n in LENGTHS},
        "models": _by(scores, lambda one: one.model),
        "scenarios": {
            name: summary([one for one in scores if one.scenario == name]) for name in scenarios
        },
    }


def _by(scores: list[Score], key: Callable[[Score], str]) -> dict[str, Any]:
    names = sorted({key(one) for one in scores})
    return {name: summary([one for one in scores if key(one) == name]) for name in names}


def summary(scores: Sequence[Score]) -> dict[str, Any]:
    """Sum up one judge's scores."""
    wrong = [one for score in scores for one in score.wrong]
    over = months(scores)
    kinds = sorted({one.kind for one in wrong})
    return {
        "months": round(over, 3),
        "alerts": sum(one.alerts for one in scores),
        "false": len(wrong),
        "false_withdrawn": sum(one.is_withdrawn for one in wrong),
        "false_kinds": {kind: sum(one.kind == kind for one in wrong) for kind in kinds},
        "false_a_month": len(wrong) / over if over else None,
        "false_a_month_95": intervals.rate(len(wrong), over) if over else None,
        "blind": sum(one.blind for one in scores),
        "unknown_share": _mean([one.unknown_share for one in scores]),
        "places": answers([one for one in _outcomes(scores) if one.family not in BY_DEVICE]),
        "tampering": answers([one for one in _outcomes(scores) if one.family in BY_DEVICE]),
    }


def _mean(shares: Sequence[float | None]) -> float | None:
    told = [one for one in shares if one is not None]
    return sum(told) / len(told) if told else None


def _outcomes(scores: Iterable[Score]) -> Iterator[Outcome]:
    return (one for score in scores for one in score.outcomes)


def answers(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Sum up what became of departures."""
    found = sum(one.answer == "found" for one in outcomes)
    delays = [one.delay_s for one in outcomes if one.delay_s is not None]
    heard = [one.heard_s for one in outcomes if one.heard_s is not None]
    return {
        "true": len(outcomes),
        "found": found,
        "share": found / len(outcomes) if outcomes else None,
        "share_95": intervals.share(found, len(outcomes)) if outcomes else None,
        "unknown": sum(one.answer == "unknown" for one in outcomes),
        "said_kept": sum(one.answer == "kept" for one in outcomes),
        "delay_s": _quantiles(delays),
        "delay_after_receipt_s": _quantiles(heard),
    }


def _quantiles(values: Sequence[float]) -> dict[str, float | None]:
    return {"p50": intervals.quantile(values, 0.5), "p95": intervals.quantile(values, 0.95)}


def _lengths(scores: list[Score], least: int) -> dict[str, Any]:
    chosen = [one for one in _outcomes(scores) if one.family not in BY_DEVICE]
    return answers([one for one in chosen if length_class(one) == least])


def length_name(least: int) -> str:
    """Name a class of length, in minutes."""
    if least == 0:
        return "<1"
    after = LENGTHS[LENGTHS.index(least) + 1 :]
    return f"{least}-{after[0]}" if after else f"{least}+"


def _bar(one: Bar) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in one.__struct_fields__}
    return told | {"interval": _finite(one.interval)}


def _finite(bounds: tuple[float, float] | None) -> list[float | None] | None:
    """Write an open end as null: JSON has no infinity."""
    if bounds is None:
        return None
    return [one if abs(one) != float("inf") else None for one in bounds]


def _traces(told: Real, judges: Sequence[str]) -> dict[str, Any]:
    platforms = sorted({one.platform for one in told.still})
    return {
        "sessions": told.sessions,
        "legs": told.legs,
        "still": [_still(told, *key) for key in _keys(told, judges, platforms)],
        "exits": {name: _exits(told, name) for name in judges},
    }


def _keys(
    told: Real, judges: Sequence[str], platforms: Sequence[str]
) -> Iterator[tuple[str, str, float]]:
    radii = sorted({one.radius_m for one in told.still})
    return ((name, each, radius) for name in judges for each in platforms for radius in radii)


def _still(told: Real, judge: str, platform: str, radius_m: float) -> dict[str, Any]:
    key = (judge, platform, radius_m)
    some = [one for one in told.still if (one.judge, one.platform, one.radius_m) == key]
    count, days = sum(one.alerts for one in some), sum(one.days for one in some)
    return {
        "judge": judge,
        "platform": platform,
        "radius_m": radius_m,
        "device_days": round(days, 2),
        "false": count,
        "false_a_day": count / days if days else None,
        "false_a_day_95": intervals.rate(count, days) if days else None,
    }


def _exits(told: Real, judge: str) -> dict[str, Any]:
    some = [one for one in told.exits if one.judge == judge]
    delays = [one.delay_s for one in some if one.delay_s is not None]
    return {
        "true": len(some),
        "found": len(delays),
        "share": len(delays) / len(some) if some else None,
        "share_95": intervals.share(len(delays), len(some)) if some else None,
        "early": sum(one.early for one in some),
        "delay_s": {
            "p50": intervals.quantile(delays, 0.5),
            "p90": intervals.quantile(delays, 0.9),
        },
    }
