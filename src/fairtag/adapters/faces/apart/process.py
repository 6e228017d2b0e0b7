"""How does the service speak with a process that looks at pictures, and what if it dies?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO, Any

import msgspec

from fairtag.adapters.faces.apart.frames import (
    ANSWERED,
    MOST_PICTURES,
    TOO_SLOW,
    Hello,
    PipeClosed,
    Reply,
    length,
    question,
)

ANSWER_S = 5.0  # the longest answer; the process itself gives up a little earlier
_START_S = 60.0  # loading weights on a busy machine
_MODULE = "fairtag.adapters.faces.apart.worker"
# Nothing of ours but one thread a library: more would take memory and could not be forked.
_ENVIRONMENT = {"LC_CTYPE": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Gone(Exception):
    """The process ended without an answer."""


class NeverReady(Exception):
    """The process said why it will not start."""


class Apart:
    """One process, started when first asked, and again when it died. May be used from threads."""

    def __init__(self, told: Sequence[str], *, answer_s: float = ANSWER_S) -> None:
        self._told = tuple(told)
        self._answer_s = answer_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._hello: Hello | None = None
        self.starts = 0

    def hello(self) -> Hello:
        """Start it unless it runs, and give what it says of itself.

        Raises: Gone, NeverReady.
        """
        with self._lock:
            self._running()
            assert self._hello is not None  # noqa: S101 - said at the start
            return self._hello

    def known(self) -> Hello | None:
        """Give what it said when it last started; None before that."""
        return self._hello

    @property
    def pid(self) -> int:
        """Name the process that runs, for who measures it; 0 while none does."""
        return 0 if self._process is None else self._process.pid

    def ask(self, pictures: Sequence[bytes]) -> list[Reply]:
        """Hand one wearer's pictures over and wait for the answers, five seconds at most for each.

        A child sees three of them, and never another wearer's: whoever has two wearers' asks twice.
        What a picture does to its child costs that picture; the rest get another child. A process
        that was dead already is started again; one that dies of a picture is too, but for the rest.

        Raises: Gone, NeverReady.
        """
        told: list[Reply] = []
        with self._lock:
            while len(told) < len(pictures):
                told += self._tried(pictures[len(told) :][:MOST_PICTURES])
        return told

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _tried(self, pictures: Sequence[bytes]) -> list[Reply]:
        is_fresh = self._process is None
        try:
            return self._asked(pictures)
        except Gone:
            if is_fresh:
                raise
        return self._asked(pictures)

    def _asked(self, pictures: Sequence[bytes]) -> list[Reply]:
        """Ask one child; gives the answers up to the picture that it died of, one at least.

        Raises: Gone.
        """
        process = self._running()
        told: list[Reply] = []
        while len(told) < len(pictures):
            watch = _Watch(process, self._answer_s)
            try:
                if not told:
                    _pipe(process.stdin).writelines(question(pictures))
                    _pipe(process.stdin).flush()
                letter, reply = _answer(_message(_pipe(process.stdout)))
            except (OSError, PipeClosed) as error:
                self._end()
                if watch.is_over:
                    return [*told, Reply(state="too_slow")]
                if told:
                    return told
                raise Gone from error
            finally:
                watch.stop()
            told.append(reply)
            if letter != ANSWERED:
                break
        return told

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        if self._hello is not None and self._hello.refused:
            raise NeverReady(self._hello.refused)
        self.starts += 1
        process = self._process = subprocess.Popen(  # noqa: S603 - our own module, and a name from settings
            [sys.executable, "-I", "-m", _MODULE, *self._told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        watch = _Watch(process, _START_S)
        try:
            hello = msgspec.msgpack.decode(_message(_pipe(process.stdout)), type=Hello)
        except (OSError, PipeClosed, msgspec.MsgspecError) as error:
            self._end()
            raise Gone from error
        finally:
            watch.stop()
        self._hello = hello
        if hello.refused:
            self._end()
            raise NeverReady(hello.refused)
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        _pipe(process.stdout).close()
        try:
            _pipe(process.stdin).close()
        except OSError:  # what was not sent any more
            return


class _Watch:
    """Ends a process that does not answer in time, so that nobody waits for it for ever."""

    def __init__(self, process: subprocess.Popen[bytes], after_s: float) -> None:
        self.is_over = False
        self._process = process
        self._timer = threading.Timer(after_s, self._over)
        self._timer.daemon = True
        self._timer.start()

    def _over(self) -> None:
        self.is_over = True
        _kill(self._process)

    def stop(self) -> None:
        self._timer.cancel()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children: they are a session of their own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _pipe(end: IO[Any] | None) -> IO[Any]:
    assert end is not None  # noqa: S101 - both ends were asked for
    return end


def _answer(message: bytes) -> tuple[bytes, Reply]:
    """Read an answer; what a child said that is no reply is its crash."""
    letter, body = message[:1], message[1:]
    if letter != ANSWERED:
        return letter, Reply(state="too_slow" if letter == TOO_SLOW else "crashed")
    try:
        return letter, msgspec.msgpack.decode(body, type=Reply)
    except msgspec.MsgspecError:
        return letter, Reply(state="crashed")


def _message(source: IO[bytes]) -> bytes:
    head = source.read(4)
    if len(head) < 4:  # noqa: PLR2004 - the length's own bytes
        raise PipeClosed
    told = source.read(length(head))
    if len(told) < length(head):
        raise PipeClosed
    return told
