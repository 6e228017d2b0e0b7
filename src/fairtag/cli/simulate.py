"""Invented wearers with the truth about them, as files."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fairtag.sim.cast import order_of, player, traffic_of
from fairtag.sim.scenarios import SCENARIOS
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, parse
from fairtag.terms.local import Interval

_START = parse("2026-11-02T00:00:00Z")  # a Monday
_INCIDENT = 21 * HOUR  # in the curfew of the first day
_NOT_AT_ONCE = 17 * MINUTE


def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("simulated"),
    wearers: Annotated[int, typer.Option(min=1, max=100_000)] = 8,
    days: Annotated[int, typer.Option(min=1, max=400)] = 1,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    scenario: Annotated[str, typer.Option(help="One for all; default: each in turn.")] = "",
    is_list: Annotated[bool, typer.Option("--list", help="List the scenarios.")] = False,
) -> None:
    """Write orders/W.json, traffic/W.ndjson and truth.ndjson; the same seed, the same bytes."""
    if is_list:
        for name in SCENARIOS:
            typer.echo(name)
        return
    if scenario and scenario not in SCENARIOS:
        raise UsageError(f"--scenario {scenario}: `fairtag simulate --list` names them")
    names = itertools.cycle([scenario] if scenario else SCENARIOS)
    for part in ("orders", "traffic"):
        (out / part).mkdir(parents=True, exist_ok=True)
    truth = []
    span = Interval(start=_START, end=Micros(_START + days * DAY))
    for number, name in zip(range(1, wearers + 1), names, strict=False):
        incident = Micros(_START + _INCIDENT + number % 5 * _NOT_AT_ONCE)
        one = player(number, name, incident=incident, span=span, seed=seed, is_homebound=False)
        order = msgspec.json.format(msgspec.json.encode(order_of(one)))
        (out / "orders" / f"{one.wearer_id}.json").write_bytes(order + b"\n")
        lines = b"".join(msgspec.json.encode(told) + b"\n" for told in traffic_of(one))
        (out / "traffic" / f"{one.wearer_id}.ndjson").write_bytes(lines)
        truth += [happened.row(one.wearer_id, name) for happened in one.plan.truth]
    told = b"".join(msgspec.json.encode(row) + b"\n" for row in truth)
    (out / "truth.ndjson").write_bytes(told)
    typer.echo(f"{wearers} invented wearers, {days} days: {out}", err=True)
