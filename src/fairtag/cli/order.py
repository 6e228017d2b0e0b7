"""The order by hand: check it, print its schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fairtag.orders.problem import schema_bytes
from fairtag.orders.read import check
from fairtag.orders.scheme import Scheme, read_scheme, seed_scheme
from fairtag.terms.errors import UsageError

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
