"""What do commands that open a data folder share?"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairtag.terms.errors import UsageError
from fairtag.terms.instants import Micros, parse

if TYPE_CHECKING:
    from fairtag.app.house import House

DataFolder = Annotated[Path, typer.Option("--data", help="The deployment's data folder.")]
BY = "cli"  # who acts when no person signed in: whoever may run commands on the machine


def open_house(data: Path) -> AbstractContextManager[House]:
    """Open a data folder, making it when it is not there; only now the database is loaded.

    Raises: StoreRefused.
    """
    from fairtag import bootstrap  # noqa: PLC0415 - `order check` needs no database

    return bootstrap.open_house(data)


def an_instant(told: str, option: str) -> Micros:
    """Read an instant that the user typed.

    Raises: UsageError.
    """
    try:
        return parse(told)
    except ValueError as error:
        detail = f"{option} {told}: give an instant with offset, as 2026-11-03T10:00:00Z"
        raise UsageError(detail) from error
