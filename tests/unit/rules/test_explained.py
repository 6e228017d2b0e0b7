"""Rule and text can't part: every number of the record is told, and no other one."""

from __future__ import annotations

import ast
import inspect
import re
from types import ModuleType
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.unit.alerts.test_recipients import accuses

from fairtag.rules import explained, words
from fairtag.rules.explained import doubts, human, people, rule
from fairtag.rules.explained.paragraph import Paragraph
from fairtag.rules.settings import DEFAULTS, VERSION, Doubt, Settings

TEXTS = (explained.rule_text, explained.officer_help, explained.wearer_text)
# What is in no text, and why.
INTERNAL = {
    "version": "names the record; it stands above every text",
    "doubt": "is no number: its fields are looked at one by one",
}
FIELDS = [name for name in Settings.__struct_fields__ if name not in INTERNAL]
IN_DOUBT = [f"doubt.{name}" for name in Doubt.__struct_fields__]
# The shape of the curve, the decision record, and the names of two kinds.
PLAIN = {"3", "0002", "24", "72"}


def changed(name: str, by: float) -> Settings:
    """Give the record with one number greater by a share of it, or by one step of a count."""
    if name.startswith("doubt."):
        field = name.removeprefix("doubt.")
        value = more(getattr(DEFAULTS.doubt, field), by)
        return replace(DEFAULTS, doubt=replace(DEFAULTS.doubt, **{field: value}))
    return replace(DEFAULTS, **{name: more(getattr(DEFAULTS, name), by)})


def more(value: Any, by: float) -> Any:
    return value + 1 if isinstance(value, int) else round(value * (1 + by), 6)


def everything(settings: Settings) -> str:
    return "\n".join(explained.as_text(text(settings)) for text in TEXTS)


@pytest.mark.parametrize("name", FIELDS + IN_DOUBT)
@pytest.mark.parametrize("by", [0.01, 1.0])
def test_a_number_that_changes_changes_what_is_told(name: str, by: float) -> None:
    assert everything(changed(name, by)) != everything(DEFAULTS)


@pytest.mark.parametrize("name", FIELDS + IN_DOUBT)
def test_a_number_that_changes_changes_its_row_alone(name: str) -> None:
    before, after = explained.rows(DEFAULTS), explained.rows(changed(name, 1.0))

    assert [new.name for old, new in zip(before, after, strict=True) if old != new] == [name]


def test_negative_control_a_field_that_no_text_uses_is_noticed() -> None:
    class More(Settings, frozen=True, kw_only=True, dict=True):
        forgotten_m: float = 3.0

    told = {everything(More()), everything(More(forgotten_m=6.0))}

    assert len(told) == 1
    assert set(More.__struct_fields__) - set(FIELDS) - set(INTERNAL) == {"forgotten_m"}


def test_only_names_are_left_out() -> None:
    assert set(INTERNAL) <= set(Settings.__struct_fields__)
    assert len(explained.rows(DEFAULTS)) == len(FIELDS) + len(IN_DOUBT)


@pytest.mark.parametrize("module", [rule, people, doubts, words], ids=lambda one: one.__name__)
def test_no_number_is_written_by_hand(module: ModuleType) -> None:
    assert [one for one in written(inspect.getsource(module)) if one not in PLAIN] == []


def test_negative_control_a_number_written_by_hand_is_noticed() -> None:
    assert written('told("Late", f"After 15 minutes and {span(s.gap_s)}.")') == ["15"]


def written(source: str) -> list[str]:
    """List the numbers in the texts of a module."""
    texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return [one for text in texts if isinstance(text, str) for one in re.findall(r"\d+", text)]


@pytest.mark.parametrize("text", TEXTS)
def test_each_paragraph_has_a_title_of_its_own_and_whole_sentences(text: Any) -> None:
    paragraphs: tuple[Paragraph, ...] = text(DEFAULTS)

    assert len({one.title for one in paragraphs}) == len(paragraphs)
    for one in paragraphs:
        told = " ".join(one.sentences)
        assert told[0].isupper()
        assert told.endswith(".")
        assert ".." not in told
        assert "  " not in told
        assert "{" not in told


def test_no_text_accuses() -> None:
    assert not accuses(everything(DEFAULTS))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (explained.officer_help, ["no decision", "nothing about the wearer", "Phone the wearer"]),
        (explained.wearer_text, ["decides nothing about you", "can be wrong", "Say what happened"]),
    ],
)
def test_people_read_what_protects_them(text: Any, says: list[str]) -> None:
    told = " ".join(" ".join(one.sentences) for one in text(DEFAULTS))

    assert [one for one in says if one not in told] == []


def test_people_read_minutes_and_odds_and_no_logarithm() -> None:
    for text in (explained.officer_help, explained.wearer_text):
        told = explained.as_text(text(replace(DEFAULTS, late_s=900)))
        assert "log-odds" not in told
        assert not re.search(r"\d{3,} seconds", told)
        assert "15 minutes old" in told.replace("\n", " ")


def test_what_follows_is_reckoned_anew() -> None:
    """Positions of networks decide by themselves as soon as the numbers let them."""

    def follows(settings: Settings) -> str:
        found = [one for one in explained.rule_text(settings) if one.title.startswith("What foll")]
        return " ".join(found[0].sentences)

    cautious = replace(DEFAULTS, most_network=2.5, reach=3.0, against=11.0, most_still=3.2)
    assert "from networks are never enough" in follows(cautious)
    assert "near the edge must agree for 6 minutes 34 seconds at least" in follows(
        replace(cautious, drift_s=900.0)
    )
    bold = replace(cautious, most_network=4.0, most_still=4.0)
    assert "from networks are enough when many agree" in follows(bold)
    assert "near the edge are enough when many agree" in follows(bold)
    shy = replace(cautious, most_still=0.5)
    assert "near the edge are never enough" in follows(shy)


def test_the_published_record_is_the_one_in_the_findings() -> None:
    told = msgspec.json.decode(msgspec.json.encode(explained.published(DEFAULTS)))

    assert (told["version"], told["digest"]) == (VERSION, DEFAULTS.digest)
    assert msgspec.convert(told["settings"], Settings).digest == DEFAULTS.digest
    for text in ("rule", "officer", "wearer"):
        assert all(one["title"] and one["sentences"] for one in told[text])
    assert explained.head(DEFAULTS) == f"Record {VERSION}, {DEFAULTS.digest}"


def test_a_page_of_text_begins_with_its_record_and_fits_a_terminal() -> None:
    page = explained.as_page(DEFAULTS, explained.wearer_text(DEFAULTS), "Title").splitlines()

    assert page[:2] == ["Title", explained.head(DEFAULTS)]
    assert max(map(len, page)) <= 100


def test_a_chance_is_never_told_smaller_than_it_is_nor_much_greater() -> None:
    for certainty in (n / 1000 for n in range(1, 1000)):
        found = re.fullmatch(r"about (\d) in ([\d,]+)", human.chance(certainty))
        assert found is not None, certainty
        told = int(found[1]) / int(found[2].replace(",", ""))
        doubt = 1 - certainty
        assert told >= min(doubt, 0.9) - 1e-9, certainty
        assert told <= (doubt + 0.1 if doubt > 0.1 else 1.5 * doubt) + 1e-9, certainty


def test_whatever_the_certainty_nothing_is_sure() -> None:
    assert human.chance(1.0) == human.chance(0.99999) == "about 1 in 1,000"
    assert human.chance(0.0) == "about 9 in 10"


def test_more_is_told_as_more() -> None:
    assert {seconds: human.span(seconds) for seconds in (1, 59, 60, 61, 900, 3600, 3661)} == {
        1: "1 second",
        59: "59 seconds",
        60: "1 minute",
        61: "1 minute 1 second",
        900: "15 minutes",
        3600: "1 hour",
        3661: "1 hour 1 minute 1 second",
    }
    told = [float(human.odds(n / 4).split()[1].replace(",", "")) for n in range(4, 60)]
    assert told == sorted(told)
    assert human.odds(-3.0) == human.odds(3.0) == "about 20 to 1"
