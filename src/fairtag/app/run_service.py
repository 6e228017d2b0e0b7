"""What runs all the time? Judging; escalating, notices, reconciling; the log's proofs: three
threads.

Whatever goes wrong in a round is counted and tried again; a round never stops the service.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog

from fairtag.app.checkins.plan import Planner
from fairtag.app.checkins.prompting.settle import beat, settle
from fairtag.app.complaints.late import see_complaints_late
from fairtag.app.disclosure.deliver import expire
from fairtag.app.escalate_alerts import escalate, send_notices
from fairtag.app.house import House
from fairtag.app.judging import Engine
from fairtag.app.keys.care import keep_keys
from fairtag.app.keys.months import begin_months
from fairtag.app.log.tend import tend_log
from fairtag.app.outside.tell import send_outside
from fairtag.app.reconcile import reconcile
from fairtag.app.retention.routine import keep_house
from fairtag.app.reviewing.follow import follow_reviews
from fairtag.app.reviewing.overdue import see_reviews_overdue
from fairtag.app.reviews.clock import see_reviews
from fairtag.app.trail.compact import compact
from fairtag.app.trail.kinds import Kinds
from fairtag.app.turns import Turn
from fairtag.terms.instants import Micros

_IDLE_S = 0.02  # how long new data wait at most for the judge
_TICK_S = 1.0
_CARE_S = 2.0
_RECONCILE_EVERY = 30  # rounds of care
_BEAT_EVERY = 5
_LOG_S = 1.0
_LOG_FIRST_S = 3.0  # a signer that starts with the service is there by then
_LOG_AGAIN_S = 5.0  # after a round that failed: a signer or a witness may be away for long
_LATE_S = 60.0  # a thread that says nothing for so long hangs

log = structlog.get_logger()


@dataclass(slots=True)
class Beat:
    """Signs of life of one thread."""

    failures: int = 0  # in a row
    at_s: float | None = None  # on the machine's steady clock; None: not started

    def strike(self, *, is_good: bool) -> None:
        """Say that a round is over."""
        self.failures = 0 if is_good else self.failures + 1
        self.at_s = time.monotonic()

    @property
    def is_well(self) -> bool:
        """Tell whether rounds succeed, and come at all."""
        is_late = self.at_s is not None and time.monotonic() - self.at_s > _LATE_S
        return self.failures == 0 and not is_late


@dataclass(slots=True)
class Pulse:
    """Signs of life of the running service, for `/readyz` and every page."""

    judged_upto: int = 0
    judge: Beat = field(default_factory=Beat)
    care: Beat = field(default_factory=Beat)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_well(self) -> bool:
        """Tell whether judging and care go on."""
        return self.judge.is_well and self.care.is_well


@contextmanager
def running(house: House) -> Iterator[Pulse]:
    """Run the service's threads while the block lasts."""
    pulse = Pulse()
    engine = Engine(house)
    with _uncollected():
        engine.start()
    _tried(partial(_beat, house), "beat")  # an outage is known before a late answer comes
    threads = [
        threading.Thread(target=_judge, args=(engine, pulse), name="fairtag-judge", daemon=True),
        threading.Thread(target=_care, args=(house, pulse), name="fairtag-care", daemon=True),
        threading.Thread(target=_prove, args=(house, pulse), name="fairtag-log", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield pulse
    finally:
        pulse.stop.set()
        for thread in threads:
            thread.join(timeout=30)
        if not threads[0].is_alive():
            _tried(engine.keep_all, "states")
        gc.unfreeze()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let nobody look for garbage among what the block makes, then and while the service runs.

    A start knows some objects of each of a million orders, which stay; looking through them again
    and again took a third of it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _judge(engine: Engine, pulse: Pulse) -> None:
    ticked_s = -_TICK_S
    while not pulse.stop.is_set():
        done = _tried(engine.step, "judge")
        results = [done]
        # By the clock, not by idle rounds: timers fall due under load, too.
        if time.monotonic() - ticked_s >= _TICK_S:
            fell = _tried(engine.tick, "tick")
            results.append(fell)
            if not fell:  # of those that fell at once the next ones come at once
                ticked_s = time.monotonic()
        pulse.judged_upto = engine.upto
        pulse.judge.strike(is_good=None not in results)
        if not done:
            pulse.stop.wait(_IDLE_S)


def _care(house: House, pulse: Pulse) -> None:
    rounds = 0
    planner, kinds, books = Planner(house), Kinds(), Books(house.clock.now())
    while not pulse.stop.wait(_CARE_S):
        results = [
            _tried(partial(escalate, house), "escalate"),
            _tried(partial(send_notices, house), "notices"),
            _tried(partial(send_outside, house), "outside"),
            _tried(partial(compact, house, kinds), "compact"),
        ]
        if rounds % _BEAT_EVERY == 0:
            results.append(_tried(partial(_beat, house), "beat"))
        is_minute = rounds % _RECONCILE_EVERY == 0
        if is_minute or not books.turn.is_over:
            results += books.compare(house)
        if is_minute:
            results += [
                _tried(partial(keep_keys, house), "keys"),
                _tried(partial(begin_months, house), "months"),
                _tried(partial(see_reviews_overdue, house), "pictures"),
                _tried(partial(follow_reviews, house), "pictures"),
                _tried(partial(see_complaints_late, house), "complaints"),
                _tried(partial(keep_house, house), "retention"),
                _tried(partial(expire, house), "expire"),
                _tried(partial(settle, house), "check-ins"),
                _tried(planner.step, "plan"),
            ]
        rounds += 1
        pulse.care.strike(is_good=None not in results)


class Books:
    """Compares the books and sees the dates of reviews, a stretch of wearers after another.

    `since` is when the former turn began; at first, when the service started. All stretches of a
    turn have the same, so that none of them takes a service for one that has just started.
    """

    def __init__(self, since: Micros) -> None:
        self.since = self._begun = since
        self.turn = Turn()

    def compare(self, house: House) -> list[int | None]:
        """Look at the next stretch; tells what each part did, and None where one failed."""
        if self.turn.is_over:
            self._begun = house.clock.now()
        if _tried(partial(house.store.read, self.turn.move), "turn") is None:
            return [None]
        found = [
            _tried(partial(reconcile, house, since=self.since, among=self.turn.here), "reconcile"),
            _tried(partial(see_reviews, house, self.turn.here), "reviews"),
        ]
        if self.turn.is_over and None not in found:
            self.since = self._begun
        return found


def _beat(house: House) -> int:
    return 0 if beat(house) is None else 1


def _prove(house: House, pulse: Pulse) -> None:
    """Tend the log; a signer or a witness that is away stops nothing, and pages say so."""
    wait_s = _LOG_FIRST_S
    while not pulse.stop.wait(wait_s):
        done = _tried(partial(tend_log, house), "log")
        wait_s = _LOG_AGAIN_S if done is None else _LOG_S


def _tried(work: Callable[[], int], name: str) -> int | None:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - a round must never stop the service
        # The kind only: an error's text and trace may hold what must not be in a log.
        log.error(  # noqa: TRY400
            "round failed", round=name, error=type(error).__name__
        )
        return None
