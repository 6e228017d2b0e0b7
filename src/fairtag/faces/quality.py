"""How good is a picture of a face, and what would make it better?

'OFIQ-style': the measures bear the names of ISO/IEC 29794-5 and are computed in our own way from
what our networks tell; nothing here conforms to that standard. Not measured, since it would take
networks that we do not have: UnifiedQualityScore, occlusions, head coverings, background.

Light is judged by the face's own tones, never by how bright it is: a dark face in good light has
as many tones as a light one, and a limit on brightness would send its owner to people for their
skin. What only some people can change (eyes, mouth) is advice and makes no picture poor.

Units: pixels of the picture; degrees; luminance 0 to 255 (ITU-R BT.709).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairtag.faces.capture.marks import Marks
from fairtag.faces.model import Measure, Picture

Floats = NDArray[np.float32]
_BT709 = np.array([0.2126, 0.7152, 0.0722], np.float32)
# Limits, chosen on pictures of press photographers and on the same ones darkened, bleached and
# blurred: `docs/face-engine.md` says how many of each they stop, by group.
LEAST_RANGE = 40.0  # between the 2nd and the 98th percentile of a face's tones
MOST_LOST = 0.2  # part of a face that is all black or all white
LEAST_SHARP = 0.0025
LEAST_EYES_PX = 24.0  # less than half of what the embedder sees
MOST_HEAD = 0.9  # of the picture's height
LEAST_MARGIN = -0.2  # eye distances that the outline may leave the picture
MOST_YAW, MOST_PITCH, MOST_ROLL = 40.0, 30.0, 30.0
LEAST_OPEN = 0.1
_BLACK, _WHITE, _MIDDLE = 4.0, 250.0, 256.0
_LEVEL_PITCH = -5.0  # what the mesh says of a level head: the median of those pictures
_GRID = 64  # samples a side: enough for a histogram, and the same whatever the picture's size


def measured(picture: Picture, marks: Marks, cut: Picture) -> tuple[Measure, ...]:
    """Measure a face; `cut` is the engine's aligned square of it."""
    return (
        *_light(tones(picture, marks.oval), cut),
        *_place(picture, marks),
        *_pose(marks),
    )


def tones(picture: Picture, oval: Floats) -> Floats:
    """Give the luminance of samples inside the face's outline, where it lies in the picture."""
    height, width = picture.shape[:2]
    low, high = oval.min(axis=0), oval.max(axis=0)
    steps = (np.arange(_GRID, dtype=np.float32) + 0.5) / _GRID
    x = (low[0] + steps * (high[0] - low[0])).repeat(_GRID).reshape(_GRID, _GRID).T
    y = (low[1] + steps * (high[1] - low[1])).repeat(_GRID).reshape(_GRID, _GRID)
    seen = inside(x, y, oval) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
    told: Floats = picture[y[seen].astype(int), x[seen].astype(int)] @ _BT709
    return told


def inside(x: Floats, y: Floats, outline: Floats) -> NDArray[np.bool_]:
    """Tell which points lie inside an outline: those from which a ray crosses it an odd number of
    times.
    """
    found = np.zeros(x.shape, bool)
    for (x1, y1), (x2, y2) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * ((x2 - x1) / (y2 - y1)))
        found ^= crosses
    return found


def _light(seen: Floats, cut: Picture) -> tuple[Measure, ...]:
    if not seen.size:
        return (Measure(name="DynamicRange", value=0.0, is_ok=False),)
    low, high = (float(one) for one in np.percentile(seen, (2, 98)))
    is_flat, is_pale = high - low < LEAST_RANGE, low + high > _MIDDLE
    black = float(np.mean(seen <= _BLACK))
    white = float(np.mean(seen >= _WHITE))
    fine = sharpness(cut)
    return (
        Measure(name="LuminanceMean", value=float(seen.mean()), is_ok=True),
        Measure(name="LuminanceVariance", value=float(seen.var()), is_ok=True),
        Measure(name="DynamicRange", value=high - low, is_ok=not is_flat),
        Measure(
            name="UnderExposurePrevention",
            value=black,
            is_ok=black < MOST_LOST and not (is_flat and not is_pale),
        ),
        Measure(
            name="OverExposurePrevention",
            value=white,
            is_ok=white < MOST_LOST and not (is_flat and is_pale),
        ),
        Measure(name="Sharpness", value=fine, is_ok=fine >= LEAST_SHARP),
    )


def sharpness(cut: Picture) -> float:
    """Tell how much of a face's contrast is fine: the variance of the Laplacian over that of the
    luminance, so that neither skin nor light count.
    """
    tone = cut.astype(np.float32) @ _BT709
    fine = tone[:-2, 1:-1] + tone[2:, 1:-1] + tone[1:-1, :-2] + tone[1:-1, 2:]
    fine = fine - 4 * tone[1:-1, 1:-1]
    return float(fine.var() / max(tone.var(), 1.0))


def _place(picture: Picture, marks: Marks) -> tuple[Measure, ...]:
    height, width = picture.shape[:2]
    low, high = marks.oval.min(axis=0), marks.oval.max(axis=0)
    eyes = float(np.hypot(*(marks.left_eye.mean(axis=0) - marks.right_eye.mean(axis=0))))
    size = float(high[1] - low[1]) / height
    margins = {
        "LeftwardCropOfTheFaceImage": float(low[0]),
        "RightwardCropOfTheFaceImage": float(width - high[0]),
        "MarginAboveOfTheFaceImage": float(low[1]),
        "MarginBelowOfTheFaceImage": float(height - high[1]),
    }
    return (
        Measure(name="InterEyeDistance", value=eyes, is_ok=eyes >= LEAST_EYES_PX),
        Measure(name="HeadSize", value=size, is_ok=size <= MOST_HEAD),
        *(
            Measure(name=name, value=room / eyes, is_ok=room / eyes >= LEAST_MARGIN)
            for name, room in margins.items()
        ),
    )


def _pose(marks: Marks) -> tuple[Measure, ...]:
    yaw, pitch, roll = pose(marks.solid)
    eyes = max(openness(marks.left_eye), openness(marks.right_eye))
    return (
        Measure(name="HeadPoseYaw", value=yaw, is_ok=abs(yaw) <= MOST_YAW),
        Measure(name="HeadPosePitch", value=pitch, is_ok=abs(pitch) <= MOST_PITCH),
        Measure(name="HeadPoseRoll", value=roll, is_ok=abs(roll) <= MOST_ROLL),
        Measure(name="EyesOpen", value=eyes, is_ok=eyes >= LEAST_OPEN),
    )


def pose(solid: Floats) -> tuple[float, float, float]:
    """Tell how a head is turned: yaw to its own left, pitch upwards, roll to its own left shoulder.

    Units: degrees.
    """
    left, right, forehead, chin = solid.astype(np.float64)
    across, down = left - right, chin - forehead
    out = np.cross(across, down)  # away from the camera
    yaw = np.degrees(np.arctan2(-out[0], out[2]))
    pitch = np.degrees(np.arctan2(out[1], np.hypot(out[0], out[2])))
    roll = np.degrees(np.arctan2(across[1], across[0]))
    return float(yaw), float(pitch) - _LEVEL_PITCH, float(roll)


def openness(eye: Floats) -> float:
    """Tell how far an eye is open: its height over its width."""
    tall = np.hypot(*(eye[1] - eye[5])) + np.hypot(*(eye[2] - eye[4]))
    return float(tall / (2 * max(np.hypot(*(eye[0] - eye[3])), 1e-6)))
