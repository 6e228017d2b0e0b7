"""Copies of the store, and whether its log holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.copies import copy_in, copy_out
from fairtag.app.verify_log import verify_log
from fairtag.cli.house import DataFolder, open_house

audits = typer.Typer(no_args_is_help=True, help="Check the access log.")


@audits.command("verify")
def verify(data: DataFolder) -> None:
    """Say whether the log is untouched and agrees with the rows. Exit 0: it does; 1: it doesn't."""
    with open_house(data) as house:
        broken = verify_log(house, Spool(data / "log" / "access.log").entries())
    if broken is not None:
        typer.echo(broken)
        raise typer.Exit(1)
    typer.echo("The log is untouched and agrees with the rows. No one outside witnesses it yet.")


@audits.callback()
def _root() -> None:
    """Keep the sub-command by name."""


def backup(data: DataFolder, out: Annotated[Path, typer.Option(help="File to write.")]) -> None:
    """Copy the store while it runs. Keys are not in it: copy DATA/keys to another place."""
    copy_out(data, out)
    typer.echo(f"{out}: sealed rows and log; keep a copy of {data}/keys elsewhere", err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    keys: Annotated[Path, typer.Option(help="Folder with a copy of the keys.")],
    data: DataFolder,
) -> None:
    """Put a backup and its keys into a new data folder."""
    copy_in(file, keys, data)
    typer.echo(f"{data}: restored; serve it with --data {data}", err=True)
