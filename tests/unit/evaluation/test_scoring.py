"""Hand-made truths and episodes: what counts as found, false, late, withdrawn and unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.unit.evaluation.specimens import (
    CURFEW,
    ZONE,
    attendance,
    case,
    every_minute,
    fix,
    fixes,
    minute,
    ruling,
    span,
    truth,
)

from fairtag.evaluation.case import Departure, departures
from fairtag.evaluation.judges import Episode, Judged, episodes_of
from fairtag.evaluation.scoring import Outcome, Score, length_class, score
from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Source
from fairtag.rules.finding import Finding, Kind, State
from fairtag.sim.scenarios.scene import Truth
from fairtag.terms.ids import ConditionId, FindingId, OrderId
from fairtag.terms.instants import Micros

ORDER = ruling(CURFEW, ZONE)
AWAY = truth("curfew.left", "c1", span(30, 60), ORDER)
WALK = fixes(every_minute((30, 0), (30, 300), (60, 0)))


def alert(began: float, ended: float | None, decided: float, **more: Any) -> Episode:
    named = {"condition_id": "c1", "kind": "curfew.left"} | more
    ended_at = None if ended is None else minute(ended)
    return Episode(began=minute(began), ended=ended_at, decided=minute(decided), **named)


def scored(*episodes: Episode, departs: tuple[Departure, ...] = (AWAY,), **more: Any) -> Score:
    one = case(ORDER, more.pop("told", WALK), *departs)
    return score(one, "by hand", Judged(episodes=episodes, **more))


def outcome(*episodes: Episode, **more: Any) -> Outcome:
    (found,) = scored(*episodes, **more).outcomes
    return found


def test_found_with_its_delay_after_grace() -> None:
    """Away from 19:30, grace until 19:35, told at 19:37."""
    one = scored(alert(30, 60, 37))

    assert (one.alerts, one.wrong) == (1, ())
    (found,) = one.outcomes
    assert (found.answer, found.delay_s, found.length_s, found.past_due_s) == (
        "found",
        120.0,
        1800.0,
        1500.0,
    )
    assert found.heard_s == 118.0  # the fix of 19:35 came two seconds later


def test_a_decision_that_is_not_late_has_no_negative_delay() -> None:
    assert outcome(alert(30, 60, 34)).delay_s == 0.0


@pytest.mark.parametrize(
    "episode",
    [
        alert(80, 90, 82),  # twenty minutes after it was over
        alert(0, 10, 2),  # twenty before it began
        alert(30, 60, 37, condition_id="x1"),
        alert(30, 60, 37, kind="zone.entered"),
        alert(5, None, 10),  # standing since long before: nobody knew anything then
    ],
)
def test_an_alert_about_something_else_is_false(episode: Episode) -> None:
    one = scored(episode)

    assert [wrong.kind for wrong in one.wrong] == [episode.kind]
    assert [found.answer for found in one.outcomes] == ["kept"]


def test_an_alert_a_little_beside_is_not_false_and_finds_nothing() -> None:
    one = scored(alert(65, 68, 66))

    assert one.wrong == ()
    assert [found.answer for found in one.outcomes] == ["kept"]


def test_another_kind_of_the_same_curfew_counts() -> None:
    assert outcome(alert(30, 60, 37, kind="curfew.late_start")).answer == "found"


def test_a_withdrawn_alert_was_an_alert_and_finds_nothing() -> None:
    right, wrong = alert(30, 60, 37, is_withdrawn=True), alert(100, 110, 105, is_withdrawn=True)

    assert outcome(right).answer == "kept"
    assert [one.is_withdrawn for one in scored(wrong).wrong] == [True]


def test_two_alerts_about_one_departure_are_not_false() -> None:
    one = scored(alert(30, 40, 36), alert(45, 60, 50))

    assert (one.alerts, one.wrong) == (2, ())
    assert one.outcomes[0].delay_s == 60.0  # the first counts


def test_without_a_departure_every_alert_is_false() -> None:
    assert len(scored(alert(30, 60, 37), departs=()).wrong) == 1


def test_late_data_are_counted_from_receipt_too() -> None:
    """Offline until 21:00: known 90 min after the fact, decided with the data."""
    rows = [fix(n, east, received_at=minute(120)) for n, east in every_minute((30, 0), (40, 300))]
    found = outcome(alert(30, 60, 120), told=positions_of(rows))

    assert (found.delay_s, found.heard_s) == (85 * 60.0, 0.0)
    assert not found.is_prompt


def test_a_device_that_gathers_fixes_is_not_prompt() -> None:
    order = ruling(CURFEW, every_s=300)
    one = score(case(order, WALK, AWAY), "by hand", Judged(episodes=()))

    assert not one.outcomes[0].is_prompt
    assert outcome().is_prompt


def test_what_shows_is_told_from_what_does_not() -> None:
    """200 m outside with 10 m claimed is plain; with 80 m claimed it is not three times as deep."""
    wide = fixes(every_minute((30, 0), (30, 300)), accuracy_m=80.0)
    phone = fixes(every_minute((30, 0), (30, 300)), source=Source.FUSED)
    unknown = fixes(every_minute((30, 0), (30, 300)), accuracy_m=None)
    few = fixes(every_minute((30, 0), (4, 300)))

    assert outcome().is_clear
    assert not any(outcome(told=one).is_clear for one in (wide, phone, unknown, few))


def test_missed_in_silence_is_unknown_and_missed_in_plain_sight_is_said_kept() -> None:
    silent = fixes([(0.0, 0.0), (29.0, 0.0), (61.0, 0.0)])
    masts = positions_of(
        [fix(n, 0.0, source=Source.CELL if 29 < n < 61 else Source.GNSS) for n in range(90)]
    )

    assert outcome(told=silent).answer == "unknown"
    assert outcome(told=masts).answer == "unknown"
    assert outcome().answer == "kept"


def test_a_judge_that_says_it_does_not_know_is_believed() -> None:
    def sides(*told: tuple[float, str]) -> tuple[tuple[str, str, Micros, str], ...]:
        return tuple(("O-1", "c1", minute(at), side) for at, side in told)

    unsure = sides((0, "kept"), (31, "unsure"), (70, "kept"))
    moment = sides((0, "kept"), (31, "unsure"), (36, "kept"))
    other = tuple((order, "x1", at, side) for order, _, at, side in unsure)

    assert outcome(sides=unsure).answer == "unknown"
    assert outcome(sides=moment).answer == "kept"
    assert outcome(sides=sides((0, "kept"))).answer == "kept"
    assert outcome(sides=other).answer == "unknown"  # of this condition nothing was ever said
    assert outcome(sides=()).answer == "unknown"
    assert scored(sides=()).tells_sides


def test_an_alert_without_a_position_is_blind() -> None:
    masts = positions_of([fix(n, 900.0, source=Source.CELL) for n in range(90)])
    silent = fixes([(0.0, 0.0), (100.0, 0.0)])
    strap = alert(30, 40, 30, kind="tamper.strap", condition_id=None)

    assert scored(alert(30, 60, 37), told=masts).blind == 1
    assert scored(alert(30, 60, 37), told=silent).blind == 1
    assert scored(alert(30, 60, 37)).blind == 0
    assert scored(strap, told=silent).blind == 0  # the device said so itself


def test_rows_of_truth_about_one_stretch_are_one_departure() -> None:
    rows = [
        Truth(kind="curfew.left", condition_id="c1", during=span(30, 60)),
        Truth(kind="curfew.out_at_end", condition_id="c1", during=span(30, 60)),
        Truth(kind="zone.entered", condition_id="x1", during=span(30, 60)),
        Truth(kind="contact.lost", condition_id=None, during=span(30, 60)),
        Truth(kind="curfew.left", condition_id="c1", during=span(90, 95)),
    ]

    found = departures(rows, ORDER)

    assert [(one.condition_id, sorted(one.kinds), one.due_at) for one in found] == [
        ("c1", ["curfew.left", "curfew.out_at_end"], minute(35)),
        ("c1", ["curfew.left"], minute(95)),
        ("x1", ["zone.entered"], minute(30)),
    ]


def test_an_appointment_is_due_when_it_is_over() -> None:
    order = ruling(attendance(60, 120, stay_min=30))
    one = truth("attendance.missed", "a1", span(0, 60), order)

    assert one.due_at == minute(60)


def test_lengths_have_classes() -> None:
    one = outcome()
    told = {29: 0, 60: 1, 119: 2, 121: 2, 239: 4, 541: 4, 600: 10, 1499: 25, 3000: 50, 90_000: 50}

    classes = {s: length_class(replaced(one, float(s))) for s in told}

    assert classes == told


def replaced(one: Outcome, length_s: float) -> Outcome:
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return Outcome(**(fields | {"length_s": length_s}))


def record(state: State, **more: Any) -> Finding:
    named: dict[str, Any] = {
        "finding_id": FindingId("f_1"),
        "rev": 1,
        "order_id": OrderId("O-1"),
        "condition_id": ConditionId("c1"),
        "kind": Kind.CURFEW_LEFT,
        "state": state,
        "began_at": minute(30),
        "decided_at": minute(37),
        "rule": "curfew@1",
        "settings": "",
        "tzdata": "",
        "words": {},
    }
    return Finding(**(named | more))


def test_records_of_a_matter_are_one_episode_with_its_first_decision() -> None:
    opened = record(State.OPENED)
    closed = record(State.CLOSED, ended_at=minute(60), decided_at=minute(61))
    part = record(State.OPENED, finding_id=FindingId("f_2"), part_of=FindingId("f_1"))
    support = record(State.OPENED, finding_id=FindingId("f_3"), kind=Kind.CONTACT_LOST)

    assert episodes_of([opened, closed, part, support]) == (alert(30, 60, 37),)


@pytest.mark.parametrize(
    "last",
    [record(State.WITHDRAWN, rev=2), record(State.CORRECTED, rev=2, cause="excused")],
)
def test_what_no_longer_counts_is_withdrawn(last: Finding) -> None:
    (one,) = episodes_of([record(State.OPENED), last])

    assert one.is_withdrawn
    assert replace(one, is_withdrawn=False) == alert(30, None, 37)


UNSEEN = np.array([[minute(30), minute(60)]], np.int64)
KEPT_ALL = ((ORDER.order_id, "c1", minute(0), "kept"),)


def test_time_in_which_the_judge_says_that_it_did_not_see_is_unknown() -> None:
    """Both positions say 'kept', and the judge does not claim what lies between them."""
    told = fixes(every_minute((0, 0), (90, 0)))
    assert outcome(told=told, sides=KEPT_ALL).answer == "kept"
    assert outcome(told=told, sides=KEPT_ALL, unseen={"c1": UNSEEN}).answer == "unknown"
    assert outcome(told=told, sides=KEPT_ALL, unseen={"x1": UNSEEN}).answer == "kept"


def test_saying_unknown_has_its_price() -> None:
    """Half an hour of the day in which nothing was amiss, for one of two conditions."""
    told = fixes(every_minute((0, 0), (90, 0)))
    early = {"c1": np.array([[minute(0), minute(15)]], np.int64)}
    plain = scored(told=told, sides=KEPT_ALL).unknown_share
    dear = scored(told=told, sides=KEPT_ALL, unseen=early).unknown_share
    assert plain is not None
    assert dear is not None
    assert dear > plain
    assert scored(told=told).unknown_share is None  # a judge that claims nothing
