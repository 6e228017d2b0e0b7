"""How does it look? False findings against delay, and scenario by scenario, as SVG and PNG.

Drawn by Altair, which an installation need not have: the report is the same without it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fairtag.evaluation.judges import FAIRTAG

INSTALL = "no plots: they need `pip install 'fairtag[plots]'` (Altair and vl-convert)"
_COLOURS = ("#0b5394", "#cc4125", "#e69138", "#6a737b")  # fairtag first; told apart in grey too
_SHAPES = ("circle", "square", "triangle-up", "diamond")
_NONE = 0.001  # where 'none seen' stands on a logarithmic axis
_WIDTH = 620
_FLOOR = 0.0004  # the axis begins a little below, so that those words have room
_WORST, _MEAN = 0.3, 0.05  # the bars


def draw(told: dict[str, Any], out: Path) -> str:
    """Draw what a report holds into a folder; tells what was done, or what to install."""
    if not any(judge["all"]["months"] for judge in told["judges"].values()):
        return "no plots: no lives were judged"
    try:
        import altair as alt  # noqa: PLC0415 - an extra
        import vl_convert  # noqa: F401, PLC0415 - Altair asks for it only when it saves
    except ImportError:
        return INSTALL
    charts = {"false_against_delay": _against_delay(alt, told)}
    charts["false_by_scenario"] = _by_scenario(alt, told)
    for name, chart in charts.items():
        for ending in ("svg", "png"):
            chart.save(str(out / f"{name}.{ending}"), scale_factor=2)
    return f"plots: {', '.join(sorted(charts))} in {out}"


def _coded(alt: Any, field: str, names: list[str]) -> dict[str, Any]:
    """Tell judges apart by colour and, in grey, by shape; the legend stands on top."""
    legend = alt.Legend(orient="top", columns=2, labelFontSize=13, symbolSize=140, labelLimit=400)
    colour, shape = (alt.Scale(domain=names, range=list(one)) for one in (_COLOURS, _SHAPES))
    return {
        "color": alt.Color(f"{field}:N", scale=colour, legend=legend, title=None),
        "shape": alt.Shape(f"{field}:N", scale=shape, legend=legend, title=None),
    }


def _against_delay(alt: Any, told: dict[str, Any]) -> Any:
    """Draw one point a judge with the 95 % interval of its rate."""
    rows = list(_points(told))
    coded = _coded(alt, "judge", [row["judge"] for row in rows])
    farthest = 1.15 * max(1.0, *(row["delay_min"] for row in rows))
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "delay_min:Q",
            title="median delay after grace, minutes",
            scale=alt.Scale(domain=[0, farthest]),
        ),
        color=coded["color"],
    )
    rate = _rate_axis(alt, rows)
    marks = base.mark_point(size=160, filled=True, opacity=1).encode(y=rate, shape=coded["shape"])
    whiskers = base.mark_rule(strokeWidth=2).encode(y=rate, y2="high:Q")
    whiskers = whiskers.transform_calculate(rate="datum.low")
    chart = _bar_line(alt, _MEAN, "bar: 0.05 on average") + whiskers + marks
    title = "False findings a wearer-month against delay, all scenarios"
    below = "simulated lives; upright lines are exact 95 % intervals"
    return _styled(
        chart.properties(width=_WIDTH, height=380, title=_title(alt, title, below, told))
    )


def _points(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, judge in told["judges"].items():
        one = judge["all"]
        delay_s = one["places"]["delay_s"]["p50"]
        low, high = one["false_a_month_95"]
        places = one["places"]
        yield {
            "judge": f"{name}: {one['false_a_month']:.3g} a month, found "
            f"{places['found']} of {places['true']}",
            "delay_min": 0.0 if delay_s is None else delay_s / 60,
            "rate": max(_NONE, one["false_a_month"]),
            "low": max(_NONE, low),
            "high": high,
        }


def _rate_axis(alt: Any, rows: list[dict[str, Any]]) -> Any:
    most = max(row["high"] for row in rows)
    top = 10.0 ** math.ceil(math.log10(max(1.0, most)))
    return alt.Y(
        "rate:Q",
        title="false findings a wearer-month (log; 0.001 = none seen)",
        scale=alt.Scale(type="log", domain=[_FLOOR, top], nice=False),
        axis=_log_axis(alt, top),
    )


def _log_axis(alt: Any, top: float) -> Any:
    decades = [10.0**n for n in range(round(math.log10(_NONE)), round(math.log10(top)) + 1)]
    return alt.Axis(values=decades, format="~g")


def _by_scenario(alt: Any, told: dict[str, Any]) -> Any:
    """Draw a row a scenario in which anybody was wrong, and a mark a judge; the worst first."""
    rows = list(_marks(told))
    seen = {row["scenario"] for row in rows if row["rate"] > _NONE}
    none = len({row["scenario"] for row in rows} - seen)
    rows = [row for row in rows if row["scenario"] in seen] or rows
    top = 10.0 ** math.ceil(math.log10(max(1.0, *(row["rate"] for row in rows))))
    worst = {row["scenario"]: 0.0 for row in rows}
    for row in rows:
        worst[row["scenario"]] = max(worst[row["scenario"]], row["rate"])
    order = sorted(worst, key=lambda name: (-worst[name], name))
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("scenario:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, grid=True)),
        x=alt.X(
            "rate:Q",
            title="false findings a wearer-month (log; 0.001 = none seen)",
            scale=alt.Scale(type="log", domain=[_NONE, top]),
            axis=_log_axis(alt, top),
        ),
        yOffset=alt.YOffset("judge:N", sort=list(told["judges"])),
        **_coded(alt, "judge", list(told["judges"])),
    )
    chart = base.mark_bar(height=4).encode(x2=alt.datum(_NONE)) + base.mark_point(
        size=30, filled=True, opacity=1
    )
    line = (
        alt.Chart(alt.Data(values=[{"bar": _WORST}])).mark_rule(strokeDash=[4, 3]).encode(x="bar:Q")
    )
    title = f"False findings a wearer-month by scenario; in {none} more nobody had any"
    below = "simulated lives; dashed: the bar of 0.3 for the worst scenario"
    sized = (chart + line).properties(
        width=560, height=alt.Step(26, **{"for": "position"}), title=_title(alt, title, below, told)
    )
    return _styled(sized)


def _marks(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, judge in told["judges"].items():
        for scenario, one in judge["scenarios"].items():
            rate = max(_NONE, one["false_a_month"] or 0.0)
            yield {"judge": name, "scenario": scenario, "rate": rate}


def _bar_line(alt: Any, at: float, words: str) -> Any:
    base = alt.Chart(alt.Data(values=[{"bar": at, "words": words}])).encode(y="bar:Q")
    rule = base.mark_rule(strokeDash=[4, 3], color="#444")
    return rule + base.mark_text(align="left", dy=10, fontSize=12, color="#444").encode(
        x=alt.value(4), text="words:N"
    )


def _title(alt: Any, words: str, words_below: str, told: dict[str, Any]) -> Any:
    about = told["about"]
    months = told["judges"][FAIRTAG]["all"]["months"] if FAIRTAG in told["judges"] else 0
    below = f"{months:g} wearer-months, seeds {', '.join(map(str, about['seeds'][:6]))}; "
    return alt.Title(words, subtitle=below + words_below)


def _styled(chart: Any) -> Any:
    return (
        chart.configure_axis(labelFontSize=12, titleFontSize=13, gridColor="#e6e6e6")
        .configure_title(fontSize=16, subtitleFontSize=12, anchor="start", offset=12)
        .configure_view(stroke="#999")
        .configure(background="white", padding=16)
    )
