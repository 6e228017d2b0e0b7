"""The reference engine: finds, measures and numbers faces. It is not fit to decide by itself.

Source: what it confuses, and how often, is in its model card; `faces.threshold` refuses it.
"""

from __future__ import annotations

import cv2
import numpy as np

from fairtag.adapters.faces.nets.chip import chip, pair
from fairtag.adapters.faces.nets.detector import Detector, Found
from fairtag.adapters.faces.nets.mesh import Mesh
from fairtag.adapters.faces.nets.pinned import DETECTOR, EMBEDDER, MESH, REFERENCE, weights
from fairtag.faces.capture.marks import LEFT_EYE, MOUTH, OVAL, POSE, RIGHT_EYE, Marks
from fairtag.faces.model import Face, Measure, Picture, Template
from fairtag.faces.quality import measured


class ReferenceEngine:
    """BlazeFace, face mesh and dlib's ResNet-29; a plug-in like any other."""

    info = REFERENCE

    def __init__(self) -> None:
        """Load the weights: 0.1 to 0.4 s.

        Raises: EngineRefused when a file is not the pinned one.
        """
        cv2.setNumThreads(1)  # one picture is looked at in a process of its own
        self._detector = Detector(weights(DETECTOR))
        self._mesh = Mesh(weights(MESH))
        self._embedder = cv2.dnn.readNetFromONNX(weights(EMBEDDER))
        self._warm()

    def _warm(self) -> None:
        """Do everything once, while files can be opened and for all later ones to share."""
        grey = np.full((192, 192, 3), 128, np.uint8)
        corners = np.array([[40, 40], [150, 150]], np.float32)
        self.detect(grey)
        self._mesh.lay(grey, Found(corners=corners, points=corners, score=1.0))
        around = np.linspace(0, 2 * np.pi, 468, dtype=np.float32)
        points = 96 + 60 * np.column_stack([np.cos(around), np.sin(around)])
        face = Face(box=(36, 36, 120, 120), score=1.0, points=points, depths=around)
        self.quality(grey, face)
        self.embed(grey, face)

    def detect(self, picture: Picture) -> list[Face]:
        """Find faces, the largest first; the mesh drops what is none."""
        faces = []
        for found in self._detector.find(picture):
            points = self._mesh.lay(picture, found)
            if points is None:
                continue
            (x, y), (width, height) = found.corners[0], found.corners[1] - found.corners[0]
            box = (float(x), float(y), float(width), float(height))
            faces.append(
                Face(box=box, score=found.score, points=points[:, :2], depths=points[:, 2])
            )
        return sorted(faces, key=lambda one: -one.box[2] * one.box[3])

    def quality(self, picture: Picture, face: Face) -> tuple[Measure, ...]:
        """Measure how good a picture of this face is."""
        return measured(picture, marks(face), chip(picture, face.points))

    def embed(self, picture: Picture, face: Face) -> Template:
        """Give the numbers of this face: those of its chip and of its mirror image, added."""
        self._embedder.setInput(pair(chip(picture, face.points)))
        vector = self._embedder.forward().astype("<f4").sum(axis=0)
        return Template(engine=self.info.name, vector=vector.tobytes())


def marks(face: Face) -> Marks:
    """Name the points of the mesh that measures are taken from."""
    points, depths = face.points, face.depths
    assert depths is not None  # noqa: S101 - this engine's faces have them
    solid = np.column_stack([points, depths])
    return Marks(
        oval=points[OVAL],
        left_eye=points[LEFT_EYE],
        right_eye=points[RIGHT_EYE],
        mouth=points[MOUTH],
        solid=solid[POSE],
    )
