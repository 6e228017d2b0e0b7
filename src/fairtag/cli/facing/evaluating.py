"""How often is a matcher wrong, and about whom? On files outside the store; no store is opened."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer

from fairtag import __version__
from fairtag.evaluation.faces.cohorts import side_by_side
from fairtag.evaluation.faces.lists import Lists, read_lists
from fairtag.evaluation.faces.reading import Decode, Seen, read_all
from fairtag.evaluation.faces.report import Wanted, report
from fairtag.evaluation.faces.signing import REPORT, key_at, sign
from fairtag.evaluation.faces.telling.page import beside_rows, finely, page, rows
from fairtag.evaluation.faces.telling.plots import NAME, draw
from fairtag.evaluation.faces.trials import Impostors
from fairtag.faces.cohort.people import MOST_BYTES, Named
from fairtag.faces.cohort.people import read as read_cohort
from fairtag.faces.model import Engine, EngineInfo
from fairtag.terms.errors import UsageError

_EVERY_S = 5.0
REFERENCE = "reference"  # the engine that ships

Pairs = Annotated[Path, typer.Option("--pairs", help="CSV: left,right,same.")]
Images = Annotated[Path, typer.Option("--images", help="Folder of the pictures.")]
Groups = Annotated[Path | None, typer.Option("--groups", help="CSV: person and any columns.")]
Kind = Annotated[str, typer.Option("--impostors", help="listed, or within_group: all of a group.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the report.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="Processes.")]
Threshold = Annotated[
    float | None,
    typer.Option("--threshold", help="Default: overall FMR 1e-4 where shown, or best accuracy."),
]
AsLive = Annotated[
    bool, typer.Option("--as-live", help="Take only what the service takes: one face, good enough.")
]
Key = Annotated[
    Path | None, typer.Option("--key", help="The evaluator's Ed25519 key; made when not there.")
]
CohortFile = Annotated[
    Path | None, typer.Option("--cohort", help="Hold scores against it: `face cohort make`.")
]
Evaluator = Annotated[str, typer.Option("--evaluator", help="Who evaluates; stands in the report.")]


def evaluate(  # noqa: PLR0917 - typer reads options from parameters
    pairs: Pairs,
    images: Images,
    out: Out,
    groups: Groups = None,
    impostors: Kind = "listed",
    jobs: Jobs = os.cpu_count() or 1,
    threshold: Threshold = None,
    as_live: AsLive = False,
    crossed: Annotated[bool, typer.Option("--crossed", help="Groups of two columns too.")] = False,
    engine: Annotated[str, typer.Option("--engine", help="Name of the engine.")] = REFERENCE,
    key: Key = None,
    evaluator: Evaluator = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the bootstrap.")] = 1,
    check_ins: Annotated[int, typer.Option("--check-ins", min=1, help="A day.")] = 5000,
    cohort: CohortFile = None,
    is_json: Annotated[bool, typer.Option("--json", help="The report on stdout.")] = False,
) -> None:
    """Count a matcher's errors, overall and by group, with what the counts can show.

    With a cohort the figures are those of normalised scores, and both kinds stand side by side.
    Example: fairtag face evaluate --pairs pairs.csv --images DIR --groups groups.csv --out DIR
    """
    if impostors not in get_args(Impostors):
        raise UsageError(f"--impostors {impostors}: write {' or '.join(get_args(Impostors))}")
    wanted = Wanted(
        impostors="within_group" if impostors == "within_group" else "listed",
        threshold=threshold,
        as_live=as_live,
        seed=seed,
        evaluator=evaluator,
        check_ins=check_ins,
    )
    named = None if cohort is None else cohort_in(cohort)
    lists = read_lists(pairs, groups, is_crossed=crossed)
    _make(out)
    begun = time.perf_counter()
    tools = partial(tools_of, engine)
    info = tools()[0].info
    tell = _Progress(len(lists.files))
    seen = read_all(images, lists.files, tools, as_live=as_live, jobs=jobs, tell=tell)
    found = _found(lists, seen, info, wanted, named)
    raw = _write(found, out, key)
    typer.echo(raw.decode() if is_json else _table(found), nl=not is_json)
    _say(f"{out / REPORT}: {len(seen)} pictures in {time.perf_counter() - begun:.0f} s")


def cohort_in(path: Path) -> Named:
    """Read a cohort's file.

    Raises: UsageError, CohortRefused.
    """
    try:
        with path.open("rb") as file:
            return read_cohort(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def _found(
    lists: Lists, seen: dict[str, Seen], info: EngineInfo, wanted: Wanted, cohort: Named | None
) -> dict[str, Any]:
    """Make the report; with a cohort also without it, so that both can be seen."""
    told = report(lists, seen, info, wanted, version=__version__, cohort=cohort)
    if cohort is None:
        return told
    raw = report(lists, seen, info, wanted, version=__version__)
    return told | {"side_by_side": side_by_side(raw, told)}


def tools_of(name: str) -> tuple[Engine, Decode]:
    """Load an engine and the decoder; each process calls it for itself."""
    from fairtag.adapters.faces.decode import pixels  # noqa: PLC0415 - loads Pillow
    from fairtag.adapters.faces.engines import digest_of, loaded  # noqa: PLC0415 - same

    return loaded(name, digest_of(name)), pixels


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error


def _write(found: dict[str, Any], out: Path, key: Path | None) -> bytes:
    """Write report, curve, page and signature."""
    raw = msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
    (out / REPORT).write_bytes(raw)
    _say(draw(found, out))
    curve = out / f"{NAME}.svg"
    svg = curve.read_text() if curve.is_file() else ""
    (out / "report.html").write_text(page(found, svg))
    if key is None:
        _say("not signed: give --key FILE; without a signature no profile can be made of it")
        return raw
    signer, is_new = key_at(key)
    sign(out, signer)
    _say(f"signed by {'the new key' if is_new else 'the key'} in {key}")
    return raw


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"accuracy {finely(found['accuracy'])} at {found['accuracy_threshold']}",
        f"at threshold {found['threshold']}:",
    ]
    for name, people, fmr, fnmr, fta in rows(found):
        lines += [f"{name} ({people} people)", f"  FMR  {fmr}", f"  FNMR {fnmr}", f"  FTA  {fta}"]
    lines += beside_rows(found)
    lines.append("may decide: " + ("yes, once approved" if found["gate"]["passes"] else "no"))
    return "\n".join(lines + [f"  {one}" for one in found["gate"]["why"]])


class _Progress:
    """Says now and then how far it is."""

    def __init__(self, of: int) -> None:
        self._of = of
        self._begun = self._said = time.perf_counter()

    def __call__(self, done: int) -> None:
        now = time.perf_counter()
        if now - self._said < _EVERY_S and done < self._of:
            return
        self._said = now
        _say(f"{done} of {self._of} pictures, {1000 * (now - self._begun) / done:.0f} ms each")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - words go to stderr
