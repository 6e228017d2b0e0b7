"""Each kind of entry that may name a wearer has words for that wearer, in every language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from fairtag.app.wearer.written import ELSEWHERE, TOLD, UNTOLD, code_of
from fairtag.web.words import LANGUAGES, catalogue

SOURCE = Path(__file__).parents[2] / "src" / "fairtag"
_KIND = re.compile(r"[a-z_]+(-[a-z]+)*(\.[a-z_-]+)+\.?")
# What is written about the house, its staff and its keys: no entry of these names a wearer; and
# what looks like a kind and is none: alerts, notices and pages.
OF_THE_HOUSE = frozenset(
    {
        *("device.add", "device.revoke", "user.add", "user.disable", "duty.set", "clock.confirmed"),
        *("keys.epochs_end", "keys.backup", "keys.drill", "keys.join", "keys.restore"),
        *("keys.rotate", "keys.rotated", "keys.split", "confirm.refused", "sign-in.refused"),
        *("face.fairness.made", "face.fairness.read", "photo.known"),
        *("face.profile.in-force", "face.profile.out-of-force"),
        *("review.made", "review.overdue", "wearer.health", "checkin.cant_tell"),
        *("complaint.late", "checkin.enrolment_waits", "checkin.review_overdue"),
        *("waiting.html", "waiting_one.html"),
    }
)


def kinds_in(source: str) -> set[str]:
    """List what an entry of this source may say; empty where none is made."""
    if not re.search(r"\bEntry\(|\bentry_of\(|\b_entry\(", source):
        return set()
    tree = ast.walk(ast.parse(source))
    said = {one.value for one in tree if isinstance(one, ast.Constant) and _is_kind(one.value)}
    return {str(one) for one in said}


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and _KIND.fullmatch(value) is not None


def without_words(source: str) -> set[str]:
    return {one for one in kinds_in(source) - OF_THE_HOUSE if code_of(one) is None}


@pytest.mark.parametrize("room", ["app", "web"])
def test_each_kind_of_entry_has_words_or_a_list_of_its_own(room: str) -> None:
    for path in sorted((SOURCE / room).rglob("*.py")):
        assert without_words(path.read_text()) == set(), path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_there_in_every_language(language: str) -> None:
    words = catalogue(language).words
    for code in {*TOLD.values(), "title", "lead", "times"}:
        assert words[f"done.{code}"].strip()
    left = {one for one in words if one.startswith("done.")}
    assert left == {f"done.{one}" for one in {*TOLD.values(), "title", "lead", "times"}}


def test_no_two_say_the_same() -> None:
    for language in LANGUAGES:
        said = [catalogue(language).words[f"done.{one}"] for one in set(TOLD.values())]
        assert len(said) == len(set(said))


def test_what_may_tell_of_a_notice_that_waits_is_told_by_nothing() -> None:
    for one in ("notice.delay.first", "second-person.asked", "opening.granted", "photo.read"):
        assert code_of(one) == ""
    assert not {*ELSEWHERE, *UNTOLD} & TOLD.keys()


def test_negative_control_a_kind_without_words_is_noticed() -> None:
    made = 'tx.audit.append(Entry(what="pictures.sold", wearer_id=one))'
    assert without_words(made) == {"pictures.sold"}
    assert without_words(made.replace("pictures.sold", "check_in.answer")) == set()
    assert without_words('print("pictures.sold")') == set()
