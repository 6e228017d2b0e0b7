"""Profiles and rates for tests; figures are invented."""

from __future__ import annotations

from typing import Any

from fairtag.faces.error_rates import independent
from fairtag.faces.model import EngineInfo, GroupRates, ThresholdProfile
from fairtag.terms.instants import Micros

ENGINE = EngineInfo(
    engine_id="invented",
    version="1",
    weights_sha256=("ab" * 32,),
    licence="none",
    provenance="drawn",
    dims=4,
)


def rates(
    group: str,
    *,
    fmr: tuple[int, int] = (0, 40_000),
    fnmr: tuple[int, int] = (1, 400),
    fta: tuple[int, int] = (2, 400),
) -> GroupRates:
    return GroupRates(
        group=group, fmr=independent(*fmr), fnmr=independent(*fnmr), fta=independent(*fta)
    )


def profile(**changed: Any) -> ThresholdProfile:
    """Give a profile that passes."""
    told: dict[str, Any] = {
        "engine": ENGINE.name,
        "weights_sha256": ENGINE.weights_sha256,
        "capture_mode": "burst3-enrolled3",
        "threshold": 0.6,
        "mode": "live",
        "data_sha256": "cd" * 32,
        "report_sha256": "ef" * 32,
        "overall": rates("all", fmr=(3, 200_000)),
        "groups": (rates("a"), rates("b"), rates("c")),
        "made_at": Micros(0),
        "evaluated_by": "lab",
        "approved_by": "otto+sara",
    }
    return ThresholdProfile(**(told | changed))
