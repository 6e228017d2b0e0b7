"""One face is read; none, several, poor ones and broken engines have names of their own."""

from __future__ import annotations

import numpy as np
import pytest

from fairtag.faces.model import EngineInfo, Face, Measure, Picture, Template
from fairtag.faces.reading import main_face, read

PICTURE = np.zeros((100, 200, 3), np.uint8)
WORST = Template(engine="e@1", vector=b"\0\0\x80?")


def face(x: float, y: float, size: float) -> Face:
    box = (x - size / 2, y - size / 2, size, size)
    return Face(box=box, score=1.0, points=np.zeros((0, 2), np.float32))


class Scripted:
    """An engine that finds what the test says, and measures what it is told to."""

    info = EngineInfo(
        engine_id="e", version="1", weights_sha256=(), licence="-", provenance="-", dims=1
    )

    def __init__(self, *faces: Face, wrong: tuple[str, ...] = ()) -> None:
        self.faces = list(faces)
        self.wrong = wrong
        self.embedded: list[Face] = []

    def detect(self, picture: Picture) -> list[Face]:
        del picture
        return self.faces

    def quality(self, picture: Picture, face: Face) -> tuple[Measure, ...]:
        del picture, face
        names = ("Sharpness", "DynamicRange", "HeadPoseYaw", "EyesOpen", *self.wrong)
        return tuple(Measure(name=one, value=1.0, is_ok=one not in self.wrong) for one in names)

    def embed(self, picture: Picture, face: Face) -> Template:
        del picture
        self.embedded.append(face)
        return WORST


MIDDLE = face(100, 50, 40)


def test_one_good_face_is_read_with_its_numbers() -> None:
    found = read(Scripted(MIDDLE), PICTURE)

    assert (found.outcome, found.advice, found.template) == ("one", (), WORST)
    assert {one.name for one in found.measures} >= {"SingleFacePresent", "Sharpness"}


def test_no_face_gives_no_numbers_and_the_advice_to_show_it() -> None:
    found = read(Scripted(), PICTURE)

    assert (found.outcome, found.advice, found.template) == ("no_face", ("no_face",), None)


@pytest.mark.parametrize("other", [face(100, 50, 40), face(60, 50, 40), face(140, 50, 60)])
def test_two_people_before_the_camera_are_not_read(other: Face) -> None:
    engine = Scripted(face(140, 50, 40) if other.box[0] < 80 else MIDDLE, other)

    found = read(engine, PICTURE)

    assert (found.outcome, found.advice) == ("many_faces", ("one_person_only",))
    assert found.template is None
    assert engine.embedded == []


@pytest.mark.parametrize("other", [face(150, 50, 15), face(10, 50, 39), face(100, 95, 40)])
def test_somebody_behind_or_at_the_edge_is_no_second_person(other: Face) -> None:
    for faces in ((MIDDLE, other), (other, MIDDLE)):
        engine = Scripted(*faces)
        assert read(engine, PICTURE).outcome == "one"
        assert engine.embedded == [MIDDLE]


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (("DynamicRange",), ("more_light",)),
        (("UnderExposurePrevention", "DynamicRange"), ("more_light",)),
        (("OverExposurePrevention", "DynamicRange"), ("less_light",)),
        (("Sharpness",), ("hold_still",)),
        (("InterEyeDistance",), ("come_closer",)),
        (("HeadSize",), ("move_back",)),
        (("LeftwardCropOfTheFaceImage",), ("move_back",)),
        (("HeadPosePitch",), ("face_the_camera",)),
        (("UnifiedQualityScore",), ()),
        (("HeadPoseRoll", "Sharpness"), ("hold_still", "face_the_camera")),
    ],
)
def test_a_poor_picture_says_what_would_help(
    wrong: tuple[str, ...], advice: tuple[str, ...]
) -> None:
    found = read(Scripted(MIDDLE, wrong=wrong), PICTURE)

    assert (found.outcome, found.advice, found.template) == ("poor_quality", advice, WORST)


def test_what_not_everybody_can_change_is_advice_and_makes_nothing_poor() -> None:
    found = read(Scripted(MIDDLE, wrong=("EyesOpen",)), PICTURE)

    assert (found.outcome, found.advice) == ("one", ("open_eyes",))


def test_the_face_in_the_middle_stands_out() -> None:
    small, large = face(100, 50, 30), face(30, 20, 40)

    assert main_face([large, small], PICTURE)[0] is small
    assert main_face([small], PICTURE) == (small, 0.0)
    assert main_face([small, small], PICTURE)[1] == pytest.approx(1)
