"""Who was told what about a wearer? In words that the wearer reads, and as staff list it.

Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.app.ports import Transaction
from fairtag.disclosure.course import Asked, State, Step, last, state_of
from fairtag.disclosure.emergency import Ground
from fairtag.disclosure.gateways import GATEWAYS
from fairtag.disclosure.refusals import RecipientRefused
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros, text

_KINDS = {
    "identity": "your name and who you are",
    "order": "your order",
    "findings": "what was found, and what was withdrawn",
    "positions": "where your device said that it was",
    "device": "your device and its faults",
    "said": "calls, visits and what you said",
    "check_ins": "your check-ins, your answers, and what people saw on the pictures",
    "decisions": "what people decided about you, and why",
    "complaints": "what you complained of, and the answers",
    "photos": "the pictures of your face",
    "log": "who looked at your record",
}
_ENDS = {
    State.ASKED: "Nobody has decided yet.",
    State.REFUSED: "It was refused. Nothing was given.",
    State.PROPOSED: "It waits for a second person. Nothing was given yet.",
    State.APPROVED: "Two people agreed. Nothing was given yet.",
    State.PACKED: "It is ready and has not been fetched yet.",
    State.FETCHED: "It was given.",
    State.EXPIRED: "Nobody fetched it in time. Nothing was given.",
    State.OPENED: "One person was shown your name and last position to tell them.",
    State.TOLD: "They were told your name and last position by phone.",
}


class ToldAbout(msgspec.Struct, frozen=True, kw_only=True):
    """One disclosure as the wearer reads of it."""

    disclosure_id: str
    at: Micros
    state: State
    recipient: str
    by: tuple[str, ...]  # staff, by reference
    words: str


def told_about(tx: Transaction, wearer_id: WearerId) -> list[ToldAbout]:
    """List disclosures about a wearer, newest first, refused ones too."""
    listed = tx.disclosures.listed(wearer_id=wearer_id)
    return [_told(tx, asked, steps) for asked, steps in listed]


def recipient_name(tx: Transaction, asked: Asked) -> str:
    """Name who gets it."""
    if asked.how == "emergency":
        return "the police or another emergency service, by phone"
    if asked.how == "access":
        return "you"
    try:
        return tx.disclosures.recipient(asked.recipient_id).name
    except RecipientRefused:
        return asked.recipient_id


def _told(tx: Transaction, asked: Asked, steps: tuple[Step, ...]) -> ToldAbout:
    state, recipient = state_of(steps), recipient_name(tx, asked)
    ground = GATEWAYS.get(asked.gateway)
    why = f" Legal ground: {ground.title} ({ground.source})." if ground else _urgent(asked, steps)
    window = asked.scope.window
    what = "; ".join(_KINDS[one] for one in sorted(asked.scope.told))
    if asked.how == "emergency":
        what = "your name and your device's last position"
    span = f"{text(window.start)} to {text(window.end)}"
    people = dict.fromkeys(
        name
        for one in steps
        for name in (one.by, one.facts.get("second_person", ""))
        if name not in ("", "machine")
    )
    return ToldAbout(
        disclosure_id=asked.disclosure_id,
        at=asked.at,
        state=state,
        recipient=recipient,
        by=tuple(dict.fromkeys((asked.by, *people))),
        words=f"For {recipient}: {what}, for {span}.{why} {_ENDS[state]}",
    )


def _urgent(asked: Asked, steps: tuple[Step, ...]) -> str:
    done = last(steps, "reviewed")
    looked = (
        " Nobody else has looked at this yet."
        if done is None
        else (f" Another person looked at it and said that it was {done.facts['verdict']}.")
    )
    is_life = asked.gateway == Ground.LIFE
    ground = "a life was in danger" if is_life else "an urgent court order"
    return f" Reason: {ground}.{looked}"
