"""What came out? Error rates overall and by group, at one threshold and at the usual ones.

Every rate stands with its count, its 95 % interval and what that shows of the ceiling of G8.
No score of any pair and no name of any picture or person is in it. The same files, engine and
options give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairtag.evaluation.faces.cohorts import about, demand_others
from fairtag.evaluation.faces.lists import (
    PUBLIC,
    Lists,
    data_digest,
    demand_few,
    person_of,
    pictures_digest,
)
from fairtag.evaluation.faces.reading import ONE, Seen
from fairtag.evaluation.faces.trials import (
    ALL,
    Impostors,
    Samples,
    in_groups,
    listed,
    meetings,
    samples_of,
    sides,
    within,
)
from fairtag.faces import error_rates as rates
from fairtag.faces.cohort.norm import beside
from fairtag.faces.cohort.people import Named, demand_fit
from fairtag.faces.error_rates import Curve, Trials
from fairtag.faces.model import EngineInfo, GroupRates, Rate
from fairtag.faces.threshold import (
    CAPTURE_MODE,
    MOST_FMR,
    MOST_FNMR,
    MOST_SAMPLE,
    over_ceilings,
    reviews_of,
)
from fairtag.terms.errors import UsageError

FORMAT = "fairtag-face-report/1"
USUAL = (1e-2, 1e-3, 1e-4)  # overall false match rates at which matchers are compared
_CEILINGS = {"fmr": MOST_FMR, "fnmr": MOST_FNMR}
_FINER = 10**7  # a threshold is told finer than scores are, and never below what it was
_POINTS = 61  # of a curve: ten a decade from 1e-6 to 1
INTERVALS = (
    "95 %, two-sided: exact (Clopper-Pearson) where no two trials share a person; otherwise the "
    "wider of a bootstrap over people and of the exact one that counts each person, or each two, "
    "once"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to evaluate."""

    impostors: Impostors = "listed"
    threshold: float | None = None  # None: at overall FMR 1e-4 where shown, else the best accuracy
    as_live: bool = False
    seed: int = 1
    evaluator: str = ""
    check_ins: int = 5000  # a day, for the figure of reviews: 1,000 wearers, five each


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """What was tried with one group. Shapes: (n,) each of what is counted of pictures."""

    name: str
    people: int
    genuine: Trials
    impostor: Trials
    whose_sample: rates.People
    is_lost: NDArray[np.bool_]
    whose_picture: rates.People
    is_refused: NDArray[np.bool_]


def demand_allowed(lists: Lists, wanted: Wanted, contents: Mapping[str, str]) -> None:
    """Go on only when no picture meets too many others.

    Raises: PairsRefused.
    """
    told = [(one.left, [one.right]) for one in lists.pairs]
    if wanted.impostors == "within_group":
        people = {person_of(cell) for side in sides(lists) for cell in side}
        told += [(left, others) for left, others in meetings(lists, frozenset(people))]
    demand_few(told, contents)


def report(
    lists: Lists,
    seen: Mapping[str, Seen],
    engine: EngineInfo,
    wanted: Wanted,
    *,
    version: str,
    cohort: Named | None = None,
) -> dict[str, Any]:
    """Compare everything and count; with a cohort every score is held against it.

    Raises: PairsRefused, CohortRefused; UsageError when nothing could be compared.
    """
    if cohort is not None:
        demand_fit(cohort, engine)
        demand_others(cohort.cohort, seen)
    contents = {name: one.sha256 for name, one in seen.items()}
    demand_allowed(lists, wanted, contents)
    samples = samples_of(lists, seen, beside=None if cohort is None else beside(cohort))
    groups = [
        _group(lists, samples, seen, name, people, wanted)
        for name, people in in_groups(lists, samples).items()
    ]
    genuine, impostor = (listed(lists, samples, is_same=one).scores for one in (True, False))
    if not (genuine.size and impostor.size and groups[0].impostor.scores.size):
        raise UsageError("nothing to compare: no pair, or only one kind of pair, was acquired")
    accuracy, best = rates.best_accuracy(genuine, impostor)
    points = _points(groups[0], best, wanted)
    told = _told(groups, points, wanted.seed)
    unacquired = len(lists.pairs) - genuine.size - impostor.size
    eer, _ = rates.equal_error(rates.curve(genuine, impostor))
    found: dict[str, Any] = {
        "format": FORMAT,
        "about": _about(lists, contents, engine, wanted, version)
        | ({} if cohort is None else {"cohort": about(cohort)}),
        "accuracy": _rounded(accuracy),
        "accuracy_threshold": _rounded(best),
        "accuracy_unacquired_as_wrong": _rounded(accuracy * (1 - unacquired / len(lists.pairs))),
        "pairs_unacquired": unacquired,
        "eer": _rounded(eer),
    }
    return found | told["chosen"] | _rest(lists, groups, points, told, wanted, cohort=cohort)


def rates_of(told: Mapping[str, Any], group: str) -> GroupRates:
    """Read the rates of one group of a report."""
    found = {
        name: Rate(
            errors=told[f"{name}_counts"][0],
            trials=told[f"{name}_counts"][1],
            low=told[f"{name}_95"][0],
            high=told[f"{name}_95"][1],
        )
        for name in ("fmr", "fnmr", "fta")
    }
    return GroupRates(group=group, **found)


def mode_of(lists: Lists, wanted: Wanted) -> str:
    """Name how pictures were taken; `-any` when no quality gate stood before them."""
    return lists.capture_mode + ("" if wanted.as_live else "-any")


def _rest(
    lists: Lists,
    groups: Sequence[_Group],
    points: Mapping[str, float],
    told: Mapping[str, dict[str, Any]],
    wanted: Wanted,
    *,
    cohort: Named | None,
) -> dict[str, Any]:
    chosen = told["chosen"]
    refused = list(
        over_ceilings(
            rates_of(chosen, ALL), [rates_of(one, name) for name, one in chosen["groups"].items()]
        )
    )
    mode = mode_of(lists, wanted)
    if mode != CAPTURE_MODE:
        refused.insert(0, f"pictures were taken as {mode}, and a live check takes {CAPTURE_MODE}")
    if cohort is not None and cohort.cohort.source == "public":
        refused.insert(0, "nobody in its cohort agreed: it may be measured with, and never decides")
    usual = {name: {"threshold": points[name], **one} for name, one in told.items()}
    return {
        "gate": {"passes": not refused, "why": refused},
        "reviews": _reviews(chosen, wanted),
        "at": {name: one for name, one in usual.items() if name != "chosen"},
        "det": {one.name: _det(one) for one in groups if _has_curve(one)},
    }


def _about(
    lists: Lists, contents: Mapping[str, str], engine: EngineInfo, wanted: Wanted, version: str
) -> dict[str, Any]:
    pictures = pictures_digest(contents)
    people = {person_of(cell) for side in sides(lists) for cell in side}
    return {
        "engine": {
            "name": engine.name,
            "weights_sha256": list(engine.weights_sha256),
            "licence": engine.licence,
            "provenance": engine.provenance,
            "dims": engine.dims,
            "metric": engine.metric,
        },
        "capture_mode": mode_of(lists, wanted),
        "live_capture_mode": CAPTURE_MODE,
        "data": {
            "sha256": data_digest(lists, pictures),
            "pictures_sha256": pictures,
            "public": PUBLIC.get(pictures, ""),
            "pictures": len(contents),
            "people": len(people),
            "pairs": len(lists.pairs),
        },
        "impostors": wanted.impostors,
        "evaluator": wanted.evaluator,
        "seed": wanted.seed,
        "draws": rates.DRAWS,
        "intervals": INTERVALS,
        "ceilings": _CEILINGS,
        "fairtag": version,
    }


def _group(
    lists: Lists,
    samples: Samples,
    seen: Mapping[str, Seen],
    name: str,
    people: frozenset[str],
    wanted: Wanted,
) -> _Group:
    genuine = _among(listed(lists, samples, is_same=True), samples, people)
    if wanted.impostors == "within_group":
        impostor = within(lists, samples, people)
    else:
        impostor = _among(listed(lists, samples, is_same=False), samples, people)
    lefts, rights = sides(lists)
    mine = sorted({one for one in (*lefts, *rights) if person_of(one) in people})
    pictures = [(name, whose) for name in lists.files if (whose := person_of((name,))) in people]
    return _Group(
        name=name,
        people=len(people),
        genuine=genuine,
        impostor=impostor,
        whose_sample=np.array([samples.number[person_of(one)] for one in mine]),
        is_lost=np.array([all(seen[name].vector is None for name in one) for one in mine]),
        whose_picture=np.array([samples.number[whose] for _, whose in pictures]),
        is_refused=np.array([seen[name].gate != ONE for name, _ in pictures]),
    )


def _among(trials: Trials, samples: Samples, people: frozenset[str]) -> Trials:
    """Keep trials of which both people are in a group."""
    mine = np.array([name in people for name in samples.people])
    return trials.among(mine[trials.first] & mine[trials.second])


def _points(everybody: _Group, best: float, wanted: Wanted) -> dict[str, float]:
    """Give the thresholds that are told of, by name; `chosen` first."""
    usual = {
        f"fmr {rate:g}": at
        for rate in USUAL
        if (at := rates.threshold_at(everybody.impostor.scores, rate)) is not None
    }
    chosen = wanted.threshold
    if chosen is None:
        chosen = usual.get(f"fmr {MOST_FMR:g}", best)
    found = {"chosen": chosen, "best accuracy": best} | usual
    return {name: math.ceil(at * _FINER - 1e-6) / _FINER for name, at in found.items()}


def _told(
    groups: Iterable[_Group], points: Mapping[str, float], seed: int
) -> dict[str, dict[str, Any]]:
    """Tell every group at each of the thresholds."""
    counted = {one.name: _counted(one, points, seed) for one in groups}
    found = {}
    for point, threshold in points.items():
        by_group = {name: one[point] for name, one in counted.items()}
        everybody = by_group.pop(ALL)
        told = {"threshold": threshold, **everybody, "groups": by_group}
        found[point] = told | {"spread": _spreads(by_group)}
    return found


def _counted(group: _Group, points: Mapping[str, float], seed: int) -> dict[str, dict[str, Any]]:
    """Count one group's errors at each of the thresholds."""
    fta = rates.of_people(group.is_lost, group.whose_sample, seed=seed)
    gate = rates.of_people(group.is_refused, group.whose_picture, seed=seed)
    matched = rates.of_pairs(group.impostor, list(points.values()), seed=seed)
    return {
        point: {
            "people": group.people,
            **_rate("fmr", fmr),
            **_rate("fnmr", rates.of_genuine(group.genuine, threshold, seed=seed)),
            **_rate("fta", fta),
            **_rate("gate_refused", gate),
        }
        for (point, threshold), fmr in zip(points.items(), matched, strict=True)
    }


def _spreads(by_group: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Compare the groups of one column with each other, rate by rate."""
    columns: dict[str, list[str]] = {}
    for name in by_group:
        column = " & ".join(one.partition("=")[0] for one in name.split(" & "))
        columns.setdefault(column, []).append(name)
    found: dict[str, dict[str, Any]] = {}
    for column, names in columns.items():
        for rate in ("fmr", "fnmr", "fta"):
            told = {name: getattr(rates_of(by_group[name], name), rate) for name in names}
            spread = rates.spread(told)
            if spread is not None:
                found.setdefault(column, {})[rate] = _spread(spread)
    return found


def _spread(one: rates.Spread) -> dict[str, Any]:
    return {
        "worst": one.worst,
        "best": one.best,
        "ratio": _rounded(one.ratio),
        "ratio_at_least": _rounded(one.at_least),
        "worst_to_geometric_mean": _rounded(one.to_mean),
    }


def _rate(name: str, rate: Rate) -> dict[str, Any]:
    """Tell a rate; None where nobody was tried."""
    told: dict[str, Any] = {
        name: _rounded(rate.errors / rate.trials) if rate.trials else None,
        f"{name}_95": [_rounded(rate.low), _rounded(rate.high)],
        f"{name}_counts": [rate.errors, rate.trials],
    }
    limit = _CEILINGS.get(name)
    return told if limit is None else told | {f"{name}_shown": rates.shown(rate, limit)}


def _reviews(chosen: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    """Tell what a day would bring before people, were every check-in honest."""
    everybody = {ALL: chosen} | chosen["groups"]
    referred = {
        name: 1 - (1 - one["fta"]) * (1 - one["fnmr"])
        for name, one in everybody.items()
        if one["fnmr"] is not None and one["fta"] is not None
    }
    a_day = {
        name: round(reviews_of(wanted.check_ins, referred=part, sample=MOST_SAMPLE), 1)
        for name, part in referred.items()
    }
    return {
        "check_ins_a_day": wanted.check_ins,
        "sample": MOST_SAMPLE,
        "a_day": a_day.pop(ALL, None),
        "a_day_if_all_were_of": a_day,
        "a_day_when_referring_all": wanted.check_ins,
    }


def _has_curve(group: _Group) -> bool:
    return bool(group.genuine.scores.size and group.impostor.scores.size)


def _det(group: _Group) -> list[list[float]]:
    """Give points of the curve, as threshold, FMR, FNMR; the first at or below each wanted FMR."""
    told: Curve = rates.curve(group.genuine.scores, group.impostor.scores)
    wanted = np.logspace(-6, 0, _POINTS)[::-1]
    at = sorted({int(np.argmax(told.fmr <= one + 1e-12)) for one in wanted})
    rows = zip(told.thresholds[at], told.fmr[at], told.fnmr[at], strict=True)
    return [[_rounded(float(one)) for one in row] for row in rows]


def _rounded(value: Any) -> Any:
    """Round to nine significant digits, so that machines agree."""
    return None if value is None else float(f"{value:.9g}")
