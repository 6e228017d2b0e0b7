"""Copies of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fairtag.adapters.sqlite.copies import copy_in, copy_out
from fairtag.cli.house import DataFolder
from fairtag.settings import settings_of, spool_of


def backup(data: DataFolder, out: Annotated[Path, typer.Option(help="File to write.")]) -> None:
    """Copy the store while it runs. Keys are not in it: copy DATA/keys to another place."""
    copy_out(data, out, log=spool_of(data, settings_of(data)) / "access.log")
    typer.echo(f"{out}: sealed rows and log; keep a copy of {data}/keys elsewhere", err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    keys: Annotated[Path, typer.Option(help="Folder with a copy of the keys.")],
    data: DataFolder,
) -> None:
    """Put a backup and its keys into a new data folder."""
    copy_in(file, keys, data)
    typer.echo(f"{data}: restored; serve it with --data {data}", err=True)
