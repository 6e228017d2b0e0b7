"""Evaluating beside a cohort, on drawn pictures: the same pairs, with and without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.unit.faces.cohorts import cohort
from tests.unit.faces.fake import tools
from tests.unit.faces.specimens import ENGINE
from tests.unit.faces.test_evaluation import put

from fairtag.evaluation.faces.cohorts import composition, members_of, side_by_side
from fairtag.evaluation.faces.lists import read_lists
from fairtag.evaluation.faces.profile import candidate_of
from fairtag.evaluation.faces.reading import Seen, read_all
from fairtag.evaluation.faces.report import Wanted, report
from fairtag.evaluation.faces.telling.page import beside_rows, page
from fairtag.evaluation.faces.trials import listed, samples_of
from fairtag.faces.cohort.norm import Level, beside, levels, normalised
from fairtag.faces.cohort.people import Named, read, written
from fairtag.faces.refusals import CohortRefused
from fairtag.terms.errors import UsageError


def named(**changed: Any) -> Named:
    """Give 200 people as the fake engine sees them: four numbers each."""
    drawn = np.random.default_rng(3).normal(0, 1, (200, 4))
    of = {"engine": ENGINE.name, "weights_sha256": ENGINE.weights_sha256}
    return read(written(cohort(drawn, **(of | changed))))


def told(folder: Path, found: Named | None) -> dict[str, Any]:
    lists = read_lists(*put(folder))
    seen = read_all(folder, lists.files, tools, as_live=False, jobs=1)
    return report(lists, seen, ENGINE, Wanted(evaluator="lab"), version="0", cohort=found)


def test_scores_of_the_report_are_the_normalised_ones(tmp_path: Path) -> None:
    lists = read_lists(*put(tmp_path))
    seen = read_all(tmp_path, lists.files, tools, as_live=False, jobs=1)
    near = beside(named())
    one, other = seen["a_1.png"].vector, seen["a_2.png"].vector
    assert one is not None
    assert other is not None
    level = levels(np.array([one, other]), near)
    sides = [Level(mean=level.mean[n], spread=level.spread[n]) for n in range(2)]

    found = listed(lists, samples_of(lists, seen, beside=near), is_same=True)

    assert found.scores[0] == pytest.approx(normalised(one @ other, *sides), abs=1e-6)
    assert found.scores[0] != listed(lists, samples_of(lists, seen), is_same=True).scores[0]


def test_a_report_names_its_cohort_and_so_does_its_profile(tmp_path: Path) -> None:
    found = named()

    with_it, without = told(tmp_path, found), told(tmp_path, None)

    assert with_it["about"]["cohort"]["sha256"] == found.sha256
    assert candidate_of(msgspec.json.encode(with_it)).cohort_sha256 == found.sha256
    assert "cohort" not in without["about"]
    assert candidate_of(msgspec.json.encode(without)).cohort_sha256 == ""


def test_both_kinds_of_scores_stand_side_by_side_at_the_same_rates(tmp_path: Path) -> None:
    raw, with_it = told(tmp_path, None), told(tmp_path, named())

    both = side_by_side(raw, with_it)

    assert both
    for point, kinds in both.items():
        assert kinds["raw"]["threshold"] == raw["at"][point]["threshold"]
        assert kinds["normalised"]["threshold"] == with_it["at"][point]["threshold"]
        assert {"all", "sex=F"} <= set(kinds["normalised"]["fnmr"])
    lines = beside_rows(with_it | {"side_by_side": both})
    assert any("normalised" in one for one in lines)
    shown = page(with_it | {"side_by_side": both}, "")
    assert "With the cohort and without it" in shown
    assert "With the cohort and without it" not in page(raw, "")


def test_people_who_were_not_asked_pass_no_gate(tmp_path: Path) -> None:
    found = told(tmp_path, named(source="public"))

    assert "nobody in its cohort agreed" in found["gate"]["why"][0]
    assert "cohort" not in told(tmp_path, named())["gate"]["why"][0]


def test_nobody_is_measured_against_themselves(tmp_path: Path) -> None:
    lists = read_lists(*put(tmp_path))
    seen = read_all(tmp_path, lists.files, tools, as_live=False, jobs=1)
    mine = named().cohort
    first = msgspec.structs.replace(mine.members[0], pictures_sha256=(seen["a_1.png"].sha256,))
    bent = msgspec.structs.replace(mine, members=(first, *mine.members[1:]))

    with pytest.raises(CohortRefused, match="against themselves"):
        told(tmp_path, read(written(bent)))


def test_another_engines_or_a_small_cohort_measures_nothing(tmp_path: Path) -> None:
    for changed in ({"engine": "other@1"}, {"members": named().cohort.members[:199]}):
        with pytest.raises(CohortRefused):
            told(tmp_path, named(**changed))


def test_a_person_becomes_one_member_without_a_name() -> None:
    def seen(sha256: str, *vector: float) -> Seen:
        found = None if not vector else np.array(vector)
        return Seen(sha256=sha256, gate="one", vector=found)

    made = members_of(
        {"zoe_1.jpg": seen("b", 1, 0), "zoe_2.jpg": seen("a", 0, 1), "al_1.jpg": seen("c")}
    )

    (one,) = made
    assert np.frombuffer(one.vector, "<f4").tolist() == [0.5, 0.5]
    assert one.pictures_sha256 == ("a", "b")
    assert "zoe" not in repr(made)


def test_small_groups_are_not_told(tmp_path: Path) -> None:
    people = frozenset(f"p{n}" for n in range(30))
    rows = [f"p{n},{'F' if n < 9 else 'M'}" for n in range(40)]
    file = tmp_path / "groups.csv"
    file.write_text("\n".join(["person,sex", *rows]))

    assert composition(file, people) == {"sex=M": 21}
    file.write_text("who,sex\np1,F\n")
    with pytest.raises(UsageError, match="no column person"):
        composition(file, people)
