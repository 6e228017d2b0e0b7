"""Whether a matter rests on what a receiver that stands still has told."""

from __future__ import annotations

import pytest

from fairtag.rules.doubt.frozen import rests_on_frozen
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.instants import SECOND, Micros

LAST = Micros(1_000_000 * SECOND)
LINGER = DEFAULTS.linger_s * SECOND


@pytest.mark.parametrize(
    ("since", "at", "rests"),
    [
        (0, 0, True),
        (1, 0, False),  # all of it was seen after it
        (0, LINGER - 1, True),
        (0, LINGER, False),  # the doubt is over
    ],
)
def test_it_rests_on_it_while_it_is_in_doubt(since: int, at: int, *, rests: bool) -> None:
    found = rests_on_frozen(LAST, Micros(LAST + since), Micros(LAST + at), DEFAULTS)

    assert found == rests


def test_a_receiver_that_never_stood_still_is_in_no_doubt() -> None:
    assert not rests_on_frozen(None, LAST, LAST, DEFAULTS)
