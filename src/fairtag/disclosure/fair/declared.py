"""What may a wearer say of themselves, if they want to? Closed lists; nothing depends on it.

No rule, alert, page or search receives it: rooms before this one can't name these types, and only
counts of ten people or more come out (charter G7, G8). Source of the ethnic groups: the Census 2021
of England and Wales, highest level; of three tones: the ten of the Monk scale in three parts.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from fairtag.faces.refusals import DeclarationRefused

QUESTIONS: dict[str, tuple[str, ...]] = {
    "ethnic_group": ("asian", "black", "mixed", "other", "white"),
    "skin_tone": ("lighter", "medium", "darker"),
    "sex": ("female", "male", "other"),
    "age": ("18-24", "25-34", "35-49", "50-64", "65+"),
}
NOT_SAID = "not_said"


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What one wearer said: question and answer; what was left out was not said."""

    answers: dict[str, str]


def declared(told: Mapping[str, str]) -> Declared | None:
    """Take what was chosen; None when nothing was.

    Raises: DeclarationRefused when a question or an answer is not on the lists.
    Example:
        >>> declared({"sex": "female", "age": ""}).answers, declared({"age": ""})
        ({'sex': 'female'}, None)
    """
    chosen = {name: value for name, value in sorted(told.items()) if value}
    if any(value not in QUESTIONS.get(name, ()) for name, value in chosen.items()):
        raise DeclarationRefused("not on the list")
    return Declared(answers=chosen) if chosen else None
