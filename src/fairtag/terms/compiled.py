"""Does a loop run as plain Python or as machine code?

The answer is the same to the last bit; only the time differs. A loop is a function over arrays:

    @compiled(work=lambda column, found: len(column), calls=(_one,))
    def _all(column: NDArray[np.float64], found: NDArray[np.float64]) -> None:
        for row in range(len(column)):
            found[row] = _one(column[row])

The environment variable FAIRTAG_COMPILED chooses: `never`, `always` (at the first call), `kept`
(only machine code that lies on the disk already: nothing is compiled), or `auto`, the default: once
plain Python has had as much work as compiling would cost. Without numba (the extra `fast`), or
where numba fails, everything runs as plain Python, which the log tells once.

What a loop may do, so that both ways agree:
- + - * /, math.sqrt of what is not negative, comparisons, integers that fit into 64 bits, floats;
  no cos, exp, hypot, round or power: their last bit differs from one machine to the next;
- make no array and keep none;
- take arrays, or NamedTuples of them, one type for each parameter; index them, ask for `len` and
  `shape`, and nothing else: plain Python sees them as memoryviews, whose items are plain numbers;
- divide by zero, which raises ZeroDivisionError both ways; an index out of range raises in plain
  Python only: whoever calls checks it before;
- call functions that are listed in `calls`, with those that they call, of any module.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import logging
import os
import threading
from collections.abc import Callable
from functools import lru_cache, update_wrapper
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

VARIABLE = "FAIRTAG_COMPILED"
_WORTH = 2_000_000  # steps; measured: plain some 1 µs each, numba 1 s to load and 2 to 5 to compile

_P = ParamSpec("_P")
_R = TypeVar("_R")
_one_at_a_time = threading.Lock()
_registered: set[Callable[..., object]] = set()


class Loop(Generic[_P, _R]):
    """A function over arrays that becomes machine code when that pays."""

    def __init__(
        self,
        plain: Callable[_P, _R],
        work: Callable[_P, int],
        calls: tuple[Callable[..., object], ...],
    ) -> None:
        update_wrapper(self, plain)
        self.plain = plain
        self._work = work
        self._calls = calls
        self._machine: Callable[_P, _R] | None = None
        self._is_given_up = False
        self._is_kept = False
        self._done = 0

    @property
    def is_machine_code(self) -> bool:
        """Tell whether it has been compiled."""
        return self._machine is not None

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Run the loop, one way or the other.

        Raises: TypeError for an argument given by name.
        """
        if kwargs:
            raise TypeError("a loop takes its arguments by position")
        machine = self._wanted(*args, **kwargs)
        if machine is not None:
            try:
                return machine(*args, **kwargs)
            except (
                TypeError
            ):  # kept machine code is for other kinds of arrays, and nothing was done
                if not self._is_kept:
                    raise
        return self.plain(*map(_as_numbers, args))  # type: ignore[call-arg, arg-type]

    def is_fast(self, *args: _P.args, **kwargs: _P.kwargs) -> bool:
        """Tell whether a call would run as machine code; makes it when it has come to pay."""
        return self._wanted(*args, **kwargs) is not None

    def load(self, *args: _P.args, **_: _P.kwargs) -> None:
        """Load machine code for such arguments if it lies on the disk, in the caller's time."""
        self._compile(args, is_waiting=True, is_kept=True)

    def _wanted(self, *args: _P.args, **kwargs: _P.kwargs) -> Callable[_P, _R] | None:
        """Give the machine code if it is wanted and there; makes it when it has come to pay."""
        how = os.environ.get(VARIABLE, "auto")
        if how == "never" or self._is_given_up:
            return None
        if self._machine is None:
            self._done += self._work(*args, **kwargs)
            if how in ("always", "kept") or self._done >= _WORTH:
                self._compile(args, is_waiting=how == "always", is_kept=how == "kept")
        return self._machine

    def _compile(self, args: tuple[object, ...], *, is_waiting: bool, is_kept: bool) -> None:
        """Compile once; another thread meanwhile runs plain, unless it was told to wait."""
        if not _one_at_a_time.acquire(blocking=is_waiting):
            return
        try:
            if self._machine is None and not self._is_given_up:
                self._machine = _compiled(self.plain, self._calls, args, is_kept=is_kept)
                self._is_kept = is_kept
                self._is_given_up = self._machine is None
        except Exception as why:  # noqa: BLE001 - whatever stops numba, plain Python knows the answer
            self._is_given_up = True
            _tell(f"{type(why).__name__}: {str(why).strip().partition(chr(10))[0]}")
        finally:
            _one_at_a_time.release()


def compiled(
    *, work: Callable[_P, int], calls: tuple[Callable[..., object], ...] = ()
) -> Callable[[Callable[_P, _R]], Loop[_P, _R]]:
    """Let a loop become machine code.

    `work` tells from the arguments how many steps of about a microsecond (in plain Python) a call
    has; `calls` are the functions it calls, and those that they call.
    """

    def decorate(plain: Callable[_P, _R]) -> Loop[_P, _R]:
        return Loop(plain, work, calls)

    return decorate


def _compiled(
    plain: Callable[..., Any],
    calls: tuple[Callable[..., object], ...],
    args: tuple[object, ...],
    *,
    is_kept: bool,
) -> Callable[..., Any] | None:
    """Make machine code, or load it; None when only what is kept is wanted and there is none."""
    # Loaded by name and late: it takes a second, and most commands never need it.
    numba = importlib.import_module("numba")
    extending = importlib.import_module("numba.extending")
    for one in calls:
        if one not in _registered:
            extending.register_jitable(one)
            _registered.add(one)
    # A loop makes no array, so none has to be counted: counting those that functions hand on costs
    # six times what they do. Numba names the option as one of its own.
    how = {"nogil": True, "fastmath": False, "error_model": "python", "_nrt": False}
    try:
        machine = numba.njit(_named_by_sources(plain, calls), cache=True, **how)
    except (OSError, RuntimeError):  # no file to name it by, or no folder to keep it in
        machine = numba.njit(plain, **how)
    kinds = tuple(numba.typeof(one) for one in args)
    if is_kept:
        # Numba has no public way to ask; where this one goes, everything runs as plain Python.
        if machine._cache.load_overload(kinds, machine.targetctx) is None:  # noqa: SLF001
            return None
        machine.compile(kinds)
        machine.disable_compile()
    else:
        machine.compile(kinds)
    found: Callable[..., Any] = machine
    return found


def _named_by_sources(
    plain: Callable[..., Any], calls: tuple[Callable[..., object], ...]
) -> Callable[..., Any]:
    """Copy a loop under a name that changes with the files of all that it calls.

    Numba keeps machine code on disk by name and by the file of the loop alone, and would not notice
    a change elsewhere.
    """
    told = "".join(sorted({_source_of(one) for one in (_compiled, plain, *calls)}))
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    copy = FunctionType(plain.__code__, plain.__globals__, plain.__name__, plain.__defaults__)
    copy.__qualname__ = f"{plain.__qualname__}_{digest}"
    return copy


def _source_of(function: Callable[..., Any]) -> str:
    """Give the file of a function; one that comes from no file is kept nowhere either."""
    module = inspect.getmodule(function)
    return "" if module is None else inspect.getsource(module)


def _as_numbers(value: object) -> object:
    """Show an array as a memoryview: its items are Python's own numbers, and fast to get."""
    if isinstance(value, np.ndarray):
        return value.data
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(map(_as_numbers, value))
    return value


@lru_cache
def _tell(why: str) -> None:
    logging.getLogger(__name__).warning(
        "loops run as plain Python, slower and with the same answers: %s", why
    )
