"""A plug-in runs only if its digest was agreed to; every file of it counts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from fairtag.adapters.faces.engines import GROUP, demand_allowed, digest_of, loaded
from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.faces.nets.pinned import REFERENCE
from fairtag.faces.refusals import EngineRefused

CODE = """
class Plugged:
    info = "an engine"
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
        (about / "entry_points.txt").write_text(f"[{GROUP}]\nplugged = plugged_engine:Plugged\n")
        files = ("plugged_engine.py", "plugged.weights", "plugged-1.dist-info/METADATA")
        (about / "RECORD").write_text("".join(f"{one},,\n" for one in files))

    def points(self) -> list[metadata.EntryPoint]:
        found = metadata.distributions(path=[str(self.folder)])
        return [one for each in found for one in each.entry_points if one.group == GROUP]

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
