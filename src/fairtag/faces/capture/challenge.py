"""Did the wearer move as asked? A small movement between two frames, for who can and likes to.

It stops a printed photo held still, nothing more: no attack is detected, and records go on saying
'PAD: none'. Somebody who can't turn the head, does not see the words or fears them leaves it out;
that costs nothing and people look instead.

Units: degrees, to the wearer's own left and upwards, as `faces.quality` measures them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from msgspec.structs import replace

from fairtag.faces.model import Measure, Reading, Refer, Verdict

_TURN_DEG, _LIFT_DEG = 12.0, 8.0  # a small turn: a face further away is no longer matched
_STILL_DEG = 6.0  # less than this is no movement
_NOTHING_TO_SEE = frozenset(
    {
        *(Refer.POOR_QUALITY, Refer.NO_FACE, Refer.MANY_FACES, Refer.ENGINE_ERROR),
        *(Refer.NOT_ENROLLED, Refer.PAD),
    }
)


class Challenge(StrEnum):
    """What may be asked."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    NOTHING = "nothing"  # for who can do none of them: people look at the answer


class Done(StrEnum):
    """What was seen. None of these is held against anybody."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"  # too small a movement, or no pose in one of the frames
    LEFT_OUT = "left_out"  # the wearer chose the other way, or the device knows no challenge
    NOT_ASKED = "not_asked"


def chosen(nonce: bytes, able: Collection[Challenge]) -> Challenge:
    """Choose by the server's nonce among what this wearer can do; `NOTHING` when that is nothing.

    Example:
        >>> chosen(b"7", [Challenge.LOOK_UP])
        <Challenge.LOOK_UP: 'look_up'>
        >>> chosen(b"7", [])
        <Challenge.NOTHING: 'nothing'>

    """
    kinds = sorted(set(able) - {Challenge.NOTHING})
    if not kinds:
        return Challenge.NOTHING
    return kinds[int.from_bytes(nonce, "big") % len(kinds)]


def asked_of(nonce: str, *, is_on: bool) -> Challenge:
    """Tell what a question with this nonce asks for: the nonce is the chance, so that nobody can
    choose it, and everybody who has the question knows it.

    Example:
        >>> asked_of("07", is_on=True)
        <Challenge.TURN_LEFT: 'turn_left'>
        >>> asked_of("07", is_on=False)
        <Challenge.NOTHING: 'nothing'>

    """
    return chosen(bytes.fromhex(nonce), tuple(Challenge) if is_on else ())


def judged(challenge: Challenge, said: str | None, frames: Sequence[Reading]) -> Done:
    """Judge a burst; `said` is what the device says was done, and opens no door by itself."""
    if challenge is not Challenge.NOTHING and said != challenge.value:
        return Done.LEFT_OUT
    return done(challenge, frames)


def referred(verdict: Verdict, seen: Done) -> Verdict:
    """Give the verdict with what was seen of the challenge; never a word against anybody.

    A picture that can't be judged stays that. A movement that was not seen leads to another try,
    one that was left out to people, whatever the pictures say.
    """
    if verdict.reason in _NOTHING_TO_SEE:
        return verdict
    if seen in (Done.NO, Done.UNSURE):
        return replace(verdict, outcome="refer", reason=Refer.CHALLENGE)
    if seen is Done.LEFT_OUT and verdict.outcome == "match":
        return replace(verdict, outcome="refer", reason=Refer.CHALLENGE_LEFT_OUT)
    return verdict


def done(challenge: Challenge, frames: Sequence[Reading]) -> Done:
    """Tell whether somebody moved as asked between the first frame and any later one."""
    if challenge is Challenge.NOTHING:
        return Done.NOT_ASKED
    name, sign, enough = {
        Challenge.TURN_LEFT: ("HeadPoseYaw", 1, _TURN_DEG),
        Challenge.TURN_RIGHT: ("HeadPoseYaw", -1, _TURN_DEG),
        Challenge.LOOK_UP: ("HeadPosePitch", 1, _LIFT_DEG),
    }[challenge]
    poses = [value for one in frames if (value := valued(one.measures, name)) is not None]
    if len(poses) < 2:  # noqa: PLR2004 - a movement has two ends
        return Done.UNSURE
    moved = max(sign * (one - poses[0]) for one in poses[1:])
    if moved >= enough:
        return Done.YES
    return Done.NO if moved < min(_STILL_DEG, enough) else Done.UNSURE


def valued(measures: Sequence[Measure], name: str) -> float | None:
    """Give the value of a measure; None when it was not taken."""
    return next((one.value for one in measures if one.name == name), None)
