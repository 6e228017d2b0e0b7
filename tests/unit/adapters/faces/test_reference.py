"""The reference engine on two portraits and drawn faces: what research measured holds here."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.portraits import astronaut, grace_hopper, nobody

from fairtag.adapters.faces.nets import pinned
from fairtag.adapters.faces.nets.chip import chip, similarity
from fairtag.adapters.faces.nets.detector import anchors, merged
from fairtag.adapters.faces.nets.pinned import FOLDER, PINNED, weights
from fairtag.adapters.faces.nets.reference import ReferenceEngine
from fairtag.faces.compare import compare, numbers
from fairtag.faces.model import Picture, Template
from fairtag.faces.reading import main_face, read
from fairtag.faces.refusals import EngineRefused


@pytest.fixture(scope="module")
def engine() -> ReferenceEngine:
    return ReferenceEngine()


def template(engine: ReferenceEngine, picture: Picture) -> Template:
    return engine.embed(picture, main_face(engine.detect(picture), picture)[0])


def test_two_people_score_what_research_measured(engine: ReferenceEngine) -> None:
    """.889 for two people: a threshold below .90 takes strangers for one another."""
    score = compare(template(engine, astronaut()), template(engine, grace_hopper()))

    assert score == pytest.approx(0.889, abs=0.005)


@pytest.mark.parametrize("draw", [astronaut, grace_hopper, nobody])
def test_one_face_is_found_and_is_good_enough(engine: ReferenceEngine, draw: Any) -> None:
    found = read(engine, draw())

    assert (found.outcome, found.advice) == ("one", ())
    assert found.template is not None
    told = numbers(found.template)
    assert told.shape == (128,)
    assert 2 < np.linalg.norm(told) < 3.6  # two vectors of about 1.5, which are nearly one


def changed() -> list[Any]:
    """Change the astronaut as cameras and hands do; seeded."""
    chance = np.random.default_rng(9)
    made = []
    for n in range(12):
        turn = cv2.getRotationMatrix2D(
            (256, 256), chance.uniform(-20, 20), chance.uniform(0.7, 1.3)
        )
        picture = cv2.warpAffine(astronaut(), turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
        lit = 255 * (picture / 255.0) ** chance.uniform(0.6, 1.6)
        blurred = cv2.GaussianBlur(lit, (0, 0), chance.uniform(0.1, 1.5)).astype(np.uint8)
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(chance.uniform(40, 95))]
        _, raw = cv2.imencode(".jpg", blurred, quality)
        made.append(pytest.param(cv2.imdecode(raw, cv2.IMREAD_COLOR), id=f"{n}"))
    return made


@pytest.mark.parametrize("picture", changed())
def test_the_same_person_stays_the_same(engine: ReferenceEngine, picture: Picture) -> None:
    """Research: median .987, the lowest of 60 .854 (a face in the suit has to be left out)."""
    score = compare(template(engine, astronaut()), template(engine, picture))

    assert score > 0.95


def test_a_mirrored_picture_is_the_same_person(engine: ReferenceEngine) -> None:
    mirrored = np.ascontiguousarray(astronaut()[:, ::-1])

    assert compare(template(engine, astronaut()), template(engine, mirrored)) > 0.99


def test_a_larger_picture_of_the_same_face_gives_the_same_numbers(engine: ReferenceEngine) -> None:
    """Pixels are averaged, not skipped, when a face is large."""
    large = cv2.resize(grace_hopper(), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    large = np.asarray(large, np.uint8)

    assert compare(template(engine, grace_hopper()), template(engine, large)) > 0.99


@pytest.mark.parametrize("picture", [np.zeros((300, 300, 3), np.uint8), nobody(light=0.005)])
def test_where_nobody_is_seen_no_face_is_found(engine: ReferenceEngine, picture: Picture) -> None:
    assert read(engine, picture).outcome == "no_face"


@pytest.mark.parametrize(
    ("looks", "advice"),
    [
        ({"light": 0.12, "grain": 2.0}, "more_light"),
        ({"light": 2.6}, "less_light"),
        ({"side": 100}, "come_closer"),
        ({"shift": (0.42, 0.0)}, "move_back"),
    ],
)
def test_a_poor_picture_says_what_would_help(
    engine: ReferenceEngine, looks: Any, advice: str
) -> None:
    found = read(engine, nobody(**looks))

    assert found.outcome == "poor_quality"
    assert advice in found.advice


@pytest.mark.parametrize("skin", [(205, 160, 130), (141, 96, 70), (96, 62, 46), (60, 40, 32)])
def test_every_skin_is_seen_and_good_in_the_same_light(
    engine: ReferenceEngine, skin: tuple[int, int, int]
) -> None:
    assert read(engine, nobody(skin=skin)).outcome == "one"


def test_two_people_side_by_side_are_not_read(engine: ReferenceEngine) -> None:
    both = np.concatenate([nobody(), nobody(skin=(141, 96, 70))], axis=1)

    assert read(engine, both).outcome == "many_faces"


@pytest.mark.parametrize("name", PINNED)
def test_a_flipped_byte_in_the_weights_is_refused(name: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "weights")
    path = tmp_path / "weights" / name
    assert weights(name, path.parent) == str(path)  # the control: untouched, it is taken
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)

    with pytest.raises(EngineRefused, match="not the pinned"):
        weights(name, path.parent)

    path.unlink()
    with pytest.raises(EngineRefused):
        weights(name, path.parent)


def test_the_notice_names_every_file_of_weights_and_its_digest() -> None:
    told = (FOLDER / "NOTICE").read_text()
    present = {one.name for one in FOLDER.iterdir()}

    assert present == {*PINNED, "NOTICE"}
    assert all(name in told for name in PINNED)
    assert all(PINNED[name] in told for name in (pinned.DETECTOR, pinned.MESH))


def test_the_chip_lies_where_the_points_say(engine: ReferenceEngine) -> None:
    face = engine.detect(astronaut())[0]
    left_eye, right_eye = face.points[[263, 362]].mean(axis=0), face.points[[33, 133]].mean(axis=0)

    cut = chip(astronaut(), face.points)
    again = engine.detect(np.ascontiguousarray(cv2.resize(cut, (300, 300))))[0].points / 2

    assert cut.shape == (150, 150, 3)
    assert left_eye[0] > right_eye[0]
    # dlib's mean face with a padding of a quarter puts the eyes at these places.
    assert again[[263, 362]].mean(axis=0) == pytest.approx((100.3, 47.1), abs=4)
    assert again[[33, 133]].mean(axis=0) == pytest.approx((47.7, 46.8), abs=4)


def test_a_similarity_is_found_again() -> None:
    chance = np.random.default_rng(1)
    here = chance.normal(0, 10, (5, 2))
    there = np.array([[0.6, -0.8], [0.8, 0.6]]) * 2.5

    found = similarity(here, here @ there.T + [3, 4])

    assert np.allclose(found, np.hstack([there, [[3], [4]]]))


def test_answers_that_overlap_are_one_face_and_the_surer_weighs_more() -> None:
    box = np.zeros((3, 8, 2), np.float32)
    box[:, 1] = 10
    box[1] += 1
    box[2] += 100

    found = merged(box, np.array([0.6, 0.9, 0.7], np.float32))

    assert [round(one.score, 1) for one in found] == [0.9, 0.7]
    assert found[0].corners[0] == pytest.approx([0.6, 0.6])
    assert merged(box[:0], np.zeros(0, np.float32)) == []


def test_there_is_a_start_for_each_answer_of_the_detector() -> None:
    told = anchors()

    assert told.shape == (896, 2)
    assert told[0].tolist() == told[1].tolist() == [0.5 / 16, 0.5 / 16]
    assert told[512].tolist() == told[517].tolist() == [0.5 / 8, 0.5 / 8]
