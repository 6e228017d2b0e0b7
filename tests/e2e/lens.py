"""A camera of our own for the browser: pictures in the format that Chromium plays as a camera.

Chromium reads the file as limited-range YUV, so luma is squeezed to 16–235 and chroma by 224/255
before it is written; else a picture comes out stretched. The portrait is NASA's, in the public
domain, read from the dev-only package that ships it and never copied into this repository.
"""

from __future__ import annotations

import io
from importlib import resources
from pathlib import Path

from PIL import Image, ImageEnhance

FACE = (100, 0, 356, 192)  # where the astronaut's face is in the picture, 4 by 3
OTHER = (0, 0, 512, 384)  # where Grace Hopper's is in hers
SIZE = (640, 480)
FRAMES = 30
FLAGS = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


def portrait() -> Image.Image:
    """Give the astronaut's face."""
    with (resources.files("skimage") / "data" / "astronaut.png").open("rb") as file:
        return Image.open(file).convert("RGB").crop(FACE).resize(SIZE, Image.Resampling.LANCZOS)


def another() -> Image.Image:
    """Give Grace Hopper's face: the US Navy's portrait, read from another dev-only package."""
    place = resources.files("matplotlib") / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    with place.open("rb") as file:
        return Image.open(file).convert("RGB").crop(OTHER).resize(SIZE, Image.Resampling.LANCZOS)


def film(path: Path, *, light: float = 1.0, of: Image.Image | None = None) -> Path:
    """Write frames that differ a little, as those of a hand do; `light` 1 is as taken."""
    picture = ImageEnhance.Brightness(of or portrait()).enhance(light)
    moved = [_moved(picture, n) for n in range(FRAMES)]
    path.write_bytes(b"".join(_jpeg(one) for one in moved))
    return path


def _moved(picture: Image.Image, n: int) -> Image.Image:
    return picture.transform(SIZE, Image.Transform.AFFINE, (1, 0, n * 0.4, 0, 1, n * 0.2))


def _jpeg(picture: Image.Image) -> bytes:
    y, blue, red = picture.convert("YCbCr").split()
    squeezed = [y.point(lambda v: round(16 + v * 219 / 255))]
    squeezed += [one.point(lambda v: round(128 + (v - 128) * 224 / 255)) for one in (blue, red)]
    out = io.BytesIO()
    Image.merge("YCbCr", squeezed).save(out, "JPEG", quality=92, subsampling="4:2:0")
    return out.getvalue()
