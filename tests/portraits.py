"""Two people who may be shown, read from packages that only developers install; and drawn faces.

The astronaut: NASA, in the public domain (scikit-image). Grace Hopper: US Navy (matplotlib).
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from fairtag.faces.model import Picture
from fairtag.sim.portraits.drawn import Looks, drawn


def astronaut() -> Picture:
    return _of("skimage", "data/astronaut.png")


def grace_hopper() -> Picture:
    return _of("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")


def nobody(side: int = 320, **looks: Any) -> Picture:
    return drawn(Looks(**looks), side=side)


def saved(picture: Picture, form: str = "JPEG", **told: Any) -> bytes:
    made = io.BytesIO()
    Image.fromarray(picture).save(made, form, **told)
    return made.getvalue()


def _of(package: str, name: str) -> Picture:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    with Image.open(Path(spec.origin).parent / name) as opened:
        return np.asarray(opened.convert("RGB"))
