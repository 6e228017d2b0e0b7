"""How does a person read a report? As plain tables, a line a scenario and judge.

Units: wearer-months of 30 days; seconds; minutes where a class of length says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairtag.evaluation.judges import FAIRTAG
from fairtag.evaluation.scoring import LENGTHS
from fairtag.evaluation.telling.report import ALL, length_name


def tables(told: dict[str, Any]) -> str:
    """Write the report for people."""
    parts = [_per_scenario(told), _per_length(told), _of_traces(told), _of_bars(told)]
    return "\n\n".join(part for part in parts if part) + "\n"


_COUNTS = ("true", "found", "unknown", "said kept")
_HEAD = ("months", "false", "a month", "95 %", "withdrawn", "unclaimed", *_COUNTS)
_TIMES = ("p50 s", "p95 s", "heard p50", "heard p95")


def _per_scenario(told: dict[str, Any]) -> str:
    first = next(iter(told["judges"].values()), None)
    names = [ALL, *first["scenarios"]] if first else []
    rows = [("scenario", "judge", *_HEAD, *_TIMES)]
    for name in names:
        for judge, all_of_it in told["judges"].items():
            one = all_of_it[ALL] if name == ALL else all_of_it["scenarios"][name]
            if one["months"]:
                rows.append((name, judge, *_cells(one)))
    return "" if len(rows) == 1 else _aligned(rows)


def _cells(one: dict[str, Any]) -> tuple[str, ...]:
    places = one["places"]
    return (
        _number(one["months"]),
        str(one["false"]),
        _number(one["false_a_month"]),
        _bounds(one["false_a_month_95"]),
        str(one["false_withdrawn"]),
        _percent(one["unknown_share"]),
        *_found(places),
    )


def _found(places: dict[str, Any]) -> tuple[str, ...]:
    counts = (str(places[name]) for name in ("true", "found", "unknown", "said_kept"))
    times = (
        _number(places[of][q])
        for of in ("delay_s", "delay_after_receipt_s")
        for q in ("p50", "p95")
    )
    return (*counts, *times)


def _per_length(told: dict[str, Any]) -> str:
    rows = [("length, min", "judge", *_COUNTS, "share", "95 %", *_TIMES)]
    for name in [length_name(n) for n in LENGTHS]:
        for judge, all_of_it in told["judges"].items():
            one = all_of_it["lengths"][name]
            if one["true"]:
                cells = _found(one)
                share = (_percent(one["share"]), _percents(one["share_95"]))
                rows.append((name, judge, *cells[:4], *share, *cells[4:]))
    return "" if len(rows) == 1 else _aligned(rows)


def _of_traces(told: dict[str, Any]) -> str:
    if told["traces"] is None:
        return ""
    rows = [("phones lying still", "judge", "radius m", "device-days", "false", "a day", "95 %")]
    rows += [
        (
            one["platform"],
            one["judge"],
            f"{one['radius_m']:g}",
            _number(one["device_days"]),
            str(one["false"]),
            _number(one["false_a_day"]),
            _bounds(one["false_a_day_95"]),
        )
        for one in told["traces"]["still"]
    ]
    exits = [("trips", "judge", "exits", "found", "share", "95 %", "early", "p50 s", "p90 s")]
    exits += [
        (
            "50 m",
            judge,
            str(one["true"]),
            str(one["found"]),
            _percent(one["share"]),
            _percents(one["share_95"]),
            str(one["early"]),
            _number(one["delay_s"]["p50"]),
            _number(one["delay_s"]["p90"]),
        )
        for judge, one in told["traces"]["exits"].items()
    ]
    return f"{_aligned(rows)}\n\n{_aligned(exits)}"


def _of_bars(told: dict[str, Any]) -> str:
    rows = [("bar", "wanted", "measured", "95 %", "cases", "met", "shown")]
    for one in told["bars"].get(FAIRTAG, []):
        is_share = one["wanted"].endswith("%")
        value, bounds = (_percent, _percents) if is_share else (_number, _bounds)
        rows.append(
            (
                one["name"],
                one["wanted"],
                value(one["value"]),
                bounds(one["interval"]),
                str(one["of"]),
                _yes(one["is_met"]),
                _yes(one["is_shown"]),
            )
        )
    return "" if len(rows) == 1 else _aligned(rows)


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if n < 2 else cell.rjust(width)  # noqa: PLR2004 - two names
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.4g} %"


def _bounds(bounds: Sequence[float | None] | None) -> str:
    return "-" if bounds is None else " .. ".join(_number(one) for one in bounds)


def _percents(bounds: Sequence[float | None] | None) -> str:
    return "-" if bounds is None else " .. ".join(_percent(one) for one in bounds)


def _yes(answer: bool | None) -> str:  # noqa: FBT001 - it prints one
    return "not measured" if answer is None else ("yes" if answer else "no")
