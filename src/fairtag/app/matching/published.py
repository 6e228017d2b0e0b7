"""What does everybody see of the matcher? What may decide, on which figures, or why nothing may."""

from __future__ import annotations

from typing import Any

from fairtag.app.house import House
from fairtag.app.matching.profiles import Standing, standing
from fairtag.app.ports import Transaction
from fairtag.disclosure.fair.tables import Fairness
from fairtag.faces.capture.attacks import NO_DETECTOR
from fairtag.faces.cohort.people import Named
from fairtag.faces.model import GroupRates, Rate, ThresholdProfile
from fairtag.faces.refusals import EngineRefused
from fairtag.faces.threshold import (
    CAPTURE_MODE,
    DEMO_THRESHOLD,
    LEAST_GROUPS,
    LEAST_SAMPLE,
    MOST_FMR,
    MOST_FNMR,
    MOST_SAMPLE,
)
from fairtag.faces.verdict import digest as digest_of
from fairtag.terms.errors import Busy
from fairtag.terms.instants import text

_AWAY = "no matcher runs"
_MONTHS = 12  # the newest that were told


def published(house: House) -> dict[str, Any]:
    """Tell what is in force; the same at `/charter/faces`, `/api/charter/faces` and by hand."""
    found = _standing(house)
    told: dict[str, Any] = {
        "mode": found.mode,
        "why": found.why,
        "capture_mode": CAPTURE_MODE,
        "sample": house.face_sample,
        "sample_range": [LEAST_SAMPLE, MOST_SAMPLE],
        "ceilings": {"fmr": MOST_FMR, "fnmr": MOST_FNMR, "least_groups": LEAST_GROUPS},
    }
    told["attack_detector"] = house.faces.detector() or NO_DETECTOR
    told["cohort"] = _cohort(house.face_cohort)
    told["looked_blind"] = house.store.read(_looked_blind)
    if found.mode == "demo":
        return told | {"threshold": DEMO_THRESHOLD, "figures": "none: it is for a demo only"}
    return told if found.kept is None else told | _told(found.kept)


def _standing(house: House) -> Standing:
    try:
        return standing(house, house.faces.info())
    except (Busy, EngineRefused):
        return Standing(mode="refer_all", decides=None, kept=None, why=_AWAY)


def _looked_blind(tx: Transaction) -> list[dict[str, Any]]:
    """Tell by month how many matches people looked at blind and how many of these they could not
    confirm, as the fairness reports do: only what those have told, where it is ten or more.
    """
    told = (tx.fairness.of(month) for month in tx.fairness.months()[:_MONTHS])
    return [_month(one) for one in told if one is not None]


def _month(one: Fairness) -> dict[str, Any]:
    counts, bounds = one.everybody.counts, one.everybody.wrong_95
    return {
        "month": one.month,
        "looked_blind": counts.get("looked_blind"),
        "not_confirmed": counts.get("not_confirmed"),
        "95": None if bounds is None else list(bounds),
    }


def _cohort(here: Named | None) -> dict[str, Any] | None:
    """Tell whom scores may be held against; None when there is no cohort, as shipped."""
    if here is None:
        return None
    found = here.cohort
    return {
        "name": found.name,
        "source": found.source,
        "basis": found.basis,
        "people": len(found.members),
        "groups": dict(found.groups),
        "engine": found.engine,
        "data_sha256": found.data_sha256,
        "sha256": here.sha256,
    }


def _told(profile: ThresholdProfile) -> dict[str, Any]:
    return {
        "engine": profile.engine,
        "threshold": profile.threshold,
        "digest": digest_of(profile),
        "cohort_sha256": profile.cohort_sha256,
        "report_sha256": profile.report_sha256,
        "data_sha256": profile.data_sha256,
        "evaluated_by": profile.evaluated_by,
        "approved_by": profile.approved_by,
        "since": text(profile.made_at),
        "figures": [_group(one) for one in (profile.overall, *profile.groups)],
    }


def _group(one: GroupRates) -> dict[str, Any]:
    rates = {"fmr": one.fmr, "fnmr": one.fnmr, "fta": one.fta}
    return {"group": one.group} | {name: _rate(rate) for name, rate in rates.items()}


def _rate(rate: Rate) -> dict[str, Any]:
    return {"errors": rate.errors, "trials": rate.trials, "95": [rate.low, rate.high]}
