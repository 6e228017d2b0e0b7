"""Store a version of an order, so that it is judged from now on."""

from __future__ import annotations

from typing import Literal

from fairtag.app.charter import Rehearsal
from fairtag.app.house import House
from fairtag.app.keys.months import collects
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.audit.entries import Entry
from fairtag.orders.duties import MOST_CHECK_INS
from fairtag.orders.inforce import MarkWhat
from fairtag.orders.model import CheckIn, OrderVersion, Ruling
from fairtag.orders.read import check, is_simulated, read
from fairtag.orders.scheme import Scheme
from fairtag.review.clock import lapses_at
from fairtag.terms.errors import OrderConflict, OrderRefused, UsageError
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import Micros, text

_REASON_MOST = 2_000
_INVENTED = 'Only orders of invented people are taken here; say so with "simulated": true.'
_REHEARSAL: dict[Rehearsal, str] = {
    "unproved": "This fairtag is a rehearsal until all ten guarantees are proved.",
    "demo": "This is a demo.",
    "root": "This is a rehearsal: its root key is a file beside the data. For orders of real "
    "people set root to a Vault or a module (docs/keys.md), or FAIRTAG_ROOT_FILE_ALLOWED to yes.",
}


def put_order(
    house: House,
    document: bytes,
    *,
    scheme: Scheme,
    by: str,
    named: tuple[str, int] | None = None,
) -> OrderVersion:
    """Check and store a version; `named` is the order and version that the caller means.

    It judges nothing that happened before now.
    Raises: OrderRefused, OrderConflict; UsageError when the file is no JSON.
    """
    now = house.clock.now()
    if house.is_rehearsal and not is_simulated(document):
        problems = [(one.path, one.do) for one in check(document, scheme=scheme, recorded_at=now)]
        told = f"{_REHEARSAL[house.rehearsal]} {_INVENTED}"
        raise OrderRefused(problems=[("$.simulated", told), *problems])
    order = read(document, scheme=scheme, recorded_at=now)
    if named not in (None, (order.order_id, order.version)):
        raise OrderConflict("the file is of another order or version than the address says")

    def work(tx: Transaction) -> OrderVersion:
        nonlocal order
        at = _after_the_last(tx, order.order_id, now)
        if at != now:
            order = read(document, scheme=scheme, recorded_at=at)
        is_new = all(
            (one.order_id, one.version) < (order.order_id, order.version)
            for one in tx.orders.facts(order_id=order.order_id)
        )
        tx.orders.put(order)
        _hold_prompts(tx, order)
        end_lapse(tx, order.order_id, at=at, by=by)
        if is_new:
            told = {"version": str(order.version)}
            _record(tx, order.order_id, at, by, "order.put", told)
            (facts,) = tx.orders.facts(order_id=order.order_id)
            devices = [one.device_id for one in order.ruling.devices]
            tx.audit.append(collects(facts, devices, now=at, by=by))
        return order

    return house.store.transact(work)


def mark_order(
    house: House,
    order_id: OrderId,
    what: Literal["suspend", "resume", "end"],
    *,
    at: Micros,
    by: str,
    reason: str,
) -> None:
    """Suspend, resume or end an order by event time.

    Raises: UnknownOrder, UsageError; OrderConflict when the order is not in a state for it then.
    """
    demand_reason(reason)
    now = house.clock.now()
    house.store.transact(
        lambda tx: mark_in(tx, order_id, what, at=at, now=now, by=by, reason=reason)
    )


def demand_reason(reason: str) -> None:
    """Go on only with a reason of some words.

    Raises: UsageError.
    """
    if not reason.strip() or len(reason) > _REASON_MOST:
        raise UsageError(f"say why, in at most {_REASON_MOST} characters")


def mark_in(
    tx: Transaction,
    order_id: OrderId,
    what: MarkWhat,
    *,
    at: Micros,
    now: Micros,
    by: str,
    reason: str,
) -> None:
    """Mark an order by event time, and tell judge and log.

    Raises: UnknownOrder; OrderConflict when the order is not in a state for it then.
    """
    recorded_at = _after_the_last(tx, order_id, now)
    tx.orders.mark(order_id, what, at=at, recorded_at=recorded_at, by=by, reason=reason)
    _record(tx, order_id, recorded_at, by, f"order.{what}", {"from": text(at)})


def end_lapse(tx: Transaction, order_id: OrderId, *, at: Micros, by: str) -> None:
    """Let monitoring go on when the newest version or review names a date that has not lapsed."""
    (facts,) = tx.orders.facts(order_id=order_id)
    is_due_again = at < lapses_at(facts.review_by, facts.time_zone)
    if facts.lapsed_since is not None and facts.starts_at <= at < facts.ends_at and is_due_again:
        mark_in(tx, order_id, "reviewed", at=at, now=at, by=by, reason="The review was made.")


def handed_on(house: House, order_id: OrderId) -> list[DeviceId]:
    """List the order's devices that another wearer had before and that need a new credential."""

    def work(tx: Transaction) -> list[DeviceId]:
        devices = {one.device_id for one in tx.devices.activations() if one.order_id == order_id}
        return sorted(
            device
            for device in devices
            if any(
                one.order_id == order_id and one.is_handed_on for one in tx.devices.serving(device)
            )
        )

    return house.store.read(work)


def _after_the_last(tx: Transaction, order_id: OrderId, now: Micros) -> Micros:
    """Give the time of recording: it rises with the journal, also when a clock is set back.

    The judge knows of what was recorded up to its entry: an older time would stay unknown to it.
    """
    last = tx.journal.last_ruling(order_id, upto=tx.journal.last())
    return now if last is None else Micros(max(now, last + 1))


def _hold_prompts(tx: Transaction, order: OrderVersion) -> None:
    """Refuse a sixth check-in a day: the limit is a person's, over all orders (charter G6)."""
    during = order.ruling.during
    prompts = _prompts(order.ruling)
    for one in tx.orders.facts(wearer_id=order.wearer_id):
        is_other = one.order_id != order.order_id
        if is_other and one.starts_at < during.end and during.start < one.ends_at:
            prompts += _prompts(tx.orders.rulings(one.order_id)[-1])
    if _prompts(order.ruling) and prompts > MOST_CHECK_INS:
        told = f"the wearer's orders together ask for {prompts} check-ins a day"
        raise OrderConflict(f"{told}; {MOST_CHECK_INS} are allowed")


def _prompts(ruling: Ruling) -> int:
    return sum(one.max_per_day for one in ruling.conditions if isinstance(one, CheckIn))


def _record(
    tx: Transaction, order_id: OrderId, now: Micros, by: str, what: str, told: dict[str, str]
) -> None:
    wearer_id = tx.orders.facts(order_id=order_id)[0].wearer_id
    entry = JournalEntry(what="ruling", order_id=order_id, wearer_id=wearer_id, received_at=now)
    tx.journal.append(entry)
    tx.audit.append(
        Entry(
            at=now,
            operation="alteration",
            actor=by,
            what=what,
            wearer_id=wearer_id,
            order_id=order_id,
            details=told,
        )
    )
