"""How do a service's loops become machine code without stopping it? In a child, beforehand.

Compiling takes many seconds of a core and stops every thread of its process. So a child judges an
invented day first and leaves its machine code on the disk; the service, which ran plain Python
until then, loads it in moments (`terms.compiled`, the mode `kept`) and has the same answers,
sooner.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from fairtag.evaluation.case import simulated
from fairtag.intake.together import lines
from fairtag.rules.judge import OrderJudge
from fairtag.rules.many.quiet import QuietOrders, side_by_side
from fairtag.terms.compiled import VARIABLE
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import EARLIEST

_STORY, _WEARER, _DAYS = "calm_at_work", 3, 2  # a curfew, an exclusion and an inclusion zone
_BATCH = 15
_CHILD = "from fairtag.evaluation import warming; warming._with_parent(); warming.warm()"
_FIRST_S = 10.0  # a service that just began has other work
_LOOK_S = 0.1


@contextmanager
def warming() -> Iterator[None]:
    """Let loops become machine code while the block runs, unless the environment chose a way."""
    if VARIABLE in os.environ:
        yield
        return
    os.environ[VARIABLE] = "never"
    stop = threading.Event()
    beside = threading.Thread(target=_await, args=(stop,), name="fairtag-warming", daemon=True)
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join()
        os.environ.pop(VARIABLE, None)


def _await(stop: threading.Event) -> None:
    if stop.wait(_FIRST_S):
        return
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-I", "-c", _CHILD],
        env=os.environ | {VARIABLE: "always"},
        stdin=subprocess.PIPE,  # its end tells the child that nobody waits for it any more
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as child:
        while child.poll() is None:
            if stop.wait(_LOOK_S):
                child.kill()
                return
    if child.returncode == 0:
        lines.load()  # here, so that no device waits for it
        os.environ[VARIABLE] = "kept"


def _with_parent() -> None:
    """End when the parent does, however it ends."""

    def watch() -> None:
        sys.stdin.read()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def warm() -> int:
    """Judge an invented day as a service does, one request after the other; tells how many.

    So every loop is called with the very kinds of arrays that a service has.
    """
    with suppress(OSError):
        os.nice(5)  # the service goes first
    lines.read([b"{}"], [DeviceId("D-1")], EARLIEST)
    life = simulated(_STORY, _WEARER, seed=1, days=_DAYS)
    columns, quiet = life.heard.positions, QuietOrders()
    judge = OrderJudge((life.ruling,))
    order_id = life.ruling.order_id
    for n in range(0, len(columns), _BATCH):
        part = columns.part(n, n + _BATCH)
        received_at = int(part.received_at[-1])
        if order_id in quiet:
            if quiet.take(side_by_side([(order_id, part.device_id, received_at, part)]))[0]:
                continue
            judge.settle(quiet.leave(order_id))
        judge.take([part.message(row) for row in range(len(part))], past=lambda _: ())
        still = judge.still()
        if still is not None:
            quiet.put(order_id, still)
    judge.follow(columns, past=lambda _: ())
    return len(columns)
