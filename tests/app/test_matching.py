"""Two people who are not its evaluator put a profile in force; whatever differs decides nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.rig import PASSWORD, Rig, opened_rig
from tests.unit.faces.cohorts import cohort, drawn
from tests.unit.faces.specimens import ENGINE, profile, rates
from typer.testing import CliRunner

import fairtag
from fairtag.app.books import Person
from fairtag.app.matching.book import IN_FORCE, KeptProfile
from fairtag.app.matching.profiles import approve, propose, standing, take_out
from fairtag.app.matching.published import published
from fairtag.bootstrap import open_house
from fairtag.cli import app
from fairtag.disclosure.fair.tables import Course, Fairness, tabulate
from fairtag.faces.cohort.people import read as read_cohort
from fairtag.faces.cohort.people import written
from fairtag.faces.refusals import ProfileRefused
from fairtag.faces.verdict import digest
from fairtag.settings import Settings
from fairtag.terms.errors import FairtagError, NotPermitted, SecondPersonRefused, SignInRefused
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros

WHY = "the laboratory's report of November"
CANDIDATE = profile(approved_by="", made_at=Micros(0))


def two(rig: Rig) -> tuple[Person, Person]:
    first = rig.person("otto", "supervisor", by="adam")
    second = rig.person("sara", "supervisor", by="eve")
    rig.pass_time(2 * DAY)
    return first, second


def in_force(rig: Rig, candidate=CANDIDATE) -> KeptProfile:
    first, second = two(rig)
    asked = propose(rig.house, first, candidate, password=PASSWORD, reason=WHY)
    return approve(
        rig.house,
        second,
        asked.proposal_id,
        digest=asked.digest,
        password=PASSWORD,
        engine=ENGINE,
    )


def test_without_a_profile_everything_goes_to_people(rig: Rig) -> None:
    found = standing(rig.house, ENGINE)

    assert (found.mode, found.decides) == ("refer_all", None)


def test_two_people_put_it_in_force_and_the_log_holds_its_digest(rig: Rig) -> None:
    kept = in_force(rig)

    found = standing(rig.house, ENGINE)
    entry = rig.house.store.read(lambda tx: tx.audit.entries(after=kept.entry - 1, limit=1))[
        0
    ].entry
    assert found.mode == "live"
    assert found.decides is not None
    assert found.decides.profile.approved_by == "otto+sara"
    assert (entry.what, entry.operation) == (IN_FORCE, "policy")
    assert entry.details["profile"] == found.decides.digest
    assert (entry.actor, entry.second_person) == ("otto", "sara")


def test_who_evaluated_it_can_neither_put_it_up_nor_approve_it(rig: Rig) -> None:
    first, second = two(rig)

    by_first = msgspec.structs.replace(CANDIDATE, evaluated_by="Otto")
    with pytest.raises(ProfileRefused, match="whoever evaluated it"):
        propose(rig.house, first, by_first, password=PASSWORD, reason=WHY)
    by_second = msgspec.structs.replace(CANDIDATE, evaluated_by="sara")
    asked = propose(rig.house, first, by_second, password=PASSWORD, reason=WHY)
    with pytest.raises(ProfileRefused, match="whoever evaluated it"):
        approve(
            rig.house,
            second,
            asked.proposal_id,
            digest=asked.digest,
            password=PASSWORD,
            engine=ENGINE,
        )
    assert standing(rig.house, ENGINE).mode == "refer_all"


def test_one_person_alone_cannot(rig: Rig) -> None:
    first, _ = two(rig)
    asked = propose(rig.house, first, CANDIDATE, password=PASSWORD, reason=WHY)

    with pytest.raises(SecondPersonRefused):
        approve(
            rig.house,
            first,
            asked.proposal_id,
            digest=asked.digest,
            password=PASSWORD,
            engine=ENGINE,
        )


def test_a_wrong_password_or_role_cannot(rig: Rig) -> None:
    first, _ = two(rig)

    with pytest.raises(SignInRefused):
        propose(rig.house, first, CANDIDATE, password="a wrong one altogether", reason=WHY)
    officer = rig.person("oscar", "officer")
    with pytest.raises(NotPermitted):
        propose(rig.house, officer, CANDIDATE, password=PASSWORD, reason=WHY)
    with pytest.raises(NotPermitted):
        take_out(rig.house, officer, password=PASSWORD)


def test_what_the_gate_refuses_is_not_even_put_up(rig: Rig) -> None:
    first, _ = two(rig)
    failing = msgspec.structs.replace(CANDIDATE, groups=(rates("a"), rates("b", fmr=(9, 40_000))))

    with pytest.raises(ProfileRefused, match="b: FMR 9 of 40000"):
        propose(rig.house, first, failing, password=PASSWORD, reason=WHY)


def test_another_engine_makes_it_idle(rig: Rig) -> None:
    in_force(rig)
    newer = msgspec.structs.replace(ENGINE, version="2")

    found = standing(rig.house, newer)

    assert (found.mode, found.decides) == ("refer_all", None)
    assert "measured with invented@1" in found.why


def test_one_person_takes_it_out(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "data") as rig:
        in_force(rig)
        found = rig.house.store.read(lambda tx: tx.people.by_name("sara"))
        assert found is not None

        take_out(rig.house, found[0], password=PASSWORD)

        assert standing(rig.house, ENGINE).mode == "refer_all"
    assert verified(tmp_path)[0] == 0


def verified(folder: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["audit", "verify", "--data", str(folder / "data")])
    return done.exit_code, done.stdout


def edit(folder: Path, change) -> None:
    """Edit the profile in the file of the store, past its guards."""
    with sqlite3.connect(folder / "data" / "fairtag.db") as db:
        db.execute("DROP TRIGGER face_profiles_hold")
        (body,) = db.execute("SELECT body FROM face_profiles").fetchone()
        kept = msgspec.json.decode(body, type=KeptProfile)
        bent = msgspec.structs.replace(kept, profile=change(kept.profile))
        db.execute("UPDATE face_profiles SET body = ?", (msgspec.json.encode(bent),))


def test_the_database_refuses_to_edit_it(rig: Rig, tmp_path: Path) -> None:
    in_force(rig)

    with (
        sqlite3.connect(tmp_path / "data" / "fairtag.db") as db,
        pytest.raises(sqlite3.IntegrityError, match="can not be changed"),
    ):
        db.execute("UPDATE face_profiles SET body = x'00'")


def test_edited_past_the_guards_it_decides_nothing_and_the_log_tells(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "data") as rig:
        in_force(rig)
        at = rig.clock.at
    assert verified(tmp_path)[0] == 0
    edit(tmp_path, lambda one: msgspec.structs.replace(one, threshold=0.1))

    with opened_rig(tmp_path / "data", at) as rig:
        found = standing(rig.house, ENGINE)

        assert (found.mode, found.decides) == ("refer_all", None)
        assert "something in it was changed" in found.why
    code, words = verified(tmp_path)
    assert (code, "face_profiles" in words) == (1, True)


def test_negative_control_put_in_force_as_edited_it_would_decide(rig: Rig) -> None:
    """The threshold alone is no reason of the gate: only the digest tells."""
    kept = in_force(rig, msgspec.structs.replace(CANDIDATE, threshold=0.1))

    assert kept.profile is not None
    assert standing(rig.house, ENGINE).mode == "live"


def test_a_demo_decides_by_its_own_profile_and_says_so(rig: Rig) -> None:
    found = standing(replace(rig.house, is_demo=True), ENGINE)

    assert found.mode == "demo"
    assert found.decides is not None
    assert found.decides.profile.mode == "demo"


class NoFaces:
    def detector(self):
        return ""

    def info(self):
        return ENGINE


def test_everybody_reads_its_figures(rig: Rig) -> None:
    kept = in_force(rig)
    assert kept.profile is not None

    told = published(replace(rig.house, faces=NoFaces()))

    assert told["mode"] == "live"
    assert told["digest"] == digest(kept.profile)
    assert [one["group"] for one in told["figures"]] == ["all", "a", "b", "c"]
    assert told["figures"][0]["fmr"] == {
        "errors": 3,
        "trials": 200_000,
        "95": [kept.profile.overall.fmr.low, kept.profile.overall.fmr.high],
    }


def month(name: str, *, wrong: int) -> Fairness:
    """Make a report of 400 matches that people looked at blind, among others of twenty wearers."""
    courses = [
        Course(
            wearer_id=WearerId(f"W-{n % 20}"),
            is_looked_blind=n < 400,
            is_not_confirmed=n < wrong,
        )
        for n in range(1_000)
    ]
    return tabulate(courses, {}, month=name, made_at=Micros(0))


def test_everybody_reads_how_many_matches_people_could_not_confirm_where_ten_or_more(
    rig: Rig,
) -> None:
    assert published(rig.house)["looked_blind"] == []
    for report in (month("2026-09", wrong=12), month("2026-10", wrong=9)):
        rig.house.store.transact(lambda tx, report=report: tx.fairness.add(report))

    newest, older = published(rig.house)["looked_blind"]

    assert newest == {"month": "2026-10", "looked_blind": 400, "not_confirmed": None, "95": None}
    assert (older["looked_blind"], older["not_confirmed"]) == (400, 12)
    assert [round(one, 3) for one in older["95"]] == [0.016, 0.052]
    page = rig.client.get("/charter/faces").text
    assert "(1.6 to 5.2 %)" in page
    assert "PAD: none" in page


def with_cohort(rig: Rig, **changed):
    """Give a cohort of the engine that runs, and the house that has it."""
    told = {"engine": ENGINE.name, "weights_sha256": ENGINE.weights_sha256} | changed
    named = read_cohort(written(cohort(**told)))
    return named, replace(rig.house, face_cohort=named)


def test_a_profile_with_a_cohort_decides_where_that_very_cohort_is(rig: Rig) -> None:
    named, house = with_cohort(rig)
    first, second = two(rig)
    candidate = msgspec.structs.replace(CANDIDATE, cohort_sha256=named.sha256)
    asked = propose(house, first, candidate, password=PASSWORD, reason=WHY)
    said = {"digest": asked.digest, "password": PASSWORD, "engine": ENGINE}
    approve(house, second, asked.proposal_id, **said)
    _, another = with_cohort(rig, name="other people")

    assert standing(house, ENGINE).mode == "live"
    for wrong, why in ((rig.house, "none is here"), (another, "another cohort")):
        found = standing(wrong, ENGINE)
        assert (found.mode, found.decides) == ("refer_all", None)
        assert why in found.why


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"source": "public"}, "never decides"),
        ({"vectors": drawn(199)}, "too few"),
        ({"engine": "another@1"}, "made with another@1"),
    ],
)
def test_a_cohort_that_says_too_little_lets_nothing_decide(rig: Rig, changed, why: str) -> None:
    named, house = with_cohort(rig, **changed)
    first, second = two(rig)
    candidate = msgspec.structs.replace(CANDIDATE, cohort_sha256=named.sha256)
    asked = propose(house, first, candidate, password=PASSWORD, reason=WHY)
    said = {"digest": asked.digest, "password": PASSWORD, "engine": ENGINE}

    with pytest.raises(ProfileRefused, match=why):
        approve(house, second, asked.proposal_id, **said)


def test_a_profile_without_a_cohort_is_none_the_worse_for_one(rig: Rig) -> None:
    in_force(rig)
    _, house = with_cohort(rig)

    assert standing(house, ENGINE).mode == "live"


def test_everybody_reads_whether_there_is_a_cohort(rig: Rig) -> None:
    named, house = with_cohort(rig)

    assert published(rig.house)["cohort"] is None
    told = published(house)["cohort"]
    assert (told["sha256"], told["people"], told["source"]) == (named.sha256, 200, "consented")


def test_none_ships() -> None:
    assert Settings().face_cohort is None
    shipped = Path(fairtag.__file__).parent
    assert not [one for one in shipped.rglob("*.json") if b"fairtag-cohort/" in one.read_bytes()]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (written(cohort(source="public")), "never decides"),
        (b"{}", "no cohort"),
        (None, "No such file"),
    ],
    ids=["people who were not asked", "something else", "nothing"],
)
def test_no_service_starts_with_what_may_not_stand_beside_a_decision(
    tmp_path: Path, monkeypatch, raw: bytes | None, why: str
) -> None:
    file = tmp_path / "cohort.json"
    if raw is not None:
        file.write_bytes(raw)
    monkeypatch.setenv("FAIRTAG_FACE_COHORT", str(file))

    with pytest.raises(FairtagError, match=why), open_house(tmp_path / "data"):
        pass


def test_negative_control_with_people_who_agreed_it_starts(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "cohort.json"
    file.write_bytes(written(cohort()))
    monkeypatch.setenv("FAIRTAG_FACE_COHORT", str(file))

    with open_house(tmp_path / "data") as house:
        assert house.face_cohort == read_cohort(file.read_bytes())
