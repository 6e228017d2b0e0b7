"""No page, alert or rule says 'breach' before a person has found one (the charter)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "fairtag"
ROOMS = ("rules", "alerts", "web", "sim", "cli", "orders", "intake", "app", "adapters", "terms")
FORBIDDEN = re.compile(r"\b(breach\w*|violat\w+|offender\w*|non-?complian\w+)\b", re.IGNORECASE)
# The words stand where the code says that it does not use them, or where the charter is quoted.
ALLOWED = {
    "alerts/model.py": "tells that no state says it",
    "app/charter.py": "quotes the charter",
    "rules/finding.py": "tells that no kind says it",
}


def said(text: str) -> list[str]:
    return [found[0] for found in FORBIDDEN.finditer(text)]


def sources() -> list[Path]:
    found = [path for room in ROOMS for path in (SOURCE / room).rglob("*")]
    kinds = {".py", ".html", ".js", ".json"}
    return [path for path in found if path.suffix in kinds and "vendor" not in path.parts]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_word_is_a_persons(path: Path) -> None:
    if str(path.relative_to(SOURCE)) not in ALLOWED:
        assert said(path.read_text()) == []


def test_negative_control_the_word_is_noticed() -> None:
    assert said("Apparent breach of curfew; the offender is non-compliant")
    assert not said("The device left the curfew address")
