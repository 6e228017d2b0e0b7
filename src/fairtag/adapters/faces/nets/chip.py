"""How does a face become the square that the embedder was trained on?

Source: dlib `get_face_chip_details` with padding 0.25 and five points; the mean of dlib's faces
(`image_transforms/interpolation.h`); which points of the mesh lie where dlib's do.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from fairtag.faces.model import Picture

SIDE = 150
_PADDING = 0.25
_SKIPS = 2  # from this many times smaller on, taking single pixels would skip some
# dlib's order: outer and inner corner of the person's left eye, of the right eye, under the nose.
_OF_MESH = [263, 362, 33, 133, 2]
_MEAN = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
_COLOUR = (122.782, 117.001, 104.298)  # dlib: the mean colour of its training pictures, RGB

Floats = NDArray[np.float32]


def chip(picture: Picture, points: Floats) -> Picture:
    """Cut out the face: eyes level, always in the same place. Shape: (150, 150, 3)."""
    wanted = (_PADDING + _MEAN) / (2 * _PADDING + 1) * SIDE
    here = points[_OF_MESH, :2].astype(np.float64)
    there = similarity(here, wanted)
    scale = float(np.hypot(there[0, 0], there[1, 0]))
    if scale < 1 / _SKIPS:
        picture, there = _shrunk(picture, there, int(1 / scale))
    return np.asarray(
        cv2.warpAffine(picture, there, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8
    )


def _shrunk(
    picture: Picture, there: NDArray[np.float64], times: int
) -> tuple[Picture, NDArray[np.float64]]:
    """Average the part that the chip is cut from, so that no pixel is skipped; dlib does the same.

    Gives the smaller part and the map from it into the chip.
    """
    back = cv2.invertAffineTransform(there)
    corners = np.array([[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]]) @ back[:, :2].T + back[:, 2]
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, None)
    size = np.minimum(np.ceil(corners.max(axis=0)).astype(int), picture.shape[1::-1]) - low
    size = size // times * times
    if size.min() <= 0:
        return picture, there
    part = picture[low[1] : low[1] + size[1], low[0] : low[0] + size[0]]
    small = cv2.resize(part, tuple(size // times), interpolation=cv2.INTER_AREA)
    # A pixel's middle lies half a pixel from its corner, in both pictures.
    shift = there[:, :2] @ (low + (times - 1) / 2) + there[:, 2]
    return np.asarray(small, np.uint8), np.hstack([there[:, :2] * times, shift[:, None]])


def similarity(here: NDArray[np.float64], there: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the turn, scale and shift (2, 3) that take points nearest to others, without mirroring.

    Source: S. Umeyama, Least-squares estimation of transformation parameters, 1991; in the plane a
    turn with scale is one complex number.
    """
    one = here @ [1, 1j]
    two = there @ [1, 1j]
    about_one, about_two = one - one.mean(), two - two.mean()
    turn = np.vdot(about_one, about_two) / np.vdot(about_one, about_one).real
    shift = two.mean() - turn * one.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def pair(cut: Picture) -> Floats:
    """Give the embedder's input of a chip and its mirror image. Shape: (2, 3, 150, 150)."""
    told = cv2.dnn.blobFromImages([cut, cut[:, ::-1]], 1 / 256, mean=_COLOUR)
    return np.asarray(told, np.float32)
