"""The comparison of methods scores what the product decides, by the rule that it tells."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "bench"))

from places import cases, judges
from places.cases import Case, Duties
from places.score import Tally, _decided, score

from fairtag.orders.read import read
from fairtag.rules.places.walk import AGAINST, KEPT, UNSURE
from fairtag.rules.replay import replay
from fairtag.rules.settings import DEFAULTS
from fairtag.sim.cast import player, span_of
from fairtag.sim.columns import spoken
from fairtag.sim.papers import order_of
from fairtag.terms.instants import MINUTE, SECOND, Micros, parse
from fairtag.terms.local import Interval

START = parse("2026-11-02T12:00:00Z")
# Bold, so that a wearer at an edge has many false findings, which the two must share.
BOLD = judges.budgeted(DEFAULTS, 5)


def decided_by(settings: object, case: Case) -> list[int]:
    sides = judges.walked(settings, case)
    return [
        at
        for c, duties in enumerate(case.duties)
        for at in _decided(case.rows.at, case.rows.against_m[:, c], sides[:, c], duties)
    ]


def test_the_walk_is_scored_by_the_products_own_decisions() -> None:
    span = span_of("home_at_edge", start=START, days=6)
    one = player(2, "home_at_edge", span=span, seed=cases.SEED, is_daily=True)
    ruling = read(msgspec.json.encode(order_of(one)), scheme=None).ruling
    found = replay([(ruling,)], list(spoken(one).messages()), settings=BOLD).findings
    told = sorted(
        {
            finding.decided_at
            for finding in found
            if finding.recipient == "authority"
            and finding.state == "opened"
            and finding.part_of is None
        }
    )
    case = cases._life(one, DEFAULTS)
    # A finding is decided when the position has arrived: a tag takes 2 s and its clock's error.
    gaps = np.subtract(told, decided_by(BOLD, case)) / SECOND

    assert len(told) > 3
    assert np.all((gaps >= 0) & (gaps <= 6))
    assert len(decided_by(DEFAULTS, case)) < len(told)  # negative control: other numbers, others


def case_of(sides: list[int], *, grace_min: int = 0, broken: tuple[Interval, ...] = ()) -> Tally:
    """Score one side a minute, from minute 0, with positions that lie where the sides say."""
    n = len(sides)
    at = np.arange(n) * MINUTE
    against_m = np.where(np.array(sides)[:, None] == KEPT, -9.0, 9.0)
    span = Interval(start=Micros(0), end=Micros(n * MINUTE))
    duties = Duties(windows=(span,), grace=grace_min * MINUTE, broken=broken)
    case = Case(
        story="s", months=1.0, duties=(duties,), columns=None, row=at, rows=None, fixes=None
    )
    tally = Tally()
    score(case, at, against_m, np.array(sides, np.int8)[:, None], tally)
    return tally


def during(start_min: float, end_min: float) -> Interval:
    return Interval(start=Micros(round(start_min * MINUTE)), end=Micros(round(end_min * MINUTE)))


def test_a_matter_goes_on_until_the_side_is_kept() -> None:
    assert case_of([KEPT, AGAINST, UNSURE, AGAINST, KEPT]).false == 1
    assert case_of([KEPT, AGAINST, KEPT, AGAINST, KEPT]).false == 2


@pytest.mark.parametrize(("minutes", "false"), [(6, 0), (7, 1)])
def test_a_curfew_has_its_grace(minutes: int, false: int) -> None:
    assert case_of([KEPT, *[AGAINST] * minutes, KEPT], grace_min=5).false == false


def test_what_is_decided_near_a_true_departure_is_not_false() -> None:
    sides = [KEPT] * 30 + [AGAINST] * 3 + [KEPT] * 30
    assert case_of(sides, broken=(during(38, 45),)).false == 0
    assert case_of(sides, broken=(during(41, 45),)).false == 1


def test_a_delay_runs_from_the_true_start_and_is_endless_where_nothing_is_found() -> None:
    sides = [KEPT] * 30 + [AGAINST] * 3 + [KEPT] * 30
    assert case_of(sides, broken=(during(27.5, 33), during(55, 60))).delays_min == [2.5, np.inf]
