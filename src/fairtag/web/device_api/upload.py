"""How is an upload with pictures read? Parts in memory, each of a name that we expect, or none.

Units: bytes. Source: contract §6 (a check-in has at most 8 MiB), design.md §2 (a picture 2 MB).
"""

from __future__ import annotations

import msgspec

from fairtag.app.checkins.answering.sent import MOST_FRAMES, Manifest, OnDevice, Sent
from fairtag.terms.instants import parse
from fairtag.web.device_api.own import Asked
from fairtag.web.multipart import parts_of

MOST_BYTES = 8 * 1024 * 1024
_MOST_TOLD = 16 * 1024
_MOST_PICTURE = 2_000_000
_FRAMES = tuple(f"frame{number}" for number in range(1, MOST_FRAMES + 1))


def read_upload(asked: Asked) -> Sent | None:
    """Read a manifest and its frames, or the JSON of a result; None when it is neither."""
    if is_json(asked):
        return _read(asked, OnDevice, asked.body, ())
    told = parts_of(asked.content_type, asked.body) or []
    parts = {one.name: one.content for one in told}
    is_known = "manifest" in parts and set(parts) <= {"manifest", *_FRAMES}
    if not is_known or len(parts) != len(told):  # a name twice is no upload
        return None
    frames = tuple(parts[name] for name in _FRAMES if name in parts)
    if not frames or any(len(one) > _MOST_PICTURE for one in frames):
        return None
    return _read(asked, Manifest, parts["manifest"], frames)


def is_json(asked: Asked) -> bool:
    """Tell whether an upload says that it is JSON, and so no pictures."""
    return asked.content_type.partition(";")[0].strip().lower() == "application/json"


def _read(
    asked: Asked, kind: type[Manifest | OnDevice], told: bytes, frames: tuple[bytes, ...]
) -> Sent | None:
    if len(told) > _MOST_TOLD:
        return None
    try:
        read = msgspec.json.decode(told, type=kind)
        parse(read.captured_at)
    except (msgspec.MsgspecError, ValueError):
        return None
    return Sent(
        about=asked.parts[0],
        device_id=asked.device_id,
        token_hash=asked.token_hash,
        received_at=asked.received_at,
        told=read,
        frames=frames,
    )
