"""Which pictures does an invented wearer take? Drawn faces of nobody, a little different each time.

Two drawn faces are not as unlike as two people: what a demo shows of matching shows how answers go
their way, and nothing about how right a matcher is.
"""

from __future__ import annotations

import io
import random

from PIL import Image

from fairtag.sim.portraits.drawn import Looks, drawn

_SIDE = 480  # pixels
FRAMES = 3


Turn = tuple[float, float]
AHEAD: Turn = (0.0, 0.0)
# How a drawn head moves as asked: see `drawn.Looks.turn`.
TURNS: dict[str, Turn] = {
    "turn_left": (0.06, 0.0),
    "turn_right": (-0.06, 0.0),
    "look_up": (0.0, 0.075),
}


def taken(person: int, picture: int, *, light: float = 1.0, turn: Turn = AHEAD) -> bytes:
    """Take one picture of an invented person; the same numbers give the same bytes."""
    whose, when = random.Random(person), random.Random(f"{person}/{picture}")
    skin = whose.randrange(110, 225)
    looks = Looks(
        skin=(skin, round(skin * 0.8), round(skin * 0.66)),
        hair=tuple(whose.randrange(20, 120) for _ in range(3)),  # type: ignore[arg-type]
        eyes_apart=whose.uniform(0.075, 0.095),
        face_wide=whose.uniform(0.195, 0.225),
        mouth_wide=whose.uniform(0.055, 0.085),
        light=light * when.uniform(0.95, 1.05),
        grain=2.0,
        shift=(when.uniform(-0.02, 0.02), when.uniform(-0.02, 0.02)),
        size=when.uniform(0.97, 1.03),
        turn=turn,
        seed=picture,
    )
    told = io.BytesIO()
    Image.fromarray(drawn(looks, side=_SIDE)).save(told, "JPEG", quality=90)
    return told.getvalue()


def burst(person: int, first: int, *, light: float = 1.0, turn: Turn = AHEAD) -> list[bytes]:
    """Take the frames of one answer; the middle one shows the movement that was asked for."""
    turns = (AHEAD, turn, AHEAD)
    return [
        taken(person, first + number, light=light, turn=turns[number]) for number in range(FRAMES)
    ]
