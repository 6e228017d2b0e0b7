"""Requests that are in flight together are stored as they would be one by one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.rig import Rig

from fairtag.terms.ids import DeviceId
from fairtag.web.device_api.app import DeviceDoor
from fairtag.web.device_api.protocols import Answer


def body_of(rig: Rig, device: str, number: int) -> bytes:
    return "\n".join(json.dumps(rig.line(device)) for _ in range(number)).encode()


def offered(door: DeviceDoor, asked: list[tuple[str, bytes]]) -> list[Any]:
    """Offer requests at once; gives the answers in the order asked."""

    async def work() -> list[Answer]:
        loop = asyncio.get_running_loop()
        waiting: list[asyncio.Future[Answer]] = []
        for device, body in asked:
            future: asyncio.Future[Answer] = loop.create_future()
            door.offer(DeviceId(device), body, future.set_result)
            waiting.append(future)
        return list(await asyncio.wait_for(asyncio.gather(*waiting), 20))

    return [json.loads(one.body) for one in asyncio.run(work())]


def test_plain_requests_in_flight_share_a_commit_and_are_acknowledged(rig: Rig) -> None:
    names = [rig.wearer(number) for number in (1, 2, 3)]
    bodies = [(name, body_of(rig, name, 15)) for name in names]
    answers = offered(DeviceDoor(rig.house), bodies)
    assert [one["stored"] for one in answers] == [
        {name: {"epoch": 0, "upto": 15, "missing": []}} for name in names
    ]
    entries = rig.house.store.read(lambda tx: tx.journal.after(0, limit=100))
    told = [one for one in entries if one.what == "messages"]
    assert [one.device_id for one in told] == names
    assert all(one.columns is not None and one.count == 15 for one in told)
