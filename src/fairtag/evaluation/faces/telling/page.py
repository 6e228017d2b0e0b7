"""How does a report read? One page of HTML without scripts, and the same tables as Markdown.

Units: rates as shares; shown as powers of ten or percent.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

WORDS = {
    "met": "shown",
    "exceeded": "over the ceiling",
    "not_demonstrated": "not demonstrated",
}
HEADS = ("Group", "People", "False match (FMR)", "False non-match (FNMR)", "Not acquired (FTA)")


def page(told: dict[str, Any], svg: str) -> str:
    """Render a report; `svg` is its curve, or nothing."""
    pages = Environment(
        loader=PackageLoader("fairtag.evaluation.faces.telling"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    usual = {name: rows(one) for name, one in told["at"].items()}
    return pages.get_template("report.html").render(
        told=told,
        heads=HEADS,
        rows=rows(told),
        beside=beside_rows(told),
        usual=usual,
        svg=svg,
        percent=percent,
        finely=finely,
    )


def rows(told: dict[str, Any]) -> list[tuple[str, ...]]:
    """Give a row for all and for each group, at one threshold."""
    everybody = {"all": told} | told["groups"]
    return [
        (name, str(one["people"]), *(cell(one, rate) for rate in ("fmr", "fnmr", "fta")))
        for name, one in everybody.items()
    ]


def beside_rows(told: dict[str, Any]) -> list[str]:
    """Tell what a cohort changed, lines for each threshold and kind of score; nothing without one.

    Both errors by group: what is taken off one may have been put on the other.
    """
    return [
        line
        for point, both in told.get("side_by_side", {}).items()
        for kind, one in both.items()
        for line in (
            f"{point}, {kind}, at {one['threshold']:.5g}:",
            *(f"  {rate.upper()} {_by_group(one, rate)}" for rate in ("fmr", "fnmr")),
        )
    ]


def _by_group(one: dict[str, Any], rate: str) -> str:
    found = [
        f"{name} {percent(value)}" for name, (value, *_) in one[rate].items() if value is not None
    ]
    ratios = [
        f"{column} worst to best {spread[rate]['ratio']:.3g}"
        for column, spread in one["spread"].items()
        if rate in spread and spread[rate]["ratio"] is not None
    ]
    return "; ".join([", ".join(found), *ratios])


def cell(told: dict[str, Any], name: str) -> str:
    """Tell one rate with its interval, its count and what it shows.

    Example:
        >>> cell({"fta": None, "fta_95": [0, 1], "fta_counts": [0, 0]}, "fta")
        'nobody was tried'
        >>> one = {"fmr": 2e-3, "fmr_95": [5e-4, 7.5e-3], "fmr_counts": [2, 1000]}
        >>> cell(one | {"fmr_shown": "exceeded"}, "fmr")
        '0.2 % [0.05 %, 0.75 %], 2 of 1,000: over the ceiling'
    """
    errors, trials = told[f"{name}_counts"]
    if not trials:
        return "nobody was tried"
    low, high = (percent(one) for one in told[f"{name}_95"])
    shown = told.get(f"{name}_shown")
    words = f": {WORDS[shown]}" if shown else ""
    return f"{percent(told[name])} [{low}, {high}], {errors:,} of {trials:,}{words}"


def percent(value: float) -> str:
    """Tell a share to two digits.

    Example:
        >>> percent(0.0198), percent(6.6e-5), percent(0.0), percent(1.0)
        ('2 %', '0.0066 %', '0 %', '100 %')
    """
    return f"{float(f'{100 * value:.2g}'):.12g} %" if value < 1 else "100 %"


def finely(value: float) -> str:
    """Tell a share near 1 to a hundredth of a percent.

    Example:
        >>> finely(0.99166)
        '99.17 %'
    """
    return f"{100 * value:.2f} %"


def table(heads: tuple[str, ...], body: list[tuple[str, ...]]) -> str:
    """Give a table in Markdown."""
    lines = [heads, ("---",) * len(heads), *body]
    return "\n".join(f"| {' | '.join(one)} |" for one in lines)
