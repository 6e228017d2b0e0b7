"""A service runs plain Python until a child has left machine code on the disk."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from fairtag.evaluation import warming as room
from fairtag.evaluation.warming import warming
from fairtag.terms.compiled import VARIABLE

_LOOPS = """
from fairtag.evaluation.warming import warm
warm()
from fairtag.rules.doubt.look import _look
from fairtag.rules.many.loop import take_many
from fairtag.rules.places.walk import walk
from fairtag.terms.flat import signed_m
from fairtag.intake.together import lines, plain
body = b'{"type":"position","seq":7,"at":"2026-11-25T10:00:00.5Z","lat":51.5012345,"lon":-0.1}'
asked = ([body], ["D-1"], 1_795_600_800_000_000)
assert repr(lines.read(*asked)) == repr(plain._halved(*asked)) != "[None]"
_read_all = lines._read_all
print([one.is_machine_code for one in (_look, take_many, walk, signed_m, _read_all)])
"""


def how_soon(wanted: str) -> str | None:
    until = time.monotonic() + 120
    while os.environ.get(VARIABLE) != wanted and time.monotonic() < until:
        time.sleep(0.02)
    return os.environ.get(VARIABLE)


@pytest.fixture(autouse=True)
def _unchosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(room, "_FIRST_S", 0.0)


def test_what_a_child_made_is_loaded_when_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_CHILD", "import time; time.sleep(1)")
    with warming():
        assert os.environ[VARIABLE] == "never"
        assert how_soon("kept") == "kept"
    assert VARIABLE not in os.environ


def test_negative_control_a_child_that_fails_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "_CHILD", "raise SystemExit(1)")
    with warming():
        time.sleep(1)
        assert os.environ[VARIABLE] == "never"


def test_whoever_chose_a_way_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "auto")
    with warming():
        assert os.environ[VARIABLE] == "auto"
    assert os.environ[VARIABLE] == "auto"


def test_a_service_that_ends_ends_its_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_CHILD", "import time; time.sleep(60)")
    begun = time.monotonic()
    with warming():
        time.sleep(0.3)
    assert time.monotonic() - begun < 20
    assert VARIABLE not in os.environ


def test_a_child_ends_when_nobody_waits_for_it_any_more() -> None:
    words = (
        "from fairtag.evaluation import warming as w; w._with_parent(); import time; time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", words], stdin=subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(120) == 1


def test_a_service_that_lives_for_moments_makes_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_FIRST_S", 60.0)
    monkeypatch.setattr(room.subprocess, "Popen", None)
    with warming():
        assert os.environ[VARIABLE] == "never"


def test_every_loop_of_a_service_is_kept_and_loaded() -> None:
    pytest.importorskip("numba")
    told = [
        subprocess.run(
            [sys.executable, "-c", _LOOPS],
            env=os.environ | {VARIABLE: how},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\n")[-2]
        for how in ("always", "kept")
    ]
    assert told == [str([True] * 5)] * 2
