"""A law of the judge: columns say what their messages say, wherever they are cut.

The streams hold silences, uploads, late and disordered data, two devices, other versions, leave,
suspensions, batteries, signs of doubt, and positions that are no witnesses.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.unit.rules.streams import is_the_same, is_the_same_in_parts

from fairtag.rules import judge
from fairtag.rules.run import Run


def broken(check: Callable[[int], None]) -> bool:
    """Tell whether the law fails for the judge as it is now."""
    try:
        for seed in range(8):
            check(seed)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("seed", [*range(24), 35, 65, 190])
def test_columns_give_what_their_messages_give(seed: int) -> None:
    is_the_same(seed)


@pytest.mark.parametrize("seed", [*range(12), 65])
def test_cuts_and_restarts_change_nothing(seed: int) -> None:
    is_the_same_in_parts(seed)


def test_negative_control_a_walk_over_timers_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "quiet_until", lambda columns, *_: len(columns))

    assert broken(is_the_same)


def test_negative_control_a_cut_that_forgets_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that begins anew knows nothing of the device."""
    usual = Run.__init__

    def forgetful(self: Run, track: object, *more: object) -> None:
        track.noticed.clear()  # type: ignore[attr-defined]
        usual(self, track, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Run, "__init__", forgetful)

    assert broken(is_the_same_in_parts)
