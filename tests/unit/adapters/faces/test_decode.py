"""What claims to be a picture gives pixels only, or a word; by its content, never by its name."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.portraits import nobody, saved

from fairtag.adapters.faces.decode import answered, cleaned, pixels
from fairtag.adapters.faces.limits import MOST_PIXELS, REFUSALS
from fairtag.faces.refusals import PictureRefused

FACE = nobody(120)
# A red and a green half: which way is up can be told from them.
FLAG = np.zeros((64, 96, 3), np.uint8)
FLAG[:, :48, 0] = 255
FLAG[:, 48:, 1] = 255


def again(raw: bytes) -> Any:
    with Image.open(io.BytesIO(raw)) as opened:
        assert opened.format == "JPEG"
        return np.asarray(opened)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_each_of_three_formats_is_read(form: str) -> None:
    kept = again(cleaned(saved(FACE, form)))

    assert kept.shape == FACE.shape
    assert np.abs(kept.astype(int) - FACE).mean() < 4


def exif(orientation: int) -> Any:
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x8825] = {1: "N", 2: (53.0, 28.0, 50.0)}  # a place
    made[0x010F] = "Camera of Somebody"
    return made


@pytest.mark.parametrize(
    ("orientation", "red"),
    [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")],
)
def test_a_turned_picture_is_set_upright_and_its_metadata_are_gone(
    orientation: int, red: str
) -> None:
    raw = saved(FLAG, exif=exif(orientation), comment=b"Somebody's note", quality=95)
    assert b"Somebody" in raw

    told = cleaned(raw)

    kept = again(told)
    parts = {
        "left": kept[:, : kept.shape[1] // 3],
        "right": kept[:, -kept.shape[1] // 3 :],
        "top": kept[: kept.shape[0] // 3],
        "bottom": kept[-kept.shape[0] // 3 :],
    }
    assert parts[red][..., 0].mean() > 200
    assert kept.shape[:2] == ((64, 96) if orientation in (1, 3) else (96, 64))
    assert b"Exif" not in told
    assert b"Somebody" not in told


def test_a_polyglot_loses_its_tail_and_what_lies_between() -> None:
    tail = b"PK\x03\x04<script>steal()</script>"
    inside = saved(FACE, comment=b"<script>steal()</script>")
    for raw in (saved(FACE) + tail, saved(FACE, "PNG") + tail, inside):
        assert b"script" in raw
        assert b"script" not in cleaned(raw)


def cmyk() -> bytes:
    made = io.BytesIO()
    Image.fromarray(FLAG).convert("CMYK").save(made, "JPEG", quality=95)
    return made.getvalue()


def test_other_colours_and_depths_are_read_as_they_look() -> None:
    assert np.abs(pixels(cmyk()).astype(int) - FLAG).mean() < 40
    deep = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    read = pixels(saved(deep, "PNG"))
    assert read[0, 0].tolist() == [0, 0, 0]
    assert read[-1, -1].tolist() == [255, 255, 255]
    assert read[32, 0, 0] == pytest.approx(128, abs=1)
    grey = pixels(saved(FACE[..., 0]))
    assert (grey[..., 0] == grey[..., 2]).all()


def test_what_is_transparent_is_white_and_not_what_hides_behind_it() -> None:
    hidden = np.dstack([FLAG, np.zeros(FLAG.shape[:2], np.uint8)])

    assert (pixels(saved(hidden, "PNG")) == 255).all()


def bomb(width: int, height: int) -> bytes:
    """Make a small PNG that says it is huge."""

    def chunk(kind: bytes, told: bytes) -> bytes:
        return (
            struct.pack(">I", len(told)) + kind + told + struct.pack(">I", zlib.crc32(kind + told))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = zlib.compress(b"\0" * 3_000_000, 9)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """Make a PNG whose comment unpacks to 200 MB."""
    squeezed = zlib.compress(b"x" * 200_000_000, 9)
    told = b"zTXt" + b"Comment\0\0" + squeezed
    chunk = struct.pack(">I", len(told) - 4) + told + struct.pack(">I", zlib.crc32(told))
    raw = saved(FACE, "PNG")
    return raw[:33] + chunk + raw[33:]


def animated(form: str) -> bytes:
    frames = [Image.fromarray(np.full((64, 64, 3), n * 40, np.uint8)) for n in range(3)]
    made = io.BytesIO()
    frames[0].save(made, form, save_all=True, append_images=frames[1:], duration=100)
    return made.getvalue()


BAD = [
    ("bomb", bomb(30_000, 30_000), "too_many_pixels"),
    ("bomb at the limit", bomb(2_001, 2_000), "too_many_pixels"),
    ("a thin line", saved(np.zeros((20, 4000, 3), np.uint8)), "too_small"),
    ("text bomb", text_bomb(), "damaged"),
    ("animated webp", animated("WEBP"), "animated"),
    ("animated png", animated("PNG"), "animated"),
    ("gif", animated("GIF"), "not_a_picture"),
    ("tiff", saved(FACE, "TIFF"), "not_a_picture"),
    ("bmp", saved(FACE, "BMP"), "not_a_picture"),
    ("html named .jpg", b"<!doctype html><title>photo.jpg</title>" * 50, "not_a_picture"),
    ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
    ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not_a_picture"),
    ("one byte", b"\xff", "not_a_picture"),
    ("truncated jpeg", saved(FACE)[:-200], "damaged"),
    ("truncated png", saved(FACE, "PNG")[:-2000], "damaged"),
    ("truncated webp", saved(FACE, "WEBP")[:-500], "damaged"),
    ("jpeg head only", saved(FACE)[:20], "not_a_picture"),
]


@pytest.mark.parametrize(("raw", "word"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_a_bad_picture_is_refused_with_a_word_of_the_closed_list(raw: bytes, word: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        pixels(raw)

    assert str(refused.value) == word
    assert word in REFUSALS
    assert answered(raw).refused == word


def test_negative_control_a_picture_of_exactly_the_most_pixels_is_read() -> None:
    side = int(MOST_PIXELS**0.5)

    assert pixels(saved(np.zeros((side, side, 3), np.uint8))).shape == (side, side, 3)


def test_of_a_phone_s_double_picture_the_first_is_kept() -> None:
    made = io.BytesIO()
    first, second = Image.fromarray(FLAG), Image.fromarray(FLAG[:, ::-1])
    first.save(made, "MPO", save_all=True, append_images=[second])

    kept = again(cleaned(made.getvalue()))

    assert kept[:, :30, 0].mean() > 200
    assert len(cleaned(made.getvalue())) < len(made.getvalue())
