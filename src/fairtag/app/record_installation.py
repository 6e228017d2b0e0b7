"""Record the steps of an installation; a device is installed when all four are there."""

from __future__ import annotations

from fairtag.app.books import InstallStep
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.terms.errors import UnknownDevice, UsageError
from fairtag.terms.instants import MINUTE

STEPS = ("visit", "activation", "self_test", "first_fix")
STEPS_BY_PEOPLE = STEPS[:3]  # the first valid position is recorded by the machine, not claimed
_AHEAD = 2 * MINUTE  # clocks of people and of this machine differ


def record_step(house: House, step: InstallStep, *, by: str) -> list[str]:
    """Record what a person did; gives the steps that are still missing.

    Raises: UsageError, UnknownOrder, UnknownDevice when the order names no such device.
    """
    if step.step not in STEPS_BY_PEOPLE:
        detail = f"a step is one of {', '.join(STEPS_BY_PEOPLE)}"
        raise UsageError(detail)
    now = house.clock.now()
    if step.at > now + _AHEAD:
        raise UsageError("a step is recorded when it is done; its time lies in the future")

    def work(tx: Transaction) -> list[str]:
        order = tx.orders.version(step.order_id)
        if step.device_id not in {one.device_id for one in order.ruling.devices}:
            raise UnknownDevice(f"order {step.order_id} names no device {step.device_id}")
        wearer_id = order.wearer_id
        tx.devices.record_step(step)
        entry = Entry(
            at=now,
            operation="alteration",
            actor=by,
            what=f"installation.{step.step}",
            wearer_id=wearer_id,
            order_id=step.order_id,
            details={"device": step.device_id},
        )
        tx.audit.append(entry)
        done = {
            one.step for one in tx.devices.steps(step.order_id) if one.device_id == step.device_id
        }
        return [name for name in STEPS if name not in done]

    return house.store.transact(work)
