"""Laws of gathering, over any sequence of findings, people and time.

Every finding that stands is in an alert; urgency is never lowered; what is urgent calls people,
unless late data alone told it as over; no alert closes itself save a battery's or a contact's; a
device has one battery item.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace
from tests.unit.alerts.specimens import NOW, finding, names

from fairtag.alerts import gather as gathering
from fairtag.alerts.gather import CLOSES_ITSELF, Change, gather
from fairtag.alerts.handle import BY_PEOPLE, acknowledge, close
from fairtag.alerts.later import follow_up
from fairtag.alerts.live import calls
from fairtag.alerts.model import Alert, AlertState, Cause
from fairtag.rules.finding import URGENT, Finding, Kind, State
from fairtag.terms.instants import DAY, MINUTE, Micros

KINDS = (
    Kind.ZONE_ENTERED,
    Kind.CURFEW_LEFT,
    Kind.TAMPER_STRAP,
    Kind.TAMPER_CASE,
    Kind.BATTERY_LOW,
    Kind.BATTERY_DEAD,
    Kind.CONTACT_LOST,
    Kind.LOCATION_DOUBTFUL,
)
RANK = {"urgent": 0, "normal": 1, "low": 2}
STATES = [AlertState.RAISED, AlertState.ACKNOWLEDGED, AlertState.CLOSED]
BATTERY = {Kind.BATTERY_LOW, Kind.BATTERY_DEAD}


class Gathering(RuleBasedStateMachine):
    """Findings come, change, are withdrawn and come back; people take and close alerts."""

    gather_by: Callable[..., Change] = staticmethod(gather)

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.new_id = names()
        self.alerts: dict[str, Alert] = {}
        self.before: dict[str, Alert] = {}
        self.findings: dict[str, Finding] = {}
        self.closed_by_people: set[str] = set()
        self.live: set[str] = set()  # findings that live data told, as first or as going on

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.now = Micros(self.now + minutes * MINUTE)

    @rule(
        kind=st.sampled_from(KINDS),
        ago=st.integers(0, 300),
        device=st.sampled_from("12"),
        late=st.booleans(),
        lasts=st.none() | st.integers(0, 300),
    )
    def a_finding_opens(
        self, kind: Kind, ago: int, device: str, *, late: bool, lasts: int | None
    ) -> None:
        began = Micros(self.now - ago * MINUTE)
        name = f"f_{len(self.findings)}"
        one = finding(kind, name, began_at=began, decided_at=self.now, late=late)
        if lasts is not None and lasts <= ago:
            ended = Micros(began + lasts * MINUTE)
            one = replace(one, state=State.CLOSED, ended_at=ended)
        if one.device_id is not None:
            one = replace(one, device_id=f"D-{device}")
        self._take(one)

    @precondition(lambda self: self.findings)
    @rule(
        pick=st.randoms(use_true_random=False),
        state=st.sampled_from(State),
        shift=st.integers(-60, 60),
        is_excused=st.booleans(),
        late=st.booleans(),
    )
    def a_finding_changes(
        self, pick: object, state: State, shift: int, *, is_excused: bool, late: bool
    ) -> None:
        one = pick.choice(list(self.findings.values()))  # type: ignore[attr-defined]
        ended = None if state is State.OPENED else self.now
        began = Micros(one.began_at + shift * MINUTE) if state is State.CORRECTED else one.began_at
        cause = "excused" if is_excused and state is State.CORRECTED else None
        changed = {"state": state, "ended_at": ended, "began_at": began, "cause": cause}
        changed |= {"late": late, "decided_at": self.now}
        self._take(replace(one, rev=one.rev + 1, **changed))

    @precondition(lambda self: self.findings)
    @rule(pick=st.randoms(use_true_random=False))
    def an_old_revision_comes_again(self, pick: object) -> None:
        one = pick.choice(list(self.findings.values()))  # type: ignore[attr-defined]
        if any(one.finding_id in alert.findings for alert in self.alerts.values()):
            kept = dict(self.alerts)
            self._take(one)
            assert kept == self.alerts

    @precondition(lambda self: self._open())
    @rule(pick=st.randoms(use_true_random=False))
    def somebody_takes_one(self, pick: object) -> None:
        alert = pick.choice(self._open())  # type: ignore[attr-defined]
        if alert.state is AlertState.RAISED:
            self.alerts[alert.alert_id] = acknowledge(alert, by="ann", now=self.now)[0]

    @precondition(lambda self: self._open())
    @rule(pick=st.randoms(use_true_random=False), cause=st.sampled_from(BY_PEOPLE))
    def somebody_closes_one(self, pick: object, cause: Cause) -> None:
        alert = pick.choice(self._open())  # type: ignore[attr-defined]
        reason = "What was found is said here."
        done, _ = close(alert, by="ann", cause=cause, reason=reason, now=self.now)
        self.alerts[alert.alert_id] = done
        self.closed_by_people.add(alert.alert_id)

    @invariant()
    def every_finding_that_stands_is_in_an_alert(self) -> None:
        for one in self.findings.values():
            holders = [each for each in self.alerts.values() if one.finding_id in each.findings]
            was_passing = one.kind in CLOSES_ITSELF and gathering.is_over(one)
            if one.state is not State.WITHDRAWN and not was_passing:
                assert holders, one
            assert sum(each.state is not AlertState.CLOSED for each in holders) <= 1

    @invariant()
    def nothing_moves_back_and_urgency_is_never_lowered(self) -> None:
        for name, old in self.before.items():
            new = self.alerts[name]
            assert STATES.index(new.state) >= STATES.index(old.state)
            assert RANK[new.priority] <= RANK[old.priority]
            if old.state is AlertState.CLOSED:
                assert (new.closed_by, new.closed_at, new.cause) == (
                    old.closed_by,
                    old.closed_at,
                    old.cause,
                )
        self.before = dict(self.alerts)

    @invariant()
    def what_is_urgent_calls_people_unless_late_data_alone_told_it_as_over(self) -> None:
        for alert in self._open():
            for part in alert.parts:
                one = self.findings[part.finding_id]
                if one.kind in URGENT and one.state is not State.WITHDRAWN and self._is_live(one):
                    assert (alert.priority, calls(alert)) == ("urgent", True), one
                    assert alert.urgent_at is not None

    @invariant()
    def only_battery_and_contact_close_themselves(self) -> None:
        for name, alert in self.alerts.items():
            if alert.state is AlertState.CLOSED and name not in self.closed_by_people:
                assert {part.kind for part in alert.parts} <= CLOSES_ITSELF
                assert alert.cause is Cause.RECOVERED

    @invariant()
    def a_device_has_one_battery_item(self) -> None:
        held = [one.device_id for one in self._open() if one.kind in BATTERY]
        assert len(held) == len(set(held))

    def _is_live(self, one: Finding) -> bool:
        """Tell whether it may go on, or some revision of it was no late one."""
        return one.finding_id in self.live or not gathering.is_over(one)

    def _open(self) -> list[Alert]:
        return [one for one in self.alerts.values() if one.state is not AlertState.CLOSED]

    def _take(self, one: Finding) -> None:
        known_at = self.findings.get(one.finding_id)
        self.findings[one.finding_id] = one
        if not one.late and (known_at is None or not gathering.is_over(one)):
            self.live.add(one.finding_id)
        holding = [each for each in self.alerts.values() if one.finding_id in each.findings]
        known = list({each.alert_id: each for each in (*self._open(), *holding)}.values())
        told = self.gather_by(one, known, now=self.now, new_id=self.new_id, owner="ann")
        later = follow_up(one, known, now=self.now, new_id=self.new_id)
        for change in (later, told):
            if change.alert is not None:
                self.alerts[change.alert.alert_id] = change.alert


def broken_gather(one: Finding, alerts: list[Alert], **told: object) -> Change:
    """Close what is over, whatever it is: the law must notice."""
    change = gather(one, alerts, **told)  # type: ignore[arg-type]
    if change.alert is None or not change.alert.is_over:
        return change
    shut = {"state": AlertState.CLOSED, "cause": Cause.RECOVERED, "closed_at": told["now"]}
    return Change(alert=replace(change.alert, **shut))


def deaf_gather(one: Finding, alerts: list[Alert], **told: object) -> Change:
    """Take everything that ended for something late: the law must notice."""
    return gather(replace(one, late=True, decided_at=one.decided_at + DAY), alerts, **told)  # type: ignore[arg-type]


# Seeded, so that a red run is red again.
BUDGET = settings(
    max_examples=60, stateful_step_count=30, deadline=None, database=None, derandomize=True
)
ONCE = settings(
    BUDGET, phases=(Phase.generate,), report_multiple_bugs=False
)  # the first failure is enough: nothing is made small


def test_gathering_keeps_its_laws() -> None:
    run_state_machine_as_test(Gathering, settings=BUDGET)  # type: ignore[no-untyped-call]


def test_a_gathering_that_closes_alerts_itself_is_noticed() -> None:
    """Negative control of the test above."""

    class Broken(Gathering):
        gather_by = staticmethod(broken_gather)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Broken, settings=ONCE)  # type: ignore[no-untyped-call]


def test_a_gathering_that_takes_live_data_for_late_is_noticed() -> None:
    """Negative control of the law that live data call people."""

    class Deaf(Gathering):
        gather_by = staticmethod(deaf_gather)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Deaf, settings=ONCE)  # type: ignore[no-untyped-call]
