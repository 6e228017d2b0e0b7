"""Where is a player truly? An outing of the scenario, at home for it, or ordinary life.

Units: degrees WGS 84; instants in µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtag.sim.cast import Player
from fairtag.sim.devices.receivers import SKIES, Sky
from fairtag.sim.lives.people import Places, Setting
from fairtag.sim.lives.spans import NONE, Spans


@dataclass(frozen=True, slots=True)
class Seen:
    """The true places, and the sky above them: (n,) places in SKIES."""

    places: Places
    sky: NDArray[np.int8]


class Whereabouts:
    """The true path of one player."""

    def __init__(self, one: Player) -> None:
        self._person = one.person
        self._outings = one.plan.outings
        self._on_outing = Spans([path.during for path in one.plan.outings])
        self._at_home = Spans(one.plan.at_home)
        self._under = Spans([during for during, _ in one.plan.skies])
        skies = [SKIES.index(sky) for _, sky in one.plan.skies]
        self._skies = np.array([*skies, SKIES.index(Sky.GOOD)], np.int8)  # the last: no plan's

    def at(self, instants: NDArray[np.int64]) -> Seen:
        """Tell the true places, the settings and the sky.

        Shapes: (n,) gives columns of (n,).
        """
        places = self._person.places(instants)
        inside = self._at_home.hold(instants)
        home = Places.all_at(self._person.home, Setting.INDOORS, int(inside.sum()))
        places.put(inside, home)
        outing = self._on_outing.at(instants)
        for n in set(outing[outing != NONE].tolist()):
            out = outing == n
            places.put(out, self._outings[n].places(instants[out]))
        return Seen(places, self._skies[self._under.at(instants)])
