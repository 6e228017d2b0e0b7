"""Is this a picture, and what of it is kept? Pixels only, encoded anew.

Runs in a process of its own (`apart.worker`): decoders of pictures are where attackers begin.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from fairtag.adapters.faces.apart.frames import Reply
from fairtag.adapters.faces.limits import FORMATS, LEAST_SIDE, MOST_PIXELS
from fairtag.faces.model import Picture
from fairtag.faces.refusals import PictureRefused

_QUALITY = 92  # of the JPEG that is kept: a face's score moves by less than 0.002
_WARM = (8, 8)


def decoder() -> Callable[[bytes], Reply]:
    """Load what the three formats need, now: later no file can be opened. Gives the decoder."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    for form in FORMATS:
        made = io.BytesIO()
        Image.new("RGB", _WARM).save(made, form)
        pixels(made.getvalue(), least_side=1)
    return answered


def answered(raw: bytes) -> Reply:
    """Clean a picture, or say in one word why not."""
    try:
        return Reply(state="done", picture=cleaned(raw))
    except PictureRefused as refusal:
        return Reply(state="done", refused=str(refusal))


def cleaned(raw: bytes) -> bytes:
    """Decode, turn upright, and encode as JPEG: no metadata, no tail, no second picture.

    Raises: PictureRefused.
    """
    made = io.BytesIO()
    Image.fromarray(pixels(raw)).save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()


def pixels(raw: bytes, *, least_side: int = LEAST_SIDE) -> Picture:
    """Decode a picture within limits. Shape: (height, width, 3), RGB, upright.

    Raises: PictureRefused.
    """
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
            _demand_size(opened, least_side)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            return np.asarray(_rgb(upright), np.uint8)
    except UnidentifiedImageError as error:
        raise PictureRefused("not_a_picture") from error
    except MemoryError as error:
        raise PictureRefused("too_many_pixels") from error
    except PictureRefused:
        raise
    except Image.DecompressionBombError as error:
        raise PictureRefused("too_many_pixels") from error
    # A decoder that meets what its author did not think of raises anything: it is one picture that
    # can't be read, and this process has nothing else to do.
    except Exception as error:
        raise PictureRefused("damaged") from error


def _demand_size(opened: Image.Image, least_side: int) -> None:
    """Refuse by the header, before anything is decoded.

    Raises: PictureRefused.
    """
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise PictureRefused("too_many_pixels")
    if min(width, height) < least_side:
        raise PictureRefused("too_small")
    # A JPEG with a second one behind it (phones' depth pictures) is its first one.
    if getattr(opened, "n_frames", 1) > 1 and opened.format != "MPO":
        raise PictureRefused("animated")


def _rgb(opened: Image.Image) -> Image.Image:
    """Give eight bits a colour on white ground."""
    if opened.mode.startswith(("I;16", "I")):
        high = np.asarray(opened).astype(np.uint32) >> 8
        return Image.fromarray(np.clip(high, 0, 255).astype(np.uint8)).convert("RGB")
    if opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info:
        whole = opened.convert("RGBA")
        ground = Image.new("RGBA", whole.size, "white")
        return Image.alpha_composite(ground, whole).convert("RGB")
    return opened.convert("RGB")
