"""Change the engine by hand: templates anew, of the pictures that are kept."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from fairtag.cli.house import BY, DataFolder, open_house
from fairtag.terms.errors import UsageError


def re_enrol(
    data: DataFolder,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make templates of every enrolled picture with the engine that the settings name.

    Each wearer is logged. Exit 0: every picture was taken over; 1: some wearers must be enrolled
    anew, and until then their answers go to people.
    """
    from fairtag.app.checkins.enrolling.reenrol import re_enrol as work  # noqa: PLC0415 - loads the database

    if not (data / "fairtag.db").is_file():
        raise UsageError(f"--data {data}: there is no store of fairtag")
    with open_house(data) as house:
        done = work(house, by=BY)
    for one in done:
        told = {"wearer": one.wearer_id, "engine": one.engine, "made": one.made, "lost": one.lost}
        line = msgspec.json.encode(told).decode()
        words = f"{one.wearer_id}: {one.made} taken over, {one.lost} to be taken anew"
        typer.echo(line if as_json else words)
    if not all(one.is_whole for one in done):
        raise typer.Exit(1)
