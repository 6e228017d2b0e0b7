"""Scores are held against people who agreed; never against wearers, and never alone."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.unit.faces.cohorts import DIMS, cohort, drawn, member, template
from tests.unit.faces.test_verdict import LIVE

from fairtag.faces.cohort.norm import LEAST_SPREAD, Level, beside, compare_beside, levels
from fairtag.faces.cohort.people import (
    LEAST_PEOPLE,
    Named,
    demand_deciding,
    demand_fit,
    read,
    written,
)
from fairtag.faces.compare import compare, numbers
from fairtag.faces.model import EngineInfo, Reading, Refer
from fairtag.faces.refusals import CohortRefused, Incomparable
from fairtag.faces.strangers import rows_turned, turned
from fairtag.faces.verdict import decide, digest

ENGINE = EngineInfo(
    engine_id="e", version="1", weights_sha256=("aa",), licence="", provenance="", dims=DIMS
)
KEY, OTHER = (hashlib.sha256(one).digest() for one in (b"one wearer", b"another"))


def named(made: Any = None) -> Named:
    return read(written(cohort() if made is None else made))


def by_hand(one: np.ndarray, other: np.ndarray, people: np.ndarray, nearest: int) -> float:
    """Count it the long way, for one pair."""
    parts = []
    for side in (one, other):
        near = sorted((float(side @ each) for each in people), reverse=True)[:nearest]
        middle = sum(near) / nearest
        spread = (sum((each - middle) ** 2 for each in near) / nearest) ** 0.5
        parts.append((float(one @ other) - middle) / spread)
    return sum(parts) / 2


def test_a_score_is_counted_in_spreads_above_the_most_alike_strangers() -> None:
    people = drawn(200)
    one, other = drawn(2, seed=7)

    told = compare_beside(template(one), template(other), beside(named(cohort(people))))

    assert told == pytest.approx(by_hand(one, other, people, 40), abs=1e-3)  # float32 templates


def test_which_side_is_which_changes_nothing() -> None:
    one, other = map(template, drawn(2, seed=8))
    near = beside(named())

    assert compare_beside(one, other, near) == pytest.approx(compare_beside(other, one, near))


def test_a_face_that_strangers_resemble_needs_a_higher_cosine() -> None:
    """Two strangers of a crowded side score .97 to each other; two of a lonely one .8: beside a
    cohort that holds both sides neither stands out.
    """
    crowded, lonely = np.eye(DIMS)[0] * 4 + 1, np.eye(DIMS)[1] * 4 + 1
    close = {"side": crowded, "apart": 0.15}
    far = {"side": lonely, "apart": 0.5}
    people = np.concatenate([drawn(300, seed=1, **close), drawn(300, seed=2, **far)])
    near = beside(named(cohort(people)))
    strangers = {
        name: [map(template, drawn(2, seed=seed, **kind)) for seed in range(100, 160)]
        for name, kind in (("close", close), ("far", far))
    }

    pairs = {name: [tuple(each) for each in found] for name, found in strangers.items()}
    raw = {name: np.mean([compare(*each) for each in one]) for name, one in pairs.items()}
    told = {name: [compare_beside(*each, near) for each in one] for name, one in pairs.items()}

    assert raw["close"] - raw["far"] > 0.1
    spread = np.std([*told["close"], *told["far"]])
    assert abs(np.mean(told["close"]) - np.mean(told["far"])) < spread


def test_nothing_soars_on_a_spread_that_is_hardly_there() -> None:
    people = drawn(200, apart=1e-5)
    near = beside(named(cohort(people)))

    found = levels(drawn(3, apart=1e-5, seed=3), near)

    assert found.spread.tolist() == [LEAST_SPREAD] * 3
    assert isinstance(found, Level)


def test_turned_by_a_wearers_key_it_meets_that_wearers_templates_as_before() -> None:
    one, other = map(template, drawn(2, seed=9))
    plain = compare_beside(one, other, beside(named()))

    told = compare_beside(turned(one, KEY), turned(other, KEY), beside(named(), key=KEY))

    assert told == pytest.approx(plain, abs=1e-3)


@pytest.mark.parametrize("key", [None, OTHER], ids=["not turned", "turned for another wearer"])
def test_negative_control_turned_otherwise_it_says_something_else(key: bytes | None) -> None:
    one, other = map(template, drawn(2, seed=9))
    plain = compare_beside(one, other, beside(named()))

    told = compare_beside(turned(one, KEY), turned(other, KEY), beside(named(), key=key))

    assert abs(told - plain) > 1


def test_rows_are_turned_as_templates_are() -> None:
    rows = drawn(3)

    told = rows_turned(rows, KEY)

    for row, one in zip(told, rows, strict=True):
        assert row == pytest.approx(numbers(turned(template(one), KEY)), abs=1e-6)


def test_a_wearers_template_is_no_member() -> None:
    stored = turned(template(drawn(1)[0]), KEY)

    with pytest.raises(CohortRefused, match="template is none"):
        cohort(members=(stored,) * 200)


def test_copied_in_by_force_a_wearers_template_is_near_nobody() -> None:
    """Not even the same wearer, whose key turns it a second time: it stands for no face."""
    face = drawn(1, seed=4)[0]
    stolen = numbers(turned(template(face), KEY))
    people = np.concatenate([drawn(200), stolen[np.newaxis]])
    turned_people = beside(named(cohort(people)), key=KEY).table

    near = turned_people @ stolen

    assert np.argmax(near) != 200
    assert near[200] < np.sort(near)[-40]  # it is never among those that are asked


def test_negative_control_not_turned_the_same_face_would_be_found() -> None:
    face = drawn(1, seed=4)[0]
    people = np.concatenate([drawn(200), face[np.newaxis]])
    turned_people = beside(named(cohort(people)), key=KEY).table

    near = turned_people @ numbers(turned(template(face), KEY))

    assert np.argmax(near) == 200


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": " "}, "what it is called"),
        ({"basis": ""}, "on what ground"),
        ({"source": "synthetic", "groups": {"sex=F": 100}}, "agreed to it"),
        ({"groups": {"sex=F": 9}}, "fewer than 10"),
        ({"members": ()}, "nobody is in it"),
        ({"members": (member(drawn(1)[0], "a"),) * 2}, "twice"),
        ({"members": (member(np.zeros(DIMS), "a"),)}, "no direction"),
        ({"members": (member(np.full(DIMS, np.nan), "a"),)}, "no direction"),
    ],
)
def test_what_may_not_be_one_is_not_built(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(CohortRefused, match=why):
        cohort(**changed)


def test_a_file_gives_the_same_again_and_its_digest_tells_of_every_byte() -> None:
    raw = written(cohort(groups={"sex=F": 90}))
    found = read(raw)

    assert written(found.cohort) == raw
    assert read(raw + b" ").sha256 != found.sha256


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"format": "fairtag-cohort/2"}'])
def test_another_file_is_none(raw: bytes) -> None:
    with pytest.raises(CohortRefused, match="no cohort"):
        read(raw)


def test_a_file_can_not_slip_in_what_may_not_be_built() -> None:
    told = msgspec.json.decode(written(cohort()))
    told["basis"] = ""

    with pytest.raises(CohortRefused):
        read(msgspec.json.encode(told))


def test_too_few_people_say_nothing() -> None:
    few = named(cohort(drawn(LEAST_PEOPLE - 1)))

    with pytest.raises(CohortRefused, match="too few"):
        demand_fit(few, ENGINE)
    demand_fit(named(), ENGINE)


def test_another_engine_or_other_weights_say_nothing() -> None:
    for other in ({"version": "2"}, {"weights_sha256": ("bb",)}):
        with pytest.raises(CohortRefused, match="it was made with"):
            demand_fit(named(), msgspec.structs.replace(ENGINE, **other))


def test_people_who_were_not_asked_never_stand_beside_a_decision() -> None:
    with pytest.raises(CohortRefused, match="never decides"):
        demand_deciding(named(cohort(source="public")))
    demand_deciding(named())


def test_templates_of_another_engine_are_not_compared() -> None:
    one, other = drawn(2)

    with pytest.raises(Incomparable):
        compare_beside(template(one), template(other, "f@1"), beside(named()))
    with pytest.raises(Incomparable):
        compare_beside(template(one[:16]), template(other[:16]), beside(named()))


def test_only_the_very_cohort_that_was_measured_with_decides() -> None:
    face = drawn(1, seed=5)[0]
    enrolled = [template(face)] * 3
    frames = [Reading(outcome="one", template=template(face))] * 3
    right = named()
    profile = msgspec.structs.replace(LIVE, threshold=3.0, cohort_sha256=right.sha256)
    near, others = beside(right), beside(named(cohort(drawn(200, seed=2))))

    told = decide(enrolled, frames, profile, mode="live", cohort=near)

    assert told.outcome == "match"
    assert told.normalised is not None
    assert told.normalised > profile.threshold > 1
    assert round(told.score or 0, 6) <= 1
    for wrong in (None, others):
        refused = decide(enrolled, frames, profile, mode="live", cohort=wrong)
        assert (refused.outcome, refused.reason) == ("refer", Refer.NOT_AUDITED)


def test_negative_control_a_cosine_is_no_normalised_score() -> None:
    """The same numbers without the cohort: 1.0 is below any threshold in spreads, and above one in
    cosines. A profile without a cohort decides by the cosine, whichever cohort is here.
    """
    face = drawn(1, seed=5)[0]
    frames = [Reading(outcome="one", template=template(face))] * 3
    near = beside(named())

    by_cosine = decide([template(face)] * 3, frames, LIVE, mode="live", cohort=near)

    assert (by_cosine.outcome, by_cosine.normalised) == ("match", None)
    strict = msgspec.structs.replace(LIVE, threshold=3.0)
    assert decide([template(face)] * 3, frames, strict, mode="live").reason is Refer.LOW_SCORE


def test_the_digest_of_a_profile_tells_of_its_cohort() -> None:
    assert digest(LIVE) != digest(msgspec.structs.replace(LIVE, cohort_sha256="cc"))
