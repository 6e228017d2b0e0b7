"""Which weights does the reference engine run? Three files, each by its digest.

Where they come from, under which licence, and who is in the training data: `weights/NOTICE`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from fairtag.faces.model import EngineInfo
from fairtag.faces.refusals import EngineRefused

FOLDER = Path(__file__).parent / "weights"
DETECTOR = "blazeface_short_range.tflite"
MESH = "face_landmark.tflite"
EMBEDDER = "dlib_resnet29.onnx"
PINNED = {
    DETECTOR: "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
    MESH: "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1",
    EMBEDDER: "cc6c34c51780aa3716292b3224b700e21db646e0fd2c751ab3a20d863229e83a",
}
REFERENCE = EngineInfo(
    engine_id="reference",
    version="1",
    weights_sha256=tuple(PINNED.values()),
    licence="CC0-1.0 (dlib ResNet-29), Apache-2.0 (MediaPipe BlazeFace and face mesh)",
    provenance=(
        "The network that tells faces apart was trained by its author on about 3 million pictures "
        "of 7,485 people from FaceScrub, VGG-Face and the web; nobody shown was asked. It takes "
        "strangers for one another far more often among Asian and Black people than among white "
        "people. Google says of the other two that they were trained on pictures it licensed or "
        "collected; nobody outside can check that."
    ),
    dims=128,
)


def weights(name: str, folder: Path = FOLDER) -> str:
    """Check the digest of one file of weights; gives its path, which OpenCV reads it from.

    Fails: closed. Raises: EngineRefused when it is another file, or gone.
    """
    try:
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    except OSError as error:
        raise EngineRefused(f"{name}: {error.strerror}") from error
    if found != PINNED[name]:
        raise EngineRefused(f"{name}: sha256 {found[:12]}…, not the pinned {PINNED[name][:12]}…")
    return str(folder / name)
