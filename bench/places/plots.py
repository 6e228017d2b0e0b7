"""How does it look? False findings against delay, a line a method, a point a threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from places.judges import LEAKY, TEST, UNASKED, UNMOVED, WALK
from places.tables import MEAN

MISSING = "no pictures: they need Altair and vl-convert, `pip install altair vl-convert-python`"
_NONE = 0.004  # where 'none seen' stands on a logarithmic axis
_LOOKS: dict[str, tuple[str, list[int], str]] = {  # colour, dashes, shape
    WALK: ("#0b5394", [1, 0], "circle"),
    UNMOVED: ("#0b5394", [2, 2], "circle"),
    UNASKED: ("#6fa8dc", [6, 3], "circle"),
    "HMM, fixes independent": ("#f1c232", [1, 0], "square"),
    "HMM, news weighed": ("#e69138", [1, 0], "square"),
    "HMM, the walk's evidence": ("#38761d", [1, 0], "square"),
    "HMM, the walk's evidence, stays ×10": ("#8fce00", [6, 3], "square"),
    LEAKY: ("#741b47", [1, 0], "diamond"),
    TEST: ("#cc4125", [1, 0], "triangle-up"),
}
NAME = "0002-methods"
_LONGEST_MIN = 7.0
_GREY = "#444"
_MOST_FOUND = 0.95


def draw(told: Mapping[str, Any], folder: Path) -> str:
    """Draw a report into a folder; tells what was done, or what is missing."""
    try:
        import altair as alt  # noqa: PLC0415 - an extra
        import vl_convert  # noqa: F401, PLC0415 - Altair asks for it only when it saves
    except ImportError:
        return MISSING
    chart = alt.hconcat(
        _panel(alt, list(_points(told, "zones")), "Simulated entries of zones, 4 and 10 min"),
        _panel(alt, list(_points(told, "trips")), "Real phones leaving a circle of 50 m"),
    )
    title = alt.Title(
        "False findings in nine calm stories against delay",
        subtitle="A point a threshold, none where half are missed; hollow: more than 5 % of trips, "
        "of leaving a curfew for 25 min, or of leaving an inclusion zone are missed. "
        "Dashed: the bar of 0.05 a month.",
    )
    chart.properties(title=title).configure_axis(
        labelFontSize=12, titleFontSize=13, gridColor="#eeeeee"
    ).configure_title(fontSize=15, anchor="start", offset=12).configure(
        background="white", padding=14
    ).save(str(folder / f"{NAME}.svg"))
    return f"picture: {NAME}.svg in {folder.name}"


def _points(told: Mapping[str, Any], delays: str) -> Iterator[dict[str, Any]]:
    for name, points in told["swept"].items():
        for order, one in enumerate(points):
            delay = (one[delays] or {}).get("p50_min")
            if delay is not None:
                is_named = name == WALK or order in {0, len(points) - 1}
                yield {
                    "method": name,
                    "order": order,
                    "words": (one["knob"] or name) if is_named else "",
                    "is_simple": name not in _LOOKS,
                    "is_missing": _is_missing(one),
                    "delay": min(delay, _LONGEST_MIN),
                    "rate": max(_NONE, one["false_a_month"]),
                }


def _is_missing(one: Mapping[str, Any]) -> bool:
    """Tell whether departures that last are missed: of curfews, inclusion zones, or trips."""
    lasting = [one["true"]["left_25_min"], one["true"]["inclusion_left"], one["trips"]]
    return any(each["found"] < _MOST_FOUND for each in lasting if each is not None)


def _panel(alt: Any, rows: list[dict[str, Any]], title: str) -> Any:
    swept, simple = (
        alt.Chart(alt.Data(values=[one for one in rows if one["is_simple"] is is_simple])).encode(
            x=alt.X(
                "delay:Q",
                title="median delay, minutes",
                scale=alt.Scale(domain=[0, _LONGEST_MIN], nice=False),
            ),
            y=alt.Y(
                "rate:Q",
                title=f"false findings a wearer-month (log; {_NONE} = none seen)",
                scale=alt.Scale(type="log", domain=[_NONE * 0.8, 200], nice=False),
                axis=alt.Axis(values=[_NONE, 0.01, 0.1, 1, 10, 100], format="~g"),
            ),
        )
        for is_simple in (False, True)
    )
    coded = _coded(alt)
    lines = swept.mark_line(strokeWidth=2).encode(
        color=coded["color"], strokeDash=coded["strokeDash"], order="order:Q"
    )
    looks = {"color": coded["color"], "shape": coded["shape"]}
    marks = swept.mark_point(filled=True, size=55, opacity=1).encode(**looks)
    marks += (
        swept.mark_point(fill="white", size=70, opacity=1)
        .encode(**looks)
        .transform_filter("datum.is_missing")
    )
    knobs = swept.mark_text(dx=9, dy=-6, fontSize=11, fontWeight=600).encode(
        text="words:N", color=coded["color"]
    )
    crosses = simple.mark_point(shape="cross", filled=True, size=80, color=_GREY)
    words = simple.mark_text(dx=8, dy=9, align="left", fontSize=11, color=_GREY).encode(
        text="words:N"
    )
    bar = alt.Chart(alt.Data(values=[{"rate": MEAN}])).mark_rule(strokeDash=[4, 3], color="#888")
    chart = bar.encode(y="rate:Q") + lines + marks + knobs + crosses + words
    return chart.properties(width=520, height=460, title=alt.Title(title, fontSize=13))


def _coded(alt: Any) -> dict[str, Any]:
    """Tell methods apart by colour, dashes and shape."""
    legend = alt.Legend(
        orient="bottom", columns=3, labelLimit=340, labelFontSize=12, symbolSize=110, title=None
    )
    colours, dashes, shapes = (list(one) for one in zip(*_LOOKS.values(), strict=True))
    return {
        channel: how("method:N", scale=alt.Scale(domain=list(_LOOKS), range=values), legend=legend)
        for channel, how, values in (
            ("color", alt.Color, colours),
            ("strokeDash", alt.StrokeDash, dashes),
            ("shape", alt.Shape, shapes),
        )
    }
