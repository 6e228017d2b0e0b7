"""What does the machine say of an answer: 'match', or 'people, please look', and why?

There is no 'no match' here: that is a person's word. Only a profile that may decide where we are
makes a 'match' possible (charter G8); everything that is unclear goes to people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

import msgspec
import numpy as np

from fairtag.faces.cohort.norm import Beside, compare_beside
from fairtag.faces.compare import compare, numbers
from fairtag.faces.model import Attack, Reading, Refer, Template, ThresholdProfile, Verdict

Where = Literal["demo", "live"]
# Why there is no score, from the nearest miss to the farthest: the nearest is told.
_UNUSABLE = (
    ("poor_quality", Refer.POOR_QUALITY),
    ("many_faces", Refer.MANY_FACES),
    ("no_face", Refer.NO_FACE),
    ("engine_error", Refer.ENGINE_ERROR),
)


def decide(
    enrolled: Sequence[Template],
    frames: Sequence[Reading],
    profile: ThresholdProfile | None,
    *,
    mode: Where,
    attack: Attack | None = None,
    cohort: Beside | None = None,
) -> Verdict:
    """Compare a burst with one wearer's enrolled pictures.

    The score is the best frame's cosine with the mean of the enrolled pictures; frames of poor
    quality don't count, since a dark or blurred face is nearer to everybody's. The order of either
    list changes nothing. `profile` has passed the gate of `faces.threshold` already; here it is
    only asked whether it was made for this engine, this capture and this place. One that was
    measured with a cohort decides beside that very cohort, turned by this wearer's key, or not.

    Fails: closed, to people.
    """
    seen = _usable(frames)
    if not seen:
        return Verdict(outcome="refer", reason=_unusable(frames))
    known = [one for one in enrolled if all(one.engine == frame.engine for frame in seen)]
    if not known:
        return Verdict(outcome="refer", reason=Refer.NOT_ENROLLED)
    middle, engine = mean(known), known[0].engine
    score = max(compare(middle, one) for one in seen)
    if attack is not None and attack.is_suspected:
        return Verdict(outcome="refer", reason=Refer.PAD, score=score)
    if profile is None or not may_decide(
        profile, engine, mode=mode, enrolled=len(known), frames=len(frames), cohort=cohort
    ):
        return Verdict(outcome="refer", reason=Refer.NOT_AUDITED, score=score)
    beside = None
    if cohort is not None and profile.cohort_sha256:
        beside = max(compare_beside(middle, one, cohort) for one in seen)
    is_enough = (score if beside is None else beside) >= profile.threshold
    return Verdict(
        outcome="match" if is_enough else "refer",
        reason=None if is_enough else Refer.LOW_SCORE,
        score=score,
        normalised=beside,
        profile=digest(profile),
    )


def may_decide(
    profile: ThresholdProfile,
    engine: str,
    *,
    mode: Where,
    enrolled: int,
    frames: int,
    cohort: Beside | None = None,
) -> bool:
    """Tell whether a profile was made for this engine, this place, this capture and this cohort.

    A demo's profile decides in the demo only. A profile that was measured with three enrolled
    pictures says nothing about fewer or more; with fewer frames than measured a wrong 'match' is
    rarer than measured, with more of them it isn't.

    Fails: closed.
    """
    form = re.fullmatch(r"burst([1-3])-enrolled([1-3])", profile.capture_mode)
    if form is None or profile.engine != engine:
        return False
    if profile.cohort_sha256 and (cohort is None or cohort.sha256 != profile.cohort_sha256):
        return False
    if profile.cohort_sha256 and cohort is not None and cohort.engine != engine:
        return False
    is_here = profile.mode == "live" or profile.mode == mode == "demo"
    return is_here and frames <= int(form[1]) and enrolled == int(form[2])


def mean(enrolled: Sequence[Template]) -> Template:
    """Give the mean of a wearer's enrolled pictures, each of length 1; the order changes nothing.

    Raises: Incomparable when one is damaged.
    """
    vectors = [numbers(one) for one in sorted(enrolled, key=lambda one: one.vector)]
    whole = np.mean([one / np.linalg.norm(one) for one in vectors], axis=0)
    return Template(engine=enrolled[0].engine, vector=whole.astype("<f4").tobytes())


def digest(profile: ThresholdProfile) -> str:
    """Name a profile by its content."""
    return sha256(msgspec.json.encode(profile, order="deterministic")).hexdigest()


def _usable(frames: Sequence[Reading]) -> list[Template]:
    return [one.template for one in frames if one.outcome == "one" and one.template is not None]


def _unusable(frames: Sequence[Reading]) -> Refer:
    seen = {one.outcome for one in frames}
    return next((reason for outcome, reason in _UNUSABLE if outcome in seen), Refer.NO_FACE)
