"""A group of requests waits its time, since a fuller one costs less; nobody waits alone."""

from __future__ import annotations

import asyncio

import pytest
from tests.rig import Rig

from fairtag.terms.ids import DeviceId
from fairtag.web.device_api import lane as lanes
from fairtag.web.device_api.app import DeviceDoor

_BODY = b"{}"  # is told at once that it goes another way: nothing is stored here


async def waiting_after(rig: Rig, numbers: list[int]) -> list[int]:
    """Offer some requests, then some more; tells after each how many still wait."""
    lane, found = DeviceDoor(rig.house)._lane, []
    for number in numbers:
        for _ in range(number):
            lane.offer(DeviceId("D-1"), _BODY, lambda _: None)
        await asyncio.sleep(0)
        found.append(len(lane._waiting))
    return found


@pytest.mark.parametrize(
    ("pace_s", "numbers", "waiting"),
    [
        (60.0, [1, lanes._ENOUGH - 1, 1], [0, lanes._ENOUGH - 1, 0]),
        (0.0, [1, lanes._ENOUGH - 1, 1], [0, 0, 0]),  # negative control: who has no time to wait
    ],
)
def test_a_group_goes_in_its_time_or_when_it_is_full(
    rig: Rig,
    monkeypatch: pytest.MonkeyPatch,
    pace_s: float,
    numbers: list[int],
    waiting: list[int],
) -> None:
    monkeypatch.setattr(lanes, "_PACE_S", pace_s)

    assert asyncio.run(waiting_after(rig, numbers)) == waiting
