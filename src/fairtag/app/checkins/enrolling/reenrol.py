"""Change the engine: make new templates of the kept enrolment pictures, each wearer's by itself."""

from __future__ import annotations

from dataclasses import dataclass

from fairtag.app.checkins.answering.compare import read
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import WearerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReEnrolled:
    """What became of one wearer's pictures under the engine that runs now."""

    wearer_id: WearerId
    engine: str
    made: int  # templates
    lost: int  # pictures in which this engine finds no good face: enrol anew
    failed: int = 0  # pictures at which the machine failed: nothing of this wearer was changed

    @property
    def is_whole(self) -> bool:
        """Tell whether every picture could be taken over."""
        return self.made > 0 and not (self.lost or self.failed)


def re_enrol(house: House, *, by: str) -> list[ReEnrolled]:
    """Make templates anew of every wearer's pictures; each wearer is logged first, stored whole.

    What this engine can't read keeps no template, so that answers go to people until that wearer is
    enrolled anew. A fault of the machine says nothing about a picture: that wearer is left as they
    are, and done when this is run again. Wearers whose keys are locked or gone are left out.

    Raises: LogUnavailable.
    """
    found = []
    for wearer_id in house.store.read(lambda tx: tx.enrolments.wearers()):
        try:
            found.append(_one(house, wearer_id, by=by))
        except SealBroken:
            continue
    return found


def _one(house: House, wearer_id: WearerId, *, by: str) -> ReEnrolled:
    engine = house.faces.info().name
    now = house.clock.now()
    announced = Entry(
        at=now,
        operation="alteration",
        actor=by,
        what="enrolment.re-enrol",
        wearer_id=wearer_id,
        details={"engine": engine},
    )
    house.store.transact(lambda tx: tx.audit.append(announced))
    kept = house.store.read(lambda tx: tx.enrolments.kept(wearer_id))
    readings = read(house, wearer_id, [picture for _, picture in kept])
    failed = sum(one.outcome == "engine_error" for one in readings)
    if failed:
        return ReEnrolled(wearer_id=wearer_id, engine=engine, made=0, lost=0, failed=failed)

    def work(tx: Transaction) -> int:
        made = 0
        for (picture_id, _), reading in zip(kept, readings, strict=True):
            if reading.outcome == "one" and reading.template is not None:
                tx.enrolments.put_template(picture_id, reading.template, at=now)
                made += 1
            else:
                tx.enrolments.drop_template(picture_id)
        return made

    made = house.store.transact(work)
    return ReEnrolled(wearer_id=wearer_id, engine=engine, made=made, lost=len(kept) - made)
