"""May this matcher say 'match' here? Only with error rates that were shown, within the ceilings.

A profile that does not pass decides nothing: every check-in goes to people. The ceilings are
constants of the code; no setting reaches them. Source: charter G8, design.md §4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from fairtag.faces.cohort.people import Named, demand_deciding, demand_fit
from fairtag.faces.error_rates import needed
from fairtag.faces.model import EngineInfo, GroupRates, Rate, ThresholdProfile
from fairtag.faces.refusals import CohortRefused, ProfileRefused
from fairtag.faces.verdict import digest
from fairtag.terms.counts.intervals import share
from fairtag.terms.instants import Micros

# Charter G8: the upper 95 % bound, overall and in every reported group. Too few trials to keep the
# bound within it is the same as being over it.
MOST_FMR = 1e-4
MOST_FNMR = 0.02
LEAST_GROUPS = 2  # with fewer nothing is compared
# How we ask: three enrolled pictures, the best of three frames, what the quality gate lets through.
CAPTURE_MODE = "burst3-enrolled3"
# Three enrolled and best of three at this cosine: research on the reference engine, 0 of 201 false
# non-matches, and 1.8 % false matches among people of one group. Good for invented people only.
DEMO_THRESHOLD = 0.957
# Do two single pictures of one enrolment belong together? For the reference engine the cosine that
# 1 in 1,000 pairs of strangers reaches and 1 in 20 of one person does not (LFW View-2, 29.6 million
# pairs; docs/face-engine.md). Who fails takes another picture; no check-in is matched by it.
REFERENCE_ENGINE, TOGETHER = "reference", 0.929
# Blind looks at automatic matches: the only way to see false accepts. Source: charter's issue.
LEAST_SAMPLE, MOST_SAMPLE = 0.02, 0.05

_NOTHING = Rate(errors=0, trials=0, low=0.0, high=1.0)
_ROUNDING = 1e-9


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """What may decide now. `admitted` and `demo` make it; without one everything is referred."""

    profile: ThresholdProfile
    digest: str


def admitted(
    profile: ThresholdProfile,
    *,
    approved: str,
    engine: EngineInfo,
    capture_mode: str,
    cohort: Named | None = None,
) -> Admitted:
    """Go on only with a live profile that was approved as it is, for this engine and this capture.

    `approved` is the digest that people agreed to; `cohort` the one that is here, if any.
    Raises: ProfileRefused, saying everything that is wrong.
    Fails: closed.
    """
    why = [*failings(profile), *_strange(profile, engine, capture_mode)]
    why += _other_cohort(profile, engine, cohort)
    name = digest(profile)
    if name != approved:
        why.insert(0, "it is not the profile that was approved: something in it was changed")
    if why:
        raise ProfileRefused("; ".join(why))
    return Admitted(profile=profile, digest=name)


def demo(engine: EngineInfo, *, is_demo: bool) -> Admitted:
    """Give the profile of a demo, which shows nothing about error rates and says so.

    Raises: ProfileRefused outside a demo.
    Fails: closed.
    """
    if not is_demo:
        raise ProfileRefused("the demo's profile decides in a demo only")
    nobody = GroupRates(group="all", fmr=_NOTHING, fnmr=_NOTHING, fta=_NOTHING)
    profile = ThresholdProfile(
        engine=engine.name,
        weights_sha256=engine.weights_sha256,
        capture_mode=CAPTURE_MODE,
        threshold=DEMO_THRESHOLD,
        mode="demo",
        data_sha256="",
        report_sha256="",
        overall=nobody,
        groups=(),
        made_at=Micros(0),
        evaluated_by="nobody",
        approved_by="nobody",
    )
    return Admitted(profile=profile, digest=digest(profile))


def belonging(engine: EngineInfo, decides: Admitted | None) -> float | None:
    """Give the cosine from which two pictures of one enrolment belong together; None: not known.

    Another engine than the reference has no such figure: its profile's threshold is the stricter
    one, where it is a cosine.
    """
    if engine.engine_id == REFERENCE_ENGINE:
        return TOGETHER
    if decides is None or decides.profile.cohort_sha256:
        return None
    return decides.profile.threshold


def failings(profile: ThresholdProfile) -> tuple[str, ...]:
    """Say everything for which a profile may not decide; nothing when it passes the gate.

    Fails: closed.
    """
    return tuple(_failings(profile))


def _failings(profile: ThresholdProfile) -> Iterator[str]:
    if profile.mode != "live":
        yield f"its mode is {profile.mode}, not live"
    if not math.isfinite(profile.threshold):
        yield "its threshold is no number"
    for name in ("weights_sha256", "data_sha256", "report_sha256"):
        if not all(getattr(profile, name)) or not getattr(profile, name):
            yield f"it names no {name}"
    yield from _people(profile)
    yield from over_ceilings(profile.overall, profile.groups)


def over_ceilings(overall: GroupRates, groups: Sequence[GroupRates]) -> Iterator[str]:
    """Say which rates are over their ceilings, or not shown to be within them."""
    names = {one.group for one in groups}
    if len(names) < LEAST_GROUPS:
        yield f"it reports {len(names)} groups; at least {LEAST_GROUPS} are compared"
    for one in (overall, *groups):
        yield from _over(one.group, "FMR", one.fmr, MOST_FMR)
        yield from _over(one.group, "FNMR", one.fnmr, MOST_FNMR)
        yield from _over(one.group, "FTA", one.fta, 1.0)


def _people(profile: ThresholdProfile) -> Iterator[str]:
    """Charter G8: whoever approves did not evaluate; neither is nobody."""
    by = profile.evaluated_by.strip().casefold()
    names = [one.strip().casefold() for one in profile.approved_by.split("+")]
    if not by or not all(names):
        yield "nobody evaluated it, or nobody approved it"
    elif by in names:
        yield "whoever evaluated it approved it as well"


def _over(group: str, name: str, rate: Rate, most: float) -> Iterator[str]:
    if not 0 <= rate.errors <= rate.trials:
        yield f"{group}: {name} counts {rate.errors} errors in {rate.trials} trials"
    elif not rate.trials:
        yield f"{group}: {name} not shown, nobody was tried"
    elif not share(rate.errors, rate.trials)[1] - _ROUNDING <= rate.high:
        yield f"{group}: the upper bound of {name} is lower than its count allows"
    elif rate.high > most:
        told = f"{group}: {name} {rate.errors} of {rate.trials}, upper 95 % bound {rate.high:.2g}"
        is_few = rate.low <= most
        yield f"{told}, {'not shown' if is_few else 'over the ceiling'} (ceiling {most:g}" + (
            f"; at least {needed(most)} people or pairs of people without an error)"
            if is_few
            else ")"
        )


def _strange(profile: ThresholdProfile, engine: EngineInfo, capture_mode: str) -> Iterator[str]:
    if profile.engine != engine.name:
        yield f"it was measured with {profile.engine}, and {engine.name} runs"
    if profile.weights_sha256 != engine.weights_sha256:
        yield "it was measured with other weights than those that run"
    if profile.capture_mode != capture_mode:
        yield f"it was measured as {profile.capture_mode}, and pictures are taken as {capture_mode}"


def _other_cohort(
    profile: ThresholdProfile, engine: EngineInfo, cohort: Named | None
) -> Iterator[str]:
    """Say why the cohort that is here is not the one that a profile was measured with."""
    if not profile.cohort_sha256:
        return
    if cohort is None:
        yield "it was measured with a cohort, and none is here"
    elif cohort.sha256 != profile.cohort_sha256:
        yield "it was measured with another cohort than the one that is here"
    else:
        try:
            demand_fit(cohort, engine)
            demand_deciding(cohort)
        except CohortRefused as refusal:
            yield f"its cohort: {refusal}"


def demand_sample(share_of_matches: float) -> float:
    """Give the share of matches that people look at blind, if it is one that may be set.

    Raises: ProfileRefused.
    """
    if not LEAST_SAMPLE <= share_of_matches <= MOST_SAMPLE:
        told = f"{share_of_matches:g} of the matches: write {LEAST_SAMPLE:g} to {MOST_SAMPLE:g}"
        raise ProfileRefused(f"people look at a sample; {told}")
    return share_of_matches


def reviews_of(check_ins: float, *, referred: float, sample: float) -> float:
    """Tell how many of these check-ins come before people: those referred, and the sample.

    `referred` is the share that no machine passes: 1 without a profile that decides.
    Example:
        >>> reviews_of(5000, referred=1.0, sample=0.05), reviews_of(1000, referred=0.5, sample=0.05)
        (5000.0, 525.0)
    """
    return check_ins * (referred + (1 - referred) * sample)


def most_check_ins(decisions: float, *, referred: float, sample: float) -> int:
    """Tell how many check-ins may be planned for as many as people can decide in that time.

    Source: charter G8: no more are planned than reviewers can decide in 24 h.
    Example:
        >>> most_check_ins(60, referred=1.0, sample=0.05), most_check_ins(0, referred=0.1, sample=0)
        (60, 0)
    """
    return math.floor(decisions / reviews_of(1.0, referred=referred, sample=sample) + _ROUNDING)
