"""The devices' door alone: a data folder's intake over HTTP, nobody judges what it stores."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from fairtag.bootstrap import open_house
from fairtag.web.device_api.app import DeviceDoor
from fairtag.web.porch.wire import wire_of

if __name__ == "__main__":
    with open_house(Path(sys.argv[1])) as house:
        door = DeviceDoor(house)
        uvicorn.run(
            door,
            http=wire_of(door),
            port=int(sys.argv[2]),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
        )
