"""Where do an authority's own pictures lie? In a folder a reference, with a list beside them.

`FOLDER/REFERENCE/pictures.json` is a list of `{"file", "taken_at", "source"}`: whoever fills the
folder says when each picture was taken and from which register it is. Reading it sends nothing out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from fairtag.app.checkins.enrolling.sources import SourcePicture
from fairtag.faces.refusals import EnrolmentRefused
from fairtag.terms.ids import ID_PATTERN, is_id
from fairtag.terms.instants import parse

LIST = "pictures.json"
_MOST_BYTES = 2_000_000  # design.md §2, as for any picture
_MOST_PICTURES = 20


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    file: Annotated[str, msgspec.Meta(pattern=ID_PATTERN)]
    taken_at: str
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class FolderEnrolmentSource:
    """Keeps `fairtag.app.checkins.enrolling.sources.EnrolmentSource`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pictures(self, reference: str) -> list[SourcePicture]:
        """List the pictures under a reference, newest first; none when nothing is known under it.

        Raises: EnrolmentRefused when the list can't be read, or names a file that is not there.
        """
        if not is_id(reference):
            raise EnrolmentRefused("this is no reference")
        place = self._folder / reference
        if not (place / LIST).is_file():
            return []
        try:
            listed = msgspec.json.decode((place / LIST).read_bytes(), type=list[_Listed])
            found = [_read(place, one) for one in listed[:_MOST_PICTURES]]
        except (msgspec.MsgspecError, ValueError, OSError) as error:
            raise EnrolmentRefused("the authority's pictures could not be read") from error
        return sorted(found, key=lambda one: one.taken_at, reverse=True)


def _read(place: Path, one: _Listed) -> SourcePicture:
    path = place / one.file
    if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
        raise OSError(one.file)
    return SourcePicture(raw=path.read_bytes(), source=one.source, taken_at=parse(one.taken_at))
