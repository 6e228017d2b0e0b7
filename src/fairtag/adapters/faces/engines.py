"""Which engine may run, and which detector? The reference engine, or plug-ins that were agreed to.

A plug-in is a Python distribution with an entry point of the group `fairtag.engines`: a callable
without arguments that gives an `Engine`. Its digest covers every file of that distribution, so it
covers weights that lie in it, and none that lie elsewhere. A detector of presentation attacks is
one of the group `fairtag.attack_detectors`; none ships.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from fairtag.adapters.faces.nets.pinned import REFERENCE
from fairtag.faces.capture.attacks import AttackDetector
from fairtag.faces.model import Engine
from fairtag.faces.refusals import EngineRefused

GROUP, DETECTORS = "fairtag.engines", "fairtag.attack_detectors"
Points = Sequence[metadata.EntryPoint]
REFERENCE_NAME = "reference"
# Written by installers, not by the plug-in's author.
_INSTALLED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"}


def digest_of(name: str, points: Points | None = None, *, group: str = GROUP) -> str:
    """Give the digest of an engine or a detector, without loading it.

    Raises: EngineRefused when there is none, or two, of this name.
    """
    if name == REFERENCE_NAME and group == GROUP:
        return hashlib.sha256(msgspec.json.encode(REFERENCE, order="sorted")).hexdigest()
    files = _point(name, points, group).dist
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
    points: Points | None = None,
    *,
    group: str = GROUP,
) -> str:
    """Give the digest of an engine or a detector that may run here.

    Fails: closed. Raises: EngineRefused.
    """
    digest = digest_of(name, points, group=group)
    if (name, group) != (REFERENCE_NAME, GROUP) and digest not in allowed:
        raise EngineRefused(f"{name}: its digest {digest} is not in face_engines_allowed")
    return digest


def loaded(name: str, digest: str, points: Points | None = None) -> Engine:
    """Load an engine, in the process in which it runs, if it still is the one agreed to.

    Fails: closed. Raises: EngineRefused.
    """
    if name == REFERENCE_NAME:
        _demand_same(name, digest, points, GROUP)
        from fairtag.adapters.faces.nets.reference import (  # noqa: PLC0415 - loads OpenCV
            ReferenceEngine,
        )

        return ReferenceEngine()
    engine: Engine = _plugged(name, digest, points, GROUP)
    return engine


def loaded_detector(name: str, digest: str, points: Points | None = None) -> AttackDetector:
    """Load a detector of presentation attacks beside the engine, as engines are loaded.

    Fails: closed. Raises: EngineRefused.
    """
    detector: AttackDetector = _plugged(name, digest, points, DETECTORS)
    return detector


def _plugged(name: str, digest: str, points: Points | None, group: str) -> Any:
    _demand_same(name, digest, points, group)
    try:
        return _point(name, points, group).load()()
    except Exception as error:
        raise EngineRefused(f"{name}: can't be loaded ({type(error).__name__})") from error


def _demand_same(name: str, digest: str, points: Points | None, group: str) -> None:
    if digest_of(name, points, group=group) != digest:
        raise EngineRefused(f"{name}: changed since its digest was checked")


def _point(name: str, points: Points | None, group: str) -> metadata.EntryPoint:
    listed = metadata.entry_points(group=group) if points is None else points
    found = [one for one in listed if one.name == name]
    if len(found) != 1:
        raise EngineRefused(f"{name}: {len(found)} plug-ins of this name are in {group}")
    return found[0]
