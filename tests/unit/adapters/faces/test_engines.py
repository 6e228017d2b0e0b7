"""A plug-in runs only if its digest was agreed to; every file of it counts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from tests.portraits import nobody, saved

from fairtag.adapters.faces.apart.frames import Reply
from fairtag.adapters.faces.engines import (
    DETECTORS,
    GROUP,
    demand_allowed,
    digest_of,
    loaded,
    loaded_detector,
)
from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.faces.looking import looker
from fairtag.adapters.faces.nets.pinned import REFERENCE
from fairtag.faces.capture.attacks import of_burst
from fairtag.faces.model import Attack, Reading
from fairtag.faces.refusals import EngineRefused

CODE = """
from fairtag.faces.model import Attack, Reading

class Plugged:
    info = "an engine"

class Watching:
    def examine(self, frames):
        return Attack(detector="watching@1", is_suspected=len(frames) > 1)
"""


class Installed:
    """A distribution in a folder, as an installer leaves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "plugged_engine.py").write_text(CODE)
        (folder / "plugged.weights").write_bytes(b"weights")
        about = folder / "plugged-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1\n")
        (about / "entry_points.txt").write_text(
            f"[{GROUP}]\nplugged = plugged_engine:Plugged\n"
            f"[{DETECTORS}]\nwatching = plugged_engine:Watching\n"
        )
        files = ("plugged_engine.py", "plugged.weights", "plugged-1.dist-info/METADATA")
        (about / "RECORD").write_text("".join(f"{one},,\n" for one in files))

    def points(self, group: str = GROUP) -> list[metadata.EntryPoint]:
        found = metadata.distributions(path=[str(self.folder)])
        return [one for each in found for one in each.entry_points if one.group == group]

    def digest(self) -> str:
        return digest_of("plugged", self.points())


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    sys.path.insert(0, str(tmp_path))
    yield Installed(tmp_path)
    sys.path.remove(str(tmp_path))
    sys.modules.pop("plugged_engine", None)


def test_a_plug_in_whose_digest_was_agreed_to_is_loaded(installed: Installed) -> None:
    digest = demand_allowed("plugged", [installed.digest()], installed.points())

    assert loaded("plugged", digest, installed.points()).info == "an engine"


@pytest.mark.parametrize("allowed", [(), ("",), ("0" * 64,)])
def test_a_wrong_digest_is_refused(installed: Installed, allowed: tuple[str, ...]) -> None:
    with pytest.raises(EngineRefused, match=installed.digest()):
        demand_allowed("plugged", allowed, installed.points())
    with pytest.raises(EngineRefused, match="changed"):
        loaded("plugged", "0" * 64, installed.points())


@pytest.mark.parametrize("name", ["plugged_engine.py", "plugged.weights"])
def test_a_changed_file_is_another_engine(installed: Installed, name: str) -> None:
    before = installed.digest()
    raw = bytearray((installed.folder / name).read_bytes())
    raw[0] ^= 1
    (installed.folder / name).write_bytes(raw)

    assert installed.digest() != before
    with pytest.raises(EngineRefused):
        demand_allowed("plugged", [before], installed.points())


def test_negative_control_what_an_installer_writes_counts_for_nothing(
    installed: Installed,
) -> None:
    before = installed.digest()
    (installed.folder / "plugged-1.dist-info" / "INSTALLER").write_text("uv\n")

    assert installed.digest() == before


def test_an_engine_that_is_not_there_or_there_twice_is_refused(installed: Installed) -> None:
    for points in ([], installed.points() * 2):
        with pytest.raises(EngineRefused, match="plugged"):
            digest_of("plugged", points)


def test_a_plug_in_that_can_t_be_loaded_is_refused(installed: Installed) -> None:
    (installed.folder / "plugged_engine.py").write_text("1 / 0\n")

    with pytest.raises(EngineRefused, match="ZeroDivisionError"):
        loaded("plugged", installed.digest(), installed.points())


def test_the_reference_needs_no_leave_and_its_digest_holds_its_weights() -> None:
    assert demand_allowed("reference", []) == digest_of("reference")
    assert FacesApart().info().digest == digest_of("reference")
    assert len(REFERENCE.weights_sha256) == 3


def test_a_house_with_an_engine_nobody_agreed_to_does_not_open() -> None:
    with pytest.raises(EngineRefused):
        FacesApart(engine="plugged", allowed=("0" * 64,))


def test_a_detector_of_attacks_runs_only_if_its_digest_was_agreed_to(installed: Installed) -> None:
    points = installed.points(DETECTORS)
    digest = digest_of("watching", points, group=DETECTORS)

    assert demand_allowed("watching", [digest], points, group=DETECTORS) == digest
    found = loaded_detector("watching", digest, points).examine([])
    assert (found.detector, found.is_suspected) == ("watching@1", False)
    with pytest.raises(EngineRefused, match="face_engines_allowed"):
        demand_allowed("watching", [], points, group=DETECTORS)
    with pytest.raises(EngineRefused, match="changed"):
        loaded_detector("watching", "0" * 64, points)


def test_no_detector_is_let_in_by_the_reference_engine_s_name() -> None:
    with pytest.raises(EngineRefused, match="0 plug-ins"):
        demand_allowed("reference", [], group=DETECTORS)
    with pytest.raises(EngineRefused):
        FacesApart(detector="watching", allowed=("0" * 64,))
    assert FacesApart().detector() == ""


def test_a_detector_looks_at_the_burst_so_far_where_the_engine_runs(installed: Installed) -> None:
    """Without one nothing is said of attacks."""
    points = metadata.distributions(path=[str(installed.folder)])
    assert points
    agreed = digest_of("watching", group=DETECTORS)
    look, _ = looker("reference", digest_of("reference"), "watching", agreed)
    first, second = (look(saved(nobody())).reading for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.attack == Attack(detector="watching@1", is_suspected=False)
    assert of_burst([first, second]) == Attack(detector="watching@1", is_suspected=True)

    look, _ = looker("reference", digest_of("reference"))
    plain = look(saved(nobody())).reading
    assert plain is not None
    assert (plain.attack, of_burst([plain])) == (None, None)


class Child:
    """A process whose pictures are all suspected, by whatever calls itself so."""

    def ask(self, pictures: list[bytes]) -> list[Reply]:
        said = Attack(detector="W-1 lives at 5 High Street", is_suspected=True)
        return [Reply(state="done", reading=Reading(outcome="no_face", attack=said))] * len(
            pictures
        )


def test_a_record_names_the_detector_that_was_agreed_to_and_no_word_of_a_child(
    installed: Installed,
) -> None:
    assert installed.points(DETECTORS)
    agreed = digest_of("watching", group=DETECTORS)
    watched, plain = FacesApart(detector="watching", allowed=(agreed,)), FacesApart()
    for made in (watched, plain):
        made.engine = Child()  # type: ignore[assignment]
    said = watched.read(b"", key=b"k" * 32).attack
    assert said == Attack(detector=f"watching@{agreed}", is_suspected=True)
    assert watched.detector() == f"watching@{agreed}"
    assert plain.read(b"", key=b"k" * 32).attack is None
