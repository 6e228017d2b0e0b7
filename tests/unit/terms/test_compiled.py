"""Plain Python and machine code: one answer, whichever runs; no error for want of numba."""

from __future__ import annotations

import importlib
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pytest

from fairtag.terms import compiled as switch
from fairtag.terms.compiled import Loop, compiled
from fairtag.terms.flat import turn_deg

pytest.importorskip("numba")


def _third(value: float, by: float) -> float:
    return value / by / 3.0


def _thirds(column: np.ndarray, by: float, found: np.ndarray) -> None:
    for row in range(len(column)):
        found[row] = _third(column[row], by)


def fresh(work: Callable[..., int] = lambda column, _by, _found: len(column)) -> Loop:
    return compiled(work=work, calls=(_third,))(_thirds)


def told(loop: Loop, by: float = 1.1) -> bytes:
    found = np.empty(100)
    loop(np.linspace(-5.0, 7.0, 100), by, found)
    return found.tobytes()


@pytest.fixture(autouse=True)
def _told_anew() -> Iterator[None]:
    switch._tell.cache_clear()
    yield
    switch._tell.cache_clear()


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRTAG_COMPILED", "always")


@pytest.fixture
def auto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAIRTAG_COMPILED", raising=False)


def test_both_ways_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = fresh()
    expected = np.array([x / 1.1 / 3.0 for x in np.linspace(-5.0, 7.0, 100).tolist()]).tobytes()
    monkeypatch.setenv("FAIRTAG_COMPILED", "never")
    assert (told(loop), loop.is_machine_code) == (expected, False)
    monkeypatch.setenv("FAIRTAG_COMPILED", "always")
    assert (told(loop), loop.is_machine_code) == (expected, True)


@pytest.mark.usefixtures("always")
def test_machine_code_keeps_to_the_letter_lets_others_run_and_is_kept() -> None:
    loop = fresh()
    told(loop)
    options = loop._machine.targetoptions
    assert options["fastmath"] is False  # nothing is reordered
    assert options["error_model"] == "python"
    assert options["nogil"] is True
    assert options["_nrt"] is False  # no array is counted: a loop makes none
    assert loop._machine.stats.cache_path
    assert (loop.__name__, loop.plain) == ("_thirds", _thirds)


def test_machine_code_is_kept_under_a_name_that_changes_with_all_that_it_calls() -> None:
    """Numba looks at the file of the loop alone: code of another module would stay the old one."""
    own = switch._named_by_sources(_thirds, (_third,))
    other = switch._named_by_sources(_thirds, (_third, turn_deg))

    assert own.__qualname__.startswith("_thirds_")
    assert own.__qualname__ != other.__qualname__
    assert other.__qualname__ == switch._named_by_sources(_thirds, (turn_deg, _third)).__qualname__


@pytest.mark.usefixtures("always")
def test_a_division_by_zero_is_an_error_both_ways() -> None:
    loop = fresh()
    for run in (loop, lambda *args: loop.plain(*map(switch._as_numbers, args))):
        with pytest.raises(ZeroDivisionError):
            run(np.ones(3), 0.0, np.empty(3))
    assert loop.is_machine_code


def test_arguments_come_by_position() -> None:
    with pytest.raises(TypeError, match="by position"):
        fresh()(np.ones(3), by=1.0, found=np.empty(3))


def test_never_means_never(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def spy(column: memoryview, *_: object) -> None:
        seen.append(type(column))

    loop = compiled(work=lambda *_: 10**9)(spy)
    loop._machine = lambda *_: seen.append("machine code")
    monkeypatch.setenv("FAIRTAG_COMPILED", "never")
    told(loop)
    monkeypatch.setenv("FAIRTAG_COMPILED", "auto")
    told(loop)
    assert seen == [memoryview, "machine code"]


def test_whether_a_call_would_be_fast_is_told_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def work(*told: object) -> int:
        asked.append(told)
        return 1

    def make(plain: object, *_: object, **_how: object) -> object:
        return plain

    monkeypatch.setattr(switch, "_compiled", make)
    loop, told = fresh(work), (np.ones(3), 1.0, np.empty(3))
    monkeypatch.setenv("FAIRTAG_COMPILED", "never")
    assert not loop.is_fast(*told)
    monkeypatch.setenv("FAIRTAG_COMPILED", "always")
    assert loop.is_fast(*told)
    assert asked == [told]
    assert loop.is_machine_code


def test_loading_takes_what_is_kept_and_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def look(_plain: object, _calls: object, args: object, *, is_kept: bool) -> None:
        asked.append((args, is_kept))

    monkeypatch.setattr(switch, "_compiled", look)
    loop, told = fresh(), (np.ones(3), 1.0, np.empty(3))
    loop.load(*told)
    assert asked == [(told, True)]
    assert not loop.is_machine_code


@pytest.mark.usefixtures("auto")
def test_work_adds_up_until_compiling_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def make(plain: object, *_: object, **_how: object) -> object:
        made.append(plain)
        return plain

    monkeypatch.setattr(switch, "_compiled", make)
    loop = fresh(lambda *_: 999_999)
    for _ in range(2):
        told(loop)
    assert (made, loop.is_machine_code) == ([], False)
    loop._done += 1  # 1,999,999 so far; the next call makes it enough
    told(loop)
    assert made == [_thirds]
    told(loop)
    assert made == [_thirds]


@pytest.mark.usefixtures("auto")
def test_exactly_enough_work_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "_compiled", lambda plain, *_, **_how: plain)
    less, enough = fresh(lambda *_: 1_999_999), fresh(lambda *_: 2_000_000)
    for loop in (less, enough):
        told(loop)
    assert (less.is_machine_code, enough.is_machine_code) == (False, True)


class Pair(NamedTuple):
    one: np.ndarray
    two: int


def test_named_tuples_of_columns_are_shown_as_such_of_numbers() -> None:
    shown = switch._as_numbers(Pair(np.array([1.5]), 2))
    assert isinstance(shown, Pair)
    assert type(shown.one) is memoryview
    assert (shown.one[0], shown.two) == (1.5, 2)
    bare = (np.zeros(2), 3)
    assert switch._as_numbers(bare) is bare
    assert switch._as_numbers(3.5) == 3.5
    assert switch._as_numbers(np.array([1, 2], np.int32)).tolist() == [1, 2]


@pytest.mark.usefixtures("always")
def test_without_numba_plain_python_answers_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    loop, other = fresh(), fresh()
    with caplog.at_level(logging.WARNING):
        answers = {told(one) for one in (loop, loop, other)}
    assert answers == {np.array([x / 1.1 / 3.0 for x in np.linspace(-5.0, 7.0, 100)]).tobytes()}
    assert not loop.is_machine_code
    (line,) = caplog.messages
    assert caplog.records[0].name == switch.__name__
    answer = "loops run as plain Python, slower and with the same answers"
    assert line.startswith(f"{answer}: ModuleNotFoundError: import of numba halted")


@pytest.mark.usefixtures("always")
def test_what_numba_cannot_compile_runs_plain(caplog: pytest.LogCaptureFixture) -> None:
    def odd(column: np.ndarray, found: np.ndarray) -> None:
        for row in range(len(column)):
            found[row] = float(eval("1.0"))  # noqa: S307 - nothing that numba knows

    loop = compiled(work=lambda *_: 1)(odd)
    found = np.zeros(3)
    with caplog.at_level(logging.WARNING):
        loop(np.zeros(3), found)
    assert found.tolist() == [1.0, 1.0, 1.0]
    assert not loop.is_machine_code
    assert len(caplog.messages) == 1
    assert "\n" not in caplog.messages[0]


@pytest.mark.usefixtures("always")
def test_what_numba_could_not_compile_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def fail(plain: object, *_: object, **_how: object) -> object:
        tried.append(plain)
        raise NotImplementedError

    monkeypatch.setattr(switch, "_compiled", fail)
    loop = fresh()

    assert told(loop) == told(loop)
    assert tried == [_thirds]


@pytest.mark.usefixtures("always")
def test_without_a_file_of_its_own_it_compiles_all_the_same() -> None:
    names: dict[str, Callable[..., None]] = {}
    code = (
        "def loop(column, by, found):\n for n in range(len(column)):\n  found[n] = column[n] / by"
    )
    exec(compile(code, "<nowhere>", "exec"), names)  # noqa: S102
    loop = compiled(work=lambda *_: 1)(names["loop"])
    found = np.zeros(2)
    loop(np.array([1.0, 3.0]), 2.0, found)
    assert found.tolist() == [0.5, 1.5]
    assert loop.is_machine_code
    assert loop._machine.targetoptions["error_model"] == "python"


@pytest.mark.usefixtures("always")
def test_without_a_folder_for_its_cache_it_compiles_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caching = importlib.import_module("numba.core.caching")
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    loop = fresh()
    expected = np.array([x / 1.1 / 3.0 for x in np.linspace(-5.0, 7.0, 100).tolist()]).tobytes()
    assert told(loop) == expected
    assert loop.is_machine_code
    assert loop._machine.stats.cache_path is None


@pytest.mark.usefixtures("always")
def test_threads_that_come_at_once_get_one_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    made, real = [], switch._compiled

    def make(*args: object, **how: object) -> object:
        made.append(threading.get_ident())
        return real(*args, **how)

    monkeypatch.setattr(switch, "_compiled", make)
    loop, gate = fresh(), threading.Barrier(6)

    def run(_: int) -> bytes:
        gate.wait()
        return told(loop)

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(run, range(6)))
    assert len(answers) == 1
    assert len(made) == 1
    assert loop.is_machine_code


@pytest.mark.usefixtures("always")
def test_who_always_wants_machine_code_waits_for_it() -> None:
    loop = fresh()
    with ThreadPoolExecutor(1) as pool:
        with switch._one_at_a_time:
            answer = pool.submit(told, loop)
            with pytest.raises(TimeoutError):
                answer.result(timeout=0.2)
        assert answer.result(timeout=60)
    assert loop.is_machine_code


@pytest.mark.usefixtures("auto")
def test_while_one_thread_compiles_another_does_not_wait() -> None:
    loop = fresh(lambda *_: 10**9)
    with switch._one_at_a_time:
        assert told(loop)
    assert not loop.is_machine_code
    assert not switch._one_at_a_time.locked()


@pytest.mark.usefixtures("auto")
def test_negative_control_a_loop_that_differs_is_noticed() -> None:
    """The bits tell: a machine that multiplies by a third instead is another one."""
    loop = fresh()
    loop._machine = lambda column, by, found: np.multiply(column / by, 1 / 3, out=found)
    plain = np.empty(100)
    loop.plain(np.linspace(-5.0, 7.0, 100), 1.1, plain)
    assert told(loop) != plain.tobytes()


@pytest.mark.usefixtures("auto")
def test_nothing_loads_numba_before_it_is_wanted() -> None:
    code = (
        "import sys, fairtag.cli, fairtag.terms.ground as g, numpy as n;"
        "from fairtag.terms.geometry import Circle;"
        "z, one = n.zeros(1), g.ground_of([Circle(lon_deg=0, lat_deg=0, radius_m=1)]);"
        "g.distances(one, z.astype('i4'), z, z, z);"
        "print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_kept_machine_code_is_loaded_and_none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRTAG_COMPILED", "kept")
    with monkeypatch.context() as other:  # a folder for the cache that holds nothing
        caching = importlib.import_module("numba.core.caching")
        other.setattr(caching.CacheImpl, "_locator_classes", [])
        without = fresh()
        expected = told(without)
        assert not without.is_machine_code
    monkeypatch.setenv("FAIRTAG_COMPILED", "always")
    told(fresh())  # and keeps it on the disk
    monkeypatch.setenv("FAIRTAG_COMPILED", "kept")
    loop = fresh()
    assert told(loop) == expected
    assert loop.is_machine_code
    assert loop._machine.stats.cache_misses == {}


def test_where_none_is_kept_it_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRTAG_COMPILED", "kept")
    asked: list[bool] = []
    monkeypatch.setattr(switch, "_compiled", lambda *_, is_kept: asked.append(is_kept))
    loop = fresh()

    expected = told(loop)

    assert told(loop) == expected
    assert asked == [True]


def test_machine_code_that_was_made_is_used_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made by another way than numba, which runs here for seconds."""
    monkeypatch.setenv("FAIRTAG_COMPILED", "always")
    ran: list[int] = []
    monkeypatch.setattr(switch, "_compiled", lambda *_, **_how: lambda *args: ran.append(len(args)))
    loop = fresh()

    for _ in range(3):
        told(loop)

    assert (ran, loop.is_machine_code) == ([3, 3, 3], True)


def test_kept_machine_code_for_other_arrays_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRTAG_COMPILED", "always")
    told(fresh())
    monkeypatch.setenv("FAIRTAG_COMPILED", "kept")
    loop = fresh()
    told(loop)
    found = np.empty(3, np.float32)
    loop(np.array([3.0, 6.0, 9.0], np.float32), 1.0, found)
    assert found.tolist() == [1.0, 2.0, 3.0]
    assert loop.is_machine_code
    assert len(loop._machine.signatures) == 1
