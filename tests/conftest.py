"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from tests.rig import Rig, opened_rig

# Seeded, so that a red run is red again; a law that looks for more says so itself.
hypothesis.settings.register_profile("seeded", derandomize=True)
hypothesis.settings.load_profile("seeded")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Open a house of the test's own."""
    with opened_rig(tmp_path / "data") as opened:
        yield opened
