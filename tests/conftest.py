"""What every test may ask for."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from tests.quick import draw_anew, prepare_pages
from tests.rig import Rig, opened_rig
from tests.vaults import FakeVault, fake_vault, soft_module

# Seeded, so that a red run is red again; a law that looks for more says so itself.
hypothesis.settings.register_profile("seeded", derandomize=True)
hypothesis.settings.load_profile("seeded")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make what houses borrow, before the first test; most of these folders open none."""
    folders = {one.path.relative_to(Path(__file__).parent).parts[0] for one in session.items}
    if not folders <= {"arch", "unit", "golden", "vectors"}:
        prepare_pages()
    # What is there from the start stays: no collection need look through ten thousand tests again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Seed what houses draw: with the run's seed, or with none where the order is no chance's."""
    seed = item.config.getoption("randomly_seed", None)
    draw_anew(os.urandom(16).hex() if seed is None else f"{seed} {item.nodeid}")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Open a house of the test's own."""
    with opened_rig(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def vault() -> Iterator[FakeVault]:
    """Serve a Vault of the test's own."""
    with fake_vault() as served:
        yield served


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the path of a hardware module in software; a process loads it once."""
    return soft_module(tmp_path_factory.mktemp("softhsm"))
