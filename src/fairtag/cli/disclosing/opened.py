"""Is an opened package whole, and what lies in it? Offline, without a store.

It reads folders only: whoever checks needs no key and trusts no file that no hash names.
"""

from __future__ import annotations

from pathlib import Path

from fairtag.disclosure.package.bag import demand_whole
from fairtag.terms.errors import UsageError

_PAYLOAD = "data/"


def payload_of(folder: Path) -> dict[str, bytes]:
    """Give what lies below `data/` of a whole package.

    Raises: UsageError, PackageBroken when anything was changed, added or taken away.
    """
    files = files_of(folder)
    demand_whole(files)
    inner = (name for name in files if name.startswith(_PAYLOAD))
    return {name.removeprefix(_PAYLOAD): files[name] for name in inner}


def files_of(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder.

    Raises: UsageError.
    """
    if not (folder / "bagit.txt").is_file():
        raise UsageError(f"{folder}: this is no opened package; see `fairtag disclosure open`")
    try:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from error


def write_out(files: dict[str, bytes], out: Path) -> None:
    """Write an opened package into a new folder that only its reader may read.

    Raises: UsageError when the folder is there already.
    """
    try:
        out.mkdir(mode=0o700, parents=True)
        for name, raw in files.items():
            path = out / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(raw)
    except FileExistsError as error:
        raise UsageError(f"--out {out}: this folder is there already") from error
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
