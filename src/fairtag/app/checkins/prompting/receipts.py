"""What does a device's own word about a prompt change? Runs inside the commit that stores it.

A receipt of a prompt that we never made, or made for another device, goes to quarantine. One that
is known moves the prompt on; what the journal keeps of it is the window and condition that we know,
so that the judge need not believe a device about them. A device can't say that it was answered:
that is said by the answer itself.
Units: instants in µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.app.ports import Transaction
from fairtag.intake.messages import CheckInReceipt, CheckInState, Decoded, Message, Refused
from fairtag.rules.prompts.course import contradiction
from fairtag.rules.prompts.model import Prompt
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros

UNKNOWN = "unknown_check_in"
FOREIGN = "foreign_check_in"


def take_receipts(tx: Transaction, decoded: Decoded, *, device_id: DeviceId) -> Decoded:
    """Move the prompts that a device speaks of; gives the messages as they are kept."""
    if not any(isinstance(one, CheckInReceipt) for one in decoded.messages):
        return decoded
    kept: list[Message] = []
    refused: list[Refused] = []
    for one in decoded.messages:
        told = _taken(tx, one, device_id) if isinstance(one, CheckInReceipt) else one
        if isinstance(told, Refused):
            refused.append(told)
        else:
            kept.append(told)
    return msgspec.structs.replace(
        decoded, messages=tuple(kept), refused=(*decoded.refused, *refused)
    )


def _taken(
    tx: Transaction, receipt: CheckInReceipt, device_id: DeviceId
) -> CheckInReceipt | Refused:
    try:
        prompt = tx.prompts.get(receipt.check_in_id)
    except UnknownCheckIn:
        return _refused(receipt, UNKNOWN)
    if prompt.device_id != device_id or receipt.device_id != device_id:
        return _refused(receipt, FOREIGN)
    was_sent = tx.asking.was_given(device_id, "prompt", prompt.check_in_id)
    wrong = contradiction(prompt, receipt.state, receipt.at, was_sent=was_sent)
    if wrong is not None:
        return _refused(receipt, wrong)
    if receipt.state is not CheckInState.ANSWERED:
        tx.prompts.move(prompt.check_in_id, receipt.state, at=receipt.received_at)
    return _as_we_know(receipt, prompt)


def _as_we_know(receipt: CheckInReceipt, prompt: Prompt) -> CheckInReceipt:
    return msgspec.structs.replace(
        receipt,
        condition_id=prompt.condition_id,
        window_until=Micros(prompt.until - prompt.lengthened_by),
        result=None,
    )


def _refused(receipt: CheckInReceipt, why: str) -> Refused:
    raw = msgspec.json.encode(receipt)
    return Refused(why=why, raw=raw, epoch=receipt.epoch, seq=receipt.seq)
