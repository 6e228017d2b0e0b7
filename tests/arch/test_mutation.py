"""What the page on small errors tells stands: every module it names is there, and at the bar."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BAR = 95.0


def below(page: str) -> list[str]:
    """List the modules of a page that are gone or under the bar."""
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    told = [(re.sub(r"[` ]", "", row[1]), float(row[8].strip(" %"))) for row in rows]
    assert told
    source = ROOT / "src" / "fairtag"
    return [name for name, score in told if score < BAR or not (source / f"{name}.py").exists()]


def test_every_module_that_was_tried_is_at_the_bar() -> None:
    page = (ROOT / "docs" / "mutation.md").read_text()
    assert below(page) == []


def test_negative_control_a_module_under_the_bar_or_gone_is_noticed() -> None:
    page = (ROOT / "docs" / "mutation.md").read_text()
    worse = re.sub(r"\| [\d.]+ % \|", "| 94.9 % |", page, count=1)
    gone = re.sub(r"`rules/duty`", "`rules/dutiful`", page)

    assert len(below(worse)) == 1
    assert below(gone) == ["rules/dutiful"]
