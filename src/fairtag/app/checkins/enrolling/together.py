"""Do the pictures of one enrolment belong together? All of one wearer, compared two at a time.

The machine only asks for another picture. Who it is that they show, a person says (charter G1, G2).
"""

from __future__ import annotations

from collections.abc import Sequence

from fairtag.app.house import House
from fairtag.app.matching.profiles import standing
from fairtag.faces.compare import compare
from fairtag.faces.model import Reading, Template
from fairtag.faces.refusals import EngineRefused
from fairtag.faces.threshold import belonging
from fairtag.terms.errors import Busy

ONE_MORE = "take_one_more"  # advice: beside the others it does not look like the same face


def belonging_now(house: House) -> float | None:
    """Give the cosine from which two pictures belong together; None: nothing can say it here."""
    try:
        engine = house.faces.info()
    except (Busy, EngineRefused):
        return None
    return belonging(engine, standing(house, engine).decides)


def strays(
    readings: Sequence[Reading], kept: Sequence[Template], at_least: float | None
) -> frozenset[int]:
    """Tell which of these pictures don't belong to those that are kept, and to one another.

    Where they differ, those stay that the most others are like. A picture of which the machine has
    no numbers, or only another engine's beside it, is no stray: a fault says nothing about a face.
    """
    if at_least is None:
        return frozenset()
    told = {n: one.template for n, one in enumerate(readings) if one.outcome == "one"}
    fresh = {n: template for n, template in told.items() if template is not None}

    def is_like(one: Template, other: Template) -> bool:
        return one.engine != other.engine or compare(one, other) >= at_least

    def likes(n: int) -> int:
        return sum(is_like(fresh[n], other) for other in fresh.values())

    found, stray = list(kept), set()
    for n in sorted(fresh, key=likes, reverse=True):
        if all(is_like(fresh[n], other) for other in found):
            found.append(fresh[n])
        else:
            stray.add(n)
    return frozenset(stray)
