"""Pictures are looked at in processes that can do nothing else, and the service never falls."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.portraits import nobody, saved
from tests.unit.adapters.faces.test_decode import BAD

from fairtag.adapters.faces.apart import cage, frames, worker
from fairtag.adapters.faces.apart.frames import PipeClosed, Reply
from fairtag.adapters.faces.apart.process import Apart, NeverReady
from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.faces.limits import MOST_BYTES, REFUSALS
from fairtag.faces.compare import compare
from fairtag.faces.model import Reading
from fairtag.faces.refusals import PictureRefused
from fairtag.terms.errors import Busy

KEY, OTHER = b"k" * 32, b"o" * 32
FACE = saved(nobody(320))


@pytest.fixture(scope="module")
def faces() -> Iterator[FacesApart]:
    made = FacesApart(answer_s=60.0)  # a busy machine is no reason to fail
    yield made
    made.close()


def ends(apart: Apart) -> subprocess.Popen[bytes]:
    assert apart._process is not None
    return apart._process


def test_nothing_runs_before_the_first_picture() -> None:
    made = FacesApart()

    assert made.decoder.starts == made.engine.starts == 0
    assert made.info().name == "reference@1"
    assert made.engine.starts == 0
    assert made.walls() == ()
    made.close()


def test_a_face_is_cleaned_and_read_and_turned_by_the_key(faces: FacesApart) -> None:
    clean = faces.clean(FACE)
    one, same, other = (faces.read(clean, key=key) for key in (KEY, KEY, OTHER))

    assert one.outcome == "one"
    assert one.template is not None
    assert same.template is not None
    assert other.template is not None
    assert compare(one.template, same.template) == pytest.approx(1)
    assert abs(compare(one.template, other.template)) < 0.5  # strangers: charter G1


@pytest.mark.parametrize(("raw", "word"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_each_bad_picture_has_an_answer_in_time(faces: FacesApart, raw: bytes, word: str) -> None:
    faces.decoder.hello()
    begun = time.perf_counter()

    with pytest.raises(PictureRefused, match=word):
        faces.clean(raw)

    assert time.perf_counter() - begun < 5
    assert faces.clean(FACE).startswith(b"\xff\xd8\xff")


def test_what_is_empty_or_too_big_does_not_reach_the_decoder() -> None:
    made = FacesApart()

    for raw, word in ((b"", "empty"), (FACE + b"\0" * 60_000_000, "too_big")):
        with pytest.raises(PictureRefused, match=word):
            made.clean(raw)

    assert made.decoder.starts == 0
    made.close()


def mutated(count: int, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    whole = [saved(nobody(96, seed=n), form) for n, form in enumerate(("JPEG", "PNG", "WEBP"))]
    for n in range(count):
        raw = bytearray(whole[0] if n % 4 else chance.choice(whole))
        for _ in range(chance.randint(1, 12)):
            raw[chance.randrange(2, len(raw))] = chance.randrange(256)
        if chance.random() < 0.2:
            del raw[chance.randrange(len(raw)) :]
        if chance.random() < 0.1:
            at = chance.randrange(len(raw) + 1)
            raw[at:at] = chance.randbytes(chance.randint(1, 300))
        yield bytes(raw)


def test_300_mutated_pictures_have_an_answer_each(faces: FacesApart) -> None:
    faces.decoder.hello()
    before, seen = faces.decoder.starts, {"read": 0}

    for raw in mutated(300, seed=1):
        try:
            faces.clean(raw)
            seen["read"] += 1
        except PictureRefused as refusal:
            seen[str(refusal)] = seen.get(str(refusal), 0) + 1

    assert set(seen) <= {"read", *REFUSALS}
    assert sum(seen.values()) == 300
    assert seen["read"] > 10
    assert seen["damaged"] > 10
    assert faces.decoder.starts == before


def test_a_process_that_died_is_started_again(faces: FacesApart) -> None:
    clean = faces.clean(FACE)
    faces.read(clean, key=KEY)
    before = faces.engine.starts, faces.decoder.starts

    for apart in (faces.engine, faces.decoder):
        os.killpg(ends(apart).pid, signal.SIGKILL)
        ends(apart).wait()

    assert faces.read(clean, key=KEY).outcome == "one"
    assert faces.clean(FACE) == clean
    assert (faces.engine.starts, faces.decoder.starts) == (before[0] + 1, before[1] + 1)


def test_what_the_engine_can_t_read_is_its_own_outcome(faces: FacesApart) -> None:
    assert faces.read(b"no picture", key=KEY) == Reading(outcome="engine_error")


def test_many_threads_each_get_their_own_answer(faces: FacesApart) -> None:
    pictures = {n: saved(np.full((64, 64, 3), n * 20, np.uint8)) for n in range(12)}
    found: dict[int, bytes] = {}

    def one(n: int) -> None:
        found[n] = faces.clean(pictures[n])

    threads = [threading.Thread(target=one, args=(n,)) for n in pictures]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {n: faces.clean(raw) for n, raw in pictures.items()}
    assert len(set(found.values())) == 12


def test_a_process_that_never_answers_is_ended_in_time() -> None:
    made = Apart(["decoder"], answer_s=1.0)
    made.hello()
    os.kill(ends(made).pid, signal.SIGSTOP)
    begun = time.perf_counter()

    assert made.ask(FACE) == Reply(state="too_slow")

    assert time.perf_counter() - begun < 5
    assert made.ask(b"x").refused == "not_a_picture"  # and a new one answers
    made.close()


def test_a_process_that_can_t_be_had_is_busy_or_an_engine_error() -> None:
    made = FacesApart()
    made.decoder = Apart(["engine", "reference", "another digest"])
    made.engine = Apart(["engine", "reference", "another digest"])

    with pytest.raises(Busy):
        made.clean(FACE)
    assert made.read(FACE, key=KEY) == Reading(outcome="engine_error")
    with pytest.raises(NeverReady, match="FT-805"):
        made.engine.ask(FACE)
    assert made.engine.starts == 1  # it is not tried again and again
    made.close()


# --- the child that looks at one picture, and its limits


# A test process may have threads that wait; the worker has none when it forks.
forking = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


def looked(look: Any, *, within_s: float = 4.0) -> Reply:
    """Run the parent's part in a process of the test's own, so that its limits end with it."""
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = worker.apart(look, b"raw", close=(), within_s=within_s)
            os.write(here, msgspec.msgpack.encode(told))
        finally:
            os._exit(0)
    os.close(here)
    raw = b""
    while part := os.read(there, 1 << 16):
        raw += part
    os.close(there)
    os.waitpid(child, 0)
    return msgspec.msgpack.decode(raw, type=Reply)


@forking
def test_a_child_s_answer_is_passed_on() -> None:
    assert looked(lambda raw: Reply(state="done", picture=raw)).picture == b"raw"


@forking
@pytest.mark.parametrize(
    ("look", "state"),
    [
        (lambda _: os._exit(3), "crashed"),
        (lambda _: os.kill(os.getpid(), signal.SIGUSR1), "crashed"),
        (lambda _: 1 / 0, "crashed"),
        (lambda _: time.sleep(60), "too_slow"),
        (lambda _: os.kill(os.getpid(), signal.SIGXCPU), "too_slow"),
    ],
    ids=["exit", "signal", "exception", "sleep", "cpu"],
)
def test_a_child_that_fails_is_told_apart(look: Any, state: str) -> None:
    assert looked(look, within_s=0.5).state == state


@forking
def test_an_answer_longer_than_any_is_none() -> None:
    assert looked(lambda _: Reply(state="done", picture=b"x" * (17 << 20))).state == "crashed"


CAGED = """
import os, socket, subprocess, sys
from fairtag.adapters.faces.apart import cage
held = os.open("/dev/null", os.O_WRONLY)
if sys.argv[1] == "caged":
    cage.before_loading(); walls = cage.after_loading()
if sys.argv[1] == "child":
    cage.before_loading(); cage.after_loading(); cage.one_picture()
def tried(name, work):
    try:
        work()
    except (OSError, MemoryError, ValueError) as error:
        print(name, "refused", flush=True)
    else:
        print(name, "done", flush=True)
tried("socket", lambda: socket.socket())
tried("open", lambda: os.open("/etc/hostname", os.O_RDONLY))
tried("list", lambda: os.listdir("/"))
tried("write", lambda: os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY))
tried("run", lambda: os.execve("/bin/true", ["true"], {}) if os.fork() == 0 else os.wait())
tried("kill", lambda: os.kill(os.getppid(), 0))
tried("memory", lambda: bytearray(2 << 30))
tried("fork", lambda: os._exit(0) if os.fork() == 0 else os.wait())
tried("limits", lambda: __import__("resource").setrlimit(7, (16, 16)))
"""


def caged(how: str, folder: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", CAGED, how, str(folder / "written")],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.split() for line in done.stdout.splitlines() if line.count(" ") == 1)


def test_a_caged_process_reaches_no_network_no_file_and_no_other_process(
    tmp_path: Path,
) -> None:
    found = caged("caged", tmp_path)

    refused = {name for name, what in found.items() if what == "refused"}
    assert refused >= {"socket", "open", "list", "write", "kill", "memory"}
    assert found["fork"] == "done"  # for the child of each picture


def test_the_child_of_a_picture_starts_nothing_and_loosens_no_limit(tmp_path: Path) -> None:
    found = caged("child", tmp_path)

    assert {name for name, what in found.items() if what == "refused"} >= {
        *("socket", "open", "list", "write", "run", "kill", "memory", "fork", "limits"),
    }


def test_negative_control_without_the_cage_all_of_it_is_possible(tmp_path: Path) -> None:
    found = caged("free", tmp_path)

    assert set(found.values()) == {"done"}


def test_a_filter_for_an_unknown_machine_is_no_wall() -> None:
    """Where seccomp is not to be had, the wall is not claimed."""
    assert not cage.forbid({"socket": (41, 198)}, machine="abacus")


def test_every_call_has_its_own_number_on_both_machines() -> None:
    for column in (0, 1):
        tables = (cage._NETWORK, cage._FILES, cage._PROCESSES, cage._CHILDREN)
        numbers = [pair[column] for table in tables for pair in table.values()]
        known = [one for one in numbers if one is not None]
        assert len(known) == len(set(known))


def test_the_processes_have_no_variables_of_ours_and_say_what_holds(faces: FacesApart) -> None:
    faces.read(faces.clean(FACE), key=KEY)
    for apart in (faces.decoder, faces.engine):
        told = Path(f"/proc/{ends(apart).pid}/environ").read_bytes()
        names = {one.split(b"=")[0] for one in told.split(b"\0") if one}
        assert names == {b"LC_CTYPE", b"OMP_NUM_THREADS", b"OPENBLAS_NUM_THREADS"}
    assert {"no network call", "opens no file", "memory 1024 MiB"} <= set(faces.walls())


def test_messages_hold_pictures_and_readings_and_no_id() -> None:
    assert frames.Reply.__struct_fields__ == ("state", "picture", "refused", "reading")
    assert Reading.__struct_fields__ == ("outcome", "measures", "advice", "template")


def test_a_message_longer_than_any_of_ours_is_not_read() -> None:
    with pytest.raises(PipeClosed):
        frames.length(b"\xff\xff\xff\xff")
    assert frames.length(frames.packed(b"abc")[:4]) == 3
    assert MOST_BYTES < frames.MOST_BYTES


def test_importing_fairtag_loads_no_model_and_no_decoder() -> None:
    told = (
        "import sys, fairtag, fairtag.bootstrap, fairtag.web.site, fairtag.cli;"
        "print(*sorted({'cv2', 'PIL', 'onnxruntime'} & {m.partition('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
