"""Where are faces in a picture? BlazeFace, short range (Google MediaPipe).

Source: MediaPipe `face_detection_short_range_common.pbtxt`: input 128 pixels, strides 8, 16, 16,
16, two anchors a place and layer, score limit 0.5, weighted suppression at an overlap of 0.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fairtag.faces.model import Picture

_SIDE = 128
_MIN_SCORE, _SAME_FACE = 0.5, 0.3
_MOST_RAW = 80.0  # beyond it the exponential overflows; the score is 1 or 0 long before

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A face as the detector tells it. Units: pixels of the picture."""

    corners: Floats  # (2, 2): left top, right bottom
    points: Floats  # (6, 2): the person's right eye, left eye, nose, mouth, right ear, left ear
    score: float


class Detector:
    """Finds faces within about two metres of the camera."""

    def __init__(self, path: str) -> None:
        # Only OpenCV's classic engine gives both outputs in one run, and only for a path.
        self._net = cv2.dnn.readNetFromTFLite(path, cv2.dnn.ENGINE_CLASSIC)
        self._anchors = anchors()

    def find(self, picture: Picture) -> list[Found]:
        """List the faces, surest first."""
        boxed, scale, left, top = letterboxed(picture)
        self._net.setInput(cv2.dnn.blobFromImage(boxed, 1 / 127.5, mean=(127.5, 127.5, 127.5)))
        told, raw = self._net.forward(["regressors", "classificators"])
        limited = np.clip(raw[0, :, 0], -_MOST_RAW, _MOST_RAW)
        scores = np.asarray(1 / (1 + np.exp(-limited)), np.float32)
        sure = np.flatnonzero(scores > _MIN_SCORE)
        parts = decoded(told[0, sure], self._anchors[sure]) * _SIDE
        parts = (parts - np.array([left, top], np.float32)) / np.float32(scale)
        return merged(parts, scores[sure])


def letterboxed(picture: Picture) -> tuple[Picture, float, int, int]:
    """Fit a picture into the input with black borders.

    Gives it, its scale, and where its left top corner is in the input.
    """
    height, width = picture.shape[:2]
    scale = _SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Averaging areas when shrinking: other ways skip pixels, and faces come and go with the noise.
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(picture, size, interpolation=how)
    left, top = (_SIDE - size[0]) // 2, (_SIDE - size[1]) // 2
    boxed = np.zeros((_SIDE, _SIDE, 3), np.uint8)
    boxed[top : top + size[1], left : left + size[0]] = small
    return boxed, scale, left, top


def anchors() -> Floats:
    """Give where each of the 896 answers of the network starts from; parts of the input's side."""
    grids = []
    for stride, repeats in ((8, 2), (16, 6)):
        cells = _SIDE // stride
        at = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        grid = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
        grids.append(np.repeat(grid, repeats, axis=0))
    return np.concatenate(grids)


def decoded(told: Floats, starts: Floats) -> Floats:
    """Give two corners and six points of each answer (n, 8, 2); parts of the input's side."""
    parts: Floats = told.reshape(-1, 8, 2) / np.float32(_SIDE)
    parts[:, 0] += starts
    parts[:, 2:] += starts[:, None]
    middle, half = parts[:, 0].copy(), parts[:, 1] / 2
    parts[:, 0], parts[:, 1] = middle - half, middle + half
    return parts


def merged(parts: Floats, scores: Floats) -> list[Found]:
    """Make one face of the answers that overlap, each weighing as much as it is sure."""
    is_real = np.all(parts[:, 1] > parts[:, 0], axis=1)
    parts, scores = parts[is_real], scores[is_real]
    order = np.argsort(-scores, kind="stable")
    parts, scores = parts[order], scores[order]
    found = []
    while len(scores):
        same = overlaps(parts[0], parts) > _SAME_FACE
        same[0] = True
        weights = scores[same, None, None]
        whole = (parts[same] * weights).sum(axis=0) / weights.sum()
        found.append(Found(corners=whole[:2], points=whole[2:], score=float(scores[0])))
        parts, scores = parts[~same], scores[~same]
    return found


def overlaps(one: Floats, many: Floats) -> Floats:
    """Tell how much a box shares with others: common area over the area of both."""
    low = np.maximum(one[0], many[:, 0])
    high = np.minimum(one[1], many[:, 1])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    whole = np.prod(one[1] - one[0]) + np.prod(many[:, 1] - many[:, 0], axis=1)
    told: Floats = common / (whole - common)
    return told
