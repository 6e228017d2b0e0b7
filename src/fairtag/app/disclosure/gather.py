"""What of one order may a disclosure reach? Read in one piece, after its entry was written.

Units: µs UTC.
"""

from __future__ import annotations

import importlib.metadata
import platform

import msgspec

from fairtag import __version__
from fairtag.app.disclosure.account.logged import accounted
from fairtag.app.disclosure.account.read import account_of
from fairtag.app.disclosure.log import about
from fairtag.app.ports import Transaction
from fairtag.app.prove_look import as_proved
from fairtag.app.wearer.written import told_of
from fairtag.disclosure.gateways import WEARERS_SIDE, Gateway
from fairtag.disclosure.package.gathered import Decision, Gathered, Known
from fairtag.disclosure.recipients import Recipient
from fairtag.disclosure.scope import Category, Scope
from fairtag.intake.messages import Message, Position
from fairtag.orders.model import OrderVersion
from fairtag.rules.excused.absences import Excuse
from fairtag.rules.explained import as_page, rule_text
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, EARLIEST, Micros, text
from fairtag.terms.local import Interval

LOOKED_BACK = 7 * DAY  # an emergency asks where somebody is; older than this says nothing of it


def gather(
    tx: Transaction,
    scope: Scope,
    *,
    decision: Decision,
    recipient: Recipient,
    gateway: Gateway,
) -> Gathered:
    """Read everything that the scope may reach.

    Raises: UnknownOrder, SealBroken.
    """
    versions = versions_of(tx, scope.order_id)
    wants_log = Category.LOG in scope.told
    logged = about(tx, scope.wearer_id, since=scope.window.start) if wants_log else []
    if recipient.kind in WEARERS_SIDE:
        logged = told_of(tx, scope.wearer_id, logged, now=decision.made_at)
    found = tx.verdicts.of_wearer(scope.wearer_id)
    return Gathered(
        decision=decision,
        scope=scope,
        recipient=recipient,
        gateway=gateway,
        order=whole_time(tx, scope.order_id),
        versions=versions,
        marks=tuple(tx.orders.marks(scope.order_id)),
        excuses=_excuses(tx, scope),
        messages=tuple(heard(tx, scope.order_id, since=EARLIEST)),
        findings=tuple(one for one in found if one.order_id == scope.order_id),
        devices=_devices(tx, scope.order_id),
        contacts=tuple(tx.alerts.contacts(scope.order_id)),
        account=account_of(tx, scope),
        accounted=accounted(tx, scope),
        log=as_proved(tx, logged),
        program=_program(),
        texts={"rule.txt": as_page(DEFAULTS, rule_text(DEFAULTS), "How places are judged")},
    )


def heard(tx: Transaction, order_id: OrderId, *, since: Micros) -> list[Message]:
    """Give what the order's devices said with event times from an instant on, by arrival."""
    return tx.journal.past(order_id, since=since, upto=tx.journal.last())


def last_position(tx: Transaction, order_id: OrderId, *, now: Micros) -> Position | None:
    """Give the newest position of the last seven days; None when there is none."""
    told = heard(tx, order_id, since=Micros(now - LOOKED_BACK))
    fixes = [one for one in told if isinstance(one, Position)]
    return max(fixes, key=lambda one: one.at, default=None)


def versions_of(tx: Transaction, order_id: OrderId) -> tuple[OrderVersion, ...]:
    """Give all versions of an order, oldest first.

    Raises: UnknownOrder.
    """
    newest = tx.orders.version(order_id)
    older = (tx.orders.version(order_id, n) for n in range(1, newest.version))
    return (*older, newest)


def whole_time(tx: Transaction, order_id: OrderId) -> Interval:
    """Give an order's whole time, over its versions.

    Raises: UnknownOrder.
    """
    rulings = tx.orders.rulings(order_id)
    start = min(one.during.start for one in rulings)
    return Interval(start=start, end=Micros(max(one.during.end for one in rulings)))


def _excuses(tx: Transaction, scope: Scope) -> tuple[Known, ...]:
    """List pauses as the judge came to know them: with the first telling at or after each.

    What it was never told yet changed nothing yet.
    """
    told = tx.journal.rulings_told(scope.order_id)
    found = []
    for one in tx.asking.pauses(scope.wearer_id):
        known_at = next((at for at in told if at >= one.recorded_at), None)
        if known_at is not None:
            excuse = Excuse(
                kind=one.kind,
                start=one.start,
                free_until=one.free_until,
                recorded_at=one.recorded_at,
                ended_at=one.ended_at,
            )
            found.append(Known(excuse=excuse, known_at=known_at))
    return tuple(found)


def _devices(tx: Transaction, order_id: OrderId) -> dict[str, object]:
    worn = [one for one in tx.devices.activations() if one.order_id == order_id]
    names = sorted({one.device_id for one in worn})
    return {
        "worn": [
            {
                "device_id": one.device_id,
                "from": text(one.during.start),
                "to": text(one.during.end),
            }
            for one in worn
        ],
        "installation": [
            {"device_id": one.device_id, "step": one.step, "at": text(one.at), "by": one.by}
            for one in tx.devices.steps(order_id)
        ],
        "not_judged_by_reason": {name: tx.quarantine.count(name) for name in names},
    }


def _program() -> dict[str, object]:
    return {
        "program": "fairtag",
        "version": __version__,
        "python": platform.python_version(),
        "time_zone_data": importlib.metadata.version("tzdata"),
        "settings_digest": DEFAULTS.digest,
        "settings": msgspec.to_builtins(DEFAULTS),
    }
