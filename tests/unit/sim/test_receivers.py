"""Receivers err as real ones do: for minutes, far at times, and claiming too much."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from fairtag.sim.chance import Chance
from fairtag.sim.lives.people import Setting, Spot
from fairtag.sim.receivers import Fix, Model, Receiver, Sky
from fairtag.terms.instants import MINUTE, Micros

TRUE = Spot(53.48, -2.24)


def seen(
    model: Model, *, setting: Setting = Setting.INDOORS, sky: Sky = Sky.GOOD, minutes: int = 4000
) -> list[Fix]:
    receiver = Receiver(Chance("receiver", model), model)
    looks = (receiver.see(TRUE, Micros(n * MINUTE), setting, sky) for n in range(minutes))
    return [fix for fix in looks if fix is not None]


def agreement(north_m: list[float], lag: int) -> float:
    """Tell how much errors some minutes apart agree; 1 is wholly, 0 not at all."""
    both = zip(north_m, north_m[lag:], strict=False)
    return sum(a * b for a, b in both) / sum(one * one for one in north_m)


def north_of(fixes: list[Fix]) -> list[float]:
    return [max(-80.0, min(80.0, TRUE.offset_m(fix.spot)[0])) for fix in fixes]


def errors_of(fixes: list[Fix]) -> list[float]:
    return sorted(TRUE.metres_to(fix.spot) for fix in fixes)


def test_errors_last_for_minutes_and_fade() -> None:
    north_m = north_of(seen(Model.APPLE))
    assert agreement(north_m, 1) > 0.6
    assert 0.2 < agreement(north_m, 5) < 0.55
    assert agreement(north_m, 60) < 0.25


def test_errors_without_memory_would_be_noticed() -> None:
    """Negative control: independent errors fail what the last test demands."""
    chance = Chance("no memory")
    assert agreement([chance.normal() for _ in range(4000)], 1) < 0.6


@pytest.mark.parametrize(
    ("setting", "most_m"), [(Setting.STREET, 10), (Setting.INDOORS, 30)], ids=["street", "indoors"]
)
def test_a_tag_is_as_good_as_the_standard_asks_and_no_better(
    setting: Setting, most_m: float
) -> None:
    errors_m = errors_of(seen(Model.TAG, setting=setting))
    assert errors_m[int(0.95 * len(errors_m))] == pytest.approx(most_m, rel=0.25)
    assert errors_m[-1] > 80  # an outlier


def test_a_tag_claims_to_be_better_than_it_is() -> None:
    fixes = seen(Model.TAG)
    held = sum(TRUE.metres_to(fix.spot) <= fix.accuracy_m for fix in fixes) / len(fixes)
    assert held < 0.6  # the claim is 0.68


def test_an_iphone_claims_65_m_whatever_it_sees() -> None:
    assert {fix.accuracy_m for fix in seen(Model.APPLE, minutes=100)} == {65.0}


def test_an_android_at_rest_repeats_its_coordinates() -> None:
    fixes = seen(Model.ANDROID, minutes=400)
    assert len({fix.spot for fix in fixes}) < len(fixes) / 3


def test_a_frozen_position_is_one_wrong_place_that_claims_15_m() -> None:
    (fix,) = set(seen(Model.ANDROID, sky=Sky.FROZEN, minutes=20))
    assert fix.accuracy_m == 15.0
    assert 80 <= TRUE.metres_to(fix.spot) <= 760


def test_a_mast_position_comes_every_third_minute_and_claims_little() -> None:
    fixes = seen(Model.TAG, sky=Sky.CELL_ONLY, minutes=300)
    assert len(fixes) == 100
    assert {fix.accuracy_m for fix in fixes} <= {600.0, 800.0, 900.0, 1000.0}
    assert {fix.source for fix in fixes} == {"cell"}


@pytest.mark.parametrize(
    ("setting", "sky"), [(Setting.TUNNEL, Sky.GOOD), (Setting.STREET, Sky.NONE)]
)
def test_where_nothing_is_seen_nothing_is_said(setting: Setting, sky: Sky) -> None:
    assert seen(Model.TAG, setting=setting, sky=sky, minutes=50) == []


def test_all_that_is_reported_are_numbers() -> None:
    def numbers() -> Iterator[float]:
        for model in Model:
            for fix in seen(model, minutes=300):
                yield from (fix.spot.lat, fix.spot.lon, fix.accuracy_m)

    assert all(math.isfinite(one) for one in numbers())
