"""How is a package laid out, and is it whole? As BagIt, with a hash of every file.

Source: RFC 8493 (BagIt 1.0).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from fairtag.disclosure.refusals import PackageBroken

_DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_MANIFEST, _TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_PAYLOAD = "data/"


def packed(payload: Mapping[str, bytes], info: Mapping[str, str]) -> dict[str, bytes]:
    """Lay files out as a bag: `payload` goes below `data/`, `info` into bag-info.txt."""
    found = {_PAYLOAD + name: raw for name, raw in sorted(payload.items())}
    oxum = f"{sum(map(len, found.values()))}.{len(found)}"
    lines = [f"{name}: {told}" for name, told in info.items()] + [f"Payload-Oxum: {oxum}"]
    tags = {
        "bagit.txt": _DECLARED,
        "bag-info.txt": ("\n".join(lines) + "\n").encode(),
        _MANIFEST: _hashes(found),
    }
    return tags | {_TAG_MANIFEST: _hashes(tags)} | found


def name_of(files: Mapping[str, bytes]) -> str:
    """Name a whole bag by one hash: that of the file that names all others."""
    return hashlib.sha256(files[_TAG_MANIFEST]).hexdigest()


def demand_whole(files: Mapping[str, bytes]) -> None:
    """Go on only when every file is there and is what its hash says, and no other is.

    Raises: PackageBroken.
    """
    told = _read(files, _TAG_MANIFEST) | {_TAG_MANIFEST: ""}
    told |= _read(files, _MANIFEST)
    if told.keys() != files.keys():
        odd = sorted(told.keys() ^ files.keys())
        raise PackageBroken(f"{odd[0]} is missing or was not in the package")
    for name, digest in told.items():
        if digest and hashlib.sha256(files[name]).hexdigest() != digest:
            raise PackageBroken(f"{name} was changed")


def _hashes(files: Mapping[str, bytes]) -> bytes:
    lines = (f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in files.items())
    return "".join(lines).encode()


def _read(files: Mapping[str, bytes], name: str) -> dict[str, str]:
    try:
        lines = files[name].decode().splitlines()
        return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    except (KeyError, ValueError) as error:
        raise PackageBroken(f"{name} is missing or can't be read: this is no package") from error
