"""What does one picture give? The same steps for every engine; each failure has its own name."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fairtag.faces.model import Engine, Face, Measure, Picture, Reading

# Somebody far behind, at the edge, or on a poster, is not a second person before the camera: a face
# counts when it stands out at least a quarter as much as the first one.
_SECOND_FACE = 0.25
_EDGE = 0.05  # what is left of a face's weight at the edge

# What would help, by measure, most urgent first. An engine may have measures that are not here:
# they make a picture poor too, without advice.
_ADVICE = {
    "less_light": ("OverExposurePrevention",),
    "more_light": ("UnderExposurePrevention", "DynamicRange"),
    "hold_still": ("Sharpness",),
    "come_closer": ("InterEyeDistance",),
    "move_back": (
        "HeadSize",
        "LeftwardCropOfTheFaceImage",
        "RightwardCropOfTheFaceImage",
        "MarginAboveOfTheFaceImage",
        "MarginBelowOfTheFaceImage",
    ),
    "face_the_camera": ("HeadPoseYaw", "HeadPosePitch", "HeadPoseRoll"),
    "open_eyes": ("EyesOpen",),
}
# What not everybody can change: said, and never held against the picture.
_KIND = {"EyesOpen", "MouthClosed"}


def read(engine: Engine, picture: Picture) -> Reading:
    """Look for the one face in a picture, measure it and give its numbers."""
    faces = engine.detect(picture)
    if not faces:
        return Reading(outcome="no_face", advice=("no_face",))
    face, others = main_face(faces, picture)
    single = Measure(name="SingleFacePresent", value=others, is_ok=others < _SECOND_FACE)
    if not single.is_ok:
        return Reading(outcome="many_faces", measures=(single,), advice=("one_person_only",))
    measures = (single, *engine.quality(picture, face))
    wrong = {one.name for one in measures if not one.is_ok}
    return Reading(
        outcome="poor_quality" if wrong - _KIND else "one",
        measures=measures,
        advice=_advice(wrong),
        template=engine.embed(picture, face),
    )


def main_face(faces: Sequence[Face], picture: Picture) -> tuple[Face, float]:
    """Give the face that stands out, being large and in the middle, and how much the next one does
    beside it: 0 when there is none, 1 when they are two of a kind.
    """
    height, width = picture.shape[:2]

    def weight(face: Face) -> float:
        x, y, wide, tall = face.box
        off = math.hypot((x + wide / 2) / width * 2 - 1, (y + tall / 2) / height * 2 - 1)
        return wide * tall * max(_EDGE, 1 - off) ** 2

    first, *rest = sorted(faces, key=weight, reverse=True)
    return first, (weight(rest[0]) / weight(first) if rest else 0.0)


def _advice(wrong: set[str]) -> tuple[str, ...]:
    if "OverExposurePrevention" in wrong:  # a bleached face has no tones either
        wrong = wrong - {"DynamicRange"}
    return tuple(code for code, names in _ADVICE.items() if wrong & set(names))
