"""Receivers err as real ones do: for minutes, far at times, and claiming too much."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from fairtag.intake.columns import SOURCES
from fairtag.sim.chance import Chances, normals
from fairtag.sim.devices.mocks import Mock
from fairtag.sim.devices.receivers import SKIES, Fixes, Model, Receiver, Sky
from fairtag.sim.lives.people import Places, Setting, Spot
from fairtag.terms.instants import HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

TRUE = Spot(53.48, -2.24)


@dataclass(frozen=True)
class Fix:
    spot: Spot
    accuracy_m: float
    source: str


def looked(
    model: Model,
    *,
    setting: Setting = Setting.INDOORS,
    sky: Sky = Sky.GOOD,
    minutes: int = 4000,
    pieces: int = 1,
) -> list[Fixes]:
    """Look once a minute, in one piece or in several."""
    receiver, found = Receiver(Chances("receiver", model), model, every_s=60), []
    for n in np.array_split(np.arange(minutes), pieces):
        places = Places.all_at(TRUE, setting, len(n))
        found.append(receiver.see(n * MINUTE, places, np.full(len(n), SKIES.index(sky), np.int8)))
    return found


def seen(
    model: Model, *, setting: Setting = Setting.INDOORS, sky: Sky = Sky.GOOD, minutes: int = 4000
) -> list[Fix]:
    (fixes,) = looked(model, setting=setting, sky=sky, minutes=minutes)
    columns = (fixes.lat, fixes.lon, fixes.accuracy_m, fixes.source)
    rows = zip(*(column[fixes.is_seen].tolist() for column in columns), strict=True)
    return [Fix(Spot(lat, lon), claim_m, SOURCES[n]) for lat, lon, claim_m, n in rows]


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
    drawn = normals(Chances("no memory").rows(4000, 2)).real
    assert agreement(drawn.tolist(), 1) < 0.6


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


@pytest.mark.parametrize("sky", [Sky.GOOD, Sky.POOR, Sky.FROZEN])
@pytest.mark.parametrize("model", Model)
def test_a_receiver_asked_in_pieces_says_the_same(model: Model, sky: Sky) -> None:
    (whole,) = looked(model, sky=sky, minutes=500)
    for pieces in (7, 500):
        parts = looked(model, sky=sky, minutes=500, pieces=pieces)
        for name in ("is_seen", "lat", "lon", "accuracy_m", "source"):
            both = np.concatenate([getattr(part, name) for part in parts])
            assert both.tolist() == getattr(whole, name).tolist()


def test_another_freeze_finds_another_wrong_place() -> None:
    receiver = Receiver(Chances("freezes"), Model.ANDROID, every_s=60)
    skies = [Sky.FROZEN] * 5 + [Sky.GOOD] * 5 + [Sky.FROZEN] * 5
    sky = np.array([SKIES.index(one) for one in skies], np.int8)
    fixes = receiver.see(np.arange(15) * MINUTE, Places.all_at(TRUE, Setting.INDOORS, 15), sky)
    assert len(set(fixes.lat[:5])) == len(set(fixes.lat[10:])) == 1
    assert fixes.lat[0] != fixes.lat[10]
    assert TRUE.metres_to(Spot(fixes.lat[5], fixes.lon[5])) < 80


def mocked(shape: str) -> list[tuple[float, float]]:
    """Give metres north and east of the middle, once a minute for an hour, of an app's places."""
    (fixes,) = looked(Model.ANDROID, minutes=60)
    mock = Mock(
        during=Interval(start=Micros(0), end=Micros(HOUR)),
        shape=shape,  # type: ignore[arg-type]
        middle=TRUE,
    )
    mock.put(fixes, np.arange(60) * MINUTE, np.ones(60, np.bool_))
    assert {SOURCES[n] for n in fixes.source} == {"gnss"}
    return [TRUE.offset_m(Spot(*at)) for at in zip(fixes.lat, fixes.lon, strict=True)]


def test_a_mock_app_draws_a_perfect_circle() -> None:
    assert {round(math.hypot(*one), 3) for one in mocked("circle")} == {40.0}


def test_a_mock_app_jumps_away_and_back_within_a_minute() -> None:
    far = [round(math.hypot(*one)) for one in mocked("jumps")]
    assert far.count(5000) == 6
    assert all(far[n] == 0 for n in range(60) if n % 10 != 5)


def test_a_mock_app_repeats_one_place() -> None:
    assert set(mocked("frozen")) == {(0.0, 0.0)}
