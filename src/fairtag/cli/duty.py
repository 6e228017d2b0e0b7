"""The duty roster by hand: who is told when an urgent alert waits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
import typer

from fairtag.adapters.notify import NoNotifier
from fairtag.alerts.escalate import roster_gap
from fairtag.alerts.model import DutyEntry
from fairtag.app.set_duty import set_duty
from fairtag.cli.house import open_house
from fairtag.terms.errors import UsageError

duty = typer.Typer(no_args_is_help=True, help="Say who is told when an urgent alert waits.")

Step = Literal["first", "second", "supervisor"]
_PARTS = 3
_NO_WAY = (
    "nothing can be sent there yet. For mail set FAIRTAG_MAIL_HOST, for web addresses "
    "FAIRTAG_WEBHOOK_SECRET, then start the service again."
)
Data = Annotated[Path, typer.Option("--data", help="Data folder of the service.")]


@duty.command("set")
def set_roster(
    data: Data,
    entries: Annotated[
        list[str],
        typer.Argument(help="STEP=USER=ADDRESS, such as first=a.b=mailto:a.b@example.org."),
    ],
) -> None:
    """Replace the roster: first after 5 minutes, second after 15, supervisor after 30."""
    with open_house(data) as house:
        set_duty(house, [_entry(told) for told in entries], by="cli")
        roster = house.store.read(lambda tx: tx.alerts.duty())
        deaf = [one.to for one in roster if isinstance(house.notifier_for(one.to), NoNotifier)]
    for to in deaf:
        typer.echo(f"{to}: {_NO_WAY}", err=True)
    gap = roster_gap(roster)
    typer.echo("The roster is whole." if gap is None else gap.words["en"], err=True)


@duty.command("show")
def show_roster(
    data: Data, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Print the roster. Exit 0: every step has somebody; 1: a step is empty."""
    with open_house(data) as house:
        roster = house.store.read(lambda tx: tx.alerts.duty())
    if as_json:
        typer.echo(msgspec.json.encode(roster))
    else:
        for entry in roster:
            typer.echo(f"{entry.step}\t{entry.user_id}\t{entry.to}")
    gap = roster_gap(roster)
    if gap is not None:
        typer.echo(gap.words["en"], err=True)
        raise typer.Exit(1)


def _entry(told: str) -> DutyEntry:
    parts = told.split("=", _PARTS - 1)
    steps = dict(zip(get_args(Step), get_args(Step), strict=True))
    if len(parts) != _PARTS or parts[0] not in steps:
        raise UsageError(f"{told!r}: write STEP=USER=ADDRESS; STEP is {', '.join(steps)}")
    step: Step = steps[parts[0]]
    return DutyEntry(step=step, user_id=parts[1], to=parts[2])
