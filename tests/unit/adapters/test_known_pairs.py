"""A set of pairs of different people: two pictures, and whose consent they rest on."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairtag.adapters.known.pairs import FolderKnownPairs
from fairtag.terms.errors import UsageError


def pair(folder: Path, **files: str) -> Path:
    made = folder / "pair-1"
    made.mkdir()
    for name, content in files.items():
        (made / name.replace("_", ".")).write_text(content)
    return folder


def test_a_pair_with_consent_is_given(tmp_path: Path) -> None:
    held = pair(tmp_path, one_jpg="1", two_png="2", consent_txt="Two volunteers, signed.")
    found = FolderKnownPairs(held)

    assert found.names() == ["pair-1"]
    assert found.pictures("pair-1") == (b"1", b"2")


@pytest.mark.parametrize(
    "files",
    [
        {"one_jpg": "1", "two_jpg": "2"},
        {"one_jpg": "1", "two_jpg": "2", "consent_txt": " "},
        {"one_jpg": "1", "consent_txt": "yes"},
    ],
)
def test_a_pair_without_consent_or_a_picture_stops_the_start(
    tmp_path: Path, files: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        FolderKnownPairs(pair(tmp_path, **files))


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        FolderKnownPairs(tmp_path / "none")
