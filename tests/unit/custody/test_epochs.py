"""A copy of the keystore lives 30 days at most, and so does what was destroyed."""

from __future__ import annotations

import pytest

from fairtag.custody.epochs import LIFE, WEEK, ends_at, final_by, week_of
from fairtag.terms.instants import DAY, Micros, parse


@pytest.mark.parametrize(
    ("at", "week_began", "ends"),
    [
        # 2026-11-19 is a Thursday, as 1970-01-01 was.
        ("2026-11-19T00:00:00Z", "2026-11-19T00:00:00Z", "2026-12-19T00:00:00Z"),
        ("2026-11-25T23:59:59Z", "2026-11-19T00:00:00Z", "2026-12-19T00:00:00Z"),
        ("2026-11-26T00:00:00Z", "2026-11-26T00:00:00Z", "2026-12-26T00:00:00Z"),
    ],
)
def test_a_weeks_copies_end_30_days_after_it_began(at: str, week_began: str, ends: str) -> None:
    week = week_of(parse(at))
    assert week * WEEK == parse(week_began)
    assert ends_at(week) == parse(ends)


def test_a_destruction_is_never_final_later_than_30_days_after_it() -> None:
    for hour in range(24 * 8):
        at = Micros(parse("2026-11-19T00:00:00Z") + hour * DAY // 24)
        assert at + 23 * DAY < final_by(at) <= at + LIFE
