"""The order by hand: check it, store it, suspend, resume and end it, print its schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from fairtag.adapters.clock import MachineClock
from fairtag.app.put_order import handed_on, mark_order, put_order
from fairtag.cli.house import BY, DataFolder, an_instant, open_house
from fairtag.orders.read import check
from fairtag.orders.scheme import Scheme, read_scheme, seed_scheme
from fairtag.orders.structure import MAX_BYTES, schema_bytes
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


def read_order(path: Path) -> bytes:
    """Read an order or scheme file, and no more of it than such a file may hold.

    Raises: UsageError that says which.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def scheme_from(path: Path | None) -> Scheme:
    """Read the named scheme, or take the shipped one."""
    if path is None:
        return seed_scheme()
    with _naming(path):
        return read_scheme(read_order(path))


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Say which file it was that can't be read."""
    try:
        yield
    except UsageError as error:
        told = str(error)
        raise UsageError(told if told.startswith(f"{path}:") else f"{path}: {told}") from error


@orders.command("check")
def check_order(
    file: Annotated[Path, typer.Argument(help="Order file.")],
    scheme: SchemeFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List all problems of an order with their place and what to do. Exit 0: none; 1: some."""
    allowed, document = scheme_from(scheme), read_order(file)
    with _naming(file):
        problems = check(document, scheme=allowed, recorded_at=MachineClock().now())
    if as_json:
        typer.echo(msgspec.json.encode(problems))
    else:
        for problem in problems:
            typer.echo(f"{problem.path}: {problem.do}")
    told = f"{len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'}"
    typer.echo(f"{file}: {told}", err=True)
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
    allowed, document = scheme_from(scheme), read_order(file)
    with open_house(data) as house, _naming(file), _or_no(file):
        order = put_order(house, document, scheme=allowed, by=BY)
        handed = handed_on(house, order.order_id)
    for device in handed:
        told = f"{device} had another wearer: issue a new credential with 'fairtag device add'"
        typer.echo(told, err=True)
    typer.echo(msgspec.json.encode({"order_id": order.order_id, "version": order.version}))


@contextmanager
def _or_no(what: object) -> Iterator[None]:
    """Answer 'no' with the reason when the order or the store refuses it."""
    try:
        yield
    except (OrderRefused, OrderConflict) as refused:
        typer.echo(str(refused) if refused.detail else refused.operator)
        typer.echo(f"{what}: nothing stored ({refused.code})", err=True)
        raise typer.Exit(1) from refused


@orders.command("reviewed")
def reviewed(
    order: Annotated[str, typer.Argument(metavar="ID", help="The order's id.")],
    data: DataFolder,
    by: Annotated[str, typer.Option("--by", help="By when it is reviewed again: 2027-04-15.")],
    reason: Annotated[str, typer.Option("--reason", help="What the review found; kept sealed.")],
    scheme: SchemeFile = None,
) -> None:
    """Record that the order was reviewed and stands; what had stopped for want of it goes on."""
    from fairtag.app.reviews.record import record_review  # noqa: PLC0415 - `order check` needs none

    allowed = scheme_from(scheme)
    with open_house(data) as house, _or_no(order):
        record_review(house, OrderId(order), by_date=by, reason=reason, by=BY, scheme=allowed)
    typer.echo(f"{order}: reviewed; next review by {by}", err=True)


def _marking(what: Literal["suspend", "resume", "end"], told: str) -> None:
    @orders.command(what, help=told)
    def mark(
        order: Annotated[str, typer.Argument(metavar="ID", help="The order's id.")],
        data: DataFolder,
        at: Annotated[str, typer.Option("--at", help="From which instant on.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; kept sealed.")],
    ) -> None:
        when = an_instant(at, "--at")
        with open_house(data) as house, _or_no(order):
            mark_order(house, OrderId(order), what, at=when, by=BY, reason=reason)
        typer.echo(f"{order}: {what} from {at}", err=True)


_marking("suspend", "From an instant on nothing is recorded or judged, until it is resumed.")
_marking("resume", "End a suspension.")
_marking("end", "End the order: what happens after the instant is neither recorded nor judged.")
