"""On which side of an edge is the wearer? INSIDE, OUTSIDE or UNSURE, from what fixes can carry.

Belief is a log-odds that moves towards what the newest fix says, by how much of it is news. So
thirty fixes with the same drift are one witness; a run that lasts far longer than a drift does
counts for more.
Units: metres; µs UTC; natural log-odds, positive against the wearer.
"""

from __future__ import annotations

import math
from enum import StrEnum

import msgspec

from fairtag.intake.messages import Position, Source
from fairtag.rules.finding import Evidence
from fairtag.rules.matter import MOST_EVIDENCE, evidence_of
from fairtag.rules.settings import Settings, log_odds
from fairtag.terms.instants import SECOND, Micros

_SEEN_BY_SATELLITE = frozenset({Source.GNSS, Source.RF})


class Side(StrEnum):
    """What can be said; `AGAINST` is outside of a curfew, or inside of an exclusion zone."""

    KEPT = "kept"
    UNSURE = "unsure"
    AGAINST = "against"


class Belief(msgspec.Struct, kw_only=True, array_like=True):
    """What is known about one edge."""

    odds: float = 0.0
    at: Micros | None = None
    last: tuple[float, float] | None = None  # coordinates of the last fix
    run_sign: int = 0
    run_from: Micros = Micros(0)
    run_fixes: int = 0  # distinct ones, when the source may repeat itself
    run_evidence: tuple[Evidence, ...] = ()
    side: Side = Side.UNSURE

    @property
    def certainty(self) -> float:
        """Tell the probability of being on the side against the wearer; nothing is ever sure."""
        return min(0.999, round(1 / (1 + math.exp(-self.odds)), 3))

    def see(self, fix: Position, against_m: float, width_m: float, settings: Settings) -> Side:
        """Take a fix that lies `against_m` metres on the side against the wearer.

        `width_m` is how wide its error may be: `scale_m` of the fix, the same for all edges.
        """
        said = evidence(against_m, width_m, settings)
        share = self._news(fix, settings)
        self._run(fix, said, settings)
        lasted_s = (fix.at - self.run_from) / SECOND
        witnesses = settings.witnesses * math.sqrt(1 + lasted_s / settings.long_bias_s)
        self.odds += (witnesses * said - self.odds) * share
        # Doubles from different machines agree to far more digits than these.
        self.odds = round(max(-12.0, min(12.0, self.odds)), 6)
        self.at, self.last = fix.at, (fix.lon, fix.lat)
        self.side = self._side(fix, settings)
        return self.side

    def _news(self, fix: Position, settings: Settings) -> float:
        if self.at is None:
            return 1 - math.exp(-1.0)
        since_s = max(0.0, (fix.at - self.at) / SECOND)
        self.odds *= math.exp(-since_s / settings.doubt_s)
        memory_s = settings.frozen_s if self._is_repeated(fix) else settings.memory_s
        return 1 - math.exp(-since_s / memory_s)

    def _is_repeated(self, fix: Position) -> bool:
        return self.last == (fix.lon, fix.lat) and fix.source not in _SEEN_BY_SATELLITE

    def _run(self, fix: Position, said: float, settings: Settings) -> None:
        sign = (said > 0) - (said < 0)
        is_broken = self.at is not None and fix.at - self.at > settings.gap_s * SECOND
        if sign != self.run_sign or is_broken:
            self.run_sign, self.run_from, self.run_fixes = sign, fix.at, 0
            self.run_evidence = ()
        if self.run_fixes == 0 or not self._is_repeated(fix):
            self.run_fixes += 1
        if len(self.run_evidence) < MOST_EVIDENCE and sign > 0:
            self.run_evidence = (*self.run_evidence, evidence_of(fix))

    def _side(self, fix: Position, settings: Settings) -> Side:
        lasted = fix.at - self.run_from >= settings.run_s * SECOND and self._are_enough(
            fix, settings
        )
        if self.odds >= settings.against and self.run_sign > 0 and lasted:
            return Side.AGAINST
        if self.side is Side.AGAINST and self.odds > settings.closing:
            return Side.AGAINST if self.run_sign > 0 else Side.UNSURE
        return Side.KEPT if self.odds <= settings.in_favour else Side.UNSURE

    def _are_enough(self, fix: Position, settings: Settings) -> bool:
        if fix.source in _SEEN_BY_SATELLITE:
            return self.run_fixes > 1
        # A network position repeats itself for minutes: it takes other coordinates, or long.
        lasted_s = (fix.at - self.run_from) / SECOND
        return self.run_fixes >= settings.distinct or lasted_s >= settings.frozen_run_s


def is_usable(fix: Position, settings: Settings) -> bool:
    """Tell whether a position says where the wearer is."""
    is_wide = fix.accuracy_m is not None and fix.accuracy_m > settings.usable_m
    return not fix.is_mock and not is_wide


def is_witness(fix: Position, settings: Settings) -> bool:
    """Tell whether a position may move a belief; a mast says where the mast is.

    Network positions stay on the same wrong mast for hours: no number of them is evidence.
    """
    return is_usable(fix, settings) and fix.source is not Source.CELL


def scale_m(fix: Position, settings: Settings) -> float:
    """Tell how wide the error of a fix may be; unknown accuracy is wide."""
    if fix.accuracy_m is None or fix.accuracy_m <= 0:
        return math.hypot(settings.unknown_m, settings.bias_m)
    level = min(max(fix.accuracy_level or settings.level, 0.05), 0.99)
    # A radius that holds a share of a round normal error, turned into its standard deviation.
    sigma_m = fix.accuracy_m / math.sqrt(-2 * math.log(1 - level))
    return math.hypot(max(sigma_m * settings.optimism, settings.least_m), settings.bias_m)


def evidence(against_m: float, width_m: float, settings: Settings) -> float:
    """Turn a signed distance into log-odds, never more than one fix can say."""
    if abs(against_m) >= settings.says_most_at * width_m:
        return math.copysign(settings.most_evidence, against_m)
    most = settings.most_evidence
    return max(-most, min(most, log_odds(against_m / width_m)))
