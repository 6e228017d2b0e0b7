"""Copies of the store, and whether its log holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.copies import copy_in, copy_out
from fairtag.app.verify_log import entries_alone, verify_log
from fairtag.audit.beside import read_file, stands_alone
from fairtag.cli.house import DataFolder, open_house
from fairtag.terms.errors import UsageError

audits = typer.Typer(no_args_is_help=True, help="Check the access log.")


@audits.command("verify")
def verify(
    data: Annotated[
        Path | None, typer.Option("--data", help="The deployment's data folder: log and rows.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="A copy of the log's file alone (log/access.log).")
    ] = None,
) -> None:
    """Say whether the log is untouched and agrees with the rows. Exit 0: it does; 1: it doesn't."""
    if (data is None) == (log is None):
        raise UsageError("give one of --data DIR and --log FILE")
    broken, told = _of_file(log) if log is not None else _of_house(data or Path())
    if broken is not None:
        typer.echo(broken)
        raise typer.Exit(1)
    typer.echo(told)
    typer.echo("No one outside witnesses it yet.", err=True)


def _of_house(data: Path) -> tuple[str | None, str]:
    if not (data / "fairtag.db").is_file():
        raise UsageError(f"--data {data}: there is no store of fairtag")
    with open_house(data) as house:
        held = Spool(data / "log" / "access.log").held()
        broken = verify_log(house, held)
        alone = house.store.read(entries_alone)
    told = "The log is untouched and agrees with the rows."
    if held.torn:
        told += f" Lines cut off as they were written: {held.torn}."
    if alone:
        told += f" Entries written while the file beside the table failed: {alone}."
    return broken, told


def _of_file(log: Path) -> tuple[str | None, str]:
    try:
        held = read_file(log.read_bytes())
    except OSError as error:
        raise UsageError(f"--log {log}: {error.strerror}") from error
    if not held.lines and log.stat().st_size:
        raise UsageError(f"--log {log}: this is no log of fairtag")
    return stands_alone(held), f"The file is a whole chain of {held.last} entries."


@audits.callback()
def _root() -> None:
    """Keep the sub-command by name."""


def backup(data: DataFolder, out: Annotated[Path, typer.Option(help="File to write.")]) -> None:
    """Copy the store while it runs. Keys are not in it: `fairtag keys backup` copies them."""
    copy_out(data, out)
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
