"""Which movement does a photo ask for, and what became of it?

What is asked follows from the question's own nonce, so it was drawn by chance, stands in the day's
commitment, and is stored nowhere else. An order may switch it off.
"""

from __future__ import annotations

from fairtag.app.checkins.answering.compare import Compared
from fairtag.app.checkins.answering.sent import Sent
from fairtag.app.ports import Transaction
from fairtag.faces.capture.challenge import Challenge, Done, asked_of, judged
from fairtag.orders.inforce import ruling_at
from fairtag.orders.model import CheckIn
from fairtag.rules.prompts.model import Prompt

MOVE_AS_ASKED = "move_as_asked"  # advice: another try, or the other way


def challenge_of(tx: Transaction, prompt: Prompt) -> Challenge:
    """Tell which movement a prompt asks for, under the order as it was when the time came."""
    ruling = ruling_at(tx.orders.rulings(prompt.order_id), prompt.at)
    named = () if ruling is None else ruling.conditions
    is_on = any(
        isinstance(one, CheckIn) and one.id == prompt.condition_id and one.challenge
        for one in named
    )
    return asked_of(prompt.nonce, is_on=is_on and prompt.modality == "face_photo")


def moved(challenge: Challenge, sent: Sent, result: Compared) -> Done:
    """Judge whether the burst shows it."""
    return judged(challenge, getattr(sent.told, "challenge", None), result.readings)
