"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rig import Rig, opened_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Open a house of the test's own."""
    with opened_rig(tmp_path / "data") as opened:
        yield opened
