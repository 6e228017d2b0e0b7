"""The disk is full: devices are told to come again, nothing is lost, and it goes on by itself."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from tests.faults.lab import Load, check, free_port, mounted, registered, served

MOST_S = 30.0


def filled(path: Path) -> None:
    """Take every byte that is left."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096) == 4096:
                pass
        except OSError:
            return


def waited(load: Load, *, is_taken: bool) -> bool:
    """Wait until the load is acknowledged again, or not any more; tells whether it came to that."""
    until, seen, since = time.monotonic() + MOST_S, load.acknowledged, time.monotonic()
    while time.monotonic() < until:
        time.sleep(0.1)
        if load.acknowledged != seen:
            if is_taken:
                return True
            seen, since = load.acknowledged, time.monotonic()
        elif not is_taken and time.monotonic() - since > 1.5:
            return True
    return False


@pytest.mark.slow
def test_a_full_disk_loses_nothing_and_intake_goes_on_once_there_is_room(tmp_path: Path) -> None:
    port = free_port()
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=64m", "fairtag-test") as disk:
        tokens = registered(disk / "data")
        load = Load(tokens, port)
        with served(disk / "data", port):
            load.start()
            assert waited(load, is_taken=True)
            filled(disk / "ballast")
            assert waited(load, is_taken=False), "a full disk took messages"
            answer = httpx.post(
                f"http://127.0.0.1:{port}/d/v1/messages",
                content='{"type": "event", "seq": 900000, "at": "2026-11-25T00:00:00Z",'
                ' "code": "sos"}',
                headers={"Authorization": f"Bearer {tokens['D-1']}"},
            )
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
            (disk / "ballast").unlink()
            assert waited(load, is_taken=True), "intake did not go on by itself"
            load.stop.set()
            load.join()
        check(disk / "data", load)
