"""How did a check-in go? Read off its prompt, its answers and what people decided.

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairtag.app.checkins.book import Answer
from fairtag.disclosure.fair.tables import Course
from fairtag.faces.model import Refer
from fairtag.intake.messages import CheckInState
from fairtag.review.photos import ADVERSE, Outcome
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.instants import Micros

NO_MATCH = "no_match"  # as people say it (design.md §4)
# What people can say of a match that they look at blind; 'can't tell' says nothing about it.
_SAID = frozenset({Outcome.MATCH, *ADVERSE})


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What people decided about an answer."""

    answer_id: str
    outcome: str
    at: Micros
    is_upheld: bool = False  # the wearer contested it and was right


def course_of(prompt: Prompt, answers: Sequence[Answer], ended: Sequence[Ended]) -> Course | None:
    """Tell how one check-in went; None when the wearer never had it before them, or it is void.

    Answers oldest first: the newest one counts, since a picture may be taken again.
    """
    if prompt.is_void or prompt.state not in (CheckInState.ANSWERED, CheckInState.EXPIRED_SHOWN):
        return None
    if not answers:
        is_missed = prompt.state is CheckInState.EXPIRED_SHOWN
        return Course(wearer_id=prompt.wearer_id, is_missed=is_missed)
    last = answers[-1]
    end = next((one for one in ended if one.answer_id == last.answer_id), None)
    is_referred = last.result == "refer"
    is_blind = not is_referred and end is not None and end.outcome in _SAID
    return Course(
        wearer_id=prompt.wearer_id,
        is_referred=is_referred,
        is_no_face=last.reason is Refer.NO_FACE,
        is_rejected=is_referred and end is not None and end.outcome == NO_MATCH,
        is_contest_upheld=end is not None and end.is_upheld,
        is_looked_blind=is_blind,
        is_not_confirmed=is_blind and end is not None and end.outcome in ADVERSE,
        decided_after=None if end is None or not is_referred else end.at - last.received_at,
    )
