"""What does one picture give? The same steps for every engine; each failure has its own name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairtag.faces.model import Engine, Face, Measure, Picture, Reading

# Somebody far behind, or on a poster, is not a second person before the camera: a face counts when
# it covers at least a quarter of the largest one.
_SECOND_FACE = 0.25

# Which measures make a picture poor, and what to do about it, most urgent first. A measure that
# is not here is kept for people to see and makes nothing poor.
_ADVICE = {
    "more_light": ("UnderExposurePrevention", "DynamicRange"),
    "less_light": ("OverExposurePrevention",),
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
}
# What not everybody can change: said, and never held against the picture.
_KIND_ADVICE = {"open_eyes": ("EyesOpen",)}


def read(engine: Engine, picture: Picture) -> Reading:
    """Look for the one face in a picture, measure it and give its numbers."""
    faces = engine.detect(picture)
    if not faces:
        return Reading(outcome="no_face", advice=("no_face",))
    face, others = main_face(faces)
    single = Measure(name="SingleFacePresent", value=others, is_ok=others < _SECOND_FACE)
    if not single.is_ok:
        return Reading(outcome="many_faces", measures=(single,), advice=("one_person_only",))
    measures = (single, *engine.quality(picture, face))
    poor = _advised(measures, _ADVICE)
    return Reading(
        outcome="poor_quality" if poor else "one",
        measures=measures,
        advice=poor + _advised(measures, _KIND_ADVICE),
        template=engine.embed(picture, face),
    )


def main_face(faces: Sequence[Face]) -> tuple[Face, float]:
    """Give the largest face, and how large the next one is beside it: 0 when there is none."""
    first, *rest = sorted(faces, key=_area, reverse=True)
    return first, (_area(rest[0]) / _area(first) if rest else 0.0)


def _area(face: Face) -> float:
    return face.box[2] * face.box[3]


def _advised(measures: Sequence[Measure], table: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    wrong = {one.name for one in measures if not one.is_ok}
    return tuple(code for code, names in table.items() if wrong & set(names))
