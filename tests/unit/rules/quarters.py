"""Lets orders pause at the quarters of the day: by name, as mutants are tried without conftest."""

from __future__ import annotations

import pytest

from fairtag.rules.view import PAUSE, View
from fairtag.terms.instants import Micros


@pytest.fixture
def at_the_quarters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all orders pause at the quarters of the day, not at times of their own."""
    monkeypatch.setattr(View, "pause_after", lambda _, now: Micros((now // PAUSE + 1) * PAUSE))
