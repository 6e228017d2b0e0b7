"""The wearer's catalogues are whole, agree with their source, and are what the app reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.words import HOME, Message, built, faults, read

from fairtag.web.words import LANGUAGES, catalogue, in_all, told

STATIC = Path(__file__).parents[3] / "src" / "fairtag" / "web" / "wearer_app" / "static"
# Codes that are put together: what stands before the part that comes from elsewhere.
FAMILIES = (
    "advice.",
    "cannot.",
    "collected.",
    "complain.",
    "cond.",
    "help.",
    "inbox.",
    "past.",
    "cam.",
    "done.",
)


def test_every_catalogue_is_whole_and_its_places_agree() -> None:
    assert built(HOME)[1] == []


def test_what_is_compiled_is_what_the_catalogues_say() -> None:
    files, _ = built(HOME)

    assert {path.stem for path in (HOME / "compiled").iterdir()} == set(LANGUAGES)
    for name, text in files.items():
        assert (HOME / "compiled" / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_a_translation_that_nobody_checked_says_so(language: str) -> None:
    source = (HOME / "po" / f"{language}.po").read_text(encoding="utf-8")

    assert "UNREVIEWED" in source
    assert not catalogue(language).reviewed


def test_the_source_needs_no_mark() -> None:
    assert catalogue("en").reviewed


def test_every_word_the_app_says_is_there_and_none_is_left_over() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in STATIC.rglob("*.js"))
    quoted = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', source))
    codes = set(catalogue("en").words)
    said = set(re.findall(r'\bt\("([a-z_.]+)"', source))

    assert said - codes == set()
    left = {one for one in codes - quoted if not one.startswith(FAMILIES)}
    assert left == set()


def test_a_code_is_said_in_each_language() -> None:
    assert len(set(in_all("inbox.face_photo").values())) == len(LANGUAGES)
    assert told("inbox.stop", "no-such-language") == told("inbox.stop", "en")


def test_no_sentence_blames_the_wearer_for_silence() -> None:
    silent = " ".join(catalogue("en").words[f"past.{one}"] for one in ("expired_shown", "void"))

    assert not re.search(r"\b(fail\w*|miss\w*|must|ignor\w*|refus\w*)\b", silent, re.IGNORECASE)


SOURCE = [Message(msgctxt="a", msgid="Until {until}."), Message(msgctxt="b", msgid="Yes")]


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ([Message(msgctxt="a", msgid="Until {until}.", msgstr="Do {until}.")], "b is missing"),
        ([Message(msgctxt="c", msgid="No", msgstr="Nie")], "c is in no source"),
        ([Message(msgctxt="a", msgid="Until {until}.", msgstr="Do {do}.")], "a has other places"),
        ([Message(msgctxt="b", msgid="Yes", msgstr=" ")], "b is not translated"),
        ([Message(msgctxt="b", msgid="Yes", msgstr="Tak", flags={"fuzzy"})], "b is not translated"),
        ([Message(msgctxt="b", msgid="Yeah", msgstr="Tak")], "b translates an older sentence"),
    ],
)
def test_negative_control_a_faulty_catalogue_is_noticed(
    messages: list[Message], fault: str
) -> None:
    assert fault in faults(SOURCE, messages)


def test_a_catalogue_is_read_over_several_lines_with_its_flags() -> None:
    head = 'msgid ""\nmsgstr "Language: pl\\n"\n\n'
    text = head + '#, fuzzy\nmsgctxt "a"\nmsgid "One "\n"two"\nmsgstr "x"\n'

    header, messages = read(text)

    assert header == {"Language": "pl"}
    assert messages == [Message(msgctxt="a", msgid="One two", msgstr="x", flags={"fuzzy"})]


def test_a_line_that_is_none_of_a_catalogues_is_refused() -> None:
    with pytest.raises(ValueError, match="line 1"):
        read("msgid unquoted\n")
