"""Wearers by hand: a one-time code to print, and which officers have an order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fairtag.app.openings.circles import assign
from fairtag.app.outside.name import name_contact
from fairtag.app.wearer.sign_in import give_code
from fairtag.cli.house import open_house
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import text

wearers = typer.Typer(no_args_is_help=True, help="Let wearers see who looked; share out orders.")

Data = Annotated[Path, typer.Option("--data", help="Data folder of the service.")]
By = Annotated[str, typer.Option("--by", help="Your name; stands in the access log.")]


@wearers.command("code")
def code(
    wearer: Annotated[str, typer.Argument(help="The wearer's reference, such as W-0001.")],
    data: Data,
    by: By = "cli",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a one-time code with which a wearer sees who looked; it works for seven days."""
    with open_house(data) as house:
        made = give_code(house, wearer, by=by)
        address = f"{house.address}/my"
    if as_json:
        told = {"wearer": wearer, "code": made.code, "expires_at": text(made.expires_at)}
        typer.echo(msgspec.json.encode(told | {"address": address}))
        return
    lines = (address, f"Your reference: {wearer}", f"Your code: {made.code}")
    typer.echo("\n".join(lines))
    typer.echo(
        f"Give this to the wearer on paper. It works once, until {text(made.expires_at)}.", err=True
    )


@wearers.command("contact")
def contact(
    order: Annotated[str, typer.Argument(help="Id of the order.")],
    data: Data,
    whom: Annotated[str, typer.Option("--whom", help="representative or wearer.")],
    to: Annotated[str, typer.Option("--to", help="mailto:… or https://…")] = "",
    by: By = "cli",
    take_back: Annotated[bool, typer.Option("--take-back", help="Forget the address.")] = False,
) -> None:
    """Write down where a wearer or their representative is told that recording stopped."""
    if take_back == bool(to):
        raise UsageError("give an address with --to, or --take-back")
    with open_house(data) as house:
        name_contact(house, OrderId(order), whom=whom, to=to, by=by)
    typer.echo(f"{order}: address {'taken back' if take_back else 'kept, sealed'}", err=True)


@wearers.command("assign")
def share_out(
    order: Annotated[str, typer.Argument(help="Id of the order.")],
    data: Data,
    to: Annotated[str, typer.Option("--to", help="The officer who has it.")],
    by: By = "cli",
    take_back: Annotated[bool, typer.Option("--take-back", help="Take it from them.")] = False,
) -> None:
    """Give an officer an order, or take it back; without officers whoever is on duty has it."""
    with open_house(data) as house:
        assign(house, OrderId(order), to, is_assigned=not take_back, by=by)
    typer.echo(f"{order}: {'taken from' if take_back else 'given to'} {to}", err=True)
