"""How does a bag become one file, and how does it come out again? A ZIP: every machine opens it.

The same files give the same bytes. What comes in is unpacked within limits.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from fairtag.disclosure.refusals import PackageBroken

_NEVER = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can write: no clock in it
_READ_ONLY = 0o100444 << 16
_MOST_BYTES = 4 * 1024**3
_MOST_FILES = 10_000


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write files into one archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, raw in sorted(files.items()):
            told = zipfile.ZipInfo(name, date_time=_NEVER)
            told.external_attr, told.create_system = _READ_ONLY, 3
            told.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(told, raw)
    return out.getvalue()


def unpack(raw: bytes) -> dict[str, bytes]:
    """Read an archive.

    Raises: PackageBroken when it is none, or a path in it would lead out of its folder.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            found = [one for one in archive.infolist() if not one.is_dir()]
            _demand_harmless(found)
            return {one.filename: archive.read(one) for one in found}
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise PackageBroken("what was sealed is no archive") from error


def _demand_harmless(found: list[zipfile.ZipInfo]) -> None:
    if len(found) > _MOST_FILES or sum(one.file_size for one in found) > _MOST_BYTES:
        raise PackageBroken("the archive is larger than any package of ours")
    names = [one.filename for one in found]
    if len(names) != len(set(names)) or any(map(_leads_out, names)):
        raise PackageBroken("a path in the archive leads out of its folder or comes twice")


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name
