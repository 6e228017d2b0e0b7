"""Take a wearer's answer: keep it, compare it, tell the judge; whatever is unsure goes to people.

One transaction stores the answer, moves the prompt, journals the receipt and logs the collection.
The same upload again (a device that got no reply) gets the same receipt.
Units: instants in µs UTC.
Source: design.md §4; charter G1, G5, G6.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from fairtag.app.books import ActivationFacts
from fairtag.app.checkins.answering.compare import TAKE_AGAIN, Compared, cleaned, compared
from fairtag.app.checkins.answering.moving import MOVE_AS_ASKED, challenge_of, moved
from fairtag.app.checkins.answering.sent import Manifest, Sent, digests, doubts_of, timing_of
from fairtag.app.checkins.book import Answer
from fairtag.app.house import House
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.app.receive import UPLOAD_DAYS
from fairtag.app.reviewing.follow import follow_review
from fairtag.audit.entries import Entry
from fairtag.faces.capture.attacks import of_burst, told
from fairtag.faces.capture.challenge import referred
from fairtag.faces.model import Refer
from fairtag.faces.refusals import AnswerRefused
from fairtag.intake.messages import CheckInReceipt, CheckInState
from fairtag.rules.prompts.model import Prompt
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.instants import DAY

# After these another picture helps; ours: so often may a wearer try for one prompt.
QUALITY = frozenset({Refer.POOR_QUALITY, Refer.NO_FACE, Refer.MANY_FACES, Refer.CHALLENGE})
MOST_ANSWERS = 4
_BYTES = 15
_CHANCES = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the device is told; never the score, and not what the machine said."""

    answer: Answer
    advice: tuple[str, ...] = ()  # only while another picture helps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What an upload came to before it is stored."""

    answer: Answer
    pictures: tuple[bytes, ...]
    names: tuple[bytes, ...]
    advice: tuple[str, ...]
    enrolled: int


def take_answer(house: House, sent: Sent) -> Taken | None:
    """Take pictures for a check-in; None when no order covers them: nothing is kept.

    Raises: UnknownCheckIn for a prompt of another device, AnswerRefused, Busy, LogUnavailable.
    """
    prompt = asked_of(house, sent)
    if prompt is None:
        return None
    if prompt.modality != "face_photo" or not isinstance(sent.told, Manifest):
        raise AnswerRefused(f"this check-in asks for {prompt.modality}")
    clean = cleaned(house, sent.frames)
    pictures = tuple(one for one in clean if one is not None)
    names = digests(pictures) or (_name_of(sent),)
    again = house.store.read(lambda tx: _known(tx, sent, prompt, names))
    if again is not None:
        return Taken(answer=again)
    result = compared(house, prompt.wearer_id, pictures)
    seen = house.store.read(lambda tx: tx.answers.seen(prompt.wearer_id, names))
    doubts = doubts_of(sent, nonce=prompt.nonce)
    if any(seen) or len(set(names)) < len(names):
        doubts = tuple(dict.fromkeys((*doubts, "replay")))
    seen_moving = moved(house.store.read(lambda tx: challenge_of(tx, prompt)), sent, result)
    judged = replace(result, verdict=referred(result.verdict, seen_moving))
    whole = _answer(house, sent, prompt, judged, doubts, len(pictures))
    answer = structs.replace(whole, challenge=seen_moving)
    unread = (TAKE_AGAIN,) if len(pictures) < len(sent.frames) else ()
    still = (MOVE_AS_ASKED,) if answer.reason is Refer.CHALLENGE else ()
    looked = _Looked(
        answer=answer,
        pictures=pictures,
        names=names,
        advice=(*result.advice, *unread, *still),
        enrolled=result.enrolled,
    )
    return house.store.transact(lambda tx: _store(tx, sent, prompt, looked))


def asked_of(house: House, sent: Sent) -> Prompt | None:
    """Find the prompt that an upload answers; None when its order is over.

    Raises: UnknownCheckIn when there is none, or it is not this device's.
    """
    return house.store.read(lambda tx: _asked_of(tx, sent))


def may_answer(earlier: Sequence[Answer], sent: Sent, prompt: Prompt) -> bool:
    """Tell whether one more answer is taken: the first, or a better picture within the window."""
    if not earlier:
        return True
    is_open = sent.captured_at <= prompt.until
    return is_open and earlier[-1].reason in QUALITY and len(earlier) < MOST_ANSWERS


def new_answer_id(house: House) -> str:
    """Name an answer so that the name tells nothing."""
    return "r_" + base64.b32encode(house.chance(_BYTES)).decode().lower()


def record(tx: Transaction, answer: Answer, *, details: dict[str, str]) -> None:
    """Move the prompt, journal what the judge must know, and log the collection.

    What was taken after the window is kept for people, and does not count as the answer.
    """
    if answer.timing != "late":
        tx.prompts.move(answer.check_in_id, CheckInState.ANSWERED, at=answer.received_at)
    is_a_time = answer.timing in ("in_time", "late")
    at = answer.captured_at if is_a_time else answer.received_at
    receipt = CheckInReceipt(
        device_id=answer.device_id,
        check_in_id=answer.check_in_id,
        condition_id=answer.condition_id,
        at=at,
        received_at=answer.received_at,
        state=CheckInState.ANSWERED,
        captured_at=answer.captured_at,
        result=answer.result,
    )
    tx.journal.append(
        JournalEntry(
            what="messages",
            order_id=answer.order_id,
            wearer_id=answer.wearer_id,
            device_id=answer.device_id,
            received_at=answer.received_at,
            told=(receipt,),
        )
    )
    told = {"answer": answer.answer_id, "check_in": answer.check_in_id, "result": answer.result}
    tx.audit.append(
        Entry(
            at=answer.received_at,
            operation="collection",
            actor="machine",
            what="check_in.answer",
            wearer_id=answer.wearer_id,
            order_id=answer.order_id,
            details=told | details,
        )
    )


def _asked_of(tx: Transaction, sent: Sent) -> Prompt | None:
    prompt = tx.prompts.get(sent.about)
    if prompt.device_id != sent.device_id:
        raise UnknownCheckIn("this check-in is another device's")
    serving = tx.devices.serving(sent.device_id)
    theirs = [one for one in serving if one.during.holds(sent.received_at)]
    if any(one.wearer_id != prompt.wearer_id for one in theirs):
        raise UnknownCheckIn("another wearer has this device now")
    return prompt if any(_covers(one, sent, prompt) for one in serving) else None


def _covers(one: ActivationFacts, sent: Sent, prompt: Prompt) -> bool:
    """Tell whether an order asks for what was taken then, and still takes it (charter G5)."""
    is_asked = one.order_id == prompt.order_id and one.during.holds(prompt.at)
    is_in = one.during.holds(max(sent.captured_at, one.during.start))
    return is_asked and is_in and sent.received_at <= one.order_ends_at + UPLOAD_DAYS * DAY


def _known(tx: Transaction, sent: Sent, prompt: Prompt, names: tuple[bytes, ...]) -> Answer | None:
    """Find the answer that this upload already became.

    Raises: AnswerRefused when there is another one, and no better one is wanted.
    """
    earlier = tx.answers.of_prompt(prompt.check_in_id)
    whose = set(tx.answers.seen(prompt.wearer_id, names))
    for one in earlier:
        if whose == {one.answer_id} and one.captured_at == sent.captured_at:
            return one
    if not may_answer(earlier, sent, prompt):
        raise AnswerRefused("it was answered already")
    return None


def _answer(
    house: House,
    sent: Sent,
    prompt: Prompt,
    result: Compared,
    doubts: tuple[str, ...],
    frames: int,
) -> Answer:
    timing = timing_of(sent, prompt)
    verdict = result.verdict
    outcome, reason = verdict.outcome, verdict.reason
    if doubts or timing in ("early", "clock"):
        outcome, reason = "refer", Refer.PAD
    elif timing == "late" and outcome == "match":
        outcome, reason = "refer", Refer.OUT_OF_WINDOW
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
        frames=frames,
        result=outcome,
        reason=reason,
        score=verdict.score,
        profile=verdict.profile,
        engine=result.engine,
        pad=told(of_burst(result.readings)),
        measures=result.measures,
        is_sampled=outcome == "match" and is_drawn(house),
        timing=timing,
        doubts=doubts,
    )


def is_drawn(house: House) -> bool:
    """Draw whether people look at a match blind: the only way to see false accepts."""
    return int.from_bytes(house.chance(4)) < house.face_sample * _CHANCES


def _store(tx: Transaction, sent: Sent, prompt: Prompt, looked: _Looked) -> Taken:
    again = _known(tx, sent, prompt, looked.names)  # two uploads at once: the first one stands
    if again is not None:
        return Taken(answer=again)
    answer = looked.answer
    earlier = tx.answers.of_prompt(prompt.check_in_id)
    tx.answers.put(answer, looked.pictures, frames=looked.names)
    counts = {"frames": str(answer.frames), "compared with": str(looked.enrolled)}
    record(tx, answer, details=counts)
    follow_review(tx, answer.order_id, now=answer.received_at)
    helps = answer.reason in QUALITY and len(earlier) + 1 < MOST_ANSWERS
    is_open = helps and sent.received_at < prompt.until
    return Taken(answer=answer, advice=looked.advice if is_open else ())


def _name_of(sent: Sent) -> bytes:
    """Name an upload of which no picture can be read, so that the same one is known again."""
    return digests([b"\0".join(sent.frames)])[0]
