"""Change the engine by hand: templates anew, of the pictures that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from fairtag.cli.house import BY, DataFolder, open_house
from fairtag.terms.errors import UsageError

if TYPE_CHECKING:
    from fairtag.app.checkins.enrolling.reenrol import ReEnrolled


def re_enrol(
    data: DataFolder,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make templates of every enrolled picture with the engine that the settings name.

    Each wearer is logged. Exit 0: every picture was taken over; 1: some wearers must be enrolled
    anew, or the engine failed and this must be run again; until then their answers go to people.
    """
    from fairtag.app.checkins.enrolling.reenrol import re_enrol as work  # noqa: PLC0415 - loads the database

    if not (data / "fairtag.db").is_file():
        raise UsageError(f"--data {data}: there is no store of fairtag")
    with open_house(data) as house:
        done = work(house, by=BY)
    for one in done:
        typer.echo(msgspec.json.encode(_row(one)).decode() if as_json else _words(one))
    if not all(one.is_whole for one in done):
        raise typer.Exit(1)


def _row(one: ReEnrolled) -> dict[str, Any]:
    counts = {"made": one.made, "lost": one.lost, "failed": one.failed}
    return {"wearer": one.wearer_id, "engine": one.engine} | counts


def _words(one: ReEnrolled) -> str:
    if one.failed:
        return f"{one.wearer_id}: the engine failed, nothing was changed; run this again"
    return f"{one.wearer_id}: {one.made} taken over, {one.lost} to be taken anew"
