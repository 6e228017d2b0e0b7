"""A service that is told to stop writes what it knows before it goes, whichever way it is told."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.ports import free_port
from tests.rig import opened_rig

from fairtag.bootstrap import open_house
from fairtag.terms.instants import text


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_states_are_whole_after_the_end(tmp_path: Path, told: signal.Signals) -> None:
    """The last one can't be heard: the negative control. What it leaves is judged at the start."""
    with opened_rig(tmp_path / "data") as rig:
        device = rig.wearer()
        rig.judge()
        line = rig.line(device) | {"at": text(rig.clock.at)}
        head = {"authorization": f"Bearer {rig.tokens[device]}"}
        before = rig.house.store.read(lambda tx: tx.journal.last())
    port = free_port()
    words = ["-m", "fairtag", "serve", "--data", str(tmp_path / "data"), "--port", str(port)]
    with subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as held:
        transport = httpx.HTTPTransport(retries=60)
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, transport=transport, timeout=60) as client:
            client.post("/d/v1/messages", json=line, headers=head).raise_for_status()
        held.send_signal(told)
        held.communicate(timeout=60)
        if told == signal.SIGTERM:
            assert held.returncode == 0
    with open_house(tmp_path / "data") as house:
        last, whole = house.store.read(lambda tx: (tx.journal.last(), tx.verdicts.whole_upto()))
    assert last > before
    assert (whole == last) == (told != signal.SIGKILL)


def test_an_address_that_is_taken_is_a_failure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = ["--data", str(tmp_path / "data"), "--port", str(taken.getsockname()[1])]
        words = [sys.executable, "-m", "fairtag", "serve", *told]
        done = subprocess.run(words, check=False, capture_output=True, timeout=60)
    assert done.returncode != 0
