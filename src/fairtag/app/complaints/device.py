"""Let a wearer complain on their device, and read there what became of it.

The look is written down first, as the wearer's own. Units: µs UTC. Source: charter G4.
"""

from __future__ import annotations

from fairtag.app.complaints.read import ComplaintTold, complaints_told
from fairtag.app.complaints.record import complain
from fairtag.app.house import House
from fairtag.app.wearer.today import looked, served
from fairtag.review.complaints.model import Complaint
from fairtag.review.refusals import ComplaintRefused
from fairtag.terms.ids import DeviceId


def complain_from(house: House, device_id: DeviceId, *, text: str, about: str) -> Complaint:
    """Keep what the wearer of a device complains of.

    Raises: ComplaintRefused, also when the device serves nobody; LogUnavailable.
    """
    serving = house.store.read(lambda tx: served(tx, device_id, house.clock.now()))
    if serving is None:
        raise ComplaintRefused("no order covers this device; the wearer's own page takes it")
    return complain(house, serving.wearer_id, text=text, about=about, how="their app")


def told_to(house: House, device_id: DeviceId) -> tuple[ComplaintTold, ...]:
    """List the complaints of a device's wearer with their answers; none when it serves nobody.

    Raises: LogUnavailable.
    """
    now = house.clock.now()
    serving = house.store.read(lambda tx: served(tx, device_id, now))
    if serving is None:
        return ()
    house.store.transact(lambda tx: tx.audit.append(looked(serving, device_id, now)))
    return house.store.read(lambda tx: complaints_told(tx, serving.wearer_id, now=now))
