"""The published settings, their name, and what the loops take of them."""

from __future__ import annotations

import math
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace
from tests.unit.rules.ways import EAST_M, NORTH_M, Fix, at, number, one

from fairtag.rules import settings as published
from fairtag.rules.places.numbers import FIX_SIZE, IS_SATELLITE, numbers_of
from fairtag.rules.settings import CELLS, DEFAULTS, NAT, Doubt, Settings, log_odds, table
from fairtag.terms.instants import SECOND

SAME = {
    "far_widths",
    "tracked_m",
    "in_favour_counts",
    "distinct",
    "moving_mps",
    "step_m",
    "longest_step_s",
    "counted_step_s",
    "fastest_mps",
    "way_share",
    "way_least_m",
    "explained_m",
    "explained_times",
    "tracked_steps",
}
IN_NATS = {
    "most",
    "most_moving",
    "most_still",
    "most_network",
    "reach",
    "reach_moving",
    "relax",
    "against",
    "most_against",
    "in_favour",
    "least_in_favour",
    "most_in_favour",
}
IN_MICROS = {
    "memory": "memory_s",
    "moving_memory": "moving_memory_s",
    "near_memory": "near_memory_s",
    "drift": "drift_s",
    "gap": "gap_s",
    "fade": "fade_s",
    "step": "step_s",
    "copied": "copied_s",
    "jump_doubt": "jump_doubt_s",
}


def different() -> Settings:
    """Give each number a value that no other one has, and that is no round one."""
    names = [
        *sorted(SAME),
        *sorted(IN_NATS),
        *IN_MICROS.values(),
        "repeated_share",
        "longest_drifts",
    ]
    told: dict[str, float] = {name: n + 1.2504 for n, name in enumerate(names)}
    told |= {"in_favour_counts": 7, "distinct": 11, "tracked_steps": 13}
    doubt = Doubt(jump_m=101.25, jump_mps=102.25)
    return Settings(**told, doubt=doubt)  # type: ignore[arg-type]


def test_each_number_of_the_loops_is_the_setting_of_its_name() -> None:
    own = different()
    expected: dict[str, object] = {name: getattr(own, name) for name in SAME}
    expected |= {name: round(getattr(own, name) * NAT) for name in IN_NATS}
    expected |= {name: round(getattr(own, of) * SECOND) for name, of in IN_MICROS.items()}
    expected |= {
        "repeated": round(own.repeated_share * NAT),
        "longest": round(own.drift_s * own.longest_drifts * SECOND),
        "jump_m": 101.25,
        "jump_mps": 102.25,
    }

    told = numbers_of(own)
    assert {name: number(name, told) for name in expected} == expected
    assert len(told.counts) + len(told.reals) == len(expected)


def test_numbers_have_the_types_of_the_loops_whatever_the_settings_have() -> None:
    for own in (DEFAULTS, different()):
        told = numbers_of(own)
        assert (told.counts.dtype, told.reals.dtype) == (np.int64, np.float64)
        assert (told.counts.shape, told.reals.shape) == ((25,), (14,))


def test_steps_are_rounded_not_cut() -> None:
    told = numbers_of(replace(DEFAULTS, most=1.9999, gap_s=0.9999999, in_favour=-1.9999))
    assert [number(one, told) for one in ("most", "gap", "in_favour")] == [2048, SECOND, -2048]


def test_a_position_is_put_side_by_side() -> None:
    when, found = one(Fix(7, (3.0,), 65_536, 131_072, 1.5, width_m=9.0, seq=12))
    assert when == at(7)
    assert found.tolist() == [1.0, 1.0, EAST_M, NORTH_M, 1.5, 1.0, 9.0, 12.0]
    _, found = one(Fix(7, is_satellite=False))
    assert (found[IS_SATELLITE], len(found)) == (0.0, FIX_SIZE)


def test_numbers_are_made_once_for_some_settings() -> None:
    own = replace(DEFAULTS, most=1.5)
    assert numbers_of(own) is numbers_of(replace(DEFAULTS, most=1.5))
    assert numbers_of(own) is not numbers_of(DEFAULTS)


# The settings and their name


def test_the_name_of_settings_changes_with_each_of_their_numbers() -> None:
    assert Settings() == DEFAULTS
    names = {DEFAULTS.digest}
    for name in Settings.__struct_fields__:
        if name not in {"version", "doubt"}:
            names.add(replace(DEFAULTS, **{name: getattr(DEFAULTS, name) + 1}).digest)
    for name in Doubt.__struct_fields__:
        doubt = replace(DEFAULTS.doubt, **{name: getattr(DEFAULTS.doubt, name) + 1})
        names.add(replace(DEFAULTS, doubt=doubt).digest)
    names.add(replace(DEFAULTS, version="places/other").digest)
    assert len(names) == len(Settings.__struct_fields__) + len(Doubt.__struct_fields__)


def test_the_same_settings_have_the_same_name_in_its_form() -> None:
    assert Settings().digest == DEFAULTS.digest
    head, _, digits = DEFAULTS.digest.partition(":")
    assert head == "sha256"
    assert len(digits) == 32
    assert set(digits) <= set("0123456789abcdef")


def test_the_name_stands_on_the_text_and_not_on_the_order_of_the_fields() -> None:
    told = msgspec.json.decode(msgspec.json.encode(DEFAULTS))
    turned = msgspec.defstruct("Turned", [(name, object) for name in reversed(list(told))])
    text = msgspec.json.encode(turned(**told), order="sorted")
    assert DEFAULTS.digest == f"sha256:{published.hashlib.sha256(text).hexdigest()[:32]}"


def test_published_numbers_do_not_change_while_they_are_used() -> None:
    for numbers in (DEFAULTS, DEFAULTS.doubt):
        with pytest.raises(AttributeError):
            numbers.version = "other"
        with pytest.raises(TypeError):
            type(numbers)(5.0)
    assert hash(DEFAULTS) == hash(Settings())


def test_the_version_names_the_model() -> None:
    assert DEFAULTS.version == published.VERSION == "places/2"


def test_published_numbers_fit_together() -> None:
    """What the model takes for granted, whatever values are chosen."""
    own = DEFAULTS
    assert own.most_in_favour <= own.in_favour < 0 < own.against <= own.most_against
    assert 0 < own.most_network * own.reach < own.against  # without a movement never decides
    assert 0 < own.most_network <= own.most_still <= own.most <= own.most_moving < own.against
    assert own.moving_memory_s <= own.memory_s <= own.near_memory_s
    assert own.reach <= own.reach_moving
    assert 0 < own.least_in_favour <= -own.in_favour  # one position may say it alone
    assert own.way_least_m > 0  # who has not moved has no movement that explains
    assert 0 < own.repeated_share < 1
    assert own.distinct >= 2
    assert own.in_favour_counts >= 1
    assert own.gap_s < own.silence_s


# The table of evidence


def test_the_table_tells_the_middle_of_each_cell_in_whole_steps() -> None:
    told = table()
    assert (NAT, CELLS) == (1024, 16)
    assert len(told) == 12 * CELLS
    assert told.dtype == "int64"
    for cell in (0, 1, 15, 100, 191):
        assert told[cell] == round(1024 * log_odds((cell + 0.5) / 16))
    assert all(one < other for one, other in pairwise(told.tolist()))
    assert table() is told


@pytest.mark.parametrize(
    ("widths", "below"),
    [
        # Source: published tables of Student's t with 3 degrees of freedom
        (0.765, 0.75),
        (1.638, 0.90),
        (2.353, 0.95),
        (3.182, 0.975),
        (4.541, 0.99),
        (5.841, 0.995),
        (10.215, 0.999),
    ],
)
def test_log_odds_are_those_of_students_t(widths: float, below: float) -> None:
    assert log_odds(widths) == pytest.approx(math.log(below / (1 - below)), abs=0.005)
    assert log_odds(-widths) == pytest.approx(-log_odds(widths))


def test_log_odds_end_in_what_is_endless() -> None:
    assert log_odds(0.0) == 0.0
    assert log_odds(1e30) == math.inf
    assert log_odds(-1e30) == -math.inf
