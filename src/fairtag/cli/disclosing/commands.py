"""Packages by hand: make a key, open, check; and the list of disclosures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from pyrage import x25519

from fairtag.adapters.parcels.folder import unseal
from fairtag.cli.disclosing.opened import files_of, write_out
from fairtag.cli.house import DataFolder, open_house
from fairtag.disclosure.course import last, state_of
from fairtag.disclosure.package.bag import demand_whole, name_of
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import Micros, text

disclosures = typer.Typer(no_args_is_help=True, help="Open and check packages; list disclosures.")
_SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - the prefix, not a key


@disclosures.command("key")
def key(out: Annotated[Path, typer.Option("--out", help="File for the secret; keep it.")]) -> None:
    """Make a recipient's key; print the public part, which goes into the register."""
    made = x25519.Identity.generate()
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
    with os.fdopen(handle, "w") as file:
        file.write(f"{made}\n")
    typer.echo(str(made.to_public()))
    typer.echo(
        f"{out}: the secret. Whoever has it opens your packages; without it nobody can.", err=True
    )


@disclosures.command("open")
def open_(
    file: Annotated[Path, typer.Argument(help="The sealed package, NAME.age.")],
    identity: Annotated[Path, typer.Option("--identity", help="File with your secret key.")],
    out: Annotated[Path, typer.Option("--out", help="New folder.")],
) -> None:
    """Open a package that was sealed to you, check every hash, and write it out."""
    try:
        sealed, told = file.read_bytes(), identity.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} or {identity} can't be read") from error
    secret = next((line for line in told.split() if line.startswith(_SECRET)), "")
    files = unseal(sealed, secret)
    demand_whole(files)
    write_out(files, out)
    typer.echo(name_of(files))
    typer.echo(
        f"{out}: {len(files)} files, all as they were sent. Begin with data/README.txt.", err=True
    )


@disclosures.command("check")
def check(folder: Annotated[Path, typer.Argument(help="An opened package.")]) -> None:
    """Say whether every file of an opened package is as it was sent."""
    files = files_of(folder)
    demand_whole(files)
    typer.echo(name_of(files))
    typer.echo(f"{folder}: {len(files)} files, all as they were sent.", err=True)


@disclosures.command("list")
def show(
    data: DataFolder,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print disclosures, newest first: no name, no purpose."""
    with open_house(data) as house:
        listed = house.store.read(lambda tx: tx.disclosures.listed())
    rows = []
    for asked, steps in listed:
        made = last(steps, "packed")
        rows.append(
            {
                "disclosure_id": asked.disclosure_id,
                "how": asked.how,
                "state": state_of(steps),
                "recipient": asked.recipient_id,
                "order_id": asked.order_id,
                "asked_at": text(asked.at),
                "expires_at": "" if made is None else text(Micros(int(made.facts["expires_at"]))),
            }
        )
    if as_json:
        typer.echo(msgspec.json.encode(rows))
        return
    for row in rows:
        typer.echo("\t".join(row.values()))
