"""What did the engine make of each picture? One task a picture, over processes; no picture is kept.

A picture gives at most one template. `as_live` takes what the service takes: exactly one face that
passes the quality gate. Otherwise the face that stands out is taken whatever its quality and
whoever stands behind it, since pictures of public sets show bystanders; what the gate would have
refused is counted all the same.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fairtag.faces.compare import numbers
from fairtag.faces.model import Engine, Face, Picture
from fairtag.faces.reading import main_face, read
from fairtag.faces.refusals import PictureRefused
from fairtag.terms.errors import UsageError

Vector = NDArray[np.float64]  # (dims,), of length 1
Decode = Callable[[bytes], Picture]
Tools = Callable[[], tuple[Engine, Decode]]  # a function of a module: processes fetch it by name

ONE = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One picture, read."""

    sha256: str
    gate: str  # what the live gate says: one, no_face, many_faces, poor_quality, engine_error
    vector: Vector | None  # None: not acquired


class _Here:
    """The engine of this process."""

    tools: tuple[Engine, Decode] | None = None
    as_live: bool = False


def read_all(
    images: Path,
    names: Sequence[str],
    tools: Tools,
    *,
    as_live: bool,
    jobs: int,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Seen]:
    """Read pictures of a folder, in their order however many processes.

    Raises: UsageError when one is not there.
    """
    paths = [images / name for name in names]
    missing = next((one for one in paths if not one.is_file()), None)
    if missing is not None:
        raise UsageError(f"--images {images}: {missing.name} is not there")
    found: dict[str, Seen] = {}
    for name, seen in zip(names, _seen(paths, tools, as_live=as_live, jobs=jobs), strict=True):
        found[name] = seen
        tell(len(found))
    return found


def read_one(raw: bytes, engine: Engine, decode: Decode, *, as_live: bool) -> Seen:
    """Decode, find the face, measure, embed."""
    sha256 = hashlib.sha256(raw).hexdigest()
    try:
        picture = decode(raw)
        faces = engine.detect(picture)
        reading = read(_Once(engine, faces), picture)
        template = reading.template if reading.outcome == ONE or not as_live else None
        if template is None and faces and not as_live:
            template = engine.embed(picture, main_face(faces, picture)[0])
        vector = None if template is None else numbers(template)
    except PictureRefused:
        return Seen(sha256=sha256, gate="unreadable", vector=None)
    except Exception:  # noqa: BLE001 - a plug-in may fail in any way; it is an outcome of its own
        return Seen(sha256=sha256, gate="engine_error", vector=None)
    length_one = None if vector is None else np.asarray(vector / np.linalg.norm(vector))
    return Seen(sha256=sha256, gate=reading.outcome, vector=length_one)


class _Once:
    """An engine whose faces of one picture were found already."""

    def __init__(self, engine: Engine, faces: list[Face]) -> None:
        self.info, self.quality, self.embed = engine.info, engine.quality, engine.embed
        self._faces = faces

    def detect(self, picture: Picture) -> list[Face]:
        """Give them."""
        del picture
        return self._faces


def _seen(paths: Sequence[Path], tools: Tools, *, as_live: bool, jobs: int) -> Iterator[Seen]:
    if jobs <= 1 or len(paths) <= 1:
        _begin(tools, as_live)
        yield from map(_read, paths)
        return
    # Fresh processes: a copy of one that has threads may hang.
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(jobs, len(paths)), _begin, (tools, as_live)) as pool:
        yield from pool.imap(_read, paths, chunksize=8)


def _begin(tools: Tools, as_live: bool) -> None:  # noqa: FBT001 - a process's initializer
    _Here.tools, _Here.as_live = tools(), as_live


def _read(path: Path) -> Seen:
    if _Here.tools is None:
        raise RuntimeError("the process was not begun")
    engine, decode = _Here.tools
    return read_one(path.read_bytes(), engine, decode, as_live=_Here.as_live)
