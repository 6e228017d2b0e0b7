"""By which published numbers is a place decided? Their digest stands in every finding.

Units: seconds (_s), metres (_m), metres a second (_mps), days; evidence in natural log-odds,
positive against the wearer.
"""

from __future__ import annotations

import hashlib
import math
from functools import cached_property, lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

VERSION = "places/2"


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Signs that a device is not where it says (rules/doubt).

    Ours, chosen so that real phones that lay still for 19.3 days of Android and 6.4 of iOS, or
    travelled, show none.
    """

    unknown_m: float = 100.0  # of a position that names no accuracy
    gap_s: float = 900.0  # after a longer silence nobody knows the way
    precise_m: float = 30.0  # phones on trains claim 50 m and more for positions that jump
    step_s: float = 10.0  # the traces of travels that they were chosen on are as dense
    jump_m: float = 2000.0  # wrong positions of networks lie up to 760 m off
    jump_mps: float = 120.0  # Source: faster than any train in service (431 km/h, Shanghai)
    no_craft_mps: float = 400.0  # Source: 825 mph over ground was an airliner's record (2020)
    slow_mps: float = 40.0  # an airliner gains more within a step before it flies
    again_s: float = 3600.0  # a lone jump there and back is a receiver's error
    circle_steps: int = 20
    circle_laps: float = 2.0  # no bend of a road goes on so long
    circle_spread: float = 0.02  # noise alone spreads the steps of a walk by 5 %
    circle_m: float = 5000.0  # radius; ring roads are wider, and not so round
    lie_s: float = 600.0  # a phone on a bus told 0 m/s for 100 s
    lie_fixes: int = 10
    still_mps: float = 0.5
    moving_mps: float = 5.0  # nobody walks so fast
    fast_mps: float = 10.0
    stood_m: float = 25.0
    held_s: float = 3600.0
    held_fixes: int = 20
    leap_claim_m: float = 50.0
    leap_m: float = 200.0
    leap_mps: float = 3.0  # faster than a walk, Bohannon 1997
    leap_within_s: float = 120.0  # two reports of a device that is not asleep
    leap_held_s: float = 600.0


class Settings(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Numbers of the decision; ours where no source is given (docs/decisions/0002)."""

    version: str = VERSION

    # How wide may the error of a position be?
    level: float = 0.68  # Source: Android's documentation of horizontal accuracy
    optimism: float = 1.5  # receivers indoors claim errors smaller than they make
    least_m: float = 5.0  # no receiver of a tag is better
    satellite_bias_m: float = 6.0  # error that lasts for minutes and that no claim shows
    network_bias_m: float = 25.0
    unknown_m: float = 100.0  # of a position that names no accuracy
    usable_m: float = 500.0  # a wider position does not say where the wearer is
    tracked_m: float = 12.0  # of a way that the reported speed explains

    # What may one position say?
    most: float = 5.5  # a reflection says as much
    most_moving: float = 6.0  # with a movement that explains it
    most_still: float = 3.0  # of a satellite while no movement explains it, and it is not far
    far_widths: float = 8.0
    most_network: float = 2.5  # of a network position while no movement explains it

    # How does it add up?
    memory_s: float = 60.0  # errors of one minute are one error
    moving_memory_s: float = 30.0  # they change faster on the way,
    near_memory_s: float = 120.0  # and slower near an edge, where a drift is enough to cross it
    repeated_share: float = 0.25  # the same network coordinates again are hardly news
    reach: float = 3.0  # agreeing positions go at most so many times as far as one
    reach_moving: float = 4.0  # or so many times, where a movement explains them
    drift_s: float = 1800.0  # and once more for each such time that they agree: a drift is over
    longest_drifts: float = 3.0
    in_favour_counts: int = 2  # times, against a belief that accuses
    relax: float = 1.0  # what a position moves at least, towards what it says
    gap_s: float = 900.0  # a longer silence breaks a run,
    fade_s: float = 600.0  # and for each such time of it one step of log-odds is forgotten

    # When is it decided?
    against: float = 12.0  # the error budget: see docs/decisions/0002 for what it costs
    most_against: float = 14.0
    in_favour: float = -2.0  # odds of 7 to 1 are enough for the wearer
    least_in_favour: float = 0.5  # what the newest position must say itself in that case
    most_in_favour: float = -4.0
    distinct: int = 3  # coordinates of a run whose source is not a satellite

    # What is a movement?
    moving_mps: float = 0.7  # slower than a walk
    step_s: float = 10.0  # a receiver that wakes up converges faster than that
    step_m: float = 15.0
    longest_step_s: float = 300.0
    counted_step_s: float = 60.0  # the reported speed holds for so long at most
    fastest_mps: float = 70.0
    way_share: float = 0.33  # of the distance against the wearer that a movement must explain,
    way_least_m: float = 20.0  # and so much at least: a speed that is told has an error
    explained_m: float = 25.0  # a step of so much and
    explained_times: float = 1.75  # so many times the way at the reported speed is explained
    tracked_steps: int = 2
    copied_s: float = 900.0  # a moving device that gives one place for so long tells an old one
    jump_doubt_s: float = 300.0  # after a jump that nobody makes (doubt.jump_m, doubt.jump_mps)

    # Time
    late_s: int = 900  # contract §5
    rejudged_days: int = 7  # contract §5; older data are kept, not judged
    silence_s: int = 1800  # contract §5: contact.lost, location.lost
    body_off_s: int = 900
    linger_s: int = 900  # a momentary matter ends so long after its last sign
    battery_low_pct: float = 20.0
    battery_back_pct: float = 30.0

    doubt: Doubt = Doubt()

    @cached_property
    def digest(self) -> str:
        """Name these numbers."""
        told = msgspec.json.encode(self, order="sorted")
        return "sha256:" + hashlib.sha256(told).hexdigest()[:32]


NAT = 1024  # evidence is counted in whole steps of this part of a natural log-odds
CELLS = 16  # cells of the table a width
_WIDTHS = 12


@lru_cache(maxsize=1)
def table() -> NDArray[np.int64]:
    """Tell what a position says by its distance, in 1/16 widths; whole steps, so bits agree."""
    told = [round(NAT * log_odds((cell + 0.5) / CELLS)) for cell in range(_WIDTHS * CELLS)]
    return np.array(told, np.int64)


def log_odds(widths: float) -> float:
    """Turn a distance in widths of the error into log-odds: Student's t, 3 degrees of freedom.

    Source of the tail: errors of real receivers have outliers that a normal error never shows.
    """
    z = widths / _ROOT_3
    share = 0.5 + (z / (1 + z * z) + math.atan(z)) / math.pi
    return math.log(share / (1 - share)) if 0 < share < 1 else math.copysign(math.inf, z)


_ROOT_3 = math.sqrt(3)


DEFAULTS = Settings()
