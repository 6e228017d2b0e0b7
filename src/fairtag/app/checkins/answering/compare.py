"""Compare what a wearer sent with that wearer's enrolled pictures, and with nobody else's.

The engine gets one wearer's pictures at a time, no id (charter G1). What it can't do goes to
people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairtag.app.checkins.book import Invitation
from fairtag.app.house import House
from fairtag.app.matching.profiles import standing
from fairtag.app.ports import Transaction
from fairtag.faces.capture.attacks import of_burst
from fairtag.faces.cohort.norm import Beside, beside
from fairtag.faces.model import Measure, Reading, Refer, Template, ThresholdProfile, Verdict
from fairtag.faces.refusals import EngineRefused, PictureRefused
from fairtag.faces.verdict import Where, decide
from fairtag.terms.errors import Busy
from fairtag.terms.ids import WearerId

# The wearer's turn of templates is derived from the wearer's own key, and ends with it.
PURPOSE = "template-turn/1"
TAKE_AGAIN = "take_again"  # advice when a picture can't be read at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the machine says of a burst."""

    verdict: Verdict
    readings: tuple[Reading, ...]
    engine: str
    enrolled: int  # templates that it was compared with

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Give the quality of the best frame: the one with the fewest faults."""
        measured = [one.measures for one in self.readings if one.measures]
        return min(measured, key=_faults, default=())

    @property
    def advice(self) -> tuple[str, ...]:
        """Give what would help, each once."""
        return tuple(dict.fromkeys(code for one in self.readings for code in one.advice))


def cleaned(house: House, frames: Sequence[bytes]) -> list[bytes | None]:
    """Encode pictures anew, without what stood beside them; None for one that can't be read.

    Raises: Busy when the decoder is away: the device keeps them and sends them again.
    """
    told = house.faces.clean_all(frames)
    return [None if isinstance(one, PictureRefused) else one for one in told]


def read(house: House, wearer_id: WearerId, pictures: Sequence[bytes]) -> tuple[Reading, ...]:
    """Let the engine look at one wearer's pictures, and at nobody else's with them.

    Raises: SealBroken when the wearer's key is gone.
    """
    key = house.vault.derived(PURPOSE, wearer_id=wearer_id)
    return tuple(house.faces.read_all(pictures, key=key))


def enrolled_for(tx: Transaction, invitation: Invitation) -> list[Template]:
    """Open the templates that an invitation has so far, to hold its next picture against."""
    return tx.enrolments.templates(invitation.wearer_id, of=invitation.invitation_id)


def compared(house: House, wearer_id: WearerId, pictures: Sequence[bytes]) -> Compared:
    """Compare a burst with the wearer's enrolled pictures.

    An engine that is away is `engine_error`. Raises: SealBroken when the wearer's key is gone.
    """
    try:
        info = house.faces.info()
    except (Busy, EngineRefused):
        broken = Verdict(outcome="refer", reason=Refer.ENGINE_ERROR)
        return Compared(verdict=broken, readings=(), engine="", enrolled=0)
    readings = read(house, wearer_id, pictures)
    known = house.store.read(lambda tx: tx.enrolments.templates(wearer_id))
    enrolled = [one for one in known if one.engine == info.name]
    verdict = Verdict(outcome="refer", reason=Refer.POOR_QUALITY)
    if readings:
        mode: Where = "demo" if house.is_demo else "live"
        profile = profile_now(house)
        near = _beside(house, wearer_id, profile)
        attack = of_burst(readings)
        verdict = decide(enrolled, readings, profile, mode=mode, attack=attack, cohort=near)
    return Compared(verdict=verdict, readings=readings, engine=info.name, enrolled=len(enrolled))


def _beside(house: House, wearer_id: WearerId, profile: ThresholdProfile | None) -> Beside | None:
    """Turn the cohort by the wearer's key, where a profile asks for one: the wearer's templates
    are never turned back, and what the cohort was turned into is kept nowhere.
    """
    if profile is None or not profile.cohort_sha256 or house.face_cohort is None:
        return None
    return beside(house.face_cohort, key=house.vault.derived(PURPOSE, wearer_id=wearer_id))


def profile_now(house: House) -> ThresholdProfile | None:
    """Give the profile that may decide here; None: everything goes to people (charter G8)."""
    decides = standing(house, house.faces.info()).decides
    return None if decides is None else decides.profile


def _faults(measures: tuple[Measure, ...]) -> int:
    return sum(not one.is_ok for one in measures)
