"""Record the steps of an installation; a device is installed when all four are there."""

from __future__ import annotations

from fairtag.app.books import InstallStep
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.terms.errors import UsageError

STEPS = ("visit", "activation", "self_test", "first_fix")
STEPS_BY_PEOPLE = STEPS[:3]  # the first valid position is recorded by the machine, not claimed


def record_step(house: House, step: InstallStep, *, by: str) -> list[str]:
    """Record what a person did; gives the steps that are still missing.

    Raises: UsageError, UnknownOrder.
    """
    if step.step not in STEPS_BY_PEOPLE:
        detail = f"a step is one of {', '.join(STEPS_BY_PEOPLE)}"
        raise UsageError(detail)
    now = house.clock.now()

    def work(tx: Transaction) -> list[str]:
        wearer_id = tx.orders.version(step.order_id).wearer_id
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
