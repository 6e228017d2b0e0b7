from __future__ import annotations

import math

import msgspec
import pytest
from tests.unit.faces.specimens import ENGINE, profile, rates

from fairtag.faces import threshold
from fairtag.faces.error_rates import independent
from fairtag.faces.refusals import ProfileRefused
from fairtag.faces.threshold import admitted, demo, failings
from fairtag.faces.verdict import digest as digest_of

MODE = threshold.CAPTURE_MODE


def decide(told, **changed):
    around = {"approved": digest_of(told), "engine": ENGINE, "capture_mode": MODE}
    return admitted(told, **(around | changed))


def test_a_profile_within_every_ceiling_decides() -> None:
    assert failings(profile()) == ()
    assert decide(profile()).digest == digest_of(profile())


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"overall": rates("all", fmr=(30, 200_000))}, "over the ceiling"),
        ({"overall": rates("all", fmr=(0, 30_000))}, "all: FMR 0 of 30000.*not shown"),
        ({"groups": (rates("a"), rates("b", fmr=(0, 20_000)))}, "b: FMR 0 of 20000.*not shown"),
        ({"groups": (rates("a"), rates("b", fmr=(9, 40_000)))}, "b: FMR 9 of 40000"),
        ({"groups": (rates("a"), rates("b", fnmr=(5, 400)))}, "b: FNMR 5 of 400"),
        ({"groups": (rates("a"), rates("b", fnmr=(0, 100)))}, "b: FNMR 0 of 100.*not shown"),
        ({"groups": (rates("a"), rates("b", fta=(0, 0)))}, "b: FTA not shown, nobody was tried"),
        ({"groups": (rates("a"), rates("b", fmr=(0, 0)))}, "b: FMR not shown, nobody was tried"),
        ({"groups": ()}, "reports 0 groups"),
        ({"groups": (rates("a"), rates("a"))}, "reports 1 groups"),
        ({"mode": "refer_all"}, "its mode is refer_all"),
        ({"mode": "demo"}, "its mode is demo"),
        ({"threshold": math.nan}, "no number"),
        ({"data_sha256": ""}, "names no data_sha256"),
        ({"report_sha256": ""}, "names no report_sha256"),
        ({"weights_sha256": ()}, "names no weights_sha256"),
        ({"evaluated_by": "Sara"}, "whoever evaluated it approved it"),
        ({"evaluated_by": ""}, "nobody evaluated it"),
        ({"approved_by": ""}, "nobody"),
        ({"approved_by": "otto+"}, "nobody"),
    ],
)
def test_a_profile_that_misses_anything_does_not(changed, why: str) -> None:
    with pytest.raises(ProfileRefused, match=why):
        decide(profile(**changed))


def test_exactly_at_the_ceilings_is_within_and_a_trial_less_is_not() -> None:
    at = rates("b", fmr=(0, 36_888), fnmr=(0, 183))
    short = rates("b", fmr=(0, 36_886), fnmr=(0, 182))

    assert failings(profile(groups=(rates("a"), at))) == ()
    assert len(failings(profile(groups=(rates("a"), short)))) == 2


def test_an_interval_made_narrower_than_its_count_is_noticed() -> None:
    few = independent(0, 1000)
    bent = msgspec.structs.replace(few, high=9e-5)
    group = msgspec.structs.replace(rates("b"), fmr=bent)

    with pytest.raises(ProfileRefused, match="lower than its count allows"):
        decide(profile(groups=(rates("a"), group)))


@pytest.mark.parametrize("name", [one for one in profile().__struct_fields__ if one != "mode"])
def test_an_edited_profile_is_another_one(name: str) -> None:
    told = profile()
    value = getattr(told, name)
    bent = {
        str: lambda: value + "0",
        float: lambda: value - 0.1,
        int: lambda: value + 1,
        tuple: lambda: (*value, value[0]),
    }.get(type(value), lambda: rates("all", fmr=(4, 200_000)))()
    edited = msgspec.structs.replace(told, **{name: bent})

    with pytest.raises(ProfileRefused, match="something in it was changed"):
        decide(edited, approved=digest_of(told))


def test_another_engine_weights_or_way_of_taking_pictures_is_not_what_was_measured() -> None:
    newer = msgspec.structs.replace(ENGINE, version="2")
    weights = msgspec.structs.replace(ENGINE, weights_sha256=("cd" * 32,))

    for changed in ({"engine": newer}, {"engine": weights}, {"capture_mode": "burst1-enrolled1"}):
        with pytest.raises(ProfileRefused, match="measured"):
            decide(profile(), **changed)


def test_the_demo_decides_in_a_demo_only_and_could_never_pass_the_gate() -> None:
    shown = demo(ENGINE, is_demo=True)

    assert (shown.profile.mode, shown.profile.threshold) == ("demo", 0.957)
    assert failings(shown.profile)
    with pytest.raises(ProfileRefused):
        demo(ENGINE, is_demo=False)
    with pytest.raises(ProfileRefused, match="mode is demo"):
        decide(shown.profile)


def test_a_demo_that_calls_itself_live_still_shows_nothing() -> None:
    bent = msgspec.structs.replace(demo(ENGINE, is_demo=True).profile, mode="live")

    with pytest.raises(ProfileRefused, match="nobody was tried"):
        decide(bent)


def test_the_blind_sample_is_two_to_five_of_a_hundred() -> None:
    assert [threshold.demand_sample(one) for one in (0.02, 0.05)] == [0.02, 0.05]
    for wrong in (0.0, 0.019, 0.051, 1.0, math.nan):
        with pytest.raises(ProfileRefused):
            threshold.demand_sample(wrong)


def test_no_more_are_planned_than_people_can_decide() -> None:
    for decisions in (0, 1, 7, 1000):
        for referred in (0.03, 0.2, 1.0):
            most = threshold.most_check_ins(decisions, referred=referred, sample=0.05)
            cost = [
                threshold.reviews_of(n, referred=referred, sample=0.05) for n in (most, most + 1)
            ]
            assert cost[0] <= decisions + 1e-6 < cost[1] + 2e-6


def test_two_pictures_of_one_enrolment_belong_together_by_a_known_figure_or_none() -> None:
    """0.929: a false match in 1,000 pairs of strangers, single pictures, reference engine."""
    reference = msgspec.structs.replace(ENGINE, engine_id="reference")
    decides = decide(profile())
    assert threshold.belonging(reference, None) == threshold.belonging(reference, decides) == 0.929
    assert threshold.belonging(ENGINE, decides) == decides.profile.threshold
    assert threshold.belonging(ENGINE, None) is None
    # With a cohort a threshold is in spreads, and no cosine.
    beside = msgspec.structs.replace(
        decides, profile=msgspec.structs.replace(decides.profile, cohort_sha256="c" * 64)
    )
    assert threshold.belonging(ENGINE, beside) is None
