"""Judge recorded traffic by hand, and print the rule: those of the service, without a store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from fairtag.cli.disclosing.opened import payload_of
from fairtag.cli.order import read_file
from fairtag.disclosure.package.record import judge_package
from fairtag.intake import csv
from fairtag.intake.messages import Decoded, Position
from fairtag.intake.native import decode_recorded
from fairtag.intake.request import Why
from fairtag.orders.model import Ruling
from fairtag.orders.read import read
from fairtag.rules.explained import as_page, officer_help, published, rule_text, wearer_text
from fairtag.rules.finding import Evidence, Finding, as_json
from fairtag.rules.matter import evidence_of
from fairtag.rules.replay import Replayed, by_order, replay
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.errors import OrderRefused, UsageError
from fairtag.terms.instants import Micros, parse, text

Form = Literal["ndjson", "table", "geojson"]
Reader = Literal["wearer", "officer", "all"]
_TEXTS = {
    "wearer": ("How the positions of your device are judged", wearer_text),
    "officer": ("How places are judged: for officers", officer_help),
    "all": ("How places are judged: the rule", rule_text),
}


def judge(
    order: Annotated[
        list[Path] | None, typer.Option("--order", help="Order file; one a version.")
    ] = None,
    traffic: Annotated[
        Path | None, typer.Option("--traffic", help="NDJSON, or CSV of positions.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Judge up to this instant.")] = None,
    form: Annotated[Form, typer.Option("--format", help="ndjson, table or geojson.")] = "ndjson",
    package: Annotated[
        Path | None, typer.Option("--package", help="An opened disclosure, instead of the rest.")
    ] = None,
) -> None:
    """Judge traffic in order of arrival. The same input gives the same bytes."""
    if package is not None:
        if order or traffic or until:
            raise UsageError("--package holds orders, traffic and time itself; give nothing beside")
        _print(judge_package(payload_of(package)), form, Decoded())
        return
    if not order or traffic is None:
        raise UsageError("give --order FILE and --traffic FILE, or --package DIR")
    rulings = _rulings(order)
    decoded = _traffic(traffic, rulings)
    done = replay(by_order(rulings), decoded.messages, until=_until(until))
    _print(done.findings, form, decoded)
    _count(done, decoded)


def rules(
    reader: Annotated[Reader, typer.Option("--for", help="wearer, officer, or all.")] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Print record and texts.")] = False,
) -> None:
    """Print how places are judged: the rule, or what of it an officer or a wearer must know."""
    if as_json:
        typer.echo(msgspec.json.encode(published(DEFAULTS)))
        return
    title, told = _TEXTS[reader]
    typer.echo(as_page(DEFAULTS, told(DEFAULTS), title), nl=False)


def _rulings(paths: list[Path]) -> list[Ruling]:
    found: dict[tuple[str, int], Ruling] = {}
    for path in paths:
        ruling = _ruling(path)
        if found.setdefault((ruling.order_id, ruling.version), ruling) is not ruling:
            detail = f"{path}: version {ruling.version} of {ruling.order_id} is given twice"
            raise UsageError(detail)
    return list(found.values())


def _ruling(path: Path) -> Ruling:
    try:
        return read(read_file(path), scheme=None).ruling
    except OrderRefused as refused:
        first = str(refused).splitlines()[0]
        detail = f"{path}: this order is not valid ({first}); see 'fairtag order check'"
        raise UsageError(detail) from refused


def _traffic(path: Path, rulings: list[Ruling]) -> Decoded:
    raw = read_file(path)
    if path.suffix.lower() != ".csv":
        decoded = decode_recorded(raw)
        if not decoded.messages and any(one.why == Why.NOT_JSON for one in decoded.refused):
            detail = f"{path}: no line is a message; give NDJSON, or CSV in a file named .csv"
            raise UsageError(detail)
        return decoded
    devices = {device.device_id for ruling in rulings for device in ruling.devices}
    if len(devices) != 1:
        detail = f"{path}: a CSV holds one device's positions, the order names {len(devices)}"
        raise UsageError(detail)
    return csv.decode(raw, devices.pop())


def _until(told: str | None) -> Micros | None:
    try:
        return None if told is None else parse(told)
    except ValueError as error:
        detail = f"--until {told}: give an instant with offset, as 2026-11-03T10:00:00Z"
        raise UsageError(detail) from error


def _print(findings: list[Finding], form: Form, decoded: Decoded) -> None:
    match form:
        case "ndjson":
            for one in findings:
                sys.stdout.buffer.write(as_json(one) + b"\n")
            sys.stdout.buffer.flush()
        case "geojson":
            points = {
                evidence_of(one): one for one in decoded.messages if isinstance(one, Position)
            }
            features = [_feature(one, points) for one in findings]
            told = {"type": "FeatureCollection", "features": features}
            typer.echo(msgspec.json.encode(told))
        case "table":
            _table(findings)


def _feature(finding: Finding, points: dict[Evidence, Position]) -> dict[str, object]:
    """Draw a finding by the positions it rests on: the caller's own file, so nothing is opened."""
    fixes = [points[one] for one in finding.evidence if one in points]
    where = {"type": "MultiPoint", "coordinates": [[one.lon, one.lat] for one in fixes]}
    told = msgspec.json.decode(as_json(finding))
    return {"type": "Feature", "geometry": where if fixes else None, "properties": told}


def _table(findings: list[Finding]) -> None:
    table = Table("decided", "state", "kind", "condition", "for", "what")
    for one in findings:
        told = (text(one.decided_at), one.state, one.kind, one.condition_id or one.device_id or "")
        table.add_row(*told, one.recipient, one.words["en"])
    Console(width=160).print(table)


def _count(done: Replayed, decoded: Decoded) -> None:
    told = {
        "refused": len(decoded.refused),
        "of unknown devices": done.unknown,
        "outside every order": done.outside,
        "duplicates": done.duplicates,
        "conflicts": done.conflicts,
    }
    words = ", ".join(f"{number} {name}" for name, number in told.items() if number)
    typer.echo(f"{len(decoded.messages)} messages, {words or 'all judged'}", err=True)
