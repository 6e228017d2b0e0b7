"""Invented wearers with the truth about them, as files."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fairtag.sim.cast import Player, player, span_of
from fairtag.sim.papers import order_of
from fairtag.sim.scenarios import SCENARIOS
from fairtag.sim.traffic import traffic_of
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import parse

_START = parse("2026-11-02T12:00:00Z")  # a Monday noon, so that one day holds a whole night
_PARTS = ("orders", "traffic", "photos")


def simulate(
    out: Annotated[
        Path, typer.Option(help="Folder to write; a former run in it is replaced.")
    ] = Path("simulated"),
    wearers: Annotated[int, typer.Option(min=1, max=9_999)] = len(SCENARIOS),
    days: Annotated[int, typer.Option(min=1, max=90)] = 1,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    scenario: Annotated[str, typer.Option(help="One for all; default: each in turn.")] = "",
    is_list: Annotated[bool, typer.Option("--list", help="List the scenarios.")] = False,
) -> None:
    """Write orders/W.json, traffic/W.ndjson and truth.ndjson; the same seed, the same bytes.

    Days go from noon to noon. Each scenario happens once; the rest of the life keeps everything.
    Judge one with: fairtag judge --order orders/W-0001.json --traffic traffic/W-0001.ndjson
    """
    if is_list:
        for name, story in SCENARIOS.items():
            typer.echo(f"{name:<20} {story.tells}")
        return
    if scenario and scenario not in SCENARIOS:
        raise UsageError(f"--scenario {scenario}: `fairtag simulate --list` names them")
    _make(out)
    names = itertools.cycle([scenario] if scenario else SCENARIOS)
    truth = []
    for number, name in zip(range(1, wearers + 1), names, strict=False):
        one = player(number, name, span=span_of(name, start=_START, days=days), seed=seed)
        _write(out, one)
        truth += [happened.row(one.wearer_id, name) for happened in one.plan.truth]
    told = b"".join(msgspec.json.encode(row) + b"\n" for row in truth)
    (out / "truth.ndjson").write_bytes(told)
    typer.echo(f"{wearers} invented wearers, {days} days, seed {seed}: {out}", err=True)


def _make(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not (out / "truth.ndjson").is_file():
        raise UsageError(f"--out {out}: this folder holds something else; name a new one")
    for part in _PARTS:
        (out / part).mkdir(parents=True, exist_ok=True)
        for old in (out / part).iterdir():
            old.unlink()


def _write(out: Path, one: Player) -> None:
    order = msgspec.json.format(msgspec.json.encode(order_of(one)))
    (out / "orders" / f"{one.wearer_id}.json").write_bytes(order + b"\n")
    lines = b"".join(msgspec.json.encode(told) + b"\n" for told in traffic_of(one))
    (out / "traffic" / f"{one.wearer_id}.ndjson").write_bytes(lines)
