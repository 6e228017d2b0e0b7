"""The engine that ships sees a drawn head turn as it was asked to, and not when it stays."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from fairtag.adapters.faces.nets.reference import ReferenceEngine
from fairtag.faces.capture.challenge import Challenge, Done, done
from fairtag.faces.model import Reading
from fairtag.faces.reading import read
from fairtag.sim.portraits.bursts import AHEAD, TURNS, burst

PEOPLE = (1, 2, 3)  # three drawn faces: of dark, middling and light skin


@pytest.fixture(scope="module")
def engine() -> ReferenceEngine:
    return ReferenceEngine()


def looked(engine: ReferenceEngine, frames: Sequence[bytes]) -> list[Reading]:
    pictures = [np.asarray(Image.open(io.BytesIO(one)).convert("RGB")) for one in frames]
    return [read(engine, one) for one in pictures]


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("asked", TURNS)
def test_a_head_that_moves_as_asked_is_seen(
    engine: ReferenceEngine, person: int, asked: str
) -> None:
    found = looked(engine, burst(person, 10, turn=TURNS[asked]))

    assert [one.outcome for one in found] == ["one"] * 3  # turned, it still is a good picture
    assert done(Challenge(asked), found) is Done.YES


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("asked", TURNS)
def test_negative_control_a_head_that_stays_or_turns_away_is_not(
    engine: ReferenceEngine, person: int, asked: str
) -> None:
    still = looked(engine, burst(person, 10, turn=AHEAD))
    assert done(Challenge(asked), still) is not Done.YES
    for other in set(TURNS) - {asked}:
        away = looked(engine, burst(person, 10, turn=TURNS[other]))
        assert done(Challenge(asked), away) is not Done.YES
