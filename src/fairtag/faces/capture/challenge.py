"""Did the wearer move as asked? A small movement between two frames, for who can and likes to.

It stops a printed photo held still, nothing more. Somebody who can't turn the head, does not see
the words or fears them leaves it out; that costs nothing and people look instead.

Units: degrees, to the wearer's own left and upwards, as `faces.quality` measures them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from fairtag.faces.model import Measure, Reading

_TURN_DEG, _LIFT_DEG = 12.0, 8.0  # a small turn: a face further away is no longer matched
_STILL_DEG = 6.0  # less than this is no movement


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
