"""Where are the parts of one face? 468 points in three dimensions (Google MediaPipe).

Source: MediaPipe `face_landmark_cpu.pbtxt`, `face_detection_front_detection_to_roi.pbtxt`: the
square around the detector's box, turned so that the eyes are level, 1.5 times as wide; input 192
pixels, 0 to 1; a flag above 0.5 says that there is a face.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from fairtag.adapters.faces.nets.detector import Found
from fairtag.faces.model import Picture

_SIDE, _WIDER = 192, 1.5
_POINTS, _FLAG = "conv2d_21", "conv2d_31"  # the names of the two outputs in the file

Floats = NDArray[np.float32]


class Mesh:
    """Lays 468 points over a face."""

    def __init__(self, path: str) -> None:
        self._net = cv2.dnn.readNetFromTFLite(path, cv2.dnn.ENGINE_CLASSIC)

    def lay(self, picture: Picture, found: Found) -> Floats | None:
        """Give the points (468, 3) in pixels of the picture; None when there is no face after all.

        The third is depth: smaller is nearer to the camera, on the scale of the other two.
        """
        there = square(found)
        cut = cv2.warpAffine(picture, there, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
        self._net.setInput(cv2.dnn.blobFromImage(cut, 1 / 255))
        told, flag = self._net.forward([_POINTS, _FLAG])
        if float(flag.ravel()[0]) <= 0:  # before the sigmoid: 0 is a half
            return None
        points = told.reshape(468, 3)
        back = cv2.invertAffineTransform(there).astype(np.float32)
        flat = points[:, :2] @ back[:, :2].T + back[:, 2]
        depth = points[:, 2:] * np.float32(np.hypot(back[0, 0], back[1, 0]))
        laid: Floats = np.hstack([flat, depth])
        return laid


def square(found: Found) -> NDArray[np.float64]:
    """Give the affine map (2, 3) from the picture into the input."""
    right_eye, left_eye = found.points[0], found.points[1]
    turn = np.arctan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0])
    middle = found.corners.mean(axis=0)
    scale = _SIDE / (_WIDER * float(np.max(found.corners[1] - found.corners[0])))
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    turned = np.array([[cos, sin], [-sin, cos]])
    return np.hstack([turned, (_SIDE / 2 - turned @ middle)[:, None]])
