"""What does an engine's process do with a picture? It reads the one face in it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fairtag.adapters.faces.apart.frames import Hello, Reply
from fairtag.adapters.faces.decode import decoder, pixels
from fairtag.adapters.faces.engines import loaded
from fairtag.faces.compare import numbers
from fairtag.faces.model import Reading
from fairtag.faces.reading import read
from fairtag.terms.errors import FairtagError


def looker(name: str, digest: str) -> tuple[Callable[[bytes], Reply], Hello]:
    """Load an engine; gives what reads a picture, and what the engine says of itself.

    Raises: EngineRefused.
    """
    decoder()  # its codecs, while files can be opened
    engine = loaded(name, digest)

    def look(raw: bytes) -> Reply:
        try:
            reading = read(engine, pixels(raw))
            if reading.template is not None and len(numbers(reading.template)) != engine.info.dims:
                return _failed()
        except FairtagError:
            return _failed()
        return Reply(state="done", reading=reading)

    return look, Hello(info=msgspec.structs.replace(engine.info, digest=digest))


def _failed() -> Reply:
    return Reply(state="done", reading=Reading(outcome="engine_error"))
