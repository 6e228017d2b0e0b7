"""A photo may ask for a small movement: what was seen leads to another try or to people, never on.

The engine is invented (`tests.answers`), and a picture says how far its head is turned; that the
engine that ships sees drawn heads turn is tested beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.answers import (
    CHECK_IN,
    TextFaces,
    answer,
    burst,
    enrol,
    newest,
    opened_check_ins,
    prompt_of,
)
from tests.rig import Rig

from fairtag.app.checkins.answering import answer as answering
from fairtag.app.checkins.answering.moving import MOVE_AS_ASKED
from fairtag.app.checkins.deliver import inbox
from fairtag.faces.capture.challenge import Challenge, Done
from fairtag.faces.model import Measure, Reading, Refer
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import HOUR, MINUTE

_KINDS = sorted(set(Challenge) - {Challenge.NOTHING})
# The movement follows from the nonce; these ask for one each.
NONCES = {one.value: "00" * 15 + f"{n:02x}" for n, one in enumerate(_KINDS)}
MOVED = {"turn_left": (20, 0), "turn_right": (-20, 0), "look_up": (0, 15)}
STILL = (0, 0)


class TurningFaces(TextFaces):
    """Reads the turn of a head from the picture's number: the middle one of a burst moves."""

    def __init__(self, turn: tuple[int, int]) -> None:
        super().__init__()
        self.turn = turn

    def read_all(self, pictures: Any, *, key: bytes) -> list[Reading]:
        told = super().read_all(pictures, key=key)
        return [self._turned(one, n) for n, one in enumerate(told)]

    def _turned(self, reading: Reading, n: int) -> Reading:
        yaw, pitch = self.turn if n == 1 else STILL
        pose = [("HeadPoseYaw", yaw), ("HeadPosePitch", pitch)]
        more = tuple(Measure(name=name, value=value, is_ok=True) for name, value in pose)
        return msgspec.structs.replace(reading, measures=(*reading.measures, *more))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with opened_check_ins(tmp_path / "data") as opened:
        challenged(opened)
        yield opened


def challenged(opened: Rig, **changed: Any) -> None:
    """Store an order whose photos ask for a movement, as they do unless the order says no."""
    check_in = {name: value for name, value in CHECK_IN.items() if name != "challenge"}
    opened.wearer(1, conditions=[check_in | changed, {"id": "t1", "kind": "trail"}])
    enrol(opened)


def answered(rig: Rig, asked: str, turn: tuple[int, int], said: str | None, **told: Any) -> Any:
    """Answer a question that asks for a movement; gives what the device heard, and the record."""
    prompt = prompt_of(rig, nonce=NONCES[asked])
    return _sent(rig, prompt, turn, said, **told)


def _sent(
    rig: Rig,
    prompt: Prompt,
    turn: tuple[int, int],
    said: str | None,
    name: str = "ann",
    since: int = 1,
) -> Any:
    object.__setattr__(rig.house, "faces", TurningFaces(turn))
    more = {} if said is None else {"challenge": said}
    told = answer(rig, prompt, burst(name, since=since), nonce=prompt.nonce, **more)
    return told.json(), newest(rig, prompt)


def test_a_question_carries_the_movement_that_its_nonce_draws(rig: Rig) -> None:
    for asked, nonce in NONCES.items():
        prompt_of(rig, nonce=nonce)
        items = inbox(rig.house, DeviceId("D-1"), after=0).items
        (one,) = [one for one in items if one.kind == "prompt"]
        assert one.challenge == asked
        rig.pass_time(2 * HOUR)


def test_an_order_may_switch_it_off(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data") as opened:
        challenged(opened, challenge=False)
        prompt = prompt_of(opened, nonce=NONCES["turn_left"])
        items = inbox(opened.house, DeviceId("D-1"), after=0).items
        assert [one.challenge for one in items if one.kind == "prompt"] == [None]
        _, one = _sent(opened, prompt, STILL, None)
        assert (one.result, one.challenge) == ("match", Done.NOT_ASKED)


@pytest.mark.parametrize("asked", NONCES)
def test_who_moves_as_asked_is_matched(rig: Rig, asked: str) -> None:
    told, one = answered(rig, asked, MOVED[asked], asked)

    assert (one.result, one.challenge, one.pad) == ("match", Done.YES, "none")
    assert told["advice"] == []


@pytest.mark.parametrize(
    "turn", [STILL, (-20, 0), (8, 0)], ids=["still", "other way", "too little"]
)
def test_a_movement_that_is_not_seen_asks_for_another_try_and_then_people(
    rig: Rig, turn: tuple[int, int]
) -> None:
    told, one = answered(rig, "turn_left", turn, "turn_left")

    assert (one.result, one.reason) == ("refer", Refer.CHALLENGE)
    assert one.challenge in (Done.NO, Done.UNSURE)
    assert one.doubts == ()  # nobody is accused of anything
    assert told["advice"] == [MOVE_AS_ASKED]
    rig.pass_time(5 * MINUTE)
    prompt = rig.house.store.read(lambda tx: tx.prompts.get(one.check_in_id))

    told, one = _sent(rig, prompt, MOVED["turn_left"], "turn_left", since=20)

    assert (one.result, told["advice"]) == ("match", [])
    assert rig.house.store.read(lambda tx: tx.answers.to_review()) == []


@pytest.mark.parametrize("said", ["none", None, "look_up"], ids=["chosen", "unknown", "another"])
def test_who_leaves_it_out_is_looked_at_by_people_and_hears_the_same(
    rig: Rig, said: str | None
) -> None:
    match, _ = answered(rig, "turn_left", MOVED["turn_left"], "turn_left")
    rig.pass_time(2 * HOUR)

    told, one = answered(rig, "turn_left", STILL, said, since=60)

    assert (one.result, one.reason) == ("refer", Refer.CHALLENGE_LEFT_OUT)
    assert (one.challenge, one.doubts) == (Done.LEFT_OUT, ())
    assert told.keys() == match.keys()
    assert (told["advice"], told["outcome"]) == ([], "received")  # in one step: no second try
    waiting = rig.house.store.read(lambda tx: tx.answers.to_review())
    assert [each.answer_id for each in waiting] == [one.answer_id]


def test_what_the_device_says_opens_no_door(rig: Rig) -> None:
    """A held picture whose device claims the movement is not matched."""
    _, one = answered(rig, "look_up", STILL, "look_up")
    assert one.result == "refer"


def test_a_stranger_who_moves_is_still_a_stranger(rig: Rig) -> None:
    _, one = answered(rig, "turn_left", MOVED["turn_left"], "turn_left", name="bob", since=40)
    assert (one.result, one.reason, one.challenge) == ("refer", Refer.LOW_SCORE, Done.YES)


def test_a_poor_picture_stays_a_poor_picture(rig: Rig) -> None:
    """A movement can't be seen in the dark."""
    prompt = prompt_of(rig, nonce=NONCES["turn_left"])
    object.__setattr__(rig.house, "faces", TurningFaces(STILL))
    frames = burst("ann", quality="poor_quality")
    told = answer(rig, prompt, frames, nonce=prompt.nonce, challenge="turn_left").json()
    assert newest(rig, prompt).reason is Refer.POOR_QUALITY
    assert MOVE_AS_ASKED not in told["advice"]


def test_negative_control_without_the_judgement_a_still_picture_would_pass(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "referred", lambda verdict, _seen: verdict)
    _, one = answered(rig, "turn_left", STILL, "turn_left")
    assert one.result == "match"
