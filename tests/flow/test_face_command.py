"""`fairtag face compare`: two files, an answer, its exit code; what is unreadable is one line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.portraits import astronaut, grace_hopper, nobody, saved
from tests.unit.faces.cohorts import cohort
from tests.unit.faces.specimens import profile

from fairtag.adapters.faces.nets.pinned import REFERENCE
from fairtag.cli.facing.comparing import CAPTURE_MODE
from fairtag.faces.cohort.people import written
from fairtag.faces.model import ThresholdProfile
from fairtag.faces.verdict import digest as digest_of


def fairtag(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fairtag", *words], capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.jpg").write_bytes(saved(astronaut()))
    (tmp_path / "two.png").write_bytes(saved(grace_hopper(), "PNG"))
    (tmp_path / "nobody.jpg").write_bytes(saved(nobody(light=0.005)))
    (tmp_path / "dark.jpg").write_bytes(saved(nobody(light=0.12, grain=2.0)))
    (tmp_path / "page.jpg").write_bytes(b"<html>photo</html>" * 100)
    (tmp_path / "big.jpg").write_bytes(saved(astronaut()) + b"\0" * (3 << 20))
    (tmp_path / "empty.jpg").write_bytes(b"")
    return tmp_path


def compared(folder: Path, one: str, other: str) -> tuple[int, dict[str, Any]]:
    done = fairtag("face", "compare", str(folder / one), str(folder / other), "--json")
    return done.returncode, json.loads(done.stdout)


def test_two_pictures_have_a_score_and_nobody_decides_without_a_profile(folder: Path) -> None:
    code, told = compared(folder, "one.jpg", "two.png")

    assert (code, told["outcome"], told["reason"]) == (1, "refer", "not_audited")
    assert told["score"] == pytest.approx(0.889, abs=0.006)
    assert (told["model"], told["profile"], told["pad"]) == ("reference@1", None, "none")
    assert re.fullmatch(r"[0-9a-f]{64}", told["model_digest"])
    assert told["ms"] > 0
    assert told["quality"]["probe"]["measures"]["SingleFacePresent"] == 0
    assert compared(folder, "one.jpg", "one.jpg")[1]["score"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("enrolled", "probe", "reason"),
    [
        ("one.jpg", "nobody.jpg", "no_face"),
        ("nobody.jpg", "one.jpg", "no_face"),
        ("one.jpg", "dark.jpg", "poor_quality"),
        ("dark.jpg", "one.jpg", "poor_quality"),
    ],
)
def test_what_can_t_be_compared_is_left_to_people(
    folder: Path, enrolled: str, probe: str, reason: str
) -> None:
    code, told = compared(folder, enrolled, probe)

    assert (code, told["outcome"], told["reason"], told["score"]) == (1, "refer", reason, None)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("page.jpg", "not_a_picture"),
        ("big.jpg", "too_big"),
        ("empty.jpg", "empty"),
        ("gone.jpg", "No such file"),
    ],
)
def test_an_unreadable_file_is_one_line(folder: Path, name: str, word: str) -> None:
    done = fairtag("face", "compare", str(folder / "one.jpg"), str(folder / name))

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert name in done.stderr
    assert word in done.stderr


@pytest.mark.parametrize("count", [1, 3])
def test_exactly_two_files_are_compared(folder: Path, count: int) -> None:
    done = fairtag("face", "compare", *[str(folder / "one.jpg")] * count)

    assert (done.returncode, done.stdout) == (2, "")


def test_the_table_says_the_same(folder: Path) -> None:
    done = fairtag("face", "compare", str(folder / "one.jpg"), str(folder / "two.png"))

    assert done.returncode == 1
    for line in (r"outcome  refer \(not_audited\)", r"score    0\.8[89]", "pad      none"):
        assert re.search(line, done.stdout)


def test_an_engine_nobody_agreed_to_is_refused(folder: Path) -> None:
    one = str(folder / "one.jpg")

    done = fairtag("face", "compare", one, one, "--engine", "unknown")

    assert (done.returncode, done.stdout) == (2, "")
    assert "FT-805" in done.stderr


def made(folder: Path, **changed: Any) -> list[str]:
    """Write a profile that passes the gate unless changed; gives the options that name it."""
    told = {"capture_mode": CAPTURE_MODE, "engine": REFERENCE.name, "threshold": 0.95}
    told |= {"weights_sha256": REFERENCE.weights_sha256}
    passing = profile(**told)
    (folder / "profile.json").write_bytes(
        msgspec.json.encode(msgspec.structs.replace(passing, **changed))
    )
    return ["--profile", str(folder / "profile.json"), "--approved", digest_of(passing)]


@pytest.mark.parametrize(
    ("probe", "code", "outcome", "reason"),
    [("one.jpg", 0, "match", None), ("two.png", 1, "refer", "low_score")],
)
def test_a_profile_that_passed_the_gate_for_single_pictures_decides(
    folder: Path, probe: str, code: int, outcome: str, reason: str | None
) -> None:
    """Invented figures: the reference engine has none that pass."""
    words = ["face", "compare", str(folder / "one.jpg"), str(folder / probe), *made(folder)]

    done = fairtag(*words, "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["outcome"], told["reason"]) == (code, outcome, reason)
    assert told["profile"] == words[-1]


@pytest.mark.parametrize(
    "changed",
    [
        {"threshold": 0.5},
        {"mode": "demo"},
        {"mode": "refer_all"},
        {"capture_mode": "burst3-enrolled3"},
        {"engine": "another@1"},
        {"weights_sha256": ("00",)},
        {"groups": ()},
        {"approved_by": "lab"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_an_edited_or_unfit_profile_decides_nothing(folder: Path, changed: dict[str, Any]) -> None:
    one = str(folder / "one.jpg")

    edited = fairtag("face", "compare", one, one, *made(folder, **changed))

    assert (edited.returncode, edited.stdout) == (2, "")
    assert "FT-804" in edited.stderr


def beside(folder: Path, **changed: Any) -> str:
    """Write a cohort of 200 directions drawn by chance, for the engine that ships."""
    chance = np.random.default_rng(1).normal(0, 1, (200, 128))  # the engine gives 128 numbers
    told = {"engine": REFERENCE.name, "weights_sha256": REFERENCE.weights_sha256} | changed
    raw = written(cohort(chance, **told))
    (folder / "cohort.json").write_bytes(raw)
    return sha256(raw).hexdigest()


def with_cohort(folder: Path, threshold: float, **changed: Any) -> list[str]:
    """Write a profile that was measured with that cohort; gives the options that name both."""
    measured = {"cohort_sha256": beside(folder, **changed), "threshold": threshold}
    file = folder / "profile.json"
    file.write_bytes(msgspec.json.encode(msgspec.json.decode(_passing(folder)) | measured))
    approved = digest_of(msgspec.json.decode(file.read_bytes(), type=ThresholdProfile))
    named = ["--profile", str(file), "--approved", approved]
    return [*named, "--cohort", str(folder / "cohort.json")]


def _passing(folder: Path) -> bytes:
    return Path(made(folder)[1]).read_bytes()


@pytest.mark.parametrize(
    ("probe", "code", "outcome"), [("one.jpg", 0, "match"), ("two.png", 1, "refer")]
)
def test_a_profile_that_was_measured_with_a_cohort_decides_beside_it(
    folder: Path, probe: str, code: int, outcome: str
) -> None:
    """Chance directions: a face with itself lies 27 spreads above them, another one 24."""
    words = ["face", "compare", str(folder / "one.jpg"), str(folder / probe)]

    done = fairtag(*words, *with_cohort(folder, 26.0), "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["outcome"]) == (code, outcome)
    assert (told["normalised"] >= 26) == (outcome == "match")
    assert told["score"] <= 1  # the cosine stays what it was


def test_another_cohort_or_none_or_one_that_nobody_agreed_to_decides_nothing(folder: Path) -> None:
    one = str(folder / "one.jpg")
    words = ["face", "compare", one, one]
    options = with_cohort(folder, 26.0)

    alone = fairtag(*words, *options[:4])
    beside(folder, name="other people")
    other = fairtag(*words, *options)
    public = fairtag(*words, *with_cohort(folder, 26.0, source="public"))

    for done, why in ((alone, "none is here"), (other, "another cohort"), (public, "nobody in it")):
        assert (done.returncode, done.stdout) == (2, "")
        assert "FT-804" in done.stderr
        assert why in done.stderr


@pytest.mark.parametrize("has_profile", [False, True])
def test_a_cohort_without_a_profile_that_names_it_is_a_mistake(
    folder: Path, *, has_profile: bool
) -> None:
    beside(folder)
    one, words = str(folder / "one.jpg"), ["--cohort", str(folder / "cohort.json")]

    done = fairtag("face", "compare", one, one, *words, *(made(folder) if has_profile else []))

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--profile" in done.stderr


def test_a_file_that_is_no_profile_is_one_line(folder: Path) -> None:
    one = str(folder / "one.jpg")

    done = fairtag("face", "compare", one, one, "--profile", one)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_the_engines_are_listed_with_the_digest_that_settings_name(folder: Path) -> None:
    del folder
    told = json.loads(fairtag("face", "engines", "--json").stdout)

    assert set(told) >= {"reference"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in told.values())
