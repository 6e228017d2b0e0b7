"""Which of the ten guarantees are proved? What `/charter` shows, and when every page says
'rehearsal'.

`tests/arch/test_charter.py` holds this table to the ten files of proofs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Why a house takes orders of invented people only; '' when it takes everybody's.
Rehearsal = Literal["", "unproved", "demo", "root"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """One promise and how far its proof goes."""

    number: int
    title: str
    promise: str
    proof: str  # the file under tests/charter
    is_proved: bool
    proved_part: str  # what of it is proved today; empty when nothing is


CHARTER: tuple[Guarantee, ...] = (
    Guarantee(
        number=1,
        title="One to one",
        promise="A photo is only compared with the pictures of the one wearer it was asked from.",
        proof="test_g01_one_to_one.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=2,
        title="A person decides",
        promise="The system raises alerts. People decide, and only a court finds a breach proved.",
        proof="test_g02_a_person_decides.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=3,
        title="Sealed trails",
        promise="Positions are encrypted under a key of that wearer as they are stored.",
        proof="test_g03_sealed_trails.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=4,
        title="Watching the watchers",
        promise="Every look and every change is logged before it takes effect; the wearer sees it.",
        proof="test_g04_watching_the_watchers.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=5,
        title="It ends",
        promise="Collection stops at the order's end; each record has a date on which it goes.",
        proof="test_g05_it_ends.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=6,
        title="No prompt flood",
        promise="At most five demands for an answer a day, and none in protected hours.",
        proof="test_g06_no_prompt_flood.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=7,
        title="Status never counts against a person",
        promise="Nationality, ethnicity, religion, sex and age are no input of any finding.",
        proof="test_g07_status_never_counts.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=8,
        title="No matcher without an audit",
        promise="A face-matching profile decides only with published error rates by group.",
        proof="test_g08_no_matcher_without_an_audit.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=9,
        title="Lawful, necessary, reviewed",
        promise="No monitoring without legal basis, reasons, an end, and who reviews it by when.",
        proof="test_g09_lawful_necessary_reviewed.py",
        is_proved=True,
        proved_part="",
    ),
    Guarantee(
        number=10,
        title="Sharing is a decision",
        promise="Data leave only in a disclosure that named people decided.",
        proof="test_g10_sharing_is_a_decision.py",
        is_proved=True,
        proved_part="",
    ),
)


def unproved(charter: tuple[Guarantee, ...] = CHARTER) -> bool:
    """Tell whether any guarantee is not wholly proved."""
    return not all(guarantee.is_proved for guarantee in charter)


def rehearsal(
    *, is_demo: bool, is_root_fit: bool, charter: tuple[Guarantee, ...] = CHARTER
) -> Rehearsal:
    """Tell why a house takes orders of invented people only: a demo, a guarantee without a proof,
    or a root key in a file that nobody allowed.

    Fails: closed.
    Example:
        >>> rehearsal(is_demo=True, is_root_fit=True), rehearsal(is_demo=False, is_root_fit=False)
        ('demo', 'root')
    """
    if is_demo or unproved(charter):
        return "demo" if is_demo else "unproved"
    return "" if is_root_fit else "root"
