"""Guarantee 7: who somebody is changes no finding; only what the device reported does."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from tests.rig import HOME, START, order_of
from typer.testing import CliRunner

from fairtag.cli import app
from fairtag.orders.model import Identity, OrderVersion, Ruling
from fairtag.terms.instants import MINUTE, Micros, text

NOT_YET_PROVED = "prompts, searches and matcher thresholds do not exist yet, so nothing proves them"

WEARERS: tuple[dict[str, Any], ...] = (
    {
        "given": "Aisha",
        "family": "Noor",
        "date_of_birth": "1961-05-05",
        "nationality": "Ruritanian",
    },
    {"given": "Иван", "family": "Петров", "date_of_birth": "2004-12-31", "nationality": None},
    {"given": "王", "family": "小明", "date_of_birth": "1980-02-29", "nationality": "Elbonian"},
)


def traffic() -> str:
    lines = []
    for minute in range(600):
        at = text(Micros(START + (36 * 60 + 17 * 60 + minute) * MINUTE))
        away = 0.025 if minute % 97 > 60 else 0.0
        lat = HOME[0] + away + minute * 1e-6
        told = {"type": "position", "device_id": "D-1", "seq": minute, "at": at, "lat": lat}
        lines.append(json.dumps(told | {"lon": HOME[1] + 0.005, "accuracy_m": 9}))
        if minute % 150 == 149:
            event = {"type": "event", "device_id": "D-1", "seq": 1000 + minute, "at": at}
            lines.append(json.dumps(event | {"code": "strap_open"}))
    return "\n".join(lines)


def findings(folder: Path, order: dict[str, Any]) -> list[dict[str, Any]]:
    """Judge through the command line; words aside, as the guarantee says."""
    (folder / "order.json").write_text(json.dumps(order))
    (folder / "traffic.ndjson").write_text(traffic())
    files = ["--order", str(folder / "order.json"), "--traffic", str(folder / "traffic.ndjson")]
    done = CliRunner().invoke(app, ["judge", *files])
    assert done.exit_code == 0, done.output
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [{key: value for key, value in one.items() if key != "words"} for one in found]


def variant(number: int) -> dict[str, Any]:
    told = WEARERS[number]
    wearer = {
        "wearer_id": "W-1",
        "names": {"given": told["given"], "family": told["family"]},
        "date_of_birth": told["date_of_birth"],
        "language": ("ar", "ru", "zh")[number],
    }
    if told["nationality"]:
        wearer["nationality"] = told["nationality"]
    return order_of(wearer=wearer)


@pytest.mark.parametrize("number", range(len(WEARERS)))
def test_the_same_evidence_gives_the_same_findings(tmp_path: Path, number: int) -> None:
    usual = findings(tmp_path, order_of())
    assert {"zone.entered", "tamper.strap"} <= {one["kind"] for one in usual}
    assert findings(tmp_path, variant(number)) == usual


def test_negative_control_other_evidence_gives_other_findings(tmp_path: Path) -> None:
    usual = order_of()
    moved = order_of()
    moved["conditions"][1]["area"]["coordinates"] = [
        [[lon + 1, lat] for lon, lat in usual["conditions"][1]["area"]["coordinates"][0]]
    ]
    assert findings(tmp_path, moved) != findings(tmp_path, usual)


def types_in(kind: type) -> set[type]:
    """Every record type that a record holds, however deep."""
    found: set[type] = set()
    waiting: list[Any] = [kind]
    while waiting:
        one = waiting.pop()
        waiting += [inner for inner in get_args(one) if inner not in found]
        if isinstance(one, type) and is_dataclass(one) and one not in found:
            found.add(one)
            waiting += get_type_hints(one).values()
    return found


def test_what_the_rules_are_given_holds_no_person() -> None:
    assert Identity not in types_in(Ruling)


def test_negative_control_the_whole_order_does_hold_one() -> None:
    assert Identity in types_in(OrderVersion)
