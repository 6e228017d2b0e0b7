"""Measures tell what is wrong with a picture, and not whose face it is."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from fairtag.faces.capture.marks import Marks
from fairtag.faces.model import Measure, Picture
from fairtag.faces.quality import inside, measured, openness, pose, sharpness, tones

CHANCE = np.random.default_rng(4)
SIDE, MIDDLE = 300, 150.0


def oval(radius: float = 80.0, at: tuple[float, float] = (MIDDLE, MIDDLE)) -> Any:
    around = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    ring = np.column_stack([0.8 * np.cos(around), np.sin(around)])
    return (np.array(at) + radius * ring).astype(np.float32)


def eye(x: float, open_by: float) -> Any:
    rows = [(10, 0), (5, -1), (-5, -1), (-10, 0), (-5, 1), (5, 1)]
    return np.array([(x + dx, 130 + dy * open_by * 10) for dx, dy in rows], np.float32)


def turned_head(yaw: float, pitch: float, roll: float) -> Any:
    """Give the four points of a head that was turned by hand: to its left, upwards, to its left."""
    points = np.array([[30, -10, 0], [-30, -10, 0], [0, -50, 0], [0, 50, 0]], float)
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = [[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]]
    about_x = [[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]]
    about_z = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    turn = np.array(about_z) @ np.array(about_y) @ np.array(about_x)
    return (points @ turn.T).astype(np.float32)


def marks(**told: Any) -> Marks:
    made = Marks(
        oval=oval(),
        left_eye=eye(180, 0.3),
        right_eye=eye(120, 0.3),
        mouth=np.zeros((4, 2), np.float32),
        solid=turned_head(0, 0, 0),
    )
    return msgspec.structs.replace(made, **told)


def skin(low: float, high: float, *, grain: float = 0.0) -> Picture:
    """Shade a picture from the left to the right, with fine detail."""
    shade = np.linspace(low, high, SIDE) + CHANCE.normal(0, grain + (high - low) / 20, (SIDE, SIDE))
    return np.repeat(np.clip(shade, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def told(picture: Picture, name: str, **changed: Any) -> Measure:
    found = measured(picture, marks(**changed), picture[75:225, 75:225])
    return next(one for one in found if one.name == name)


def wrong(picture: Picture, **changed: Any) -> set[str]:
    found = measured(picture, marks(**changed), picture[75:225, 75:225])
    return {one.name for one in found if not one.is_ok}


@pytest.mark.parametrize(("low", "high"), [(20, 130), (60, 200), (120, 250)])
def test_dark_and_light_skin_in_good_light_are_both_good(low: float, high: float) -> None:
    assert wrong(skin(low, high)) == set()


@pytest.mark.parametrize(("low", "high"), [(20, 130), (60, 200), (120, 250)])
def test_an_eighth_of_the_light_is_too_little_for_everybody(low: float, high: float) -> None:
    dark = skin(low / 8, high / 8, grain=2)

    assert wrong(dark) == {"DynamicRange", "UnderExposurePrevention"}


def test_crushed_black_is_too_little_light_and_bleached_too_much() -> None:
    assert "UnderExposurePrevention" in wrong(skin(-100, 100))
    assert "OverExposurePrevention" in wrong(skin(150, 400))
    assert wrong(skin(236, 246)) == {"DynamicRange", "OverExposurePrevention"}


def test_brightness_alone_is_kept_and_judged_by_nobody() -> None:
    for low, high in ((10, 90), (160, 240)):
        assert told(skin(low, high), "LuminanceMean").is_ok
    assert told(skin(10, 90), "LuminanceMean").value == pytest.approx(50, abs=5)


def test_a_blurred_face_is_not_sharp_whatever_its_contrast() -> None:
    fine = skin(60, 200)
    smooth = np.repeat(np.linspace(60, 200, SIDE).astype(np.uint8)[None, :, None], SIDE, axis=0)
    smooth = np.repeat(smooth, 3, axis=2)

    assert sharpness(fine) == pytest.approx(sharpness(skin(40, 75)), rel=0.3)
    assert "Sharpness" not in wrong(fine)
    assert "Sharpness" in wrong(smooth)


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"),
    [(0, 0, 0), (30, 0, 0), (-30, 0, 0), (0, 20, 0), (0, -20, 0), (0, 0, 15), (25, 10, 0)],
)
def test_the_head_s_turn_is_measured_to_its_own_left_and_upwards(
    yaw: float, pitch: float, roll: float
) -> None:
    found = pose(turned_head(yaw, pitch, roll))

    assert found == pytest.approx((yaw, pitch + 5, roll), abs=1.5)  # 5: what the mesh says of level


@pytest.mark.parametrize(
    ("turn", "name"),
    [((50, 0, 0), "HeadPoseYaw"), ((0, -40, 0), "HeadPosePitch"), ((0, 0, 35), "HeadPoseRoll")],
)
def test_a_head_turned_far_away_does_not_face_the_camera(
    turn: tuple[float, float, float], name: str
) -> None:
    assert wrong(skin(60, 200), solid=turned_head(*turn)) == {name}


def test_a_face_that_leaves_the_picture_or_is_far_away_is_noticed() -> None:
    assert wrong(skin(60, 200), oval=oval(at=(30, 150))) == {"LeftwardCropOfTheFaceImage"}
    assert wrong(skin(60, 200), oval=oval(at=(280, 150))) == {"RightwardCropOfTheFaceImage"}
    assert wrong(skin(60, 200), oval=oval(at=(150, 50))) == {"MarginAboveOfTheFaceImage"}
    assert wrong(skin(60, 200), oval=oval(at=(150, 260))) == {"MarginBelowOfTheFaceImage"}
    assert wrong(skin(60, 200), oval=oval(radius=140)) == {"HeadSize"}
    near = {"left_eye": eye(160, 0.3), "right_eye": eye(140, 0.3)}
    assert wrong(skin(60, 200), **near) == {"InterEyeDistance"}


def test_one_open_eye_is_enough() -> None:
    shut = eye(180, 0.02)

    assert wrong(skin(60, 200), left_eye=shut) == set()
    assert wrong(skin(60, 200), left_eye=shut, right_eye=eye(120, 0.02)) == {"EyesOpen"}
    assert openness(eye(0, 0.3)) == pytest.approx(0.3)


def test_a_face_outside_the_picture_has_no_tones() -> None:
    assert tones(skin(60, 200), oval(at=(900, 900))).size == 0
    assert "DynamicRange" in wrong(skin(60, 200), oval=oval(at=(900, 900)))


def test_inside_is_told_point_by_point() -> None:
    x = np.array([[150.0, 150.0, 250.0]], np.float32)
    y = np.array([[150.0, 240.0, 150.0]], np.float32)

    assert inside(x, y, oval()).tolist() == [[True, False, False]]
