"""What profile would a report make? One that nobody approved yet, bound to it by digest."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from fairtag.evaluation.faces.report import FORMAT, rates_of
from fairtag.evaluation.faces.trials import ALL
from fairtag.faces.model import ThresholdProfile
from fairtag.faces.refusals import ReportRefused
from fairtag.terms.instants import Micros


def report_in(raw: bytes) -> dict[str, Any]:
    """Read a report.

    Raises: ReportRefused.
    """
    try:
        told = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise ReportRefused("this is no JSON") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ReportRefused(f"this is no report of the format {FORMAT}")
    return told


def candidate_of(raw: bytes) -> ThresholdProfile:
    """Make the profile of a report; `made_at` and `approved_by` come with the approval.

    Raises: ReportRefused when something is missing.
    """
    told = report_in(raw)
    try:
        about = told["about"]
        return ThresholdProfile(
            engine=about["engine"]["name"],
            weights_sha256=tuple(about["engine"]["weights_sha256"]),
            capture_mode=about["capture_mode"],
            threshold=told["threshold"],
            mode="live",
            data_sha256=about["data"]["sha256"],
            report_sha256=hashlib.sha256(raw).hexdigest(),
            overall=rates_of(told, ALL),
            groups=tuple(rates_of(one, name) for name, one in told["groups"].items()),
            made_at=Micros(0),
            evaluated_by=about["evaluator"],
            approved_by="",
            cohort_sha256=about["cohort"]["sha256"] if "cohort" in about else "",
        )
    except (KeyError, TypeError, IndexError) as error:
        raise ReportRefused("something that a report has is missing in it") from error
