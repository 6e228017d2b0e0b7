"""Copies of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fairtag.adapters.sqlite.copies import copy_in, copy_out
from fairtag.cli.house import DataFolder
from fairtag.settings import settings_of, spool_of


def backup(data: DataFolder, out: Annotated[Path, typer.Option(help="File to write.")]) -> None:
    """Copy the store while it runs. Keys are not in it: `fairtag keys backup` copies them."""
    copy_out(data, out, log=spool_of(data, settings_of(data)) / "access.log")
    typer.echo(f"{out}: sealed rows and log; copy the keys with `fairtag keys backup`", err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    data: DataFolder,
    keys: Annotated[
        Path | None, typer.Option(help="Folder of its keys; without it they come afterwards.")
    ] = None,
) -> None:
    """Put a backup and its keys into a new data folder."""
    copy_in(file, keys, data)
    do = "bring its keys with `fairtag keys restore` and `fairtag keys join`"
    typer.echo(
        f"{data}: restored; {do if keys is None else f'serve it with --data {data}'}", err=True
    )
