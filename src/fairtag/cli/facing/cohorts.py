"""Whom may scores be held against? Make a cohort of pictures, and look at one. Opens no store."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Annotated, get_args

import msgspec
import typer

from fairtag.cli.facing.evaluating import REFERENCE, cohort_in, tools_of
from fairtag.evaluation.faces.cohorts import about, composition, members_of, people_of
from fairtag.evaluation.faces.reading import read_all
from fairtag.faces.cohort.people import (
    Cohort,
    Source,
    demand_deciding,
    demand_fit,
    read,
    written,
)
from fairtag.faces.refusals import CohortRefused
from fairtag.terms.errors import UsageError

cohorts = typer.Typer(
    no_args_is_help=True,
    help="Whom scores are held against: people who agreed, or nobody who lives. Never wearers.",
)

_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}


@cohorts.command("make")
def make(  # noqa: PLR0917 - typer reads options from parameters
    images: Annotated[Path, typer.Option("--images", help="Folder: PERSON_ANYTHING.jpg …")],
    name: Annotated[str, typer.Option("--name", help="What it is called; is published.")],
    source: Annotated[str, typer.Option("--source", help="consented, synthetic or public.")],
    basis: Annotated[
        str, typer.Option("--basis", help="How they agreed and who keeps it; is published.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    groups: Annotated[
        Path | None, typer.Option("--groups", help="CSV: person, and what they agreed to have told")
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="Name of the engine.")] = REFERENCE,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes.")] = os.cpu_count() or 1,
) -> None:
    """Make a cohort's file of a folder of pictures, for one engine. Prints its digest.

    `public` is a public data set whose people were not asked: errors may be measured with it, and
    no profile decides beside it. Exit 2: not what a cohort may be.
    """
    if source not in get_args(Source):
        raise UsageError(f"--source {source}: write {', '.join(get_args(Source))}")
    tools = partial(tools_of, engine)
    info = tools()[0].info
    names = sorted(one.name for one in _listed(images) if one.suffix.lower() in _PICTURES)
    seen = read_all(images, names, tools, as_live=False, jobs=jobs)
    made = Cohort(
        name=name,
        engine=info.name,
        weights_sha256=info.weights_sha256,
        source=msgspec.convert(source, Source),
        basis=basis,
        members=members_of(seen),
        groups={} if groups is None else composition(groups, people_of(names)),
    )
    raw = written(made)
    demand_fit(read(raw), info)
    try:
        out.write_bytes(raw)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
    typer.echo(read(raw).sha256)


@cohorts.command("show")
def show(
    file: Annotated[Path, typer.Argument(help="A cohort's file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what a cohort tells of itself; no face can be seen in it. Exit 1: it may never decide."""
    named = cohort_in(file)
    told = about(named) | {"engine": named.cohort.engine}
    if as_json:
        typer.echo(msgspec.json.encode(told))
    for name, value in {} if as_json else told.items():
        typer.echo(f"{name}: {value}")
    try:
        demand_deciding(named)
    except CohortRefused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise UsageError(f"--images {folder}: {error.strerror}") from error
