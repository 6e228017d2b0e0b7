"""A service compiles nothing in its own process, unless whoever runs it says so."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fairtag.cli import serve


def told_to_loops(monkeypatch: pytest.MonkeyPatch, folder: Path) -> str | None:
    """Run a service that stops at once; tells what its loops would go by."""
    found: list[str | None] = []

    def run(*_: object, **__: object) -> None:
        found.append(os.environ.get("FAIRTAG_COMPILED"))

    for name in ("alone", "running"):
        monkeypatch.setattr(serve, name, nullcontext)
    monkeypatch.setattr(serve, "Site", lambda *_, **__: SimpleNamespace(door=None))
    monkeypatch.setattr(serve, "run", run)
    house: Any = None
    serve.run_site(house, folder, host="127.0.0.1", port=0)
    return found[0]


def test_a_service_begins_with_plain_loops(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FAIRTAG_COMPILED", "taken back afterwards")
    monkeypatch.delenv("FAIRTAG_COMPILED")

    assert told_to_loops(monkeypatch, tmp_path) == "never"


def test_who_asks_for_machine_code_gets_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FAIRTAG_COMPILED", "always")

    assert told_to_loops(monkeypatch, tmp_path) == "always"
