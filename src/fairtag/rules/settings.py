"""By which published numbers is a place decided? Their digest stands in every finding.

Units: seconds (_s), metres (_m), days; evidence in natural log-odds.
"""

from __future__ import annotations

import hashlib
import math
from functools import cached_property

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Numbers of the decision; ours where no source is given, chosen on stationary real traces."""

    level: float = 0.68  # Source: Android's documentation of horizontal accuracy
    optimism: float = 1.5  # receivers indoors claim errors smaller than they make
    bias_m: float = 25.0  # error that lasts for minutes and that no claim shows
    unknown_m: float = 100.0  # scale of a position that names no accuracy
    usable_m: float = 500.0  # a wider position does not say where the wearer is
    least_m: float = 5.0  # no receiver of a tag is better
    most_evidence: float = 5.0  # what one fix can say at most; a reflection says as much
    witnesses: float = 2.0  # how far agreeing fixes may go beyond one fix
    memory_s: float = 60.0  # errors of one minute are one error
    frozen_s: float = 600.0  # the same network coordinates again are hardly news
    doubt_s: float = 3600.0  # silence lets belief fade
    long_bias_s: float = 900.0  # a bias indoors holds for so long
    against: float = 5.0  # odds of 148 to 1 before a finding
    in_favour: float = -2.0  # odds of 7 to 1 are enough for the wearer
    closing: float = -1.0  # and fewer to end a finding
    run_s: int = 120  # agreeing fixes last at least so long; NIJ 1004.00 allows 4 minutes in all
    distinct: int = 3  # coordinates of a run whose source is not known to be a satellite
    frozen_run_s: int = 1800  # or so long the same
    gap_s: int = 900  # a longer silence breaks a run
    late_s: int = 900  # contract §5
    rejudged_days: int = 7  # contract §5; older data are kept, not judged
    silence_s: int = 1800  # contract §5: contact.lost, location.lost
    body_off_s: int = 900
    linger_s: int = 900  # a momentary matter ends so long after its last sign
    battery_low_pct: float = 20.0
    battery_back_pct: float = 30.0
    # Signs that a device is not where it says (rules/doubt): ours, chosen so that real phones that
    # lay still for 19.3 days of Android and 6.4 of iOS, or travelled, show none.
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

    @cached_property
    def digest(self) -> str:
        """Name these numbers."""
        told = msgspec.json.encode(self, order="sorted")
        return "sha256:" + hashlib.sha256(told).hexdigest()[:32]

    @cached_property
    def says_most_at(self) -> float:
        """Tell from how many widths on a fix says the most that one can."""
        widths = 1.0
        while log_odds(widths) < self.most_evidence:
            widths += 0.25
        return widths


def log_odds(widths: float) -> float:
    """Turn a distance in widths of the error into log-odds: Student's t, 3 degrees of freedom.

    Source of the tail: errors of real receivers have outliers that a normal error never shows.
    """
    z = widths / _ROOT_3
    share = 0.5 + (z / (1 + z * z) + math.atan(z)) / math.pi
    return math.log(share / (1 - share)) if 0 < share < 1 else math.copysign(math.inf, z)


_ROOT_3 = math.sqrt(3)


DEFAULTS = Settings()
