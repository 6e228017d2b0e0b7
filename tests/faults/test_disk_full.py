"""The disk is full: devices are told to come again, nothing is lost, and it goes on by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.faults.lab import Load, check, mounted, registered, serve, served
from tests.ports import free_port

from fairtag.adapters.sqlite import writer
from fairtag.terms.instants import Micros, text
from fairtag.web.device_api import valve

MOST_S = 60.0
STOPS_WITHIN_S = 10.0  # the disk is looked at each second
SEQ = 900_000  # far from the load's
SOON_S = 8.0  # so long is waited for what never comes


def filled(path: Path) -> None:
    """Take every byte that is left."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096) == 4096:
                pass
        except OSError:
            return


def waited(load: Load, *, is_taken: bool, most_s: float) -> bool:
    """Wait until the load is acknowledged again, or sent away; tells whether it came to that."""
    until, seen, since = time.monotonic() + most_s, load.acknowledged, time.monotonic()
    sent_away = load.sent_away
    while time.monotonic() < until:
        time.sleep(0.1)
        if load.acknowledged != seen:
            if is_taken:
                return True
            seen, since = load.acknowledged, time.monotonic()
        elif not is_taken and load.sent_away > sent_away and time.monotonic() - since > 1.5:
            return True
    return False


def spoken(port: int, token: str, told: str) -> httpx.Response:
    """Say one message."""
    at = text(Micros(time.time_ns() // 1000))
    return httpx.post(
        f"http://127.0.0.1:{port}/d/v1/messages",
        content=f'{{"seq": {SEQ}, "at": "{at}", {told}}}',
        headers={"Authorization": f"Bearer {token}"},
    )


def checked(
    tmp_path: Path, serving: Callable[[Path, str, int], None], *, most_s: float = MOST_S
) -> None:
    port = free_port()
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=64m", "fairtag-test") as disk:
        tokens = registered(disk / "data")
        load = Load(tokens, port)
        with served(disk / "data", port, serving):
            load.start()
            assert waited(load, is_taken=True, most_s=MOST_S)
            filled(disk / "ballast")
            assert waited(load, is_taken=False, most_s=STOPS_WITHIN_S), "a full disk took messages"
            refused = spoken(port, tokens["D-1"], '"type": "position", "lat": 51.5, "lon": 0.1')
            assert refused.status_code == 503, "a full disk took messages"
            assert int(refused.headers["Retry-After"]) > 0
            # What is urgent is tried: where the store's files have room left it is taken, and kept.
            urgent = spoken(port, tokens["D-1"], '"type": "event", "code": "sos"')
            if urgent.status_code == 200:
                load.safe["D-1"].add(SEQ)
            else:
                assert urgent.status_code == 503
                assert int(urgent.headers["Retry-After"]) > 0
            (disk / "ballast").unlink()
            is_back = waited(load, is_taken=True, most_s=most_s)
            load.stop.set()
            load.join()
            assert is_back, "intake did not go on by itself"
        check(disk / "data", load)


@pytest.mark.slow
def test_a_full_disk_loses_nothing_and_intake_goes_on_once_there_is_room(tmp_path: Path) -> None:
    checked(tmp_path, serve)


def hasty(folder: Path, host: str, port: int) -> None:
    """Serve as if what is in memory were on the disk: answer before the commit."""
    do, tell, fail = writer._do, writer._tell, writer._fail

    def done(connection: Any, transaction: object, job: Any) -> None:
        do(connection, transaction, job)
        if job.error is None:
            job.future.set_result(job.result)

    valve.LEAST_FREE = 0.0  # type: ignore[misc] - or nothing would come so far
    writer._do = done
    writer._tell = lambda job: None if job.future.done() else tell(job)
    writer._fail = lambda group, error: fail([one for one in group if not one.future.done()], error)
    serve(folder, host, port)


def discouraged(folder: Path, host: str, port: int) -> None:
    """Serve until a commit fails, and then never write again."""
    fail, commit, failed = writer._fail, writer._commit, []

    def failing(group: list[Any], error: BaseException) -> None:
        failed.append(error)
        fail(group, error)

    def unless_failed(connection: Any, transaction: object, group: list[Any], settle: Any) -> None:
        if failed:
            fail(group, failed[0])
        else:
            commit(connection, transaction, group, settle)

    valve.LEAST_FREE = 0.0  # type: ignore[misc]
    writer._fail, writer._commit = failing, unless_failed
    serve(folder, host, port)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("serving", "told"),
    [
        (hasty, "a full disk took messages|acknowledged and lost"),
        (discouraged, "did not go on by itself"),
    ],
    ids=["answers before the commit", "never tries again"],
)
def test_negative_control_a_service_that_takes_a_full_disk_lightly_is_noticed(
    tmp_path: Path, serving: Callable[[Path, str, int], None], told: str
) -> None:
    with pytest.raises(AssertionError, match=told):
        checked(tmp_path, serving, most_s=SOON_S)
