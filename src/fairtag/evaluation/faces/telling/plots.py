"""How does it look? The DET curve of each group, as SVG and PNG (ISO/IEC 19795-1).

Drawn by Altair, which an installation need not have: the report is the same without it.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from fairtag.evaluation.telling.plots import INSTALL

NAME = "det"
_FLOOR = 1e-4  # where 'none seen' stands on a logarithmic axis
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
_WIDTH, _HEIGHT = 620, 420


def draw(told: dict[str, Any], out: Path) -> str:
    """Draw what a report holds into a folder; tells what was done, or what to install."""
    try:
        import altair as alt  # noqa: PLC0415 - an extra
        import vl_convert  # noqa: F401, PLC0415 - Altair asks for it only when it saves
    except ImportError:
        return INSTALL
    chart = _curves(alt, told) + _chosen(alt, told)
    for ending in ("svg", "png"):
        _styled(chart, alt, told).save(str(out / f"{NAME}.{ending}"), scale_factor=2)
    return f"plot: {NAME}.svg and {NAME}.png in {out}"


def _curves(alt: Any, told: dict[str, Any]) -> Any:
    rows = [
        {"group": name, "fmr": max(_FLOOR / 100, fmr), "fnmr": max(_FLOOR, fnmr), "n": n}
        for name, points in told["det"].items()
        for n, (_, fmr, fnmr) in enumerate(points)
        if fmr > 0
    ]
    names = list(told["det"])
    lines = [_DASHES[n % len(_DASHES)] for n, _ in enumerate(names)]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line(strokeWidth=2)
        .encode(
            x=_axis(alt, "fmr", "false match rate: another person passes", 1e-6),
            y=_axis(alt, "fnmr", "false non-match rate: the person does not pass", _FLOOR),
            color=_colour(alt, names),
            strokeDash=alt.StrokeDash(
                "group:N",
                title=None,
                scale=alt.Scale(domain=names, range=lines),
                legend=_legend(alt),
            ),
            order="n:Q",
        )
    )


def _chosen(alt: Any, told: dict[str, Any]) -> Any:
    """Mark each group at the one threshold: how far apart they lie is the point."""
    everybody = {"all": told} | told["groups"]
    rows = [
        {"group": name, "fmr": max(1e-6, one["fmr"]), "fnmr": max(_FLOOR, one["fnmr"])}
        for name, one in everybody.items()
        if name in told["det"] and one["fmr"] and one["fnmr"]  # none seen is no place on the axis
    ]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_point(filled=True, size=110, opacity=1)
        .encode(x="fmr:Q", y="fnmr:Q", color=_colour(alt, list(told["det"])))
    )


def _axis(alt: Any, field: str, title: str, low: float) -> Any:
    kind = alt.X if field == "fmr" else alt.Y
    scale = alt.Scale(type="log", domain=[low, 1], clamp=True)
    decades = [10.0**n for n in range(round(math.log10(low)), 1)]
    return kind(f"{field}:Q", title=title, scale=scale, axis=alt.Axis(values=decades, format="~g"))


def _colour(alt: Any, names: list[str]) -> Any:
    return alt.Color("group:N", title=None, scale=alt.Scale(domain=names), legend=_legend(alt))


def _legend(alt: Any) -> Any:
    return alt.Legend(orient="right", labelFontSize=12, labelLimit=260)


def _styled(chart: Any, alt: Any, told: dict[str, Any]) -> Any:
    about = told["about"]
    below = f"{about['engine']['name']}, {about['capture_mode']}, impostors {about['impostors']}; "
    below += f"dots: every group at one threshold, {told['threshold']:.4g}"
    title = alt.Title("What one threshold means for each group", subtitle=below)
    return (
        chart.properties(width=_WIDTH, height=_HEIGHT, title=title)
        .configure_axis(labelFontSize=12, titleFontSize=13, gridColor="#e6e6e6")
        .configure_title(fontSize=16, subtitleFontSize=12, anchor="start", offset=12)
        .configure_view(stroke="#999")
        .configure(background="white", padding=16)
    )
