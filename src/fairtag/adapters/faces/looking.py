"""What does an engine's process do with a picture? It reads the one face in it.

Where a detector of presentation attacks was agreed to, it looks at the burst so far.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fairtag.adapters.faces.apart.frames import Hello, Reply
from fairtag.adapters.faces.decode import decoder, pixels
from fairtag.adapters.faces.engines import loaded, loaded_detector
from fairtag.faces.compare import numbers
from fairtag.faces.model import Picture, Reading
from fairtag.faces.reading import read
from fairtag.terms.errors import FairtagError


def looker(
    name: str, digest: str, detector: str = "", agreed: str = ""
) -> tuple[Callable[[bytes], Reply], Hello]:
    """Load an engine, and a detector with the digest that was agreed to; gives what reads a
    picture, and what the engine says of itself.

    Raises: EngineRefused.
    """
    decoder()  # its codecs, while files can be opened
    engine = loaded(name, digest)
    attacks = loaded_detector(detector, agreed) if detector else None
    burst: list[Picture] = []  # filled in the child of one burst only, and gone with it

    def look(raw: bytes) -> Reply:
        try:
            burst.append(pixels(raw))
            reading = read(engine, burst[-1])
            if reading.template is not None and len(numbers(reading.template)) != engine.info.dims:
                return _failed()
        except FairtagError:
            return _failed()
        if attacks is not None:
            reading = msgspec.structs.replace(reading, attack=attacks.examine(burst))
        return Reply(state="done", reading=reading)

    return look, Hello(info=msgspec.structs.replace(engine.info, digest=digest))


def _failed() -> Reply:
    return Reply(state="done", reading=Reading(outcome="engine_error"))
