"""Which lives does an app on the phone invent? Nobody breaks a condition, yet places are in doubt.

The app gives itself out as a satellite receiver and marks nothing.
Units: minutes as named.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from fairtag.sim.devices.mocks import Mock
from fairtag.sim.devices.receivers import Model
from fairtag.sim.lives.people import Setting
from fairtag.sim.scenarios.scene import Plan, Scenario, Scene, Truth, minutes_after, walked

_LASTS_MIN = 180.0


def _doubtful(mock: Mock) -> tuple[Truth, ...]:
    return (Truth(kind="location.doubtful", condition_id=None, during=mock.during),)


def _elsewhere(scene: Scene, *, shape: Literal["circle", "frozen"]) -> Plan:
    """Visit a friend by day while the app tells of home."""
    back = minutes_after(scene.day, _LASTS_MIN)
    visit = walked(scene, scene.day, scene.person.friend, back, setting=Setting.INDOORS)
    mock = Mock(during=scene.clipped(scene.day, _LASTS_MIN), shape=shape, middle=scene.home)
    return Plan(at_home=(scene.day_off,), outings=(visit,), mocks=(mock,), truth=_doubtful(mock))


def _teleport(scene: Scene) -> Plan:
    """Be at home at night while the app jumps."""
    during = scene.clipped(minutes_after(scene.night.start, 120), _LASTS_MIN)
    mock = Mock(during=during, shape="jumps", middle=scene.home)
    return Plan(mocks=(mock,), truth=_doubtful(mock))


MOCKS = {
    "spoof_circle": Scenario(
        tells="By day an app draws perfect circles round home; the wearer visits a friend.",
        plan=partial(_elsewhere, shape="circle"),
        model=Model.ANDROID,
    ),
    "spoof_teleport": Scenario(
        tells="At home at night an app jumps 5 km away and back within a minute or two.",
        plan=_teleport,
        model=Model.ANDROID,
    ),
    "spoof_frozen_gnss": Scenario(
        tells="For hours an app repeats one satellite position at home; the wearer is away.",
        plan=partial(_elsewhere, shape="frozen"),
        model=Model.ANDROID,
    ),
}
