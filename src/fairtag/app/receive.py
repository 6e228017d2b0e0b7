"""Where does each piece of a device's request go: the journal, quarantine, or nowhere?

Everything is durable before the device is answered. What belongs to no order is counted, not kept.
Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from fairtag.app.books import ActivationFacts, InstallStep
from fairtag.app.checkins.prompting.receipts import take_receipts
from fairtag.app.ports import JournalEntry, QuarantinedItem, Transaction
from fairtag.intake.messages import Decoded, Message, Position, Refused, Source
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, Micros

_CONFLICT = "conflict"
_FORMER_CREDENTIAL = "former_credential"
UPLOAD_DAYS = 7  # contract §6: event time inside the order is accepted so long after its end


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
    decoded = take_receipts(tx, decoded, device_id=device_id)
    serving = tx.devices.serving(device_id)
    owned = [(one, owner_of(serving, one.at, received_at)) for one in decoded.messages]
    for owner, told in _shares(owned):
        if owner.is_handed_on:
            _hold_back(tx, told, receipt)
        else:
            _store(tx, told, owner, receipt)
    receipt.unordered = sum(owner is None for _, owner in owned)
    if is_over(serving, received_at):
        receipt.unordered += len(decoded.refused)
    else:
        for refused in decoded.refused:
            _quarantine(tx, refused, device_id, received_at, serving)
            receipt.quarantined.append((refused.seq, refused.why))
    mine = [(one, by) for one, by in owned if by is not None and not by.is_handed_on]
    _note(tx, device_id, received_at, mine, receipt)
    receipt.held = _hold(tx, device_id, decoded)
    return receipt


def _shares(
    owned: Sequence[tuple[Message, ActivationFacts | None]],
) -> list[tuple[ActivationFacts, tuple[Message, ...]]]:
    """Gather what can stand in one entry of the journal, the earliest first.

    What a device says in one request is judged as it happened, not as it was sent: a part of an
    upload decides nothing.
    """
    found: dict[tuple[object, ...], list[Message]] = {}
    owners: dict[tuple[object, ...], ActivationFacts] = {}
    for message, owner in owned:
        if owner is not None:
            kind = (owner.order_id, owner.is_handed_on, message.epoch, message.seq is None)
            found.setdefault(kind, []).append(message)
            owners[kind] = owner
    kinds = sorted(found, key=lambda kind: min(one.at for one in found[kind]))
    return [(owners[kind], tuple(found[kind])) for kind in kinds]


def owner_of(
    serving: Sequence[ActivationFacts], at: Micros, received_at: Micros
) -> ActivationFacts | None:
    """Find whose a message is: who wore the device then, unless their order is long over."""
    for one in serving:
        if one.during.holds(at) and received_at <= one.order_ends_at + UPLOAD_DAYS * DAY:
            return one
    return None


def is_over(serving: Sequence[ActivationFacts], received_at: Micros) -> bool:
    """Tell whether every order that the device served has ended: what can't be read has no event
    time by which it could belong to one (charter G5).
    """
    return bool(serving) and all(one.during.end <= received_at for one in serving)


def _store(
    tx: Transaction, told: tuple[Message, ...], owner: ActivationFacts, receipt: Receipt
) -> None:
    entry = JournalEntry(
        what="messages",
        order_id=owner.order_id,
        wearer_id=owner.wearer_id,
        device_id=told[0].device_id,
        received_at=told[0].received_at,
        told=told,
    )
    done = tx.journal.append(entry)
    receipt.stored += done.stored
    receipt.duplicates += done.duplicates
    for message in done.conflicts:
        tx.quarantine.put(
            QuarantinedItem(
                wearer_id=owner.wearer_id,
                device_id=message.device_id,
                received_at=message.received_at,
                why=_CONFLICT,
                raw=msgspec.json.encode(message),
            )
        )
        receipt.quarantined.append((message.seq, _CONFLICT))


def _hold_back(tx: Transaction, told: tuple[Message, ...], receipt: Receipt) -> None:
    """Keep what a former wearer's credential says of a later wearer's time out of both trails."""
    for message in told:
        item = QuarantinedItem(
            wearer_id=None,
            device_id=message.device_id,
            received_at=message.received_at,
            why=_FORMER_CREDENTIAL,
            raw=msgspec.json.encode(message),
        )
        tx.quarantine.put(item)
        receipt.quarantined.append((message.seq, _FORMER_CREDENTIAL))


def _quarantine(
    tx: Transaction,
    refused: Refused,
    device_id: DeviceId,
    received_at: Micros,
    serving: Sequence[ActivationFacts],
) -> None:
    owner = owner_of(serving, received_at, received_at)
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
    mine: Sequence[tuple[Message, ActivationFacts]],
    receipt: Receipt,
) -> None:
    """Remember that the device spoke; its first position under an order ends the installation."""
    if receipt.unordered:
        tx.devices.count_unordered(device_id, received_at=received_at, number=receipt.unordered)
    if not mine:
        return
    fixes = [(one.at, by.order_id) for one, by in mine if _says_where(one)]
    charges = [getattr(one, "battery_pct", None) for one, _ in mine]
    tx.devices.saw(
        device_id,
        received_at=received_at,
        at=max((at for at, _ in fixes), default=mine[-1][0].at),
        has_fix=bool(fixes),
        battery_pct=next((one for one in reversed(charges) if one is not None), None),
    )
    for order_id in dict.fromkeys(name for _, name in fixes):
        first = min(at for at, name in fixes if name == order_id)
        tx.devices.record_step(
            InstallStep(
                order_id=order_id, device_id=device_id, step="first_fix", at=first, by="machine"
            )
        )


def _says_where(message: Message) -> bool:
    """Tell whether a message is a position of the device itself, not of a mast."""
    if not isinstance(message, Position):
        return False
    return message.source is not Source.CELL and not message.is_mock
