"""How long does a receiver's error last? Minutes: it drifts, so that near errors agree.

Units: standard deviations; north is the real part of a number and east the imaginary one.
"""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from fairtag.sim.chance import normals

# Measured: errors of a phone that lies still agree to 0.85 after 1 min, 0.29 after 5 min, 0.19
# after 10 min, 0.15 after 20 min; two Gauss-Markov processes of these shares come close.
_FAST_S, _SLOW_S, _SLOW_SHARE = 150.0, 1800.0, 0.3


class Drift:
    """Two Gauss-Markov processes, looked at again and again after the same time."""

    def __init__(self, every_s: float) -> None:
        self._fast, self._slow = _Process(every_s / _FAST_S), _Process(every_s / _SLOW_S)

    def after(self, shares: NDArray[np.float64]) -> NDArray[np.complex128]:
        """Give the errors at looks that follow on those before.

        Shapes: (n, 4) shares from 0 to 1 give (n,).
        """
        fast, slow = (
            self._fast.after(normals(shares[:, :2])),
            self._slow.after(normals(shares[:, 2:])),
        )
        return math.sqrt(1 - _SLOW_SHARE) * fast + math.sqrt(_SLOW_SHARE) * slow


class _Process:
    def __init__(self, steps: float) -> None:
        self._keeps = math.exp(-steps)
        self._last: complex | None = None  # None: not looked yet

    def after(self, news: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Go step by step, so that the same steps in other groups are the same to the last bit."""
        keeps = self._keeps
        steps = (math.sqrt(1 - keeps * keeps) * news).tolist()
        if self._last is None:
            steps[:1] = news[:1].tolist()  # the first error is as large as any other
        told = accumulate([self._last or 0j, *steps], lambda now, new: keeps * now + new)
        found = np.fromiter(told, np.complex128, len(steps) + 1)
        if steps:
            self._last = complex(found[-1])
        return found[1:]
