"""What came out? Tallies as one report, and the report as the tables of the decision record.

Units: minutes of delay; false findings a wearer-month.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from places.cases import CALM, STILL, TRIPS, TRUE
from places.judges import CHANGES, UNASKED, UNMOVED, WALK
from places.score import Tally

from fairtag.rules.settings import DEFAULTS

ZONES = ("zone_4_min", "zone_10_min")
MEAN, WORST = 0.05, 0.3  # Source: the bars of the issue about places
_BEGIN, _END = "<!-- figures: {} -->", "<!-- end -->"


def report(found: Mapping[str, Any]) -> dict[str, Any]:
    """Turn tallies into plain numbers, a list of points for each method of each set."""
    told: dict[str, Any] = {}
    for name, tallies in found.items():
        methods: dict[str, list[dict[str, Any]]] = {}
        for (method, knob), stories in tallies.items():
            methods.setdefault(method, []).append({"knob": knob, **_point(stories)})
        told[name] = methods
    return told


def _point(stories: Mapping[str, Tally]) -> dict[str, Any]:
    calm = [name for name in CALM if name in stories]
    rates = {name: stories[name].a_month for name in calm}
    worst = max(rates, key=lambda name: rates[name])
    return {
        "false_a_month": round(sum(rates.values()) / len(rates), 5),
        "worst": {"story": worst, "false_a_month": round(rates[worst], 5)},
        "false": {name: stories[name].false for name in calm},
        "months": {name: round(stories[name].months, 2) for name in calm},
        "false_beside_true": {name: stories[name].false for name in TRUE},
        "zones": _delays(stories[name] for name in ZONES),
        "true": {name: _delays([stories[name]]) for name in TRUE},
        "still": _still(stories),
        "trips": _trips(stories),
    }


def _delays(tallies: Iterable[Tally]) -> dict[str, Any]:
    delays = np.array([each for one in tallies for each in one.delays_min])
    return {
        "true": len(delays),
        "found": round(float(np.mean(np.isfinite(delays))), 4) if len(delays) else None,
        "p50_min": _quantile(delays, 0.5),
        "p95_min": _quantile(delays, 0.95),
    }


def _quantile(delays: Any, share: float) -> float | None:
    """Tell a quantile, none where it falls to what was not found."""
    if not len(delays):
        return None
    value = float(np.sort(delays)[min(len(delays) - 1, math.floor(share * len(delays)))])
    return round(value, 3) if math.isfinite(value) else None


def _still(stories: Mapping[str, Tally]) -> dict[str, Any] | None:
    if STILL not in stories:
        return None
    one = stories[STILL]
    return {
        "days": round(30 * one.months, 1),
        "circles": 2,
        "false": one.false,
        "false_a_month": round(one.a_month / 2, 3),
    }


def _trips(stories: Mapping[str, Tally]) -> dict[str, Any] | None:
    return _delays([stories[TRIPS]]) if TRIPS in stories else None


def chosen(points: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the first threshold that keeps the bars for false findings, or the least false one."""
    kept = [
        one
        for one in points
        if one["false_a_month"] <= MEAN
        and one["worst"]["false_a_month"] <= WORST
        and not (one["still"] or {}).get("false")
    ]
    return kept[0] if kept else min(points, key=lambda one: one["false_a_month"])


_HEAD = (
    "false a month, mean",
    "worst story",
    "4 min zone: found, p50, p95",
    "10 min zone",
    "inclusion left",
    "curfew, 25 min",
    "phones lying still: false",
    "phones' trips: found, p50",
)


def _cells(one: Mapping[str, Any]) -> list[str]:
    still, trips = one["still"], one["trips"]
    return [
        f"{one['false_a_month']:.3g}",
        f"{one['worst']['false_a_month']:.3g}",
        *(_told(one["true"][name]) for name in ("zone_4_min", "zone_10_min")),
        *(_told(one["true"][name]) for name in ("inclusion_left", "left_25_min")),
        "–" if still is None else str(still["false"]),
        "–" if trips is None else _told_s(trips),
    ]


def _told(one: Mapping[str, Any]) -> str:
    if not one["found"]:
        return "0 %"
    return f"{100 * one['found']:.0f} %, {_min(one['p50_min'])}, {_min(one['p95_min'])}"


def _told_s(one: Mapping[str, Any]) -> str:
    delay = "∞" if one["p50_min"] is None else f"{60 * one['p50_min']:.0f} s"
    return f"{round(one['found'] * one['true'])} of {one['true']}, {delay}"


def _min(value: float | None) -> str:
    return "∞" if value is None else f"{value:.1f}"


def _table(first: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    lines = [[first, *_HEAD], ["---"] + ["---:"] * len(_HEAD)]
    lines += [[name, *_cells(one)] for name, one in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _one_story(first: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Write a table of points that only one calm story stands behind."""
    head = ("false a month, home at the edge", *_HEAD[2:])
    lines = [[first, *head], ["---"] + ["---:"] * len(head)]
    lines += [[name, *_cells(one)[1:]] for name, one in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def tables(told: Mapping[str, Any]) -> dict[str, str]:
    """Write the tables of the record."""
    methods = told["swept"]
    best = {name: chosen(points) for name, points in methods.items()}
    names = {name: f"{name} {one['knob']}".strip() for name, one in best.items()}
    return {
        "methods": _table("method", ((names[name], one) for name, one in best.items())),
        "budget": _table("`against`", ((one["knob"], one) for one in methods[WALK])),
        "movement": _movement(told),
        "numbers": _numbers(told),
    }


def _movement(told: Mapping[str, Any]) -> str:
    unmoved = [
        (f"{name.removeprefix(WALK + ', ')}, {one['knob']}", one)
        for name in (UNMOVED, UNASKED)
        for one in told["swept"][name]
        if float(one["knob"]) in {DEFAULTS.against, 7.0}
    ]
    strained = [(name, one[0]) for name, one in told["strained"].items()]
    published = told["changed"]["as published"][0]
    return _one_story("walk", [("as published", published), *unmoved, *strained])


def _numbers(told: Mapping[str, Any]) -> str:
    """Write a row for each change that changes a figure, and name the others."""
    published = told["changed"]["as published"][0]
    rows, same = [("as published", published)], []
    for name in CHANGES:
        for one in told["changed"][name]:
            words = f"`{name}` {getattr(DEFAULTS, name):g} → {one['knob']}"
            if _cells(one) == _cells(published):
                same.append(words)
            else:
                rows.append((words, one))
    return f"{_one_story('number', rows)}\n\nNo figure changes with: {', '.join(same)}."


def text(told: Mapping[str, Any]) -> str:
    """Write all tables, for a terminal."""
    return "\n\n".join(tables(told).values())


def put(told: Mapping[str, Any], record: Path) -> str:
    """Put the tables into a decision record, where it has marks for them."""
    if not record.exists():
        return f"no record at {record.name}"
    words = record.read_text()
    for name, table in tables(told).items():
        before, mark, rest = words.partition(_BEGIN.format(name))
        if mark:
            _, end, after = rest.partition(_END)
            words = f"{before}{mark}\n{table}\n{end}{after}"
    record.write_text(words)
    return f"tables put into {record.name}"
