"""Pictures are looked at in processes that can do nothing else, and the service never falls."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from tests.portraits import nobody, saved
from tests.unit.adapters.faces.test_decode import BAD

from fairtag.adapters.faces.apart import cage, frames
from fairtag.adapters.faces.apart.frames import PipeClosed, Reply
from fairtag.adapters.faces.apart.process import Apart, NeverReady
from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.faces.limits import MOST_BYTES, REFUSALS
from fairtag.faces.compare import compare
from fairtag.faces.model import Attack, Reading
from fairtag.faces.refusals import PictureRefused
from fairtag.terms.errors import Busy

KEY, OTHER = b"k" * 32, b"o" * 32
FACE = saved(nobody(320))
IN_TIME_S = 5.0


@pytest.fixture(scope="module")
def faces() -> Iterator[FacesApart]:
    made = FacesApart(answer_s=60.0)  # a busy machine is no reason to fail
    yield made
    made.close()


def ends(apart: Apart) -> subprocess.Popen[bytes]:
    assert apart._process is not None
    return apart._process


def answered(faces: FacesApart, *raws: bytes) -> tuple[list[str], float]:
    """Give for each picture that it was read, or the word of the refusal, and how long all took.

    What takes long is asked again: a picture is slow each time, a busy machine is not.
    """
    took: list[float] = []
    while True:
        begun = time.perf_counter()
        told = faces.clean_all(raws)
        took.append(time.perf_counter() - begun)
        said = [str(one) if isinstance(one, PictureRefused) else "read" for one in told]
        if min(took) < IN_TIME_S or len(took) == 3:
            return said, min(took)


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

    said, took_s = answered(faces, raw)

    assert said == [word]
    assert took_s < IN_TIME_S
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

    assert made.ask([FACE]) == [Reply(state="too_slow")]

    assert time.perf_counter() - begun < 30
    made._answer_s = 60.0
    assert made.ask([b"x"])[0].refused == "not_a_picture"  # and a new one answers
    made.close()


def test_a_process_that_can_t_be_had_is_busy_or_an_engine_error() -> None:
    made = FacesApart()
    made.decoder = Apart(["engine", "reference", "another digest"])
    made.engine = Apart(["engine", "reference", "another digest"])

    with pytest.raises(Busy):
        made.clean(FACE)
    assert made.read(FACE, key=KEY) == Reading(outcome="engine_error")
    with pytest.raises(NeverReady, match="FT-805"):
        made.engine.ask([FACE])
    assert made.engine.starts == 1  # it is not tried again and again
    made.close()


# --- the child that looks at one burst, and its limits

# The worker without its cage, with a look of the test's own, so that a look may do what none may.
UNCAGED = """
import hashlib, os, re, signal, sys, time
from fairtag.adapters.faces.apart import worker
from fairtag.adapters.faces.apart.frames import Reply
from fairtag.adapters.faces.apart.passing import Passing
{look}
ends = worker.Ends(source=os.dup(0), sink=os.dup(1))
worker.answering(look, ends, Passing(), within_s=float(sys.argv[1]))
"""


class Uncaged:
    """Speaks with such a worker as the service does."""

    def __init__(self, look: str, *, within_s: float = 10.0) -> None:
        self.apart = Apart(["decoder"], answer_s=60.0)
        self.process = subprocess.Popen(
            [sys.executable, "-c", UNCAGED.format(look=look), str(within_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.apart._process = self.process

    def ask(self, *pictures: bytes) -> list[Reply]:
        return self.apart.ask(pictures)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.apart._process is self.process  # it never had to be started anew
        self.apart.close()


ECHO = """
def look(raw):
    {act}
    return Reply(state="done", picture=raw, refused=str(os.getpid()))
"""
FAILS = {
    "exit": ("os._exit(3)", "crashed"),
    "signal": ("os.kill(os.getpid(), signal.SIGUSR1)", "crashed"),
    "exception": ("1 / 0", "crashed"),
    "silence": ("os.closerange(0, 64)", "crashed"),
    "sleep": ("time.sleep(60)", "too_slow"),
    "cpu": ("os.kill(os.getpid(), signal.SIGXCPU)", "too_slow"),
}


def test_a_burst_has_one_child_and_the_next_one_another() -> None:
    with Uncaged(ECHO.format(act="")) as worker_:
        first, second = worker_.ask(b"a", b"b", b"c"), worker_.ask(b"d")

    assert [one.picture for one in (*first, *second)] == [b"a", b"b", b"c", b"d"]
    assert len({one.refused for one in first}) == 1
    assert first[0].refused != second[0].refused


def test_more_pictures_than_a_burst_has_are_several_children_s() -> None:
    with Uncaged(ECHO.format(act="")) as worker_:
        told = worker_.ask(*(bytes([n]) for n in range(7)))

    assert [one.picture[0] for one in told] == [*range(7)]
    assert len({one.refused for one in told}) == 3


@pytest.mark.parametrize(("act", "state"), FAILS.values(), ids=FAILS)
def test_a_picture_that_its_child_dies_of_costs_no_other_picture(act: str, state: str) -> None:
    look = ECHO.format(act=f"if raw == b'bad': {act}")
    with Uncaged(look, within_s=3.0 if "sleep" in act else 60.0) as worker_:
        told = worker_.ask(b"a", b"bad", b"c")
        assert worker_.ask(b"d")[0].picture == b"d"

    assert [one.state for one in told] == ["done", state, "done"]
    assert [one.picture for one in told] == [b"a", b"", b"c"]


@pytest.mark.parametrize(
    "said",
    [b"", b"\xff\xff\xff\xff", b"\x03\0\0\0abc", b"\x05\0\0\0a", b"\0\0\0\0"],
    ids=["nothing", "endless", "no reply", "half", "empty"],
)
def test_what_a_child_makes_up_is_its_own_crash_and_nobody_else_s(said: bytes) -> None:
    """A child that a picture took over writes what it likes, and goes."""
    act = f"""if raw == b'bad':
        for fd in range(3, 32):
            try: os.write(fd, {said!r} or b"")
            except OSError: pass
        os._exit(0)"""
    with Uncaged(ECHO.format(act=act)) as worker_:
        told = worker_.ask(b"bad", b"b")
        assert worker_.ask(b"c")[0].picture == b"c"

    assert told[0].state == "crashed"
    # Whoever speaks like a child, but makes no sense, takes the rest of its own burst along.
    is_lost = said == b"\x03\0\0\0abc"
    assert (told[1].state, told[1].picture) == (("crashed", b"") if is_lost else ("done", b"b"))


def test_an_answer_longer_than_any_is_none() -> None:
    with Uncaged(ECHO.format(act="if raw == b'long': raw = bytes(17 << 20)")) as worker_:
        told = worker_.ask(b"long", b"b")

    assert [one.state for one in told] == ["crashed", "done"]


def test_a_question_of_no_or_too_many_pictures_ends_the_worker() -> None:
    for told in (0, 4, 1 << 31):
        with pytest.raises(PipeClosed):
            frames.count(told.to_bytes(4, "little"))
    assert frames.count(b"\x03\0\0\0") == 3


# Looks for pictures in all memory that it can read. A picture is `seed` told on by SHA-256; what is
# searched for is its beginning, and what counts is that the rest follows: a copy of the question
# does not. The rest is never put together here, or the search would find itself.
SEARCHES = """
def follows(told, at):
    parts = [told[at + 32 * n : at + 32 * n + 32] for n in range(9)]
    return all(hashlib.sha256(one).digest() == after for one, after in zip(parts, parts[1:]))
def found(begun):
    for line in open("/proc/self/maps"):
        span, rights, *_, name = (line.split() + [""])[:7]
        if "r" not in rights or name in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
            continue
        low, high = (int(one, 16) for one in span.split("-"))
        with open("/proc/self/mem", "rb", 0) as memory:
            memory.seek(low)
            try:
                told = memory.read(high - low)
            except OSError:
                continue
        at = told.find(begun)
        while at >= 0:
            if follows(told, at):
                return True
            at = told.find(begun, at + 1)
    return False
{keep}
def look(raw):
    {act}
    seen = [str(n) for n in range(4) if found(hashlib.sha256(b"beginning %d" % n).digest())]
    return Reply(state="done", picture=raw, refused=",".join(seen))
"""


def telling(n: int) -> bytes:
    told = hashlib.sha256(b"beginning %d" % n).digest()
    for _ in range(8):
        told += hashlib.sha256(told[-32:]).digest()
    return told * 2000  # half a megabyte: what is copied on its way leaves traces


def test_no_child_has_the_memory_of_another_wearer_s_pictures() -> None:
    """Three wearers, a burst each: the child of each finds its own pictures, and no other's."""
    with Uncaged(SEARCHES.format(keep="", act="")) as worker_:
        seen = [worker_.ask(telling(n), telling(n))[1].refused for n in range(3)]

    assert seen == ["0", "1", "2"]


def test_negative_control_a_worker_that_holds_pictures_itself_is_found_out() -> None:
    """As before: the parent reads a picture, forks afterwards, and lets it go some time."""
    keep = """
exactly, worker.receive = worker.receive, lambda source: held.pop(0)
held, before, fork = [], [], os.fork
def reads_first():
    before.extend(held)
    held[:] = [exactly(0) for _ in range(2)]
    return fork()
os.fork = reads_first
"""
    with Uncaged(SEARCHES.format(keep=keep, act="")) as worker_:
        seen = [worker_.ask(telling(n), telling(n))[1].refused for n in range(3)]

    assert any("," in one for one in seen[1:])


def test_negative_control_without_the_memory_that_forks_leave_out_answers_are_found() -> None:
    keep = """
from fairtag.adapters.faces.apart import passing
class Inherited(passing.mmap.mmap):
    def madvise(self, *_): pass
passing.mmap.mmap = Inherited
"""
    with Uncaged(SEARCHES.format(keep=keep, act="")) as worker_:
        seen = [worker_.ask(telling(n), telling(n))[1].refused for n in range(3)]

    assert any("," in one for one in seen[1:])


CAGED = """
import os, socket, subprocess, sys
from fairtag.adapters.faces.apart import cage
held = os.open("/dev/null", os.O_WRONLY)
if sys.argv[1] == "caged":
    cage.before_loading(); walls = cage.after_loading()
if sys.argv[1] == "child":
    cage.before_loading(); cage.after_loading(); cage.one_burst(1)
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
    assert Reading.__struct_fields__ == ("outcome", "measures", "advice", "template", "attack")
    assert Attack.__struct_fields__ == ("detector", "is_suspected")


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
