"""Where are pictures of different people that may measure reviewers? In a folder that is set.

A pair is a folder of its own with `one` and `two` (.jpg, .png or .webp) and `consent.txt`, which
says whose consent this rests on, or how the faces were made. Pictures of wearers don't belong here.
"""

from __future__ import annotations

from pathlib import Path

from fairtag.terms.errors import UsageError

_KINDS = (".jpg", ".jpeg", ".png", ".webp")


class FolderKnownPairs:
    """Keeps `fairtag.app.reviewing.known.KnownPairs`."""

    def __init__(self, folder: Path) -> None:
        """Find the pairs.

        Raises: UsageError when a pair lacks a picture, or says nothing of consent.
        """
        if not folder.is_dir():
            raise UsageError(f"known_pairs {folder}: there is no such folder")
        self._pairs = {one.name: _pair(one) for one in sorted(folder.iterdir()) if one.is_dir()}

    def names(self) -> list[str]:
        """List the pairs."""
        return list(self._pairs)

    def pictures(self, name: str) -> tuple[bytes, bytes]:
        """Give a pair's two pictures."""
        first, second = self._pairs[name]
        return first.read_bytes(), second.read_bytes()


def _pair(folder: Path) -> tuple[Path, Path]:
    said = folder / "consent.txt"
    if not said.is_file() or not said.read_text().strip():
        raise UsageError(f"{folder.name}: consent.txt says whose consent this pair rests on")
    found = [
        next((one for kind in _KINDS if (one := folder / f"{name}{kind}").is_file()), None)
        for name in ("one", "two")
    ]
    if found[0] is None or found[1] is None:
        raise UsageError(f"{folder.name}: a pair has two pictures, one.jpg and two.jpg")
    return found[0], found[1]
