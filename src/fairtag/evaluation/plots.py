"""How does it look? Drawn by Altair, which an installation need not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

INSTALL = "no plots: install the extra with `pip install 'fairtag[plots]'`"


def draw(told: dict[str, Any], out: Path) -> str:
    """Draw."""
    return INSTALL
