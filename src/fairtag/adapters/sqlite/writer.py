"""How do many callers share one durable commit? One thread, one queue, one transaction a group.

A future is done only after the commit is on disk. A work that raises is undone alone.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from fairtag.terms.errors import Busy, LogUnavailable

T = TypeVar("T")

GROUP_MOST = 500  # works a commit; design.md §2
GROUP_WAIT_S = 0.005  # the first work of a group waits at most this long; design.md §2
_QUEUE_MOST = 20_000


class Again(Exception):
    """What a group stood on gave way; done once more, its works stand on something else."""


@dataclass(slots=True)
class _Job:
    work: Callable[[Any], Any]
    future: Future[Any]
    may_cancel: bool = False
    is_plain: bool = False
    result: Any = None
    error: BaseException | None = None

    def is_called_back(self) -> bool:
        """Tell whether the caller went away before the work began; from here on none can."""
        is_open, self.may_cancel = self.may_cancel, False
        return is_open and not self.future.set_running_or_notify_cancel()

    def afresh(self) -> _Job:
        """Give the job as it was before it was tried."""
        return _Job(self.work, self.future, is_plain=self.is_plain)


class _Queue:
    """What waits: urgent works before the others, each kind in the order of arrival."""

    def __init__(self) -> None:
        self._urgent: deque[tuple[float, _Job | None]] = deque()
        self._others: deque[tuple[float, _Job | None]] = deque()
        self._filled = threading.Semaphore(0)
        self._lock = threading.Lock()

    def put_nowait(self, job: _Job, *, is_urgent: bool) -> None:
        """Queue a work.

        Raises: queue.Full.
        """
        with self._lock:
            if len(self._urgent) + len(self._others) >= _QUEUE_MOST:
                raise queue.Full
            (self._urgent if is_urgent else self._others).append((time.monotonic(), job))
        self._filled.release()

    def put(self, last: None) -> None:
        """Queue the end."""
        with self._lock:
            self._others.append((time.monotonic(), last))
        self._filled.release()

    def get(self, *, timeout: float | None = None) -> _Job | None:
        """Wait for the next.

        Raises: queue.Empty after `timeout` seconds.
        """
        if not self._filled.acquire(timeout=timeout):
            raise queue.Empty
        with self._lock:
            return (self._urgent or self._others).popleft()[1]

    def oldest_s(self) -> float:
        """Tell for how long the oldest has waited."""
        with self._lock:
            begun = [told[0][0] for told in (self._urgent, self._others) if told]
        return time.monotonic() - min(begun) if begun else 0.0


@dataclass(slots=True)
class Beside:
    """What is done beside each commit."""

    settle: Callable[[Any], None]
    committed: Callable[[Any], None]
    forget: Callable[[Any], None]
    changes: int = 0

    def done(self, *, is_plain: bool) -> None:
        """Count a commit, before anybody is told of it."""
        self.changes += not is_plain


class Writer:
    """Runs works one after the other, many to a commit."""

    def __init__(
        self,
        connect: Callable[[], tuple[sqlite3.Connection, Any]],
        *,
        settle: Callable[[Any], None] = lambda _: None,
        committed: Callable[[Any], None] = lambda _: None,
        forget: Callable[[Any], None] = lambda _: None,
    ) -> None:
        """Start the thread; `connect` opens the driver's connection and the transaction on it.

        `settle` is done on the transaction before each commit; it may raise LogUnavailable.
        `committed` is done on it after each, before anybody is told.
        `forget` is done on it after something was undone.
        """
        self._queue = _Queue()
        self._connect, self._beside = connect, Beside(settle, committed, forget)
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="fairtag-writer", daemon=True)
        self._is_open = True
        self._thread.start()
        self._ready.result()

    def submit(
        self,
        work: Callable[[Any], T],
        *,
        may_cancel: bool = False,
        is_plain: bool = False,
        is_urgent: bool = False,
    ) -> Future[T]:
        """Queue a work; with `may_cancel` the caller may call it back as long as it waits.

        A plain work does not count as a change; an urgent one goes before all that are not.

        Raises: Busy when too much waits already, or the store is closing.
        """
        future: Future[T] = Future()
        if not may_cancel:
            future.set_running_or_notify_cancel()  # whoever goes away can't call the work back
        if not self._is_open:
            raise Busy
        try:
            job = _Job(work, cast("Future[Any]", future), may_cancel, is_plain)
            self._queue.put_nowait(job, is_urgent=is_urgent)
        except queue.Full as error:
            raise Busy from error
        return future

    def changes(self) -> int:
        """Count the commits that held more than plain works."""
        return self._beside.changes

    def behind_s(self) -> float:
        """Tell for how long the oldest work has waited."""
        return self._queue.oldest_s()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        if self._is_open:
            self._is_open = False
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        try:
            connection, transaction = self._connect()
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        is_last = False
        while not is_last:
            group, is_last = self._group()
            if group:
                _commit(connection, transaction, group, self._beside)

    def _group(self) -> tuple[list[_Job], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        group, until = [first], time.monotonic() + GROUP_WAIT_S
        while len(group) < GROUP_MOST:
            try:
                # Whoever is already there comes along; a lone caller hardly waits for company, and
                # plain works, which are many requests each, not at all.
                is_enough = len(group) > 1 or first.is_plain
                wait_s = 0.0 if is_enough else min(0.001, until - time.monotonic())
                job = self._queue.get(timeout=max(0.0, wait_s))
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False


def _commit(
    connection: sqlite3.Connection, transaction: object, group: list[_Job], beside: Beside
) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE").close()
        group = [job for job in group if not job.is_called_back()]
        _do_all(connection, transaction, group, beside)
        beside.settle(transaction)
        connection.execute("COMMIT").close()
    except Again:  # whoever raises it takes care to raise it once
        _undo(connection, transaction, beside)
        _commit(connection, transaction, [job.afresh() for job in group], beside)
    except BaseException as error:  # noqa: BLE001 - every caller of the group is told
        _undo(connection, transaction, beside)
        if isinstance(error, LogUnavailable) and len(group) > 1:
            # Only whoever has to be logged fails: intake and alarms go on.
            for job in group:
                _commit(connection, transaction, [job.afresh()], beside)
        else:
            _fail(group, error)
    else:
        beside.committed(transaction)
        beside.done(is_plain=all(job.is_plain for job in group))
        for job in group:
            _tell(job)


def _do_all(
    connection: sqlite3.Connection, transaction: object, group: Sequence[_Job], beside: Beside
) -> None:
    for job in group:
        if not _do(connection, transaction, job):
            beside.forget(transaction)


def _undo(connection: sqlite3.Connection, transaction: object, beside: Beside) -> None:
    with suppress(sqlite3.Error):  # whoever waits is told in any case
        if connection.in_transaction:
            connection.execute("ROLLBACK").close()
    beside.forget(transaction)


def _fail(group: list[_Job], error: BaseException) -> None:
    told = _translated(error)
    for job in group:
        if not job.is_called_back():
            job.future.set_exception(told)


def _tell(job: _Job) -> None:
    if job.error is None:
        job.future.set_result(job.result)
    else:
        job.future.set_exception(job.error)


def _translated(error: BaseException) -> BaseException:
    """Say 'try again' for what the disk or the file is guilty of."""
    if not isinstance(error, sqlite3.OperationalError):
        return error
    busy = Busy(f"the store can't be written: {error}")
    busy.__cause__ = error
    return busy


def _do(connection: sqlite3.Connection, transaction: object, job: _Job) -> bool:
    """Do one work; tells whether it was done, or undone alone."""
    connection.execute("SAVEPOINT work").close()
    try:
        job.result = job.work(transaction)
    except (sqlite3.OperationalError, Again):
        raise  # the disk is full or the file is locked: nobody's fault alone, the group fails
    except BaseException as error:  # noqa: BLE001 - the caller is told through the future
        job.error = error
        connection.execute("ROLLBACK TO work").close()
    connection.execute("RELEASE work").close()
    return job.error is None
