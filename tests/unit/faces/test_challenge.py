"""A small movement is asked of who can make it; nobody is held to it."""

from __future__ import annotations

import pytest

from fairtag.faces.capture.challenge import Challenge, Done, chosen, done
from fairtag.faces.model import Measure, Reading

LEFT, RIGHT, UP = Challenge.TURN_LEFT, Challenge.TURN_RIGHT, Challenge.LOOK_UP


def posed(yaw: float, pitch: float = 0.0) -> Reading:
    told = (("HeadPoseYaw", yaw), ("HeadPosePitch", pitch))
    measures = tuple(Measure(name=name, value=value, is_ok=True) for name, value in told)
    return Reading(outcome="one", measures=measures)


NO_POSE = Reading(outcome="no_face")


@pytest.mark.parametrize(
    ("asked", "frames", "found"),
    [
        (LEFT, [posed(0), posed(13)], Done.YES),
        (LEFT, [posed(-20), posed(-7)], Done.YES),
        (LEFT, [posed(0), posed(8), posed(14)], Done.YES),
        (LEFT, [posed(0), posed(-13)], Done.NO),
        (LEFT, [posed(0), posed(2), posed(1)], Done.NO),
        (LEFT, [posed(0), posed(8)], Done.UNSURE),
        (RIGHT, [posed(0), posed(-13)], Done.YES),
        (RIGHT, [posed(0), posed(13)], Done.NO),
        (UP, [posed(0), posed(0, 9)], Done.YES),
        (UP, [posed(0), posed(0, -9)], Done.NO),
        (UP, [posed(0), posed(0, 7)], Done.UNSURE),
        (LEFT, [NO_POSE, posed(0), posed(13)], Done.YES),
        (LEFT, [posed(0), NO_POSE], Done.UNSURE),
        (LEFT, [], Done.UNSURE),
        (Challenge.NOTHING, [posed(0), posed(50)], Done.NOT_ASKED),
    ],
)
def test_what_was_seen(asked: Challenge, frames: list[Reading], found: Done) -> None:
    assert done(asked, frames) is found


def test_the_nonce_chooses_and_only_among_what_the_wearer_can_do() -> None:
    every = {chosen(n.to_bytes(16, "big"), [LEFT, RIGHT, UP]) for n in range(60)}

    assert every == {LEFT, RIGHT, UP}
    assert {chosen(n.to_bytes(16, "big"), [UP]) for n in range(60)} == {UP}
    assert chosen(b"any", []) is Challenge.NOTHING
    assert chosen(b"any", [Challenge.NOTHING]) is Challenge.NOTHING
    assert chosen(b"same", [UP, LEFT]) is chosen(b"same", [LEFT, UP])
