"""Retention by hand: look at what is due, carry out what two people agreed to, hold, list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from whenever import Date

from fairtag.app.retention.standing import holds_standing
from fairtag.cli.house import BY, DataFolder, open_house
from fairtag.custody.kinds import RecordKind
from fairtag.retention.holds import WHYS, Hold
from fairtag.retention.refusals import ErasureRefused, HoldRefused
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros, parse, text

if TYPE_CHECKING:
    from fairtag.app.house import House
    from fairtag.retention.due import DueList

retention = typer.Typer(no_args_is_help=True, help="What is due, what is held, what goes.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@retention.command("run")
def run(
    as_of: Annotated[str, typer.Option("--as-of", help="The day, such as 2032-12-01.")],
    data: DataFolder,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List only; change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lock what is due, once two people agreed to this list. A day ahead is a dry run only.

    Exit 0: done, or listed; 1: nobody agreed to this list yet, or it may not go.
    """
    at = _day(as_of, "--as-of")
    _demand_store(data)
    from fairtag.app.retention.plan import due_list  # noqa: PLC0415 - loads the database

    with open_house(data) as house:
        plan = due_list(house, as_of=at)
        _print(plan, as_json=as_json)
        is_ahead = at > house.clock.now()
        if dry_run or is_ahead:
            typer.echo(
                "dry run: nothing was changed" + (" (that day has not come)" * is_ahead), err=True
            )
            return
        _carry_out(house, plan)


@retention.command("hold")
def hold(
    wearer: Annotated[str, typer.Argument(help="The wearer's reference.")],
    data: DataFolder,
    why: Annotated[str, typer.Option("--why", help="court_order or proceedings.")],
    case: Annotated[str, typer.Option("--case", help="Which court, which reference; sealed.")],
    until: Annotated[str, typer.Option("--until", help="Its last day, at most six months on.")],
    kind: Annotated[
        list[RecordKind] | None, typer.Option("--kind", help="Only these kinds; default: all.")
    ] = None,
) -> None:
    """Hold records of a wearer back from erasure. It opens nothing."""
    if why not in WHYS:
        raise UsageError(f"--why {why}: write court_order or proceedings")
    end = _day(until, "--until")
    _demand_store(data)
    from fairtag.app.retention import hold as holding  # noqa: PLC0415 - loads the database

    with open_house(data) as house:
        wanted = Hold(
            hold_id=holding.new_hold_id(house),
            wearer_id=WearerId(wearer),
            why=why,
            kinds=tuple(kind or ()),
            since=house.clock.now(),
            until=Micros(end + DAY),
            by=BY,
            case=case,
        )
        try:
            placed = holding.place_hold(house, wanted, person=None, by=BY)
        except HoldRefused as refused:
            typer.echo(str(refused))
            raise typer.Exit(1) from refused
    typer.echo(placed.hold_id)


@retention.command("holds")
def holds(data: DataFolder, as_json: AsJson = False) -> None:
    """List the holds that stand."""
    _demand_store(data)
    with open_house(data) as house:
        now = house.clock.now()
        found = house.store.read(holds_standing)
    told = [_told(one) for one in found if one.stands_at(now)]
    if as_json:
        typer.echo(msgspec.json.encode(told))
    for one in [] if as_json else told:
        typer.echo("  ".join(one.values()))


@retention.command("clock")
def clock(
    data: DataFolder,
    is_right: Annotated[
        bool, typer.Option("--is-right", help="You have compared it with another clock.")
    ] = False,
) -> None:
    """Say whether the clock is believed; after a jump, say that it is right. Exit 1: in doubt."""
    _demand_store(data)
    from fairtag.app.retention.routine import confirm_clock  # noqa: PLC0415 - loads the database
    from fairtag.retention.limits import demand_clock  # noqa: PLC0415 - same

    with open_house(data) as house:
        if is_right:
            confirm_clock(house, by=BY)
        now = house.clock.now()
        facts = house.store.read(lambda tx: tx.erasures.clock(now))
        typer.echo(f"the clock says {text(now)}")
        try:
            demand_clock(facts)
        except ErasureRefused as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from refused


def _carry_out(house: House, plan: DueList) -> None:
    from fairtag.app.retention.run import agreed, begin_erasure  # noqa: PLC0415 - same

    now = house.clock.now()
    proposal = house.store.read(lambda tx: agreed(tx, "erasure", plan.digest, now=now))
    if proposal is None:
        typer.echo("nobody agreed to this list: two people do so on the page /retention", err=True)
        raise typer.Exit(1)
    try:
        begun = begin_erasure(house, proposal.proposal_id, by=BY)
    except ErasureRefused as refused:
        typer.echo(f"nothing was erased: {refused} ({refused.code})", err=True)
        raise typer.Exit(1) from refused
    typer.echo(f"{begun.run_id}: locked; destroyed after {text(begun.until)}", err=True)


def _print(plan: DueList, *, as_json: bool) -> None:
    told = {
        "as_of": text(plan.as_of),
        "wearers": plan.wearers,
        "due": plan.counts,
        "held": plan.held,
        "list": plan.digest,
    }
    if as_json:
        typer.echo(msgspec.json.encode(told))
        return
    for name, value in told.items():
        shown = " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else value
        typer.echo(f"{name}: {shown or 'nothing'}")


def _told(one: Hold) -> dict[str, str]:
    return {
        "hold": one.hold_id,
        "wearer": one.wearer_id,
        "why": one.why,
        "kinds": ",".join(one.kinds) or "all",
        "until": "28 days after the answer" if one.until is None else text(one.until),
    }


def _day(told: str, option: str) -> Micros:
    """Read a day, or an instant.

    Raises: UsageError.
    """
    try:
        return parse(f"{Date.parse_iso(told)}T00:00:00Z" if "T" not in told else told)
    except ValueError as error:
        raise UsageError(f"{option} {told}: write a day as 2032-12-01") from error


def _demand_store(data: Path) -> None:
    if not (data / "fairtag.db").is_file():
        raise UsageError(f"--data {data}: there is no store of fairtag")
