"""A frightened wearer can read each sentence, and it promises nothing false."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from fairtag.rules.doubt import Sign
from fairtag.rules.doubt.told import DOUBTS
from fairtag.rules.finding import AGAINST_WEARER, Cause, Evidence, Kind, State
from fairtag.rules.matter import Matter
from fairtag.rules.places.walk import MOST_EVIDENCE as MOST_NAMED
from fairtag.rules.words import words
from fairtag.terms.instants import HOUR, Micros, parse

BEGAN = parse("2026-07-02T18:00:00Z")
LONDON = "Europe/London"
ABOUT_PLACES = [one for one in Kind if one.startswith(("curfew.", "zone.", "attendance."))]
WITNESSED = [one for one in AGAINST_WEARER if one not in ABOUT_PLACES]


def told(
    kind: Kind, state: State = State.OPENED, *, late: bool = False, seen: int = 7, **more: object
) -> str:
    evidence = tuple(Evidence(seq=n, at=BEGAN) for n in range(seen))
    matter = Matter(
        kind=kind, began_at=BEGAN, ended_at=Micros(BEGAN + HOUR), evidence=evidence, **more
    )
    return words(matter, state, LONDON, late=late)["en"]


def sentences(text: str) -> list[str]:
    return [one for one in text.removesuffix(".").split(". ") if one]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_each_kind_tells_local_time_and_no_verdict(kind: Kind, state: State) -> None:
    text = told(kind, state)

    assert "Thu 2 Jul 2026, 19:00" in text  # 18:00 UTC is 19:00 BST
    assert LONDON in text
    assert not {"breach", "violation", "offender", "guilty"} & set(text.lower().split())
    assert "certain" not in text
    assert ".." not in text
    assert " ," not in text
    assert "{" not in text


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("cause", [None, Cause.EXCUSED, Cause.OFFLINE])
def test_nothing_shouts_and_sentences_begin_large(
    kind: Kind, state: State, cause: str | None
) -> None:
    for late in (False, True):
        text = told(kind, state, late=late, cause=cause, certainty=0.99)

        assert re.search("[A-Z][A-Z]", text) is None
        assert all(one[0].isupper() for one in sentences(text))


@pytest.mark.parametrize("cause", DOUBTS)
def test_a_doubt_is_told_as_a_clause_and_what_helps_as_a_sentence(cause: str) -> None:
    seen, to_do = DOUBTS[cause]

    assert re.fullmatch("[a-z][a-z ,;:']+[a-z]", seen)
    assert re.fullmatch("[A-Z][a-z ,;:']+[a-z]", to_do)


@pytest.mark.parametrize("kind", Kind)
def test_only_support_matters_say_that_they_do_not_count(kind: Kind) -> None:
    is_support = kind not in AGAINST_WEARER

    assert ("does not count against the wearer" in told(kind)) == is_support
    assert ("not a decision" in told(kind)) != is_support


def test_what_was_excused_or_withdrawn_does_not_count() -> None:
    excused = told(Kind.CURFEW_LEFT, State.CORRECTED, cause=Cause.EXCUSED, certainty=0.999)
    withdrawn = told(Kind.CURFEW_LEFT, State.WITHDRAWN, certainty=0.999)

    assert excused.startswith("This does not count: an absence that was recorded afterwards")
    assert withdrawn.startswith("This is withdrawn and does not count: newer facts do not support")
    for gone in (excused, withdrawn):
        assert "It said: Going by its positions, the device left the curfew address" in gone
        assert "not a decision" not in gone
        assert "1 in" not in gone
    assert "does not count" not in told(Kind.CURFEW_LEFT, State.CORRECTED)


def test_what_is_corrected_tells_its_end_only_if_it_has_one() -> None:
    going = Matter(kind=Kind.CURFEW_LEFT, began_at=BEGAN)

    text = words(going, State.CORRECTED, LONDON, late=True)["en"]
    assert " Corrected by later data." in text
    text = told(Kind.CURFEW_LEFT, State.CORRECTED, late=True)
    assert " Corrected by later data; it ended at " in text


def test_what_no_late_data_corrected_may_be_a_ruling() -> None:
    """Leave that is recorded afterwards cuts a matter, and no data came."""
    text = told(Kind.CURFEW_LEFT, State.CORRECTED)
    timer = told(Kind.BODY_OFF_LONG, State.CORRECTED, late=True, is_of_old_data=True)

    for one in (text, timer):
        assert (
            " Corrected afterwards, by newer data or a change of the order or its absences" in one
        )
        assert "Corrected by later data" not in one
    assert "or its absences; it ended at Thu 2 Jul 2026, 20:00." in text


def test_a_late_return_says_nothing_of_an_absence_that_there_was_not() -> None:
    """A suspension pauses a curfew, too."""
    text = told(Kind.CURFEW_LATE_RETURN)

    assert "after a pause of the curfew, such as an agreed absence or a suspension;" in text


@pytest.mark.parametrize("kind", ABOUT_PLACES)
@pytest.mark.parametrize(
    ("certainty", "chance"),
    [(0.999, "about 1 in 1,000"), (0.95, "about 1 in 20"), (0.3, "about 7 in 10")],
)
def test_a_place_names_its_doubt_its_positions_and_what_the_wearer_can_do(
    kind: Kind, certainty: float, chance: str
) -> None:
    text = told(kind, certainty=certainty)

    first, doubt, decides, zone = sentences(text)
    assert first.startswith("Going by its positions, the device ")
    assert doubt.startswith("This rests on 7 positions; positions can be wrong")
    assert doubt.endswith(f"mislead is put at {chance}")
    assert "people decide" in decides
    assert "the place is wrong" in decides
    assert zone == "Times are those of Europe/London"


@pytest.mark.parametrize("kind", ABOUT_PLACES)
def test_a_place_without_a_number_says_that_there_is_none(kind: Kind) -> None:
    for text in (told(kind), told(kind, certainty=0.999, seen=0)):
        assert "Positions can be wrong, and no number says how sure these are." in text
        assert " 1 in " not in text


def test_no_more_positions_are_told_than_are_known() -> None:
    assert "rests on 1 position;" in told(Kind.ZONE_LEFT, certainty=0.9, seen=1)
    most = told(Kind.ZONE_LEFT, certainty=0.9, seen=MOST_NAMED)
    assert "rests on at least 8 positions;" in most


@pytest.mark.parametrize("kind", WITNESSED)
def test_what_a_device_or_people_report_has_no_chance_in_it(kind: Kind) -> None:
    assert " in 1,000" not in told(kind, certainty=0.999)
    assert "can tell them what happened." in told(kind)


def test_a_strap_opened_in_an_absence_is_told_with_when_it_was_opened() -> None:
    opened = (Evidence(seq=1, at=Micros(BEGAN - HOUR)),)
    matter = Matter(kind=Kind.TAMPER_STRAP, began_at=BEGAN, evidence=opened)

    text = words(matter, State.OPENED, LONDON)["en"]

    assert text.startswith("The device reported at Thu 2 Jul 2026, 18:00 that its strap was opened")
    assert "covered that until Thu 2 Jul 2026, 19:00, and the device had not reported" in text
    assert "covered" not in told(Kind.TAMPER_STRAP)


@pytest.mark.parametrize("kind", sorted(set(ABOUT_PLACES) - {Kind.ATTENDANCE_MISSED}))
def test_who_was_not_seen_for_long_is_not_said_to_have_been_away(kind: Kind) -> None:
    known = Micros(BEGAN + HOUR // 2)
    unknown = " The last position that says so was at Thu 2 Jul 2026, 19:30; nothing is known after"

    closed = told(kind, State.CLOSED, known_until=known)
    assert f"{unknown} that, up to Thu 2 Jul 2026, 20:00. " in closed
    assert "It ended" not in closed
    corrected = told(kind, State.CORRECTED, known_until=known)
    assert (
        f" Corrected afterwards, by newer data or a change of the order or its absences.{unknown}"
        in corrected
    )
    assert unknown not in told(kind, State.OPENED, known_until=known)


def test_a_curfew_says_what_was_seen_and_not_more() -> None:
    """Who was silent when the curfew began was perhaps there: nobody knows."""
    assert "had not been seen there before in this curfew" in told(Kind.CURFEW_LATE_START)
    assert "had not been seen back when the curfew ended" in told(Kind.CURFEW_OUT_AT_END)
    assert "was not seen there at any time in this curfew" in told(Kind.CURFEW_ABSENT_WHOLE)


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.INPUT_TOO_LATE}))
@pytest.mark.parametrize("state", [State.OPENED, State.CLOSED])
def test_late_data_are_told_as_late(kind: Kind, state: State) -> None:
    assert "The data for this came late" in told(kind, state, late=True)
    assert "came late" not in told(kind, state)


def test_late_data_say_that_it_may_be_over_where_it_may_be() -> None:
    assert "late: it may be over by now." in told(Kind.ZONE_ENTERED, late=True)
    assert "over by now" not in told(Kind.ZONE_ENTERED, State.CLOSED, late=True)
    assert "over by now" not in told(Kind.WEARER_HELP, late=True)
    assert "over by now" not in told(Kind.ATTENDANCE_MISSED, late=True)


def test_what_already_says_that_data_came_later_says_it_once() -> None:
    assert "came late." not in told(Kind.ZONE_LEFT, State.CORRECTED, late=True)
    assert "came late." not in told(Kind.ZONE_LEFT, State.WITHDRAWN, late=True)
    assert "came late." not in told(Kind.INPUT_TOO_LATE, late=True)
    assert "came late." not in told(Kind.CONTACT_LOST, State.CLOSED, late=True, cause=Cause.OFFLINE)


def test_ends_are_told_where_there_is_one_that_somebody_saw() -> None:
    assert "It ended at Thu 2 Jul 2026, 20:00." in told(Kind.CURFEW_LEFT, State.CLOSED)
    assert "it ended at Thu 2 Jul 2026, 20:00." in told(Kind.CURFEW_LEFT, State.CORRECTED)
    assert "20:00" not in told(Kind.CURFEW_LEFT, State.OPENED)
    assert "20:00" not in told(Kind.WEARER_HELP, State.CLOSED)


def test_an_hour_that_comes_twice_says_which_one() -> None:
    first, second = parse("2026-10-25T00:30:00Z"), parse("2026-10-25T01:30:00Z")
    texts = [
        words(Matter(kind=Kind.CURFEW_LEFT, began_at=at), State.OPENED, LONDON)["en"]
        for at in (first, second, Micros(second + HOUR))
    ]

    assert "01:30 (before the clocks went back)" in texts[0]
    assert "01:30 (after the clocks went back)" in texts[1]
    assert "clocks" not in texts[2]


@pytest.mark.parametrize("cause", [*(one.cause for one in Sign), "jamming"])
def test_a_doubt_tells_what_was_seen_that_it_does_not_count_and_what_helps(cause: str) -> None:
    matter = Matter(kind=Kind.LOCATION_DOUBTFUL, began_at=BEGAN, cause=cause)
    plain = words(replace(matter, cause=None), State.OPENED, LONDON)["en"]

    text = words(matter, State.OPENED, LONDON)["en"]

    began, _, rest = text.partition(": ")
    seen, counts, helps = rest.partition(" This does not count against the wearer. ")
    assert plain.startswith(began)
    assert len(seen) > 20
    assert counts
    assert helps.split()[0] in {"Ask", "Check", "Look", "Speak", "Start"}
    assert not {"fake", "cheat", "spoofing", "lie"} & set(text.lower().split())


def test_a_doubt_that_is_over_asks_for_nothing() -> None:
    text = told(Kind.LOCATION_DOUBTFUL, State.CLOSED, cause="frozen")

    assert "to the last digit. It ended at Thu 2 Jul 2026, 20:00. This does not count" in text
    assert "exchange" not in text


def test_a_matter_without_a_doubt_is_told_without_an_empty_clause() -> None:
    matter = Matter(kind=Kind.BATTERY_LOW, began_at=BEGAN)

    assert words(matter, State.OPENED, LONDON)["en"] == (
        "The battery of the device was low at Thu 2 Jul 2026, 19:00. Please charge it. "
        "This does not count against the wearer. Times are those of Europe/London."
    )


def test_where_no_number_says_how_sure_it_is_that_is_said() -> None:
    text = told(Kind.ZONE_ENTERED, seen=0, certainty=None)

    assert sentences(text)[1] == "Positions can be wrong, and no number says how sure these are"
