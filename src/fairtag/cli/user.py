"""Accounts of staff by hand: one-time set-up links and tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fairtag.alerts.escalate import roster_gap
from fairtag.app.disable_user import disable_user
from fairtag.app.house import House
from fairtag.app.sign_in import add_user, confirm, start_session
from fairtag.cli.house import open_house
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import text

users = typer.Typer(no_args_is_help=True, help="Give staff their accounts and tokens.")

Data = Annotated[Path, typer.Option("--data", help="Data folder of the service.")]
Name = Annotated[str, typer.Argument(help="Name to sign in with: a reference, no personal name.")]


@users.command("add")
def add(
    name: Name,
    data: Data,
    role: Annotated[str, typer.Option("--role", help="officer, supervisor, caseworker, …")],
    authority: Annotated[str, typer.Option("--authority", help="Id of the authority.")],
    by: Annotated[
        str, typer.Option("--by", help="The administrator who makes it; asks for the password.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Create an account, or renew its link; print the one-time link. It works for 24 hours.

    Two people who decide together need accounts that different administrators made with `--by`.
    """
    with open_house(data) as house:
        maker = _administrator(house, by) if by else "cli"
        link = house.address + add_user(house, name, role=role, authority=authority, by=maker)
    told = msgspec.json.encode({"name": name, "link": link}).decode() if as_json else link
    typer.echo(told)
    typer.echo("Give this link to the person by a safe way. It works once, for 24 hours.", err=True)


@users.command("disable")
def disable(name: Name, data: Data) -> None:
    """Close an account for good: its sessions and tokens end, its alerts go to who is on duty."""
    with open_house(data) as house:
        left = disable_user(house, name, by="cli")
        gap = roster_gap(house.store.read(lambda tx: tx.alerts.duty()))
    typer.echo(f"{name}: the account is closed.", err=True)
    if left:
        told = f"{left} open alert{'s go' if left > 1 else ' goes'} to the first on duty."
        typer.echo(told, err=True)
    if gap is not None:
        typer.echo(gap.words["en"], err=True)


@users.command("list")
def show(
    data: Data, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Print who has an account, in which role, and who has none any more."""
    with open_house(data) as house:
        people = house.store.read(lambda tx: tx.people.listed())
    if as_json:
        typer.echo(msgspec.json.encode(people))
        return
    for one in people:
        stands = "open" if one.disabled_at is None else f"closed {text(one.disabled_at)}"
        typer.echo(f"{one.name}\t{one.role}\t{one.authority_id}\t{stands}")


@users.command("token")
def token(name: Name, data: Data) -> None:
    """Print a token of the person's own for the staff API; it ends after 12 hours."""
    with open_house(data) as house:
        found = house.store.read(lambda tx: tx.people.by_name(name))
        if found is None or found[0].disabled_at is not None:
            raise UsageError(f"no account is called {name}; make it with `fairtag user add`")
        session = start_session(house, found[0], kind="api")
    told = {"token": session.token, "expires_at": text(session.expires_at)}
    typer.echo(msgspec.json.encode(told))


def _administrator(house: House, name: str) -> str:
    found = house.store.read(lambda tx: tx.people.by_name(name))
    if found is None or found[0].role != "admin" or found[0].disabled_at is not None:
        raise UsageError(f"--by {name}: there is no administrator of this name")
    confirm(house, found[0], typer.prompt(f"Password of {name}", hide_input=True, err=True))
    return found[0].user_id
