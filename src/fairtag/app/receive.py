"""Where does each piece of a device's request go: the journal, quarantine, or nowhere?

Everything is durable before the device is answered. What belongs to no order is counted, not kept.
Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from fairtag.app.books import ActivationFacts, InstallStep
from fairtag.app.ports import JournalEntry, QuarantinedItem, Transaction
from fairtag.intake.messages import Decoded, Message, Position, Refused, ref_of
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, Micros

UPLOAD_DAYS = 7  # contract §6: event time inside the order is accepted so long after its end

FORMER_CREDENTIAL = "former_credential"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Which numbers of a device are safely here."""

    epoch: int
    upto: int
    missing: list[tuple[int, int]]


@dataclass(slots=True)
class Receipt:
    """What became of one request, after the commit."""

    stored: int = 0
    duplicates: int = 0
    quarantined: list[tuple[int | None, str]] = field(default_factory=list)
    unordered: int = 0  # outside every order: dropped unread
    held: Held | None = None

    @property
    def is_all_unordered(self) -> bool:
        """Tell whether the device has nothing more to say to us: it may stop."""
        return self.unordered > 0 and not (self.stored or self.duplicates or self.quarantined)


def receive(
    tx: Transaction, decoded: Decoded, *, device_id: DeviceId, received_at: Micros
) -> Receipt:
    """Store what one device said; runs inside a transaction of the writer."""
    receipt = Receipt()
    serving = tx.devices.serving(device_id)
    newest: tuple[Message, ActivationFacts] | None = None
    for message in decoded.messages:
        owner = _owner(serving, message.at, received_at)
        if owner is None:
            receipt.unordered += 1
        elif owner.is_handed_on:
            _hold_back(tx, message, receipt)
        else:
            newest = (message, owner)
            _store(tx, message, owner, receipt)
    for refused in decoded.refused:
        _quarantine(tx, refused, device_id, received_at, serving)
        receipt.quarantined.append((refused.seq, refused.why))
    _note(tx, device_id, received_at, newest, receipt)
    receipt.held = _hold(tx, device_id, decoded)
    return receipt


def _owner(
    serving: Sequence[ActivationFacts], at: Micros, received_at: Micros
) -> ActivationFacts | None:
    for one in serving:
        if one.during.holds(at) and received_at <= one.order_ends_at + UPLOAD_DAYS * DAY:
            return one
    return None


def _store(tx: Transaction, message: Message, owner: ActivationFacts, receipt: Receipt) -> None:
    named = None if message.seq is None else f"{message.epoch}:{message.seq}"
    entry = JournalEntry(
        what="message",
        order_id=owner.order_id,
        wearer_id=owner.wearer_id,
        device_id=message.device_id,
        at=message.at,
        received_at=message.received_at,
        event_ref=named or ref_of(message),
        body=msgspec.json.encode(message),
    )
    match tx.journal.append(entry):
        case "stored":
            receipt.stored += 1
        case "duplicate":
            receipt.duplicates += 1
        case "conflict":
            why = "conflict"
            tx.quarantine.put(
                QuarantinedItem(
                    wearer_id=owner.wearer_id,
                    device_id=message.device_id,
                    received_at=message.received_at,
                    why=why,
                    raw=entry.body,
                )
            )
            receipt.quarantined.append((message.seq, why))


def _hold_back(tx: Transaction, message: Message, receipt: Receipt) -> None:
    """Keep what a former wearer's credential says of a later wearer's time out of both trails."""
    item = QuarantinedItem(
        wearer_id=None,
        device_id=message.device_id,
        received_at=message.received_at,
        why=FORMER_CREDENTIAL,
        raw=msgspec.json.encode(message),
    )
    tx.quarantine.put(item)
    receipt.quarantined.append((message.seq, FORMER_CREDENTIAL))


def _quarantine(
    tx: Transaction,
    refused: Refused,
    device_id: DeviceId,
    received_at: Micros,
    serving: Sequence[ActivationFacts],
) -> None:
    owner = _owner(serving, received_at, received_at)
    tx.quarantine.put(
        QuarantinedItem(
            wearer_id=None if owner is None else owner.wearer_id,
            device_id=device_id,
            received_at=received_at,
            why=refused.why,
            raw=refused.raw,
        )
    )


def _hold(tx: Transaction, device_id: DeviceId, decoded: Decoded) -> Held | None:
    """Remember every number of the request, run by run; tells how far the last epoch is here."""
    told = [
        (one.epoch, one.seq) for one in (*decoded.messages, *decoded.refused) if one.seq is not None
    ]
    if not told:
        return None
    for epoch, first, last in _runs(told):
        tx.journal.hold(device_id, epoch, first, last)
    epoch = told[-1][0]
    upto, missing = tx.journal.upto(device_id, epoch)
    return Held(epoch=epoch, upto=upto, missing=missing)


def _runs(numbers: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Join numbers of an epoch that follow each other.

    Example:
        >>> _runs([(0, 3), (0, 1), (0, 2), (0, 9), (1, 10)])
        [(0, 1, 3), (0, 9, 9), (1, 10, 10)]
    """
    runs: list[tuple[int, int, int]] = []
    for epoch, seq in sorted(set(numbers)):
        if runs and runs[-1][0] == epoch and runs[-1][2] == seq - 1:
            runs[-1] = (epoch, runs[-1][1], seq)
        else:
            runs.append((epoch, seq, seq))
    return runs


def _note(
    tx: Transaction,
    device_id: DeviceId,
    received_at: Micros,
    newest: tuple[Message, ActivationFacts] | None,
    receipt: Receipt,
) -> None:
    """Remember that the device spoke; its first position under an order ends the installation."""
    if receipt.unordered:
        tx.devices.count_unordered(device_id, received_at=received_at, number=receipt.unordered)
    if newest is None:
        return
    message, owner = newest
    has_fix = isinstance(message, Position) and not message.is_mock
    tx.devices.saw(
        device_id,
        received_at=received_at,
        at=message.at,
        has_fix=has_fix,
        battery_pct=getattr(message, "battery_pct", None),
    )
    if has_fix:
        tx.devices.record_step(
            InstallStep(
                order_id=owner.order_id,
                device_id=device_id,
                step="first_fix",
                at=message.at,
                by="machine",
            )
        )
