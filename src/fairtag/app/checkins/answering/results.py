"""Take what a device found out by itself: a signed 'yes' or 'no'; no biometric leaves the device.

A 'no' is a device's word, not a finding: people look, as with a picture that does not match.
"""

from __future__ import annotations

from fairtag.app.checkins.answering.answer import Taken, asked_of, may_answer, new_answer_id, record
from fairtag.app.checkins.answering.sent import OnDevice, Sent, digests, doubts_of, timing_of
from fairtag.app.checkins.book import Answer
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.faces.model import Refer
from fairtag.faces.refusals import AnswerRefused
from fairtag.rules.prompts.model import Prompt


def take_result(house: House, sent: Sent) -> Taken | None:
    """Take a signed result for a check-in; None when no order covers it.

    Raises: UnknownCheckIn, AnswerRefused, Busy, LogUnavailable.
    """
    prompt = asked_of(house, sent)
    if prompt is None:
        return None
    if prompt.modality != "on_device_result" or not isinstance(sent.told, OnDevice):
        raise AnswerRefused(f"this check-in asks for {prompt.modality}")
    told = sent.told
    names = digests([f"{told.nonce}\n{told.captured_at}\n{told.signature}".encode()])
    answer = _answer(house, sent, prompt, told)
    return house.store.transact(lambda tx: _store(tx, sent, prompt, answer, names))


def _store(
    tx: Transaction, sent: Sent, prompt: Prompt, answer: Answer, names: tuple[bytes, ...]
) -> Taken:
    earlier = tx.answers.of_prompt(prompt.check_in_id)
    whose = tx.answers.seen(prompt.wearer_id, names)[0]
    for one in earlier:
        if one.answer_id == whose:
            return Taken(answer=one)
    if not may_answer(earlier, sent, prompt):
        raise AnswerRefused("it was answered already")
    tx.answers.put(answer, (), frames=names)
    record(tx, answer, details={"sensor": answer.engine or ""})
    return Taken(answer=answer)


def _answer(house: House, sent: Sent, prompt: Prompt, told: OnDevice) -> Answer:
    doubts, timing = doubts_of(sent, nonce=prompt.nonce), timing_of(sent, prompt)
    reason = None
    if doubts or timing in ("early", "clock"):
        reason = Refer.PAD
    elif told.result == "no":
        reason = Refer.DEVICE_SAID_NO
    elif timing == "late":
        reason = Refer.OUT_OF_WINDOW
    return Answer(
        answer_id=new_answer_id(house),
        check_in_id=prompt.check_in_id,
        wearer_id=prompt.wearer_id,
        order_id=prompt.order_id,
        condition_id=prompt.condition_id,
        device_id=prompt.device_id,
        captured_at=sent.captured_at,
        received_at=sent.received_at,
        modality=prompt.modality,
        frames=0,
        result="match" if reason is None else "refer",
        reason=reason,
        engine=told.sensor,
        is_sampled=False,  # there is nothing to look at
        timing=timing,
        doubts=doubts,
    )
