"""Who cleans pictures and reads faces for the service? Two processes apart; none at the start."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from fairtag.adapters.faces.apart.process import Apart, Gone, NeverReady
from fairtag.adapters.faces.engines import REFERENCE_NAME, demand_allowed
from fairtag.adapters.faces.limits import MOST_BYTES
from fairtag.adapters.faces.nets.pinned import REFERENCE
from fairtag.faces.model import EngineInfo, Reading
from fairtag.faces.refusals import EngineRefused, PictureRefused
from fairtag.faces.strangers import turned
from fairtag.terms.errors import Busy

_JPEG = b"\xff\xd8\xff"


class FacesApart:
    """Keeps `app.checkins.book.Faces`: a decoder and an engine, each in a process of its own.

    Nothing is loaded or started before the first picture.
    """

    def __init__(
        self, *, engine: str = REFERENCE_NAME, allowed: Collection[str] = (), answer_s: float = 5.0
    ) -> None:
        """Check that the engine may run, without loading it.

        Raises: EngineRefused.
        """
        self.digest = demand_allowed(engine, allowed)
        self.decoder = Apart(["decoder"], answer_s=answer_s)
        self.engine = Apart(["engine", engine, self.digest], answer_s=answer_s)
        self._is_reference = engine == REFERENCE_NAME

    def info(self) -> EngineInfo:
        """Tell which engine runs; a plug-in is started to say so.

        Raises: EngineRefused, Busy.
        """
        if self._is_reference:
            return msgspec.structs.replace(REFERENCE, digest=self.digest)
        try:
            told = self.engine.hello().info
        except NeverReady as error:
            raise EngineRefused(str(error)) from error
        except Gone as error:
            raise Busy("the engine's process ended") from error
        if told is None:
            raise EngineRefused("an engine that does not say which it is")
        return told

    def walls(self) -> tuple[str, ...]:
        """Tell what the engine's process can't do; empty before its first picture."""
        told = self.engine.known()
        return () if told is None else told.walls

    def clean(self, raw: bytes) -> bytes:
        """Decode what claims to be a picture within limits, and encode it anew without metadata.

        Raises: PictureRefused with a word of `limits.REFUSALS`; Busy when no process can be had.
        """
        if not raw:
            raise PictureRefused("empty")
        if len(raw) > MOST_BYTES:
            raise PictureRefused("too_big")
        try:
            reply = self.decoder.ask(raw)
        except (Gone, NeverReady) as error:
            raise Busy("the decoder's process ended") from error
        if reply.state == "too_slow":
            raise PictureRefused("too_slow")
        if reply.state == "crashed" or not (reply.refused or reply.picture.startswith(_JPEG)):
            raise PictureRefused("damaged")
        if reply.refused:
            raise PictureRefused(reply.refused)
        return reply.picture

    def read(self, picture: bytes, *, key: bytes) -> Reading:
        """Find the one face in a clean picture; its template is turned by the wearer's key, here:
        the engine's process sees no key.

        Whatever fails is the outcome `engine_error`.
        """
        try:
            reading = self.engine.ask(picture).reading
        except (Gone, NeverReady):
            reading = None
        if reading is None:
            return Reading(outcome="engine_error")
        if reading.template is None:
            return reading
        return msgspec.structs.replace(reading, template=turned(reading.template, key))

    def close(self) -> None:
        """End both processes."""
        self.decoder.close()
        self.engine.close()
