"""A machine says 'match' under an admitted profile only; all else goes to people, with why."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import numpy as np
import pytest

from fairtag.faces.model import (
    Attack,
    GroupRates,
    Rate,
    Reading,
    Refer,
    Template,
    ThresholdProfile,
    Verdict,
)
from fairtag.faces.verdict import decide, digest, mean

NOTHING = Rate(errors=0, trials=0, low=0.0, high=1.0)
RATES = GroupRates(group="all", fmr=NOTHING, fnmr=NOTHING, fta=NOTHING)
LIVE = ThresholdProfile(
    engine="e@1",
    weights_sha256=("aa",),
    capture_mode="burst3-enrolled3",
    threshold=0.9,
    mode="live",
    data_sha256="d",
    report_sha256="r",
    overall=RATES,
    groups=(),
    made_at=0,
    evaluated_by="eve",
    approved_by="adam",
)
DEMO = msgspec.structs.replace(LIVE, mode="demo")


def template(degrees: float, *, engine: str = "e@1", length: float = 1.0) -> Template:
    told = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]) * length
    return Template(engine=engine, vector=told.astype("<f4").tobytes())


def one(degrees: float, *, engine: str = "e@1") -> Reading:
    return Reading(outcome="one", template=template(degrees, engine=engine))


def failed(outcome: Any) -> Reading:
    return Reading(outcome=outcome)


ENROLLED = [template(-10), template(0), template(10)]
POOR = Reading(outcome="poor_quality", template=template(0))


def said(frames: list[Reading], profile: ThresholdProfile | None = LIVE, **told: Any) -> Verdict:
    return decide(told.pop("enrolled", ENROLLED), frames, profile, **{"mode": "live", **told})


def test_the_best_frame_decides() -> None:
    found = said([one(80), one(20), one(-50)])

    assert (found.outcome, found.reason, found.profile) == ("match", None, digest(LIVE))
    assert found.score == pytest.approx(np.cos(np.radians(20)), abs=1e-6)


def test_the_threshold_itself_is_enough_and_a_little_less_is_not() -> None:
    score = said([one(20)]).score
    assert score is not None
    at = msgspec.structs.replace(LIVE, threshold=score)
    over = msgspec.structs.replace(LIVE, threshold=float(np.nextafter(score, 2)))

    assert said([one(20)], at).outcome == "match"
    assert said([one(20)], over) == Verdict(
        outcome="refer", reason=Refer.LOW_SCORE, score=score, profile=digest(over)
    )


def test_a_low_score_goes_to_people_with_score_and_profile() -> None:
    found = said([one(60)])

    assert (found.outcome, found.reason, found.profile) == ("refer", "low_score", digest(LIVE))
    assert found.score == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("profile", "mode"),
    [
        (None, "live"),
        (None, "demo"),
        (DEMO, "live"),
        (msgspec.structs.replace(LIVE, mode="refer_all"), "live"),
        (msgspec.structs.replace(LIVE, mode="refer_all"), "demo"),
        (msgspec.structs.replace(LIVE, engine="e@2"), "live"),
        (msgspec.structs.replace(LIVE, capture_mode="single"), "live"),
        (msgspec.structs.replace(LIVE, capture_mode="burst4-enrolled3"), "live"),
        (msgspec.structs.replace(LIVE, capture_mode="burst3-enrolled3x"), "live"),
        (msgspec.structs.replace(LIVE, capture_mode="burst3-enrolled2"), "live"),
        (msgspec.structs.replace(LIVE, capture_mode="burst0-enrolled3"), "live"),
    ],
)
def test_without_a_profile_made_for_this_nothing_is_decided_and_the_score_is_kept(
    profile: ThresholdProfile | None, mode: str
) -> None:
    found = said([one(0)], profile, mode=mode)

    assert (found.outcome, found.reason, found.profile) == ("refer", "not_audited", None)
    assert found.score == pytest.approx(1)


def test_negative_control_the_same_frame_matches_with_such_a_profile() -> None:
    assert said([one(0)]).outcome == "match"
    assert said([one(0)], LIVE, mode="demo").outcome == "match"
    assert said([one(0)], DEMO, mode="demo").outcome == "match"


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_profile_says_nothing_about_another_number_of_enrolled_pictures(count: int) -> None:
    found = said([one(0)], enrolled=[template(0)] * count)

    assert (found.reason, found.score) == (Refer.NOT_AUDITED, pytest.approx(1))


def test_more_frames_than_were_measured_decide_nothing_and_fewer_do() -> None:
    assert said([one(0)] * 4).reason is Refer.NOT_AUDITED
    assert said([one(0)] * 3).outcome == said([one(0)] * 2).outcome == "match"


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        (["poor_quality", "many_faces", "no_face", "engine_error"], Refer.POOR_QUALITY),
        (["engine_error", "no_face", "many_faces"], Refer.MANY_FACES),
        (["engine_error", "no_face"], Refer.NO_FACE),
        (["engine_error"], Refer.ENGINE_ERROR),
        ([], Refer.NO_FACE),
    ],
)
@pytest.mark.parametrize("enrolled", [ENROLLED, []])
def test_frames_that_give_nothing_say_why_and_never_no_match(
    outcomes: list[str], reason: Refer, enrolled: list[Template]
) -> None:
    for profile in (LIVE, None):
        found = said([failed(each) for each in outcomes], profile, enrolled=enrolled)
        assert found == Verdict(outcome="refer", reason=reason)


def test_a_poor_frame_neither_matches_nor_spoils_a_good_one() -> None:
    assert said([POOR]) == Verdict(outcome="refer", reason=Refer.POOR_QUALITY)
    assert said([POOR, one(60)]).score == pytest.approx(0.5, abs=1e-6)
    assert said([failed("engine_error"), failed("no_face"), one(5)]).outcome == "match"


def test_who_has_no_picture_of_this_engine_is_not_enrolled() -> None:
    old = [template(0, engine="e@0")] * 3

    assert said([one(0)], enrolled=[]) == Verdict(outcome="refer", reason=Refer.NOT_ENROLLED)
    assert said([one(0)], enrolled=old) == Verdict(outcome="refer", reason=Refer.NOT_ENROLLED)
    assert said([one(0)], enrolled=old + ENROLLED).outcome == "match"
    assert said([one(0), one(0, engine="e@0")]).reason is Refer.NOT_ENROLLED


def test_a_suspected_attack_goes_to_people_before_anything_is_decided() -> None:
    live, held = (Attack(detector="p@1", is_suspected=is_so) for is_so in (False, True))

    assert said([one(0)], attack=live).outcome == "match"
    for profile in (LIVE, None):
        found = said([one(0)], profile, attack=held)
        assert (found.outcome, found.reason, found.profile) == ("refer", "pad", None)
        assert found.score == pytest.approx(1)


def test_order_and_repetition_change_no_score() -> None:
    chance = np.random.default_rng(2)
    enrolled = [
        Template(engine="e@1", vector=chance.normal(1, 1, 128).astype("<f4").tobytes())
        for _ in range(3)
    ]
    frames = [
        Reading(
            outcome="one",
            template=Template(
                engine="e@1", vector=chance.normal(1, 1, 128).astype("<f4").tobytes()
            ),
        )
        for _ in range(3)
    ]

    found = {
        (verdict.outcome, verdict.score)
        for some in itertools.permutations(enrolled)
        for others in itertools.permutations(frames)
        for verdict in [said(list(others), enrolled=list(some))] * 2
    }

    assert len(found) == 1


def test_each_enrolled_picture_weighs_the_same() -> None:
    bright = [template(0, length=100.0), template(90)]

    assert np.frombuffer(mean(bright).vector, "<f4") == pytest.approx([0.5, 0.5])


def test_an_edited_profile_has_another_name() -> None:
    assert digest(LIVE) == digest(msgspec.structs.replace(LIVE))
    assert digest(LIVE) != digest(msgspec.structs.replace(LIVE, threshold=0.8999))
