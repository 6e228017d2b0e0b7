"""What is believed, as it is stored and as rules ask."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.unit.rules.ways import Fix, at, walked

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position, ref_of
from fairtag.rules.finding import Evidence
from fairtag.rules.places import walk as w
from fairtag.rules.places.belief import Beliefs, Seen, Side, seen_of
from fairtag.rules.places.numbers import FIX_SIZE
from fairtag.rules.places.way import new_way
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import Micros

A, B, C = ConditionId("a"), ConditionId("b"), ConditionId("c")
D1, D2 = DeviceId("D-1"), DeviceId("D-2")


def beliefs(*names: ConditionId) -> Beliefs:
    """Give beliefs about edges, each of its own."""
    found = Beliefs()
    found.fit(names)
    state = found.of(D1)
    state.edges[:, w.ODDS] = [1024 * (n + 1) for n in range(len(names))]
    state.moved_m[:] = [10.0 * (n + 1) for n in range(len(names))]
    state.way[:] = 7.0
    found.keep(state)
    return found


@pytest.mark.parametrize(
    ("odds", "expected"),
    [(0.0, 0.5), (2.0, 0.881), (-2.0, 0.119), (-100.0, 0.0), (6.9, 0.999), (100.0, 0.999)],
)
def test_certainty_is_a_probability_and_nothing_is_ever_sure(odds: float, expected: float) -> None:
    assert Seen(odds=odds).certainty == expected


def test_what_is_told_of_an_edge_is_told_by_name_and_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Seen().odds = 5.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        Seen(Side.KEPT)  # type: ignore[misc]
    with pytest.raises(TypeError):
        Beliefs((A,))  # type: ignore[misc]


def test_sides_are_named_in_plain_words() -> None:
    assert list(Side) == ["kept", "unsure", "against"]


def test_of_an_edge_that_was_never_looked_at_nothing_is_known() -> None:
    told = Beliefs()
    assert told.seen(A) == Seen()
    assert (Seen().side, Seen().at, Seen().evidence) == (Side.UNSURE, None, ())
    assert (told.names, told.device_id, told.refs) == ((), None, {})
    assert told.state().edges.shape == (0, w.WIDTH)
    assert told.state().way.tolist() == new_way().tolist()
    told.fit((A,))
    assert told.seen(A) == Seen(run_from=Micros(-1), is_sure=True)


def test_edges_that_stay_keep_what_is_known_wherever_they_stand() -> None:
    told = beliefs(A, B)
    told.fit((C, B, A))
    state = told.state()
    assert told.names == (C, B, A)
    assert state.edges[:, w.ODDS].tolist() == [0, 2048, 1024]
    assert state.edges[0].tolist() == w.new_state(1).edges[0].tolist()
    assert state.moved_m.tolist() == [0.0, 20.0, 10.0]
    assert set(state.way.tolist()) == {7.0}  # a device's way has nothing to do with edges
    assert told.device_id == D1


def test_the_same_edges_again_change_nothing() -> None:
    told = beliefs(A, B)
    edges = told.edges
    told.fit([A, B])
    assert told.edges is edges
    assert told.names == (A, B)


def test_edges_can_be_forgotten() -> None:
    told = beliefs(A, B, C)
    told.forget([B])
    assert told.names == (A, C)
    assert told.state().edges[:, w.ODDS].tolist() == [1024, 3072]
    told.fit((A, B, C))
    assert told.seen(B).odds == 0.0
    assert told.seen(C).odds == 3.0


def test_all_are_forgotten_that_are_named_one_by_one() -> None:
    """Two conditions that are worded anew at once are both about other edges now."""
    told = beliefs(A, B, C)
    told.forget(name for name in (A, C))
    assert told.names == (B,)


def test_another_device_has_another_way_and_the_same_edges() -> None:
    told = beliefs(A)
    assert set(told.of(D1).way.tolist()) == {7.0}
    state = told.of(D2)
    assert told.device_id == D2
    assert state.way.tolist() == new_way().tolist()
    assert state.edges[0, w.ODDS] == 1024
    assert set(told.state().way.tolist()) == {7.0}  # until it is kept
    told.keep(state)
    assert told.state().way.tolist() == new_way().tolist()


def test_arrays_are_copies_until_they_are_kept() -> None:
    told = beliefs(A)
    state = told.state()
    state.edges[0, w.ODDS], state.moved_m[0], state.way[0] = 5, 5.0, 5.0
    assert told.state().edges[0, w.ODDS] == 1024
    told.keep(state)
    again = told.state()
    assert [again.edges[0, w.ODDS], again.moved_m[0], again.way[0]] == [5, 5.0, 5.0]


def test_what_is_stored_comes_back() -> None:
    told = beliefs(A, B)
    told.refs = {"5": "h_x"}
    stored = msgspec.msgpack.encode(told)
    assert msgspec.msgpack.decode(stored, type=Beliefs) == told
    assert isinstance(msgspec.msgpack.decode(stored), list)


# As rules ask


def row_of(**places: int) -> list[int]:
    row = w.new_state(1).edges[0]
    for name, value in places.items():
        row[getattr(w, name)] = value
    return [int(one) for one in row]


def test_a_row_is_read_as_it_was_written() -> None:
    row = row_of(
        ODDS=-1536,
        SIDE=w.AGAINST,
        SIDE_BEFORE=w.KEPT,
        AT=6,
        BEFORE=5,
        RUN_FROM=4,
        KEPT_AT=3,
        KEPT_BEFORE=2,
    )
    expected = Seen(
        side=Side.AGAINST,
        side_before=Side.KEPT,
        at=Micros(6),
        before=Micros(5),
        run_from=Micros(4),
        kept_at=Micros(3),
        kept_before=Micros(2),
        odds=-1.5,
    )
    assert seen_of(row, {}) == expected
    assert seen_of(row_of(SIDE=w.UNSURE, RUN_FROM=0), {}, 1) == Seen()
    assert {seen_of(row_of(SIDE=one), {}).side for one in (-1, 0, 1)} == set(Side)


@pytest.mark.parametrize(("odds", "expected"), [(9000, True), (8999, False), (9001, True)])
def test_odds_are_sure_that_pass_the_error_budget(odds: int, *, expected: bool) -> None:
    assert seen_of(row_of(ODDS=odds), {}, 9000).is_sure is expected
    assert seen_of(row_of(ODDS=odds - 9000), {}).is_sure is expected


def test_evidence_is_named_by_number_or_by_content() -> None:
    row = row_of(NAMED=3)
    row[w.NAMED_AT : w.NAMED_AT + 4] = [10, 20, 30, 40]
    row[w.NAMED_SEQ : w.NAMED_SEQ + 4] = [1, -1, 3, 4]
    assert seen_of(row, {"20": "h_a", "30": "h_b"}).evidence == (
        Evidence(seq=1, at=Micros(10)),
        Evidence(ref="h_a", at=Micros(20)),
        Evidence(seq=3, at=Micros(30)),
    )
    assert seen_of(row, {}).evidence[1] == Evidence(at=Micros(20))


def test_all_eight_that_are_named_are_told() -> None:
    fixes = [Fix(10 * n, east_m=n % 2, seq=n) for n in range(12)]
    told = Beliefs(names=(A,))
    told.keep(walked(*fixes).state)
    assert [one.seq for one in told.seen(A).evidence] == list(range(8))
    assert told.seen(A).evidence[7].at == at(70)


def fixes_of(*numbers: int | None) -> list[Position]:
    return [
        Position(
            device_id=D1,
            at=Micros(at(10 * n)),
            received_at=Micros(at(999)),
            lat=53.0 + n,
            lon=0.0,
            seq=seq,
        )
        for n, seq in enumerate(numbers)
    ]


def test_positions_without_a_number_are_named_by_their_content_once_they_are_at_hand() -> None:
    told, messages = Beliefs(names=(A,)), fixes_of(None, 5, None, None)
    fixes = [
        Fix(10 * n, east_m=n, seq=-1 if one.seq is None else 5) for n, one in enumerate(messages)
    ]
    state = walked(*fixes[:3]).state
    told.refs = {str(at(0)): "h_known", "77": "h_of a run that is over"}
    columns = positions_of(messages)

    told.name(state, columns, np.array([1, 2, 3]))

    assert told.refs == {str(at(0)): "h_known", str(at(20)): ref_of(messages[2])}
    told.keep(state)
    assert [(one.seq, one.ref) for one in told.seen(A).evidence] == [
        (None, "h_known"),
        (5, None),
        (None, ref_of(messages[2])),
    ]


def test_what_is_named_no_more_is_forgotten() -> None:
    told = Beliefs(names=(A,), refs={str(at(0)): "h_known"})
    state = walked(Fix(0), Fix(10, (-9.0,), east_m=1)).state
    told.name(state, positions_of(fixes_of(None)), np.array([0]))
    assert told.refs == {}


def test_names_of_two_edges_are_kept_side_by_side() -> None:
    messages = fixes_of(None, None)
    fixes = [Fix(0, (9.0, -9.0)), Fix(10, (-9.0, 9.0), east_m=1)]
    told = Beliefs(names=(A, B))
    state = walked(*fixes, edges=2).state
    told.name(state, positions_of(messages), np.array([0, 1]))
    assert told.refs == {str(at(10)): ref_of(messages[1])}
    one = walked(Fix(0, (9.0, -9.0)), Fix(10, (9.0, 9.0), east_m=1), edges=2).state
    told.name(one, positions_of(messages), np.array([0, 1]))
    assert told.refs == {str(at(10 * n)): ref_of(messages[n]) for n in (0, 1)}
    told.keep(one)
    assert [one.ref for one in told.seen(B).evidence] == [ref_of(messages[1])]
    assert [one.ref for one in told.seen(A).evidence] == [ref_of(one) for one in messages]


def test_no_position_is_looked_at_before_one_comes() -> None:
    fix = beliefs("c1").state().fix

    assert fix.tolist() == [0.0] * FIX_SIZE
