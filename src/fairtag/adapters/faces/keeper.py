"""Who cleans pictures and reads faces for the service? Two processes apart; none at the start.

Each call is one wearer's: it has a child of its own in either process (charter G1).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from fairtag.adapters.faces.apart.frames import Reply
from fairtag.adapters.faces.apart.process import Apart, Gone, NeverReady
from fairtag.adapters.faces.engines import DETECTORS, REFERENCE_NAME, demand_allowed
from fairtag.adapters.faces.limits import MOST_BYTES
from fairtag.adapters.faces.nets.pinned import REFERENCE
from fairtag.faces.compare import numbers
from fairtag.faces.model import EngineInfo, Reading
from fairtag.faces.refusals import EngineRefused, Incomparable, PictureRefused
from fairtag.faces.strangers import turned_alike
from fairtag.terms.errors import Busy

_JPEG = b"\xff\xd8\xff"
_FAILED = Reading(outcome="engine_error")


class FacesApart:
    """Keeps `app.checkins.book.Faces`: a decoder and an engine, each in a process of its own.

    Nothing is loaded or started before the first picture.
    """

    def __init__(
        self,
        *,
        engine: str = REFERENCE_NAME,
        detector: str = "",
        allowed: Collection[str] = (),
        answer_s: float = 5.0,
    ) -> None:
        """Check that the engine and a detector of attacks, if any, may run; loads neither.

        Raises: EngineRefused.
        """
        self.digest = demand_allowed(engine, allowed)
        beside = [detector, demand_allowed(detector, allowed, group=DETECTORS)] if detector else []
        self._detector = "@".join(beside)
        self.decoder = Apart(["decoder"], answer_s=answer_s)
        self.engine = Apart(["engine", engine, self.digest, *beside], answer_s=answer_s)
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

    def detector(self) -> str:
        """Name the detector of presentation attacks that looks, and its digest; empty: none."""
        return self._detector

    def walls(self) -> tuple[str, ...]:
        """Tell what the engine's process can't do; empty before its first picture."""
        told = self.engine.known()
        return () if told is None else told.walls

    def clean_all(self, frames: Sequence[bytes]) -> list[bytes | PictureRefused]:
        """Decode what claims to be one wearer's pictures within limits, and encode them anew
        without metadata; what is none is refused with a word of `limits.REFUSALS`.

        Raises: Busy when no process can be had.
        """
        told: list[bytes | PictureRefused | None] = [_at_once(raw) for raw in frames]
        asked = [raw for raw, one in zip(frames, told, strict=True) if one is None]
        try:
            replies = iter(self.decoder.ask(asked))
        except (Gone, NeverReady) as error:
            raise Busy("the decoder's process ended") from error
        return [_clean(next(replies)) if one is None else one for one in told]

    def clean(self, raw: bytes) -> bytes:
        """Clean one picture that stands alone.

        Raises: PictureRefused, Busy.
        """
        told = self.clean_all([raw])[0]
        if isinstance(told, PictureRefused):
            raise told
        return told

    def read_all(self, pictures: Sequence[bytes], *, key: bytes) -> list[Reading]:
        """Find the one face in each of a wearer's clean pictures; the templates are turned by that
        wearer's key, here: the engine's process sees no key.

        Whatever fails is the outcome `engine_error`.
        """
        try:
            told = [self._named(_sound(one.reading)) for one in self.engine.ask(pictures)]
        except (Gone, NeverReady):
            return [_FAILED] * len(pictures)
        templates = [one.template for one in told if one.template is not None]
        turned = iter(turned_alike(templates, key))
        return [
            one if one.template is None else msgspec.structs.replace(one, template=next(turned))
            for one in told
        ]

    def read(self, picture: bytes, *, key: bytes) -> Reading:
        """Read one picture that stands alone."""
        return self.read_all([picture], key=key)[0]

    def _named(self, reading: Reading) -> Reading:
        """Name the detector that was agreed to: what a child calls itself reaches no record."""
        if reading.attack is None:
            return reading
        named = msgspec.structs.replace(reading.attack, detector=self._detector)
        return msgspec.structs.replace(reading, attack=named if self._detector else None)

    def close(self) -> None:
        """End both processes."""
        self.decoder.close()
        self.engine.close()


def _sound(reading: Reading | None) -> Reading:
    """Give what a child read; what can't be a face's numbers is its failure."""
    if reading is None:
        return _FAILED
    try:
        if reading.template is not None:
            numbers(reading.template)
    except Incomparable:
        return _FAILED
    return reading


def _at_once(raw: bytes) -> PictureRefused | None:
    """Refuse what no decoder has to see."""
    if not raw:
        return PictureRefused("empty")
    return PictureRefused("too_big") if len(raw) > MOST_BYTES else None


def _clean(reply: Reply) -> bytes | PictureRefused:
    if reply.state == "too_slow":
        return PictureRefused("too_slow")
    if reply.state == "crashed" or not (reply.refused or reply.picture.startswith(_JPEG)):
        return PictureRefused("damaged")
    return PictureRefused(reply.refused) if reply.refused else reply.picture
