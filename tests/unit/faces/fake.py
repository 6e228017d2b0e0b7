"""An engine for tests: a picture is 8 x 8 pixels, and its first row says what is in it."""

from __future__ import annotations

import numpy as np
from tests.unit.faces.specimens import ENGINE

from fairtag.faces.model import Engine, Face, Measure, Picture, Template
from fairtag.faces.refusals import PictureRefused

FACES, QUALITY = 0, 1  # what the first numbers of the first row tell; then the vector


def drawn(vector: tuple[int, int, int, int], *, faces: int = 1, quality: int = 1) -> bytes:
    """Draw a picture of a face with this vector (0 to 255 each)."""
    picture = np.zeros((8, 8, 3), dtype=np.uint8)
    picture[0, :, 0] = (faces, quality, *vector, 0, 0)
    return picture.tobytes()


class FakeEngine:
    info = ENGINE

    def detect(self, picture: Picture) -> list[Face]:
        points = np.zeros((1, 2), dtype=np.float32)
        if picture[0, FACES, 0] == 99:
            raise RuntimeError("broken")
        return [
            Face(box=(3.0 + n, 3.0, 2.0, 2.0), score=1.0, points=points)
            for n in range(picture[0, FACES, 0])
        ]

    def quality(self, picture: Picture, _face: Face) -> tuple[Measure, ...]:
        value = float(picture[0, QUALITY, 0])
        return (Measure(name="Sharpness", value=value, is_ok=value > 0),)

    def embed(self, picture: Picture, _face: Face) -> Template:
        vector = picture[0, 2:6, 0].astype("<f4") - 128
        return Template(engine=ENGINE.name, vector=vector.tobytes())


def decode(raw: bytes) -> Picture:
    if len(raw) != 8 * 8 * 3:
        raise PictureRefused("size")
    return np.frombuffer(raw, np.uint8).reshape(8, 8, 3)


def tools() -> tuple[Engine, object]:
    return FakeEngine(), decode
