"""Which points of a face are measured?

Shapes: (n, 2), x to the right and y down in pixels of the picture. Left and right are the
person's own: on a picture that is not mirrored, left is on the right.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """Points that quality measures need, whichever engine found them."""

    oval: Floats  # outline of the face, in order around it
    left_eye: Floats  # six: outer corner, two on the upper lid, inner corner, two on the lower
    right_eye: Floats
    mouth: Floats  # four: two corners, middle of the inner upper and lower lip
    solid: Floats  # (4, 3): left and right outer eye corner, forehead, chin; with depth


# Where they are in MediaPipe's mesh of 468 points (`face_mesh_connections`).
OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377]
OVAL += [152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]
LEFT_EYE = [263, 387, 385, 362, 380, 373]
RIGHT_EYE = [33, 160, 158, 133, 153, 144]
MOUTH = [61, 291, 13, 14]
POSE = [263, 33, 10, 152]
