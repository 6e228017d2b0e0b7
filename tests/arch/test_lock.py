"""An agency installs from its own mirror: every package by version and hash, none by address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^[a-z0-9][a-z0-9._-]*==\S+", re.IGNORECASE)


def wrong(lock: str) -> list[str]:
    """List what is not pinned by version and hash, and every address."""
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", lock).strip())
    loose = [one for one in blocks if not (PINNED.match(one) and "--hash=sha256:" in one)]
    return loose + re.findall(r"https?://\S+|--(?:extra-)?index-url\S*|file:\S+", lock)


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_and_nothing_has_an_address(name: str) -> None:
    assert wrong((ROOT / name).read_text()) == []


def test_what_developers_run_is_what_users_run() -> None:
    mine, theirs = (set(re.findall(r"(?m)^\S+==\S+", (ROOT / name).read_text())) for name in LOCKS)
    assert mine <= theirs


def test_negative_control_an_address_and_a_loose_pin_are_noticed() -> None:
    assert wrong("one==1.0 \\\n    --hash=sha256:aa\ntwo>=2\n") == ["two>=2"]
    assert wrong("one @ https://mirror.example/one.whl \\\n    --hash=sha256:aa\n")
