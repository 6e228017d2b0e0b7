"""Which engine may run? The reference engine, or a plug-in whose digest was agreed to.

A plug-in is a Python distribution with an entry point of the group `fairtag.engines`: a callable
without arguments that gives an `Engine`. Its digest covers every file of that distribution, so it
covers weights that lie in it, and none that lie elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from fairtag.adapters.faces.nets.pinned import REFERENCE
from fairtag.faces.model import Engine
from fairtag.faces.refusals import EngineRefused

GROUP = "fairtag.engines"
REFERENCE_NAME = "reference"
# Written by installers, not by the plug-in's author.
_INSTALLED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"}


def digest_of(name: str, points: Sequence[metadata.EntryPoint] | None = None) -> str:
    """Give the digest of an engine, without loading it.

    Raises: EngineRefused when there is none, or two, of this name.
    """
    if name == REFERENCE_NAME:
        return hashlib.sha256(msgspec.json.encode(REFERENCE, order="sorted")).hexdigest()
    files = _point(name, points).dist
    if files is None or files.files is None:
        raise EngineRefused(f"{name}: its files are not listed, so nothing can be agreed to")
    told = hashlib.sha256()
    for one in sorted(files.files, key=str):
        if one.name in _INSTALLED or one.suffix == ".pyc":
            continue
        told.update(
            f"{one}\0{hashlib.sha256(Path(one.locate()).read_bytes()).hexdigest()}\n".encode()
        )
    return told.hexdigest()


def demand_allowed(
    name: str,
    allowed: Collection[str],
    points: Sequence[metadata.EntryPoint] | None = None,
) -> str:
    """Give the digest of an engine that may run here.

    Fails: closed. Raises: EngineRefused.
    """
    digest = digest_of(name, points)
    if name != REFERENCE_NAME and digest not in allowed:
        raise EngineRefused(f"{name}: its digest {digest} is not in face_engines_allowed")
    return digest


def loaded(name: str, digest: str, points: Sequence[metadata.EntryPoint] | None = None) -> Engine:
    """Load an engine, in the process in which it runs, if it still is the one agreed to.

    Fails: closed. Raises: EngineRefused.
    """
    if digest_of(name, points) != digest:
        raise EngineRefused(f"{name}: changed since its digest was checked")
    if name == REFERENCE_NAME:
        from fairtag.adapters.faces.nets.reference import (  # noqa: PLC0415 - loads OpenCV
            ReferenceEngine,
        )

        return ReferenceEngine()
    try:
        engine: Engine = _point(name, points).load()()
    except Exception as error:
        raise EngineRefused(f"{name}: can't be loaded ({type(error).__name__})") from error
    return engine


def _point(name: str, points: Sequence[metadata.EntryPoint] | None) -> metadata.EntryPoint:
    listed = metadata.entry_points(group=GROUP) if points is None else points
    found = [one for one in listed if one.name == name]
    if len(found) != 1:
        raise EngineRefused(f"{name}: {len(found)} engines of this name are installed")
    return found[0]
