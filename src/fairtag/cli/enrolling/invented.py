"""Which invented wearers of the demo are asked for photos, and how do they enrol?

They take their pictures alone, as wearers do; the demo's officer looks at each set and lets it be
used.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from fairtag.app.checkins.enrolling.confirm import list_waiting, say_who, see_set
from fairtag.app.checkins.enrolling.enrol import open_enrolment
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.sim.portraits.answering import Answerer, answer_prompts
from fairtag.sim.wire import Speaker, Tongue
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, Micros

_ROUND_S = 0.5
# Who of the demo speaks our own protocol is asked for a photo too; faces are drawn.
CHECK_IN = {
    "id": "p1",
    "kind": "check_in",
    "modality": "face_photo",
    "max_per_day": 5,
    "allowed": [{"from": "08:00", "to": "21:00"}],
    "answer_within_min": 30,
    "min_gap_min": 60,
}


def invite(house: House, speakers: Sequence[Speaker], *, by: str) -> list[Answerer]:
    """Let the officer ask those for pictures whose orders have a check-in."""
    found = house.store.read(lambda tx: tx.people.by_name(by))
    if found is None:
        return []
    until = Micros(house.clock.now() + DAY)
    native = [one for one in speakers if one.tongue is Tongue.NATIVE]
    return [
        Answerer(
            device_id=one.device_id,
            token=one.token,
            invitation=open_enrolment(
                house,
                found[0],
                house.store.read(partial(_order_of, device_id=DeviceId(one.device_id))),
                device_id=DeviceId(one.device_id),
                until=until,
            ).invitation_id,
        )
        for one in native
    ]


def _order_of(tx: Transaction, *, device_id: DeviceId) -> OrderId:
    return tx.devices.serving(device_id)[0].order_id


@contextmanager
def answering(house: House, people: Sequence[Answerer], *, by: str) -> Iterator[None]:
    """Let them enrol and answer while the block lasts; until the service is up they try again."""
    stop = threading.Event()
    work = partial(answer_prompts, people, address=house.address, clock=house.clock, stop=stop)
    threads = [
        threading.Thread(target=work, name="fairtag-answers", daemon=True),
        threading.Thread(target=confirming, args=(house, by, stop), daemon=True),
    ]
    for one in threads:
        one.start()
    try:
        yield
    finally:
        stop.set()
        for one in threads:
            one.join(timeout=10)


def confirming(house: House, by: str, stop: threading.Event) -> None:
    """Let the officer look at sets that wait and confirm them, until told to stop."""
    found = house.store.read(lambda tx: tx.people.by_name(by))
    while found is not None and not stop.wait(_ROUND_S):
        try:
            for one in list_waiting(house, found[0]):
                see_set(house, found[0], one.invitation_id)
                say_who(house, found[0], one.invitation_id, is_wearer=True)
        except FairtagError:
            continue  # somebody was quicker, or the store is busy: the next round tries again
