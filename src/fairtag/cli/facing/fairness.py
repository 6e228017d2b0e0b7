"""How did groups of people fare in a month? Counts of ten or more."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from fairtag.cli.house import BY, DataFolder, open_house
from fairtag.disclosure.fair.tables import COLUMNS, Told
from fairtag.terms.errors import UsageError

_WIDE = 16


def fairness(
    month: Annotated[str, typer.Option("--month", help="A month that is over, such as 2026-10.")],
    data: DataFolder,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the fairness report of a month; it is made once, and kept as counts."""
    from fairtag.app.fairness.tell import tell  # noqa: PLC0415 - loads the database

    if not (data / "fairtag.db").is_file():
        raise UsageError(f"--data {data}: there is no store of fairtag")
    with open_house(data) as house:
        told = tell(house, month, person=None, by=BY)
    if as_json:
        typer.echo(msgspec.json.encode(told))
        return
    typer.echo("".join(one.ljust(_WIDE) for one in ("group", *COLUMNS, "hours")))
    typer.echo(_line(told.everybody))
    for name, groups in told.by_question.items():
        typer.echo(name)
        for one in groups:
            typer.echo(_line(one))


def _line(told: Told) -> str:
    counts = (told.counts.get(name) for name in COLUMNS)  # older reports lack the newer columns
    cells = (told.group, *counts, told.median_hours)
    return "".join(("-" if one is None else str(one)).ljust(_WIDE) for one in cells).rstrip()
