"""Between two positions: when may somebody have been at the edge?"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fairtag.rules.places.between import WALK_MPS, unseen
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.instants import SECOND

NAN = float("nan")


def spans(
    *fixes: tuple[float, float, float],
    step_m: tuple[float, ...] | None = None,
    width_m: float | tuple[float, ...] = 0,
) -> list[list[float]]:
    """Give the spans in seconds; a fix is its second, its distance and its told speed."""
    at, kept, speed = (np.array(column, np.float64) for column in zip(*fixes, strict=True))
    steps = np.abs(np.diff(kept)) if step_m is None else np.array(step_m)
    found = unseen(
        (at * SECOND).astype(np.int64),
        kept,
        np.broadcast_to(np.array(width_m, np.float64), len(at)),
        speed,
        steps,
        DEFAULTS,
    )
    assert found.dtype == np.int64  # instants are whole microseconds
    return (found / SECOND).tolist()


def test_who_could_have_gone_there_and_back_is_unseen_in_between() -> None:
    """At 25 m and 50 m from the edge, 10 s and 20 s of a brisk walk away."""
    assert spans((0, 25, 0), (60, 50, 0)) == [[10, 40]]


def test_who_is_too_far_away_is_not() -> None:
    assert spans((0, 80, 0), (60, 80, 0)) == []


def test_who_gets_there_and_must_turn_at_once_was_at_the_edge_for_no_time() -> None:
    """75 m are 30 s away, there and back."""
    assert spans((0, 75, 0), (60, 75, 0)) == []


def test_a_position_may_be_wrong_by_two_widths() -> None:
    assert spans((0, 45, 0), (60, 70, 0), width_m=10) == [[10, 40]]


def test_who_rides_reaches_further() -> None:
    """At 8 m/s, explained up to 14 m/s: 280 m are 20 s away."""
    assert spans((0, 280, 8), (60, 280, 0), step_m=(400,)) == [[20, 40]]


def test_the_faster_end_of_each_step_counts() -> None:
    """Up to 14 m/s in both: who stops, and who sets off."""
    ride = [(0, 280, 0), (60, 280, 8), (120, 280, 0)]
    assert spans(*ride[:2], step_m=(400,)) == [[20, 40]]
    assert spans(*ride[1:], step_m=(400,)) == [[80, 100]]


def test_two_positions_within_a_second_tell_a_speed_too() -> None:
    """15 m in half a second, explained up to 52.5 m/s: 5.25 m are a tenth of a second away."""
    assert spans((0, 5.25, NAN), (0.5, 5.25, NAN), step_m=(15,)) == [[0.1, 0.4]]


def test_without_a_told_speed_the_step_itself_tells_it() -> None:
    assert spans((0, 280, NAN), (60, 280, NAN), step_m=(480,)) == [[20, 40]]


def test_a_step_that_no_told_speed_explains_leaves_the_whole_time_unseen() -> None:
    """One wrong position far away on the right side is no proof of anything."""
    assert spans((0, 60, 1), (60, 260, 1), (120, 60, 1)) == [[0, 60], [60, 120]]
    assert spans((0, 60, 2.5), (60, 260, 2.5), (120, 60, 2.5)) == []


def test_a_step_is_odd_from_a_quarter_more_than_the_told_speed_explains() -> None:
    """At 1 m/s for a minute 75 m and 25 m more are explained, and not a metre above."""
    far = (0, 200, 1), (60, 200, 1)
    assert spans(*far, step_m=(99,)) == []
    assert spans(*far, step_m=(101,)) == [[0, 60]]


def test_positions_that_may_be_wrong_by_more_explain_a_longer_step() -> None:
    """Widths of 30 m and 10 m: 40 m and 75 m are explained; of 20 m and 10 m, 30 m and 75 m."""
    far = (0, 300, 1), (60, 300, 1)
    for widths in ((30, 10), (10, 30)):
        assert spans(*far, step_m=(114,), width_m=widths) == []
        assert spans(*far, step_m=(116,), width_m=widths) == [[0, 60]]
    three = (*far, (120, 300, 1))
    assert spans(*three, step_m=(114, 104), width_m=(20, 20, 10)) == []
    assert spans(*three, step_m=(114, 106), width_m=(20, 20, 10)) == [[60, 120]]


def test_beyond_the_edge_the_time_is_unseen_up_to_the_position() -> None:
    assert spans((0, -30, 0), (20, -30, 0)) == [[0, 20]]


MOVING = DEFAULTS.moving_mps


def test_of_who_moves_one_position_alone_shows_nothing() -> None:
    """Each is 10 s of a walk from the edge; who lies still is seen there for 20 s."""
    assert spans((0, 25, MOVING), (60, 25, 0), (120, 25, MOVING)) == [[10, 60], [60, 110]]
    assert spans((0, 25, 0), (60, 25, 0), (120, 25, 0)) == [[10, 50], [70, 110]]
    assert spans((0, 25, MOVING), (60, 25, 0), (120, 25, 0)) == [[10, 50], [70, 110]]
    assert spans((0, 25, 0), (60, 25, 0), (120, 25, MOVING)) == [[10, 50], [70, 110]]
    assert spans((0, 25, 0), (60, 25, MOVING - 0.01), (120, 25, 0)) == [[10, 50], [70, 110]]


def test_with_a_time_in_sight_on_one_side_it_is_not_alone() -> None:
    assert spans((0, 90, 1), (60, 90, 1), (120, 25, 1)) == [[96, 110]]
    four = (0, 25, 1), (60, 90, 1), (120, 90, 1), (180, 25, 1)
    assert spans(*four) == [[10, 24], [156, 170]]


def test_who_moves_is_told_by_the_way_where_no_speed_is() -> None:
    assert spans((0, 25, NAN), (60, 25, NAN), (120, 25, NAN), step_m=(60, 60)) == [
        [10, 60],
        [60, 110],
    ]
    assert spans((0, 25, NAN), (60, 25, NAN), (120, 25, NAN), step_m=(60, 6)) == [
        [10, 50],
        [70, 110],
    ]


def test_one_position_has_nothing_between() -> None:
    assert spans((0, 5, 0)) == []


@given(
    here=st.floats(0, 500),
    there=st.floats(0, 500),
    lasted=st.integers(1, 3600),
    share=st.floats(0.05, 0.95),
)
def test_every_walk_to_the_edge_and_back_lies_in_a_span(
    here: float, there: float, lasted: int, share: float
) -> None:
    """Somebody who walks no faster than that is at the edge at a time which was said."""
    reach = here / WALK_MPS, lasted - there / WALK_MPS
    if reach[0] + 1e-3 >= reach[1]:
        return  # nobody gets there and back
    at = reach[0] + share * (reach[1] - reach[0])
    told = spans((0, here, 0), (lasted, there, 0), step_m=(0.0,))
    assert any(first - 1e-3 <= at <= end + 1e-3 for first, end in told)
