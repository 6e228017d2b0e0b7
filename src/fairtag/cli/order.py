"""The order by hand: check it, print its schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from fairtag.app.put_order import mark_order, put_order
from fairtag.cli.house import BY, DataFolder, an_instant, open_house
from fairtag.orders.problem import schema_bytes
from fairtag.orders.read import check
from fairtag.orders.scheme import Scheme, read_scheme, seed_scheme
from fairtag.terms.errors import OrderConflict, OrderRefused, UsageError
from fairtag.terms.ids import OrderId

orders = typer.Typer(no_args_is_help=True, help="Check, store, suspend and end orders.")

SchemeFile = Annotated[
    Path | None, typer.Option("--scheme", help="Scheme file; default: the seed's scheme.")
]


def read_file(path: Path) -> bytes:
    """Read a file that the user named.

    Raises: UsageError that says which.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        detail = f"{path}: {error.strerror}"
        raise UsageError(detail) from error


def scheme_from(path: Path | None) -> Scheme:
    """Read the named scheme, or take the shipped one."""
    return seed_scheme() if path is None else read_scheme(read_file(path))


@orders.command("check")
def check_order(
    file: Annotated[Path, typer.Argument(help="Order file.")],
    scheme: SchemeFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List all problems of an order with their place and what to do. Exit 0: none; 1: some."""
    problems = check(read_file(file), scheme=scheme_from(scheme))
    if as_json:
        typer.echo(msgspec.json.encode(problems))
    else:
        for problem in problems:
            typer.echo(f"{problem.path}: {problem.do}")
    typer.echo(f"{file}: {len(problems) or 'no'} problems", err=True)
    raise typer.Exit(1 if problems else 0)


@orders.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of the order file."""
    typer.echo(schema_bytes().decode(), nl=False)


@orders.command("put")
def put(
    file: Annotated[Path, typer.Argument(help="Order file.")],
    data: DataFolder,
    scheme: SchemeFile = None,
) -> None:
    """Store a version of an order. Exit 1 when it is refused, with what to do."""
    document, allowed = read_file(file), scheme_from(scheme)
    with open_house(data) as house:
        try:
            order = put_order(house, document, scheme=allowed, by=BY)
        except (OrderRefused, OrderConflict) as refused:
            typer.echo(str(refused))
            typer.echo(f"{file}: not stored ({refused.code})", err=True)
            raise typer.Exit(1) from refused
    told = {"order_id": order.order_id, "version": order.version}
    typer.echo(msgspec.json.encode(told))


def _marking(what: Literal["suspend", "resume", "end"], told: str) -> None:
    @orders.command(what, help=told)
    def mark(
        order: Annotated[str, typer.Argument(metavar="ID", help="The order's id.")],
        data: DataFolder,
        at: Annotated[str, typer.Option("--at", help="From which instant on.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; kept sealed.")],
    ) -> None:
        if not reason.strip():
            raise UsageError("--reason: say why in a few words")
        when = an_instant(at, "--at")
        with open_house(data) as house:
            mark_order(house, OrderId(order), what, at=when, by=BY, reason=reason)
        typer.echo(f"{order}: {what} from {at}", err=True)


_marking("suspend", "From an instant on nothing is recorded or judged, until it is resumed.")
_marking("resume", "End a suspension.")
_marking("end", "End the order: what happens after the instant is neither recorded nor judged.")
