"""Which pictures are compared, whose are they, and may they be compared so? Lists as CSV.

A pair list has the columns `left,right,same`: file names and 1 or 0. A cell may hold several files
of one person, joined by `+`: on the left enrolled pictures, on the right the frames of one answer.
A file's name up to its last `_` is its person. A group list has the column `person` and any others.
A column `guess_confidence` grades the columns that end in `_guess`: a guess below 0.7 is no group.
Source of 0.7: the research on the reference engine, whose labels were guessed so.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairtag.faces.refusals import PairsRefused
from fairtag.terms.errors import UsageError

# Charter G1: one probe meets at most this many references, or it would be a search by face.
MOST_REFERENCES = 20
# Public data sets, by the digest of their pictures: everybody may compare all of them anyway.
PUBLIC = {
    "2c8989a7fccaa17d12ae13400e8aa1090694e7b0513d40f2ca07b9fa5ead7dd0": (
        "LFW (deep-funneled), pictures of folds 1 and 2 of the View-2 protocol"
    ),
    # Its halves, to measure the one with the other as cohort: people of odd number, of even number.
    "a7534f719c07635c40361e9a5f08bf2c2ae0471ccbd57d4e916d8a83fe0e3f10": (
        "LFW (deep-funneled), half of the people of folds 1 and 2 of the View-2 protocol"
    ),
    "dab5edf9dde7b78bda18e850815506ff6c9170f349a08a5fad0a850a722abad1": (
        "LFW (deep-funneled), the other half of the people of folds 1 and 2"
    ),
}
LEAST_CONFIDENCE = 0.7
_GUESS, _CONFIDENCE = "_guess", "guess_confidence"
_ANSWERS = {"1": True, "0": False}

Cell = tuple[str, ...]  # file names of one person


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two cells, and whether they show one person."""

    left: Cell
    right: Cell
    is_same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What is compared, as it was told."""

    pairs: tuple[Pair, ...]
    groups: Mapping[str, tuple[str, ...]]  # by person
    pairs_sha256: str
    groups_sha256: str  # empty without a group list

    @property
    def files(self) -> tuple[str, ...]:
        """List every picture once, by name."""
        named = {name for one in self.pairs for name in (*one.left, *one.right)}
        return tuple(sorted(named))

    @property
    def capture_mode(self) -> str:
        """Say how many frames meet how many enrolled pictures."""
        sizes = {(len(one.right), len(one.left)) for one in self.pairs}
        if len(sizes) != 1:
            raise UsageError("pairs: every row must have as many pictures left and right as others")
        ((frames, enrolled),) = sizes
        return f"burst{frames}-enrolled{enrolled}"


def person_of(cell: Cell) -> str:
    """Tell whose pictures these are, by name.

    Example:
        >>> person_of(("p0431_0001.jpg", "p0431_0004.jpg")), person_of(("alone.png",))
        ('p0431', 'alone')
    """
    stem = cell[0].rpartition(".")[0] or cell[0]
    return stem.rpartition("_")[0] or stem


def read_lists(pairs: Path, groups: Path | None, *, is_crossed: bool = False) -> Lists:
    """Read both lists; with `is_crossed` every two group columns make groups as well.

    Raises: UsageError, naming file and line.
    """
    told, rows = _rows(pairs, {"left", "right", "same"})
    found = tuple(_pair(pairs, number, row) for number, row in rows)
    if not found:
        raise UsageError(f"{pairs}: no pairs")
    if groups is None:
        return Lists(pairs=found, groups={}, pairs_sha256=_sha(told), groups_sha256="")
    about, people = _rows(groups, {"person"})
    by_person = {row["person"]: _groups(row, is_crossed=is_crossed) for _, row in people}
    return Lists(pairs=found, groups=by_person, pairs_sha256=_sha(told), groups_sha256=_sha(about))


def pictures_digest(contents: Mapping[str, str]) -> str:
    """Name a set of pictures by their names and contents' digests."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(contents.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def data_digest(lists: Lists, pictures: str) -> str:
    """Name everything that was compared: lists and pictures."""
    told = f"{lists.pairs_sha256}\n{lists.groups_sha256}\n{pictures}\n"
    return hashlib.sha256(told.encode()).hexdigest()


def demand_few(
    meetings: Iterable[tuple[Cell, Sequence[Cell]]], contents: Mapping[str, str]
) -> None:
    """Go on only when no picture meets more than `MOST_REFERENCES` others (charter G1).

    The same picture under two names is one. Both sides count: whoever is on the left of many rows
    is looked for among the right ones.
    Raises: PairsRefused.
    """
    if pictures_digest(contents) in PUBLIC:
        return
    met: dict[str, set[str]] = {}
    for cell, others in meetings:
        for other in others:
            for here, there in ((cell, other), (other, cell)):
                shown = "+".join(contents[name] for name in there)
                for name in here:
                    met.setdefault(contents[name], set()).add(shown)
    most = max(map(len, met.values()), default=0)
    if most > MOST_REFERENCES:
        raise PairsRefused(
            f"one picture meets {most} others, more than {MOST_REFERENCES}: that is a search by "
            "face. Only public data sets, named in the code by their digest, may be compared so"
        )


def _rows(path: Path, wanted: set[str]) -> tuple[bytes, list[tuple[int, dict[str, str]]]]:
    try:
        told = path.read_bytes()
        lines = told.decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: can't be read as text") from error
    reader = csv.DictReader(lines, strict=True)
    missing = wanted - set(reader.fieldnames or ())
    if missing:
        raise UsageError(f"{path}:1: no column {', '.join(sorted(missing))}")
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: {error}") from error
    for number, row in rows:
        if None in row or None in row.values():
            raise UsageError(f"{path}:{number}: not as many cells as columns")
    return told, rows


def _pair(path: Path, number: int, row: dict[str, str]) -> Pair:
    left, right = (_cell(path, number, row[side]) for side in ("left", "right"))
    is_same = _ANSWERS.get(row["same"].strip())
    if is_same is None:
        raise UsageError(f"{path}:{number}: same is 1 or 0")
    if is_same != (person_of(left) == person_of(right)):
        raise UsageError(f"{path}:{number}: the names of the files say otherwise than same")
    if set(left) & set(right):
        raise UsageError(f"{path}:{number}: a picture is compared with itself")
    return Pair(left=left, right=right, is_same=is_same)


def _cell(path: Path, number: int, told: str) -> Cell:
    names = tuple(one.strip() for one in told.split("+"))
    if any(not one or one != Path(one).name or one.startswith(".") for one in names):
        raise UsageError(f"{path}:{number}: give names of files, without folders")
    if len({person_of((one,)) for one in names}) != 1 or len(set(names)) != len(names):
        raise UsageError(f"{path}:{number}: one cell holds pictures of one person, each once")
    return names


def _groups(row: dict[str, str], *, is_crossed: bool) -> tuple[str, ...]:
    found = [
        f"{name}={value.strip()}"
        for name, value in row.items()
        if name not in ("person", _CONFIDENCE) and value.strip() and _is_sure(name, row)
    ]
    crossed = [f"{a} & {b}" for n, a in enumerate(found) for b in found[n + 1 :]]
    return (*found, *(crossed if is_crossed else ()))


def _is_sure(name: str, row: dict[str, str]) -> bool:
    if not name.endswith(_GUESS) or _CONFIDENCE not in row:
        return True
    try:
        return float(row[_CONFIDENCE]) >= LEAST_CONFIDENCE
    except ValueError:
        return False


def _sha(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()
