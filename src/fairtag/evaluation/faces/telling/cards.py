"""What must anybody know before using this matcher? A model card and a bias report, as Markdown.

Both are made of a report by `fairtag face card`: nobody edits them, and the same report gives the
same text. They say that the matcher does not pass the gate, and so are made only while that holds.
Source of the headings: Mitchell et al. 2019 (model cards); ISO/IEC 19795-10:2024.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError

from fairtag.evaluation.faces.telling import earlier
from fairtag.evaluation.faces.telling.page import HEADS, finely, percent, rows, table
from fairtag.faces.error_rates import needed
from fairtag.faces.refusals import ReportRefused
from fairtag.faces.threshold import DEMO_THRESHOLD, LEAST_SAMPLE, MOST_FMR, MOST_FNMR, MOST_SAMPLE

CARD, BIAS = "faces.md", "face-bias.md"


def document(name: str, told: dict[str, Any]) -> str:
    """Write one of the two.

    Raises: ReportRefused when the matcher passes the gate: then these words would be wrong.
    """
    if told["gate"]["passes"]:
        raise ReportRefused("this matcher passes the gate, and the documents say that it does not")
    pages = Environment(  # noqa: S701 - Markdown, and numbers of our own
        loader=PackageLoader("fairtag.evaluation.faces.telling"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters |= {"short": lambda one: f"{one:.4g}", "thousands": lambda one: f"{one:,.0f}"}
    everybody = {"all": told} | told["groups"]
    sent_back = [(group, _counted(one, "gate_refused")) for group, one in everybody.items()]
    try:
        return pages.get_template(name).render(told=told, sent_back=sent_back, **_NAMES)
    except (UndefinedError, LookupError, TypeError) as error:
        raise ReportRefused("something that a report has is missing in it") from error


def _method(told: dict[str, Any]) -> str:
    about = told["about"]
    data = about["data"]
    public = f" ({data['public']})" if data["public"] else ""
    what = f"{data['people']:,} people, {data['pictures']:,} pictures, {data['pairs']:,} pairs"
    modes = f"`{about['capture_mode']}`, while a live check takes `{about['live_capture_mode']}`"
    return (
        f"{what}{public}; digest `{data['sha256'][:16]}`.\nPictures taken as {modes}; impostors: "
        f"`{about['impostors']}`.\nIntervals: {about['intervals']} ({about['draws']:,} draws)."
    )


def _usual(told: dict[str, Any]) -> str:
    """Give every group at each of the usual thresholds."""
    parts = [
        f"At threshold {one['threshold']:.5g} ({name}):\n\n{table(HEADS, rows(one))}"
        for name, one in told["at"].items()
    ]
    return "\n\n".join(parts)


def _counted(told: dict[str, Any], name: str) -> str:
    errors, trials = told[f"{name}_counts"]
    low, high = (percent(one) for one in told[f"{name}_95"])
    return f"{percent(told[name])} [{low}, {high}], {errors:,} of {trials:,}"


_NAMES: dict[str, Any] = {
    "HEADS": HEADS,
    "earlier": earlier,
    "method": _method,
    "usual": _usual,
    "counted": _counted,
    "DEMO_THRESHOLD": DEMO_THRESHOLD,
    "LEAST_SAMPLE": LEAST_SAMPLE,
    "MOST_SAMPLE": MOST_SAMPLE,
    "MOST_FMR": MOST_FMR,
    "MOST_FNMR": MOST_FNMR,
    "finely": finely,
    "needed": needed,
    "percent": percent,
    "rows": rows,
    "table": table,
}
