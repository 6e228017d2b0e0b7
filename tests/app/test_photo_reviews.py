"""Looks at pictures: dealt blind, once each, by different people, logged before they are seen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.answers import TextFaces, face
from tests.reviewers import (
    NOTE,
    answered,
    enrol,
    never_known,
    picture,
    reviewers,
    says,
    unaccounted,
    unconfirmed,
)
from tests.rig import PASSWORD, Rig

from fairtag.app.books import Person
from fairtag.app.disable_user import disable_user
from fairtag.app.openings.circles import declare_interest
from fairtag.app.reviewing.deal import deal
from fairtag.app.reviewing.figures import see_figures
from fairtag.app.reviewing.look import look
from fairtag.app.reviewing.overdue import KIND, see_reviews_overdue
from fairtag.review.photos import LEASE, Outcome
from fairtag.review.refusals import PhotoCaseRefused, PhotoReviewRefused
from fairtag.terms.errors import NotPermitted, SignInRefused
from fairtag.terms.instants import DAY


@pytest.fixture
def waits(rig: Rig) -> Iterator[Rig]:
    """A wearer whose check-in waits for people."""
    rig.wearer()
    enrol(rig)
    never_known(rig)
    yield rig
    assert unaccounted(rig) is None


def entries(rig: Rig, what: str) -> list[object]:
    found = rig.house.store.read(lambda tx: tx.audit.entries(limit=100_000))
    return [one.entry for one in found if one.entry.what == what]


def raised(rig: Rig) -> list[dict[str, object]]:
    """List what was raised about check-ins; that the device is silent is another matter."""
    return [one for one in rig.alerts() if str(one["kind"]).startswith("checkin.")]


def case_of(rig: Rig, person: Person) -> str:
    pair = deal(rig.house, person)
    assert pair is not None
    return pair.case_id


def test_a_pair_is_two_pictures_and_quality_and_nothing_else(waits: Rig) -> None:
    answered(waits)
    first, *_ = reviewers(waits)

    pair = deal(waits.house, first)

    assert pair is not None
    assert (pair.first, pair.second) == (picture(140), picture(180))
    assert set(pair.__struct_fields__) == {
        "case_id",
        "first",
        "second",
        "measures",
        "lease_until",
    }
    assert not {"W-1", "ORD-1", "ci-1", "0.42"} & {pair.case_id, *map(str, pair.measures)}


def test_a_look_is_in_the_log_and_on_the_wearers_page_each_time(waits: Rig) -> None:
    answered(waits)
    first, *_ = reviewers(waits)
    deal(waits.house, first)
    deal(waits.house, first)

    looks = waits.house.store.read(lambda tx: tx.openings.looks(person="rita"))
    assert [(one.what, one.purpose) for one in looks] == [("photos", "confirm_check_in")] * 2
    assert len(entries(waits, "photo.read")) == 2
    assert len(entries(waits, "opening.granted")) == 1


def test_one_look_settles_what_costs_nothing(waits: Rig) -> None:
    for check_in, outcome in (("ci-1", "match"), ("ci-2", "cant_tell")):
        answered(waits, check_in=check_in)
        first, *_ = reviewers(waits)
        assert says(waits, first, outcome).settles == outcome

    assert deal(waits.house, reviewers(waits)[1]) is None
    (alert,) = raised(waits)
    assert (alert["kind"], alert["for"]) == ("checkin.cant_tell", "support")


def test_what_nobody_can_tell_is_one_matter_of_support_at_a_time(waits: Rig) -> None:
    first, *_ = reviewers(waits)
    for check_in in ("ci-1", "ci-2"):
        answered(waits, check_in=check_in)
        says(waits, first, "cant_tell")

    assert [one["kind"] for one in raised(waits)] == ["checkin.cant_tell"]


def test_two_adverse_looks_raise_a_matter_for_the_authority(waits: Rig) -> None:
    answer, alert_id = unconfirmed(waits)

    (alert,) = raised(waits)
    assert (alert["alert_id"], alert["kind"], alert["for"]) == (
        alert_id,
        "checkin.identity_unconfirmed",
        "authority",
    )
    assert waits.house.store.read(lambda tx: tx.answers.to_review()) == []
    assert answer.answer_id
    assert waits.house.store.read(lambda tx: tx.decisions.decisions()) == []


def test_one_adverse_look_raises_nothing(waits: Rig) -> None:
    answered(waits)
    first, *_ = reviewers(waits)
    assert says(waits, first, "no_match").settles is None

    assert raised(waits) == []
    assert deal(waits.house, first) is None


def test_disagreement_goes_to_a_third(waits: Rig) -> None:
    answered(waits)
    first, second, third = reviewers(waits)
    assert says(waits, first, "no_match").settles is None
    assert says(waits, second, "match").settles is None
    assert says(waits, third, "match").settles is Outcome.MATCH
    assert raised(waits) == []


def test_no_two_agree_is_cant_tell(waits: Rig) -> None:
    answered(waits)
    first, second, third = reviewers(waits)
    says(waits, first, "no_match")
    says(waits, second, "match")

    assert says(waits, third, "cant_tell").settles is Outcome.CANT_TELL


def test_the_second_sees_what_the_first_saw(waits: Rig) -> None:
    """The page of a second look differs in nothing: not even in how it is dealt."""
    answered(waits)
    first, second, _ = reviewers(waits)
    shown = deal(waits.house, first)
    says(waits, first, "no_match")

    again = deal(waits.house, second)

    assert shown is not None
    assert again is not None
    assert (again.first, again.second, again.measures) == (
        shown.first,
        shown.second,
        shown.measures,
    )


def test_two_accounts_of_one_administrator_are_not_two_people(waits: Rig) -> None:
    answered(waits)
    first, *_ = reviewers(waits)
    twin = waits.person("rosa", "reviewer", by="adam")
    waits.pass_time(2 * DAY)
    says(waits, first, "no_match")

    assert deal(waits.house, twin) is None


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"given": "wrong wrong wrong"}, SignInRefused),
        ({"given": ""}, SignInRefused),
        ({"note": "no"}, PhotoReviewRefused),
        ({"outcome": "violation"}, PhotoReviewRefused),
    ],
)
def test_an_adverse_answer_is_signed_off_and_says_why(
    waits: Rig, told: dict[str, str], error: type[Exception]
) -> None:
    answered(waits)
    first, *_ = reviewers(waits)
    made = {"outcome": "no_match", "note": NOTE, "given": PASSWORD} | told
    name = case_of(waits, first)

    with pytest.raises(error):
        look(waits.house, first, name, **made)

    assert waits.house.store.read(lambda tx: tx.photo_reviews.reviews()) == []


def test_a_reviewer_answers_only_what_is_dealt_to_them(waits: Rig) -> None:
    answered(waits)
    first, second, _ = reviewers(waits)
    name = case_of(waits, first)

    with pytest.raises(PhotoCaseRefused):
        look(waits.house, second, name, outcome="match")
    assert deal(waits.house, second) is None
    waits.pass_time(LEASE)
    with pytest.raises(PhotoCaseRefused):
        look(waits.house, first, name, outcome="match")
    assert case_of(waits, second) == name


def test_nobody_but_a_reviewer_sees_a_pair(waits: Rig) -> None:
    answered(waits)
    for role in ("officer", "supervisor", "inspector", "admin", "caseworker", "contractor"):
        with pytest.raises(NotPermitted):
            deal(waits.house, waits.person(role[:4], role))


def test_who_knows_the_wearer_is_not_dealt_their_pictures(waits: Rig) -> None:
    answered(waits)
    first, second, _ = reviewers(waits)
    admin = waits.person("adam", "admin")
    declare_interest(waits.house, admin, "W-1", of_user="rita")

    assert deal(waits.house, first) is None
    assert deal(waits.house, second) is not None


def test_a_look_by_an_account_that_is_closed_since_is_made_anew(waits: Rig) -> None:
    answered(waits)
    first, second, third = reviewers(waits)
    says(waits, first, "no_match")
    disable_user(waits.house, "rita", by="adam")

    assert says(waits, second, "no_match").settles is None
    assert says(waits, third, "no_match").settles is Outcome.NO_MATCH


def test_a_wait_of_a_day_is_a_matter_of_support(waits: Rig) -> None:
    answered(waits)
    assert see_reviews_overdue(waits.house) == 0
    waits.pass_time(DAY)
    assert see_reviews_overdue(waits.house) == 1
    assert see_reviews_overdue(waits.house) == 0

    (alert,) = [one for one in waits.alerts() if one["kind"] == KIND]
    assert alert["for"] == "support"
    assert "W-1" not in str(alert)
    says(waits, reviewers(waits)[0], "match")
    see_reviews_overdue(waits.house)
    told = waits.house.store.read(lambda tx: tx.alerts.get(alert["alert_id"]))
    assert told.is_over


def test_known_pairs_measure_reviewers_and_settle_nothing(waits: Rig) -> None:
    answered(waits)
    real = waits.house.chance
    waits.house = replace(waits.house, chance=lambda n: b"\0" if n == 1 else real(n))
    first, *_ = reviewers(waits)

    done = says(waits, first, "no_match")

    assert (done.settles, done.alert_id) == (None, None)
    (mine,) = see_figures(waits.house, waits.person()).reviewers
    assert (mine.by, mine.looks) == ("rita", 0)
    assert (mine.same_missed.number, mine.same_missed.of) == (1, 1)
    assert mine.same_missed.low < 0.03
    looks = waits.house.store.read(lambda tx: tx.openings.looks(person="rita"))
    assert [one.purpose for one in looks] == ["measure_reviewers"]


@dataclass(frozen=True)
class Set:
    """A set of pairs of different people who agreed to it."""

    def names(self) -> list[str]:
        return ["pair-1"]

    def pictures(self, name: str) -> tuple[bytes, bytes]:
        assert name == "pair-1"
        return picture(60), picture(250)


def test_known_different_pairs_come_from_the_configured_set_only(waits: Rig) -> None:
    real = waits.house.chance
    first, *_ = reviewers(waits)
    only = {1: b"\0", 4: b"\0\0\0\1"}
    chosen = replace(waits.house, chance=lambda n: only.get(n) or real(n))
    waits.house = chosen
    assert deal(waits.house, first) is not None  # of a wearer: the set is empty
    waits.pass_time(LEASE)
    waits.house = replace(chosen, known_pairs=Set())

    pair = deal(waits.house, first)
    look(waits.house, first, pair.case_id if pair else "", outcome="match")

    (mine,) = see_figures(waits.house, waits.person()).reviewers
    assert (mine.different_missed.number, mine.different_missed.of) == (1, 1)
    assert len(entries(waits, "photo.known")) == 1


@dataclass(frozen=True)
class Drawn:
    """Synthetic faces: two pictures of two people, or what is no picture."""

    second: bytes

    def names(self) -> list[str]:
        return ["pair-1"]

    def pictures(self, name: str) -> tuple[bytes, bytes]:
        assert name == "pair-1"
        return face("nobody", 1) + b"|a phone and a place", self.second


def test_a_known_different_pair_is_shown_as_a_wearer_s_is(waits: Rig) -> None:
    """Encoded anew, with quality values: nothing tells a reviewer that the answer is known."""
    real, only = waits.house.chance, {1: b"\0", 4: b"\0\0\0\1"}
    first, *_ = reviewers(waits)
    shown = {}
    for name, second in (("drawn", face("somebody", 2)), ("broken", b"no picture")):
        waits.house = replace(
            waits.house,
            chance=lambda n: only.get(n) or real(n),
            known_pairs=Drawn(second),
            faces=TextFaces(),
        )
        shown[name] = deal(waits.house, first)

    drawn, broken = shown["drawn"], shown["broken"]
    assert drawn is not None
    assert broken is not None
    assert drawn.first == face("nobody", 1)
    assert [one.name for one in drawn.measures] == ["DynamicRange"]
    assert broken.second == b"no picture"  # negative control: without a face there are no values
    assert broken.measures == ()


INSERTS = {
    "an adverse answer without a sign-off": (
        "INSERT INTO photo_reviews SELECT NULL, 'w_x', case_id, 'mal', outcome, NULL, NULL, owner,"
        " at, json_set(json_remove(CAST(body AS TEXT), '$.sign_off', '$.settles', '$.alert_id'),"
        " '$.by', 'mal'), sealed FROM photo_reviews LIMIT 1"
    ),
    "an adverse end by one person": (
        "INSERT INTO photo_reviews SELECT NULL, 'w_x', 'v_other', by, outcome, 'no_match', NULL,"
        " owner, at, json_set(json_remove(CAST(body AS TEXT), '$.alert_id'), '$.settles',"
        " 'no_match', '$.case_id', 'v_other'), sealed FROM photo_reviews LIMIT 1"
    ),
    "one person twice": (
        "INSERT INTO photo_reviews SELECT NULL, 'w_x', case_id, by, outcome, settles, alert_id,"
        " owner, at, body, sealed FROM photo_reviews LIMIT 1"
    ),
    "another answer": "UPDATE photo_reviews SET outcome = 'match'",
    "a look away": "DELETE FROM photo_reviews",
    "an alert without two people": (
        "INSERT INTO alerts SELECT 'a_x', order_id, wearer_id, device_id, kind, recipient,"
        " priority, state, raised_at, json_set(CAST(body AS TEXT), '$.alert_id', 'a_x')"
        " FROM alerts WHERE kind = 'checkin.identity_unconfirmed'"
    ),
    "an adverse end of another answer": (
        "INSERT INTO answer_decisions SELECT NULL, 'an-x', owner, at, 'no_match'"
        " FROM answer_decisions LIMIT 1"
    ),
}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.rig import opened_rig  # noqa: PLC0415 - one store for the whole module

    folder = tmp_path_factory.mktemp("photos") / "data"
    with opened_rig(folder) as rig:
        rig.wearer()
        enrol(rig)
        never_known(rig)
        unconfirmed(rig)
    return folder


@pytest.mark.parametrize("what", INSERTS)
def test_the_database_refuses(lived: Path, what: str) -> None:
    with sqlite3.connect(lived / "fairtag.db", isolation_level=None) as db:
        db.execute("BEGIN")
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(INSERTS[what])
        db.execute("ROLLBACK")


@pytest.mark.parametrize("what", [one for one in INSERTS if one != "one person twice"])
def test_negative_control_without_its_guards_it_would_do_it(lived: Path, what: str) -> None:
    with sqlite3.connect(lived / "fairtag.db", isolation_level=None) as db:
        db.execute("BEGIN")
        guards = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            db.execute(f"DROP TRIGGER {name}")
        assert db.execute(INSERTS[what]).rowcount > 0
        db.execute("ROLLBACK")
