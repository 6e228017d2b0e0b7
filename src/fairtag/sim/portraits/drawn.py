"""How does a face look that nobody has? Drawn from ellipses; the detector takes it for one.

No picture of a person is needed, and nobody is shown. Two drawn faces are not as unlike as two
people: no error rate may be measured on them.

Units: sizes in parts of the picture's side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Floats = NDArray[np.float32]
_NEARER = 1.5  # nose and mouth lie before the eyes, and move so much more when a head turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """A drawn face, and how it is taken."""

    skin: Colour = (205, 160, 130)
    hair: Colour = (45, 32, 25)
    ground: Colour = (150, 165, 180)
    eyes_apart: float = 0.085  # from the middle
    face_wide: float = 0.21
    face_tall: float = 0.28
    nose_wide: float = 0.035
    mouth_wide: float = 0.07
    brow_at: float = 0.385
    light: float = 1.0  # 1: good; 0.1: a dark room
    grain: float = 0.0  # noise, in steps of 255
    shift: tuple[float, float] = (0.0, 0.0)
    size: float = 1.0
    turn: tuple[float, float] = (0.0, 0.0)  # 0.05: some 15 degrees to the left, 9 upwards
    seed: int = 0


def drawn(looks: Looks, *, side: int) -> NDArray[np.uint8]:
    """Draw a face. Shape: (side, side, 3), RGB."""
    canvas = _Canvas(looks, side)
    _head(canvas, looks)
    for hand in (-1, 1):
        _half(canvas.moved(looks.turn), looks, hand)
    ahead = looks.turn[0] * _NEARER, looks.turn[1] * _NEARER
    _middle(canvas.moved(ahead), looks)
    shaded = canvas.paint * (1 - 0.25 * np.clip((canvas.x - 0.5) * 2, 0, 1)[..., None])
    chance = np.random.default_rng(looks.seed)
    lit = shaded * looks.light + chance.normal(0, looks.grain or 1e-9, shaded.shape)
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


class _Canvas:
    """A ground on which soft ellipses lie one over the other."""

    def __init__(self, looks: Looks, side: int) -> None:
        y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
        self.x = (x - 0.5 - looks.shift[0]) / looks.size + 0.5
        self.y = (y - 0.5 - looks.shift[1]) / looks.size + 0.5
        self.paint = np.empty((side, side, 3), np.float32)
        self.paint[:] = looks.ground
        self._off = (0.0, 0.0)

    def moved(self, turn: tuple[float, float]) -> _Canvas:
        """Draw on, with what follows a little to the side and upwards."""
        self._off = turn[0], -turn[1]
        return self

    def spot(
        self,
        at: tuple[float, float],
        radii: tuple[float, float],
        colour: Colour | Floats,
        soft: float = 0.1,
        strength: float = 1.0,
    ) -> None:
        x, y = at[0] + self._off[0], at[1] + self._off[1]
        away = ((self.x - x) / radii[0]) ** 2 + ((self.y - y) / radii[1]) ** 2
        cover = np.clip((1 - away) / soft / 2 + 0.5, 0, 1)[..., None] * strength
        self.paint = self.paint * (1 - cover) + np.asarray(colour, np.float32) * cover


def _head(canvas: _Canvas, looks: Looks) -> None:
    skin = np.array(looks.skin, np.float32)
    canvas.spot((0.5, 0.98), (0.36, 0.22), (60, 70, 110))
    canvas.spot((0.5, 0.40), (looks.face_wide + 0.05, looks.face_tall + 0.02), looks.hair)
    canvas.spot((0.5, 0.74), (0.10, 0.16), skin * 0.8)
    canvas.spot((0.5, 0.47), (looks.face_wide, looks.face_tall), skin, 0.12)


def _half(canvas: _Canvas, looks: Looks, hand: int) -> None:
    skin = np.array(looks.skin, np.float32)
    eye = 0.5 + hand * looks.eyes_apart
    canvas.spot((0.5 + hand * (looks.face_wide + 0.01), 0.48), (0.03, 0.06), skin * 0.85)
    canvas.spot((eye, 0.42), (0.055, 0.03), skin * 0.8, 0.5)
    canvas.spot((eye, 0.425), (0.042, 0.018), (240, 238, 235), 0.2)
    canvas.spot((eye, 0.425), (0.018, 0.018), (70, 45, 30), 0.2)
    canvas.spot((eye, 0.425), (0.008, 0.008), (10, 10, 10), 0.2)
    canvas.spot((eye, looks.brow_at), (0.055, 0.010), looks.hair, 0.4)
    canvas.spot((0.5 + hand * looks.nose_wide * 0.63, 0.562), (0.012, 0.008), skin * 0.5, 0.5)
    cheek = skin * np.array([1.06, 0.95, 0.95], np.float32)
    canvas.spot((0.5 + hand * 0.12, 0.56), (0.06, 0.05), cheek, 1.0, 0.5)


def _middle(canvas: _Canvas, looks: Looks) -> None:
    skin = np.array(looks.skin, np.float32)
    canvas.spot((0.5, 0.50), (0.018, 0.07), skin * 1.1, 1.0, 0.7)
    canvas.spot((0.5, 0.555), (looks.nose_wide, 0.02), skin * 1.03, 0.8, 0.8)
    canvas.spot((0.5, 0.63), (looks.mouth_wide, 0.022), (165, 85, 80), 0.3)
    canvas.spot((0.5, 0.628), (looks.mouth_wide - 0.01, 0.004), (100, 45, 45), 0.4)
    canvas.spot((0.5, 0.665), (0.05, 0.012), skin * 0.88, 1.0, 0.6)
