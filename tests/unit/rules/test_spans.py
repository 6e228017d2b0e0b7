"""Stretches of time within others, or without them: as sets of instants say it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fairtag.rules.prompts.spans import within, without
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=5)


def spans(*pairs: tuple[int, int]) -> list[Interval]:
    return [Interval(start=Micros(start), end=Micros(end)) for start, end in pairs]


def of(told: list[tuple[int, int]]) -> list[Interval]:
    return spans(*((start, start + length) for start, length in told))


def instants(found: list[Interval] | tuple[Interval, ...]) -> set[int]:
    return {at for one in found for at in range(one.start, one.end)}


def is_tidy(found: tuple[Interval, ...]) -> bool:
    """Tell whether all are in order, none empty, and no two touch or overlap."""
    edges = [edge for one in found for edge in (one.start, one.end)]
    return edges == sorted(set(edges))


@settings(deadline=None)
@given(one=SPANS, other=SPANS)
def test_within_is_what_lies_in_both(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    found = within(of(one), of(other))

    assert instants(found) == instants(of(one)) & instants(of(other))
    assert is_tidy(found)


@settings(deadline=None)
@given(one=SPANS, other=SPANS)
def test_without_is_what_lies_in_one_alone(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    found = without(of(one), of(other))

    assert instants(found) == instants(of(one)) - instants(of(other))
    assert is_tidy(found)


def test_stretches_that_only_touch_share_nothing() -> None:
    assert within(spans((0, 5)), spans((5, 9))) == ()
    assert without(spans((0, 5)), spans((5, 9), (-3, 0))) == tuple(spans((0, 5)))


def test_several_holes_in_several_stretches() -> None:
    found = without(spans((0, 10), (20, 30), (40, 41)), spans((2, 3), (8, 22), (25, 26), (28, 45)))

    assert list(found) == spans((0, 2), (3, 8), (22, 25), (26, 28))


def test_several_stretches_within_several() -> None:
    found = within(spans((0, 10), (20, 30)), spans((2, 3), (8, 22), (29, 45)))

    assert list(found) == spans((2, 3), (8, 10), (20, 22), (29, 30))
