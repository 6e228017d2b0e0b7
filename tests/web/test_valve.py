"""When the store is behind or the disk nearly full, devices wait; what is urgent does not."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
from tests.rig import Rig

from fairtag.adapters.sqlite.writer import _Job, _Queue
from fairtag.terms.ids import DeviceId
from fairtag.web.device_api.app import DeviceDoor
from fairtag.web.device_api.protocols import Answer
from fairtag.web.device_api.valve import Valve


@dataclass
class Ground:
    """A disk of which so much is free."""

    share: float

    def free_share(self) -> float:
        return self.share

    def free_bytes(self) -> int:
        return 1

    def check_log(self) -> None:
        return None


def valve(*, behind_s: float = 0.0, share: float = 1.0, byte: int = 0) -> Valve:
    store = SimpleNamespace(behind_s=lambda: behind_s)
    house: Any = SimpleNamespace(store=store, ground=Ground(share), chance=lambda _: bytes([byte]))
    return Valve(house)


@pytest.mark.parametrize(
    ("behind_s", "share", "waited_s", "is_shut"),
    [
        (0.0, 1.0, 0.0, False),
        (1.9, 0.11, 1.9, False),
        (2.1, 1.0, 0.0, True),
        (0.0, 1.0, 2.1, True),
        (0.0, 0.09, 0.0, True),
    ],
)
def test_it_is_shut_when_too_much_waits_or_too_little_is_free(
    behind_s: float, share: float, waited_s: float, *, is_shut: bool
) -> None:
    assert valve(behind_s=behind_s, share=share).is_shut(waited_s=waited_s) is is_shut


def test_devices_are_told_times_of_their_own() -> None:
    told = {int(valve(byte=byte).later()[1]) for byte in range(256)}
    assert told == set(range(5, 61))


def test_urgent_works_go_before_the_others_in_their_own_order() -> None:
    queue, jobs = _Queue(), [_Job(lambda _: None, None) for _ in range(4)]  # type: ignore[arg-type]
    for job, is_urgent in zip(jobs, (False, True, False, True), strict=True):
        queue.put_nowait(job, is_urgent=is_urgent)
    assert [queue.get(timeout=0) for _ in jobs] == [jobs[1], jobs[3], jobs[0], jobs[2]]


def answer(door: DeviceDoor, *lines: dict[str, Any]) -> Answer:
    async def work() -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        door.offer(DeviceId("D-1"), "\n".join(map(json.dumps, lines)).encode(), future.set_result)
        return await asyncio.wait_for(future, 20)

    return asyncio.run(work())


def test_on_a_nearly_full_disk_positions_wait_and_a_cry_for_help_does_not(rig: Rig) -> None:
    device = rig.wearer()
    door = DeviceDoor(replace(rig.house, ground=Ground(0.05)))
    refused = answer(door, *(rig.line(device) for _ in range(15)))
    assert refused.status == 503
    assert 5 <= int(dict(refused.headers)[b"retry-after"]) <= 60
    assert answer(door, rig.line(device, type="event", code="sos")).status == 200


def test_negative_control_without_the_valve_all_would_come_in(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = rig.wearer()
    monkeypatch.setattr(Valve, "is_shut", lambda _, **_told: False)
    door = DeviceDoor(replace(rig.house, ground=Ground(0.05)))
    assert answer(door, *(rig.line(device) for _ in range(15))).status == 200
