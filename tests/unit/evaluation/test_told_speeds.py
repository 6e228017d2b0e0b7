"""A speed that a device tells has an error: it accuses nobody who lives near an edge."""

from __future__ import annotations

from dataclasses import replace as changed

import numpy as np
from msgspec.structs import replace

from fairtag.evaluation.case import simulated
from fairtag.rules.finding import Finding
from fairtag.rules.replay import replay_columns
from fairtag.rules.settings import DEFAULTS, Settings

ERROR_MPS = 0.25  # 2.7 % of the speeds that real phones told lying still were over it


def accused(settings: Settings) -> list[Finding]:
    """Judge three wearers who stay 10 m inside the edge for ten days."""
    found: list[Finding] = []
    for number in (1, 2, 3):
        case = simulated("home_at_edge", number, seed=777, days=10, is_daily=True)
        told = case.heard.positions
        errors = np.random.RandomState(number).standard_normal(len(told))
        speeds = np.abs(told.speed_mps + ERROR_MPS * errors)
        done = replay_columns(
            (case.ruling,),
            changed(told, speed_mps=speeds),
            case.heard.events,
            until=case.until,
            settings=settings,
        )
        found += [one for one in done.findings if one.recipient == "authority"]
    return found


def test_errors_of_a_speed_accuse_nobody() -> None:
    assert accused(DEFAULTS) == []


def test_negative_control_a_judge_that_takes_every_speed_for_a_movement_accuses() -> None:
    assert accused(replace(DEFAULTS, moving_mps=0.0, way_least_m=0.0, tracked_steps=1)) != []
