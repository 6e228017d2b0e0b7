"""Evaluating on drawn pictures whose scores are known by arithmetic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.unit.faces.fake import FakeEngine, decode, drawn, tools
from tests.unit.faces.specimens import ENGINE

from fairtag.evaluation.faces import lists as listing
from fairtag.evaluation.faces.lists import read_lists
from fairtag.evaluation.faces.reading import read_all, read_one
from fairtag.evaluation.faces.report import Wanted, rates_of, report
from fairtag.evaluation.faces.telling.page import page
from fairtag.evaluation.faces.trials import in_groups, listed, samples_of, within
from fairtag.faces.refusals import PairsRefused
from fairtag.terms.errors import UsageError

# Four people on two axes; the second picture of each leans a little to the other axis.
VECTORS = {
    "a_1": (228, 128, 128, 128),
    "a_2": (228, 158, 128, 128),
    "b_1": (128, 228, 128, 128),
    "b_2": (158, 228, 128, 128),
    "c_1": (128, 128, 228, 128),
    "c_2": (128, 128, 228, 158),
    "d_1": (128, 128, 148, 228),
    "d_2": (128, 128, 128, 228),
}
PAIRS = """left,right,same
a_1.png,a_2.png,1
b_1.png,b_2.png,1
c_1.png,c_2.png,1
d_1.png,d_2.png,1
a_1.png,b_1.png,0
a_2.png,b_2.png,0
c_1.png,d_1.png,0
a_1.png,c_1.png,0
"""
GROUPS = """person,sex,look_guess,guess_confidence
a,F,x,0.9
b,F,x,0.69
c,M,y,0.7
d,M,y,
"""


def put(folder: Path, **changed: bytes) -> tuple[Path, Path]:
    for name, vector in VECTORS.items():
        (folder / f"{name}.png").write_bytes(changed.get(name, drawn(vector)))
    (folder / "pairs.csv").write_text(PAIRS)
    (folder / "groups.csv").write_text(GROUPS)
    return folder / "pairs.csv", folder / "groups.csv"


def told(folder: Path, wanted: Wanted | None = None, **changed: bytes) -> dict[str, Any]:
    wanted = wanted or Wanted()
    lists = read_lists(*put(folder, **changed))
    seen = read_all(folder, lists.files, tools, as_live=wanted.as_live, jobs=1)
    return report(lists, seen, ENGINE, wanted, version="0")


def test_scores_are_cosines_of_the_two_pictures(tmp_path: Path) -> None:
    lists = read_lists(*put(tmp_path))
    samples = samples_of(lists, read_all(tmp_path, lists.files, tools, as_live=True, jobs=1))

    genuine = listed(lists, samples, is_same=True)
    impostor = listed(lists, samples, is_same=False)

    assert genuine.scores[0] == round(1 / np.hypot(1, 0.3), 6)
    assert impostor.scores[1] == round(0.6 / (1 + 0.09), 6)
    assert list(impostor.scores[[0, 3]]) == [0, 0]


def test_the_report_counts_what_was_drawn(tmp_path: Path) -> None:
    found = told(tmp_path, Wanted(threshold=0.9))

    assert found["accuracy"] == 1.0
    assert (found["fmr"], found["fmr_counts"]) == (0.0, [0, 4])
    assert (found["fnmr"], found["fnmr_counts"]) == (0.0, [0, 4])
    assert (found["fta"], found["fta_counts"]) == (0.0, [0, 8])
    assert found["fmr_shown"] == found["fnmr_shown"] == "not_demonstrated"
    strict = told(tmp_path, Wanted(threshold=0.97))
    assert strict["fnmr_counts"] == [3, 4]
    assert strict["groups"]["sex=F"]["fnmr_counts"] == [2, 2]
    assert told(tmp_path, Wanted(threshold=0.5))["fmr_counts"] == [1, 4]


def test_impostors_of_a_group_are_all_its_pairs_of_two_people(tmp_path: Path) -> None:
    found = told(tmp_path, Wanted(impostors="within_group", threshold=0.5))

    assert found["fmr_counts"] == [1, 24]
    assert found["groups"]["sex=F"]["fmr_counts"] == [1, 4]
    assert found["groups"]["sex=M"]["fmr_counts"] == [0, 4]


def test_a_doubtful_guess_is_no_group(tmp_path: Path) -> None:
    lists = read_lists(*put(tmp_path))

    assert lists.groups == {
        "a": ("sex=F", "look_guess=x"),
        "b": ("sex=F",),
        "c": ("sex=M", "look_guess=y"),
        "d": ("sex=M",),
    }
    crossed = read_lists(*put(tmp_path), is_crossed=True)
    assert crossed.groups["a"] == ("sex=F", "look_guess=x", "sex=F & look_guess=x")


def test_what_is_not_acquired_is_told_apart_and_never_a_wrong_answer(tmp_path: Path) -> None:
    found = told(tmp_path, a_2=drawn(VECTORS["a_2"], faces=0), c_1=b"no picture")

    assert found["fta_counts"] == [2, 8]
    assert found["groups"]["sex=F"]["fta_counts"] == [1, 4]
    assert (found["fnmr_counts"], found["fmr_counts"]) == ([0, 2], [0, 1])
    assert found["pairs_unacquired"] == 5
    assert found["accuracy"] == 1.0
    assert found["accuracy_unacquired_as_wrong"] == 3 / 8


@pytest.mark.parametrize(
    ("picture", "gate"),
    [
        (drawn((1, 2, 3, 4)), "one"),
        (drawn((1, 2, 3, 4), faces=0), "no_face"),
        (drawn((1, 2, 3, 4), faces=2), "many_faces"),
        (drawn((1, 2, 3, 4), quality=0), "poor_quality"),
        (drawn((1, 2, 3, 4), faces=99), "engine_error"),
        (b"", "unreadable"),
    ],
)
def test_each_picture_has_an_outcome_of_its_own(picture: bytes, gate: str) -> None:
    live = read_one(picture, FakeEngine(), decode, as_live=True)
    any_ = read_one(picture, FakeEngine(), decode, as_live=False)

    assert live.gate == any_.gate == gate
    assert (live.vector is not None) == (gate == "one")
    assert (any_.vector is not None) == (gate in ("one", "many_faces", "poor_quality"))


def test_a_live_capture_counts_what_the_gate_refuses(tmp_path: Path) -> None:
    poor = {"a_2": drawn(VECTORS["a_2"], quality=0)}

    live, any_ = (told(tmp_path, Wanted(as_live=one), **poor) for one in (True, False))

    assert (live["fta_counts"], any_["fta_counts"]) == ([1, 8], [0, 8])
    assert live["gate_refused_counts"] == any_["gate_refused_counts"] == [1, 8]
    assert any_["about"]["capture_mode"] == "burst1-enrolled1-any"


def test_three_enrolled_and_the_best_of_three(tmp_path: Path) -> None:
    put(tmp_path, a_3=b"")
    (tmp_path / "a_3.png").write_bytes(drawn((228, 228, 128, 128)))
    (tmp_path / "pairs.csv").write_text(
        "left,right,same\na_1.png+a_2.png,a_3.png,1\nb_1.png+b_2.png,d_1.png,0\n"
    )
    lists = read_lists(tmp_path / "pairs.csv", None)
    samples = samples_of(lists, read_all(tmp_path, lists.files, tools, as_live=True, jobs=1))

    first, second = (np.array(one) / np.linalg.norm(one) for one in ((1, 0), (1, 0.3)))
    mean = (first + second) / np.linalg.norm(first + second)
    expected = mean @ np.array([1, 1]) / np.sqrt(2)
    assert listed(lists, samples, is_same=True).scores[0] == pytest.approx(expected, abs=1e-6)
    assert lists.capture_mode == "burst1-enrolled2"

    (tmp_path / "pairs.csv").write_text(
        "left,right,same\na_1.png,a_3.png+a_2.png,1\nb_1.png,d_1.png+d_2.png,0\n"
    )
    lists = read_lists(tmp_path / "pairs.csv", None)
    samples = samples_of(lists, read_all(tmp_path, lists.files, tools, as_live=True, jobs=1))
    assert listed(lists, samples, is_same=True).scores[0] == round(1 / np.hypot(1, 0.3), 6)
    everybody = in_groups(lists, samples)["all"]
    assert len(within(lists, samples, everybody).scores) == 3


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a_1.png,b_1.png,1", ":2: the names of the files say otherwise"),
        ("a_1.png,a_2.png,0", ":2: the names of the files say otherwise"),
        ("a_1.png,a_1.png,1", ":2: a picture is compared with itself"),
        ("a_1.png,a_2.png,yes", ":2: same is 1 or 0"),
        ("../a_1.png,a_2.png,1", ":2: give names of files, without folders"),
        ("a_1.png+b_1.png,a_2.png,1", ":2: one cell holds pictures of one person"),
        ("a_1.png,a_2.png", ":2: not as many cells"),
        ("", "no pairs"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused_by_its_line(tmp_path, row: str, why: str) -> None:
    (tmp_path / "pairs.csv").write_text(f"left,right,same\n{row}\n")

    with pytest.raises(UsageError, match=why):
        read_lists(tmp_path / "pairs.csv", None)


def crowd(folder: Path, others: int, *, is_probe_left: bool, files: int = 1) -> Path:
    lines = ["left,right,same", "p_1.png,p_2.png,1"]
    (folder / "p_2.png").write_bytes(drawn((9, 9, 9, 9)))
    for n in range(files):
        (folder / f"p{n or ''}_1.png").write_bytes(drawn((1, 2, 3, 4)))
    for n in range(others):
        (folder / f"o{n}_1.png").write_bytes(drawn((n, 1, 1, 1)))
        probe = f"p{n % files or ''}_1.png"
        pair = (probe, f"o{n}_1.png") if is_probe_left else (f"o{n}_1.png", probe)
        lines.append(f"{','.join(pair)},0")
    (folder / "pairs.csv").write_text("\n".join(lines) + "\n")
    return folder / "pairs.csv"


def meet(folder: Path, pairs: Path) -> dict[str, Any]:
    lists = read_lists(pairs, None)
    seen = read_all(folder, lists.files, tools, as_live=False, jobs=1)
    return report(lists, seen, ENGINE, Wanted(), version="0")


@pytest.mark.parametrize("is_probe_left", [True, False])
def test_one_picture_meets_twenty_others_and_no_more(tmp_path: Path, is_probe_left) -> None:
    assert meet(tmp_path, crowd(tmp_path, 19, is_probe_left=is_probe_left))
    with pytest.raises(PairsRefused, match="meets 21 others"):
        meet(tmp_path, crowd(tmp_path, 20, is_probe_left=is_probe_left))


def test_one_picture_under_many_names_is_one(tmp_path: Path) -> None:
    with pytest.raises(PairsRefused):
        meet(tmp_path, crowd(tmp_path, 40, is_probe_left=True, files=4))


def test_a_public_set_is_known_by_its_pictures_and_one_bit_makes_another(tmp_path, monkeypatch):
    pairs = crowd(tmp_path, 40, is_probe_left=True)
    lists = read_lists(pairs, None)
    seen = read_all(tmp_path, lists.files, tools, as_live=False, jobs=1)
    digest = listing.pictures_digest({name: one.sha256 for name, one in seen.items()})
    monkeypatch.setitem(listing.PUBLIC, digest, "drawn")

    assert meet(tmp_path, pairs)["about"]["data"]["public"] == "drawn"
    (tmp_path / "o3_1.png").write_bytes(drawn((77, 1, 1, 1)))
    with pytest.raises(PairsRefused):
        meet(tmp_path, pairs)


def test_everybody_against_everybody_is_for_public_sets(tmp_path: Path) -> None:
    pairs = crowd(tmp_path, 11, is_probe_left=True)
    many = "".join(f"o{n}_1.png,o{n + 1}_1.png,0\n" for n in range(10))
    pairs.write_text(pairs.read_text() + many)
    for n in range(30):
        (tmp_path / f"q{n}_1.png").write_bytes(drawn((n, 7, 7, 7)))
    pairs.write_text(pairs.read_text() + "".join(f"q{n}_1.png,o1_1.png,0\n" for n in range(10)))
    lists = read_lists(pairs, None)
    seen = read_all(tmp_path, lists.files, tools, as_live=False, jobs=1)

    assert report(lists, seen, ENGINE, Wanted(), version="0")
    with pytest.raises(PairsRefused):
        report(lists, seen, ENGINE, Wanted(impostors="within_group"), version="0")


def test_processes_change_nothing(tmp_path: Path) -> None:
    lists = read_lists(*put(tmp_path))

    alone = read_all(tmp_path, lists.files, tools, as_live=False, jobs=1)
    shared = read_all(tmp_path, lists.files, tools, as_live=False, jobs=2)

    one, other = (report(lists, seen, ENGINE, Wanted(), version="0") for seen in (alone, shared))
    assert json.dumps(one) == json.dumps(other)


def test_nothing_of_a_picture_or_person_is_in_the_report(tmp_path: Path) -> None:
    found = told(tmp_path)

    assert not [name for name in VECTORS if f"{name}.png" in json.dumps(found)]
    assert '"a"' not in json.dumps(found)


def test_a_report_gives_its_rates_back(tmp_path: Path) -> None:
    found = told(tmp_path, Wanted(threshold=0.97))

    group = rates_of(found["groups"]["sex=F"], "sex=F")

    assert (group.fnmr.errors, group.fnmr.trials) == (2, 2)
    assert group.fmr.high == found["groups"]["sex=F"]["fmr_95"][1]


def test_the_page_says_that_it_may_not_decide(tmp_path: Path) -> None:
    shown = page(told(tmp_path), "")

    assert "Not fit to decide" in shown
    assert "a live check takes burst3-enrolled3" in shown
    assert "<script" not in shown


def test_without_two_kinds_of_pairs_nothing_is_told(tmp_path: Path) -> None:
    pairs, _ = put(tmp_path)
    pairs.write_text("left,right,same\na_1.png,a_2.png,1\n")
    lists = read_lists(pairs, None)
    seen = read_all(tmp_path, lists.files, tools, as_live=False, jobs=1)

    with pytest.raises(UsageError, match="nothing to compare"):
        report(lists, seen, ENGINE, Wanted(), version="0")
