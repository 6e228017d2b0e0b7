"""Which pictures are looked at?

Units: bytes; pixels.
"""

from __future__ import annotations

MOST_BYTES = 2 << 20
MOST_PIXELS = 4_000_000
LEAST_SIDE = 32
FORMATS = ("JPEG", "PNG", "WEBP")
# The closed list of words with which a picture is refused.
REFUSALS = (
    "empty",
    "too_big",
    "too_many_pixels",
    "too_small",
    "not_a_picture",
    "animated",
    "damaged",
    "too_slow",
)
