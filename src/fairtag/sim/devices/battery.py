"""How full is a battery? Charged at home every night, unless the scenario says otherwise.

Units: percent; instants in µs UTC; minutes since the curfew began on the wall clock.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairtag.sim.cast import Player
from fairtag.sim.lives.wall import wall_of
from fairtag.terms.instants import DAY, MINUTE
from fairtag.terms.local import MINUTES_A_DAY

_CHARGE_FROM_MIN, _CHARGE_TO_MIN = 60, 150  # of the curfew, every night
_DRAIN_PCT_A_MIN = 3 / 60  # chosen: a day's use leaves a third
_LEAST_PCT = 100 - _DRAIN_PCT_A_MIN * (MINUTES_A_DAY - _CHARGE_TO_MIN + _CHARGE_FROM_MIN)
_PLANNED = -1


class Battery:
    """One battery, asked from the first instant to the last."""

    def __init__(self, one: Player) -> None:
        self._person = one.person
        self._times = np.array([at for at, _ in one.plan.battery], np.int64)
        self._levels = np.array([level for _, level in one.plan.battery])
        self._before = _PLANNED  # whether it was charging when last asked; at first nobody knows

    def at(self, instants: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """Tell the percent, and where charging began (1) or ended (-1).

        Shapes: (n,) gives (n,), (n,).
        """
        since = self._since_curfew(instants)
        is_charging = (since >= _CHARGE_FROM_MIN) & (since < _CHARGE_TO_MIN)
        share = (since - _CHARGE_FROM_MIN) / (_CHARGE_TO_MIN - _CHARGE_FROM_MIN)
        drained = _DRAIN_PCT_A_MIN * ((since - _CHARGE_TO_MIN) % MINUTES_A_DAY)
        level = np.where(is_charging, _LEAST_PCT + share * (100 - _LEAST_PCT), 100 - drained)
        is_planned = self._is_planned(instants)
        if is_planned.any():
            planned = np.interp(instants, self._times, self._levels)
            level = np.where(is_planned, planned, level)
        return level, self._turns(np.where(is_planned, _PLANNED, is_charging).astype(np.int8))

    def _turns(self, states: NDArray[np.int8]) -> NDArray[np.int8]:
        former = np.concatenate(([np.int8(self._before)], states))
        self._before = int(former[-1])
        former = former[:-1]
        turns = np.where((states == _PLANNED) | (former == _PLANNED), 0, states - former)
        return turns.astype(np.int8)

    def _since_curfew(self, instants: NDArray[np.int64]) -> NDArray[np.int64]:
        minutes = wall_of(instants, self._person.time_zone) // MINUTE
        since: NDArray[np.int64] = (minutes - self._person.curfew_from_min) % MINUTES_A_DAY
        return since

    def _is_planned(self, instants: NDArray[np.int64]) -> NDArray[np.bool_]:
        if not len(self._times):
            return np.zeros(len(instants), np.bool_)
        n = np.searchsorted(self._times, instants, side="right") - 1
        gaps = np.append(np.diff(self._times), DAY)  # the last one and -1: after and before all
        planned: NDArray[np.bool_] = (
            gaps[n] <= DAY // 2
        )  # a longer one lies between two days' plans
        return planned
