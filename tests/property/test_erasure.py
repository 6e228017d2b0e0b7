"""Whatever people, clocks and rounds do: nothing goes that is held, not due, or by one person.

A machine of states over a real store; what it may destroy is told by a small model beside it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.erasing import WHY, agree, hold, two
from tests.rig import START, Rig, opened_rig, order_of

from fairtag.app.four_eyes import decide as deciding
from fairtag.app.put_order import put_order
from fairtag.app.retention.routine import confirm_clock, keep_house
from fairtag.app.retention.run import ask_erasure, ask_restore, begin_erasure, restore
from fairtag.orders.scheme import seed_scheme
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, HOUR, Micros, text

WEARERS = (1, 2, 3)
ENDS = {1: 60, 2: 500, 3: 2000}  # days after the start
RECORD = 6 * 365 * DAY
_template: list[Path] = []


def template() -> Path:
    """Make the store of three wearers once; each example takes a copy."""
    if not _template:
        folder = Path(tempfile.mkdtemp()) / "data"
        with opened_rig(folder) as rig:
            for n in WEARERS:
                end = Micros(START + ENDS[n] * DAY)
                order = order_of(n, ends_at=text(end))
                put_order(rig.house, json.dumps(order).encode(), scheme=seed_scheme(), by="test")
            two(rig)
        _template.append(folder)
    return _template[0]


class Erasing(RuleBasedStateMachine):
    """What anybody may try, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        shutil.copytree(template(), folder)
        # The password's slow hash has tests of its own; here it would be nearly all of the time.
        patched = self.stack.enter_context(pytest.MonkeyPatch.context())
        patched.setattr(deciding, "confirm", lambda *_: None)
        self.rig: Rig = self.stack.enter_context(opened_rig(folder))
        self.true = self.rig.clock.at  # what a right clock would say
        self.people = two(self.rig)
        self.asked: list[Proposal] = []
        self.agreed: set[str] = set()
        self.runs: dict[str, bool] = {}  # run → two people had agreed
        self.held: dict[str, Micros] = {}

    def teardown(self) -> None:
        self.stack.close()

    @rule(days=st.sampled_from([1, 30, 400, 2200]))
    def time_passes(self, days: int) -> None:
        """The service sleeps, wakes under a right clock, and a person compares it."""
        self.true = Micros(self.true + days * DAY)
        self.rig.clock.at = self.true
        keep_house(self.rig.house)
        confirm_clock(self.rig.house, by="test")
        for _ in range(3):
            self.true = Micros(self.true + 25 * HOUR)
            self.rig.clock.at = self.true
            keep_house(self.rig.house)

    @rule(years=st.sampled_from([-3, 7, 40]))
    def the_clock_is_wrong_for_days(self, years: int) -> None:
        """Nobody compares it; rounds go on, and somebody tries to erase."""
        for n in range(5):
            self.rig.clock.at = Micros(max(0, self.true + years * 365 * DAY + n * DAY))
            keep_house(self.rig.house)
        self._ask_and_begin(is_agreed=True)
        self.rig.clock.at = self.true

    @rule(n=st.sampled_from(WEARERS))
    def a_court_holds(self, n: int) -> None:
        with suppress(FairtagError):
            placed = hold(self.rig, f"W-{n}")
            self.held[f"W-{n}"] = placed.until or Micros(0)

    @rule(is_agreed=st.booleans())
    def somebody_erases(self, *, is_agreed: bool) -> None:
        self._ask_and_begin(is_agreed=is_agreed)

    @precondition(lambda self: self.runs)
    @rule()
    def they_put_back(self) -> None:
        with suppress(FairtagError):
            run_id = list(self.runs)[-1]
            asked = ask_restore(self.rig.house, self.people[0], run_id, reason=WHY)
            agree(self.rig, asked, self.people[1])
            restore(self.rig.house, asked.proposal_id, by="cara")

    def _ask_and_begin(self, *, is_agreed: bool) -> None:
        with suppress(FairtagError):
            at = self.rig.clock.at
            asked = ask_erasure(self.rig.house, self.people[0], as_of=at, reason=WHY)
            if is_agreed:
                agree(self.rig, asked, self.people[1])
            run = begin_erasure(self.rig.house, asked.proposal_id, by="cara")
            self.runs[run.run_id] = is_agreed

    @invariant()
    def only_what_may_go_is_gone(self) -> None:
        gone = self.rig.house.store.read(lambda tx: tx.erasures.listed(is_open=False))
        assert all(self.runs[one.run_id] for one in gone if one.by == "two people")
        ended = ("destroying", "destroyed", "removed")
        removed = {one.run_id for one in gone if one.state in ended}
        for n in WEARERS:
            name = WearerId(f"W-{n}")
            if self._opens(n):
                continue
            assert self.true >= START + ENDS[n] * DAY + RECORD - 40 * DAY, f"{name} was not due"
            assert self.held.get(name, 0) <= self.true, f"{name} is held"
            assert removed or any(one.state == "locked" for one in gone)

    def _opens(self, n: int) -> bool:
        rig = self.rig
        with suppress(Exception):
            rig.house.store.read(lambda tx: tx.orders.version(f"ORD-{n}"))  # type: ignore[arg-type]
            return True
        return False

    @invariant()
    def no_day_sees_more_than_the_cap(self) -> None:
        """Three wearers: half a per cent is nobody, and one always may."""
        since = Micros(self.true - DAY)
        assert self.rig.house.store.read(lambda tx: tx.erasures.wearers_since(since)) <= 1


TestErasing = pytest.mark.slow(Erasing.TestCase)
TestErasing.settings = settings(
    max_examples=3,  # each opens a house
    stateful_step_count=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
