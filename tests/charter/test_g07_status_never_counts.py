"""Guarantee 7: who somebody is changes nothing; only what the device reported does.

Two houses live the same days with other people in them, under other authorities, schemes and laws.
Findings, alerts, the queue's order, prompts and lists are the same, byte for byte, words aside.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from tests.checkins import check_in, prompts
from tests.rig import HOME, START, Rig, opened_rig, order_of, walk_out
from tests.web.desk import at_desk
from typer.testing import CliRunner

from fairtag.app.add_device import add_device
from fairtag.app.checkins.plan import Planner
from fairtag.app.fairness.declare import declare
from fairtag.app.put_order import put_order
from fairtag.cli import app
from fairtag.disclosure.fair.declared import QUESTIONS, Declared
from fairtag.disclosure.fair.tables import tabulate
from fairtag.faces.model import Template, ThresholdProfile
from fairtag.faces.threshold import admitted, demo, most_check_ins, over_ceilings
from fairtag.faces.verdict import decide
from fairtag.orders.model import Identity, OrderVersion, Ruling
from fairtag.orders.read import read as read_order
from fairtag.orders.scheme import Scheme, seed_scheme
from fairtag.rules.prompts.draw import Wanted, draw
from fairtag.terms.errors import OrderRefused
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros, text

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


OFFICES: tuple[dict[str, Any], ...] = (
    {
        "authority": {"id": "pr", "name": "Service de probation", "kind": "probation"},
        "legal_regime": "eu_led",
        "legal_basis": "Probation Act s. 3",
        "cohort": "community_order",
    },
    {
        "authority": {"id": "ct", "name": "Sąd Rejonowy", "kind": "court"},
        "legal_regime": "uk_part3",
        "legal_basis": "Bail Act s. 3",
        "cohort": "bail",
    },
    {
        "authority": {"id": "yo", "name": "Youth service", "kind": "youth"},
        "legal_regime": "uk_gdpr",
        "legal_basis": "Youth Act s. 1",
        "cohort": "anybody",
    },
)


@pytest.mark.parametrize("number", range(len(WEARERS)))
def test_the_same_evidence_gives_the_same_findings(tmp_path: Path, number: int) -> None:
    usual = findings(tmp_path, order_of())
    assert {"zone.entered", "tamper.strap"} <= {one["kind"] for one in usual}
    assert findings(tmp_path, variant(number)) == usual
    assert findings(tmp_path, variant(number) | OFFICES[number]) == usual


def with_absence(covers: list[str]) -> dict[str, Any]:
    """Give the usual order with what was known of somebody's health before: a day at a clinic."""
    told = {"condition_id": "*", "covers": covers, "reason": "medical", "by": "u"}
    told |= {"recorded_at": text(START), "from": text(Micros(START + 36 * 60 * MINUTE))}
    return order_of(absences=[told | {"to": text(Micros(START + 84 * 60 * MINUTE))}])


def what(told: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(one["kind"], str(one["condition_id"]), one["began_at"]) for one in told}


def test_vulnerability_only_takes_away(tmp_path: Path) -> None:
    """When it was looked for changes nothing; what came of it is an absence, never a finding."""
    usual = findings(tmp_path, order_of())

    assert findings(tmp_path, order_of(vulnerability_assessed_at="2026-09-01")) == usual
    left = what(usual)
    for covers in (["conditions"], ["conditions", "tamper"]):
        milder = what(findings(tmp_path, with_absence(covers)))
        assert milder < left, covers  # fewer, and none that was not there
        left = milder


def test_negative_control_an_absence_of_nothing_that_counts_takes_nothing_away(
    tmp_path: Path,
) -> None:
    usual = findings(tmp_path, order_of())

    assert what(findings(tmp_path, with_absence(["check_ins"]))) == what(usual)


def refused(order: dict[str, Any], scheme: Scheme) -> tuple[tuple[str, str], ...]:
    """Tell why the machine would take no such order."""
    with pytest.raises(OrderRefused) as found:
        read_order(json.dumps(order).encode(), scheme=scheme, recorded_at=START)
    return found.value.problems


@pytest.mark.parametrize("number", range(len(WEARERS)))
def test_the_machine_admits_and_refuses_orders_whoever_they_are_about(number: int) -> None:
    """Who may be monitored is what the scheme names, decided by people before an order starts."""
    lacking = {"cohort": "anybody_else", "necessity": "", "vulnerability_assessed_at": None}

    assert refused(variant(number) | lacking, seed_scheme()) == refused(
        order_of() | lacking, seed_scheme()
    )
    for order in (order_of(), variant(number)):
        read_order(json.dumps(order).encode(), scheme=seed_scheme(), recorded_at=START)
    assert {name for name in get_type_hints(Scheme.allows) if name != "return"} == {
        *("authority_kind", "legal_basis", "cohort"),
    }


def test_negative_control_another_cohort_is_refused_by_the_same_scheme() -> None:
    usual, other = order_of(), order_of(cohort="anybody_else")

    read_order(json.dumps(usual).encode(), scheme=seed_scheme(), recorded_at=START)
    assert [path for path, _ in refused(other, seed_scheme())] == ["$.cohort"]


def test_negative_control_other_evidence_gives_other_findings(tmp_path: Path) -> None:
    usual = order_of()
    moved = order_of()
    moved["conditions"][1]["area"]["coordinates"] = [
        [[lon + 1, lat] for lon, lat in usual["conditions"][1]["area"]["coordinates"][0]]
    ]
    assert findings(tmp_path, moved) != findings(tmp_path, usual)


def whole(number: int) -> Scheme:
    """Give a scheme that admits this office, and nobody else."""
    office = OFFICES[number]
    allowed = {
        "authority_kind": office["authority"]["kind"],
        "legal_basis_pattern": ".*",
        "cohorts": [office["cohort"]],
    }
    told = {"format": "fairtag-scheme/1", "allowed": [allowed]}
    return msgspec.convert(told, Scheme)


def lived(folder: Path, variants: list[int | None], **changed: Any) -> dict[str, Any]:
    """Let three people live the same days, as told; gives what the house made of them."""
    with opened_rig(folder) as rig:
        for number, which in enumerate(variants, start=1):
            settle_in(rig, number, which, **changed)
        for device in ("D-2", "D-1", "D-3"):
            walk_out(rig, device)
            rig.event(device, "strap_open")
        Planner(replace(rig.house, chance=Stream())).step()
        return seen(rig)


def settle_in(rig: Rig, number: int, which: int | None, **changed: Any) -> None:
    """Store an order, and let its wearer say who they are."""
    order = order_of(number) if which is None else variant(which) | OFFICES[which]
    mine = order_of(number)
    order |= {"order_id": mine["order_id"], "devices": mine["devices"]} | changed
    order["devices"] = [one | {"type": "non_fitted"} for one in mine["devices"]]
    order["wearer"] |= {"wearer_id": f"W-{number}"}
    order["conditions"] = [*mine["conditions"][1:], check_in()]
    scheme = seed_scheme() if which is None else whole(which)
    put_order(rig.house, json.dumps(order).encode(), scheme=scheme, by="test")
    device = f"D-{number}"
    rig.tokens[device] = add_device(rig.house, DeviceId(device), by="test").token
    if which is not None:
        said = {"ethnic_group": QUESTIONS["ethnic_group"][which], "sex": QUESTIONS["sex"][which]}
        declare(rig.house, WearerId(f"W-{number}"), said | {"age": QUESTIONS["age"][which]})


class Stream:
    """The same chance for every house."""

    def __init__(self) -> None:
        self._n = 0

    def __call__(self, count: int) -> bytes:
        self._n += 1
        return hashlib.shake_128(b"%d" % self._n).digest(count)


def seen(rig: Rig) -> dict[str, Any]:
    """Tell what of the house could depend on a person; random references and words aside."""
    feed = rig.client.get("/api/v1/findings?after=0", headers=rig.staff()).json()["items"]
    page = at_desk(rig, "desk", "supervisor").get("/").text
    whose = {one["alert_id"]: f"{one['order_id']} {one['kind']}" for one in rig.alerts()}
    listed = rig.client.get("/api/v1/orders", headers=rig.staff()).json()["items"]
    return {
        "findings": [without(one, "words") for one in feed],
        "alerts": [without(one, "words", "alert_id") for one in rig.alerts()],
        "queue": [whose[one] for one in re.findall(r"/alerts/(a_[a-z2-7]{24})", page)],
        "orders": [one["order_id"] for one in listed],
        "prompts": [
            without(msgspec.to_builtins(one), "check_in_id", "nonce")
            for number in (1, 2, 3)
            for one in prompts(rig, f"W-{number}")
        ],
    }


def without(told: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key not in names}


def test_a_house_full_of_other_people_does_the_same(tmp_path: Path) -> None:
    usual = lived(tmp_path / "usual", [None, None, None])

    others = lived(tmp_path / "others", [0, 1, 2])

    assert {one["kind"] for one in usual["alerts"]} >= {"zone.entered", "tamper.strap"}
    assert len(usual["prompts"]) >= 3
    assert {"ORD-1 zone.entered", "ORD-3 tamper.strap"} <= set(usual["queue"])
    for name, told in usual.items():
        assert json.dumps(others[name]) == json.dumps(told), name


def test_negative_control_what_the_order_asks_does_change_it(tmp_path: Path) -> None:
    usual = lived(tmp_path / "usual", [None, None, None])

    later = [{"from": "20:00", "to": "10:00"}]
    others = lived(tmp_path / "others", [None, None, None], protected_hours=later)

    assert others["prompts"] != usual["prompts"]


@pytest.mark.parametrize("name", ["sex", "ethnicity", "religion", "age", "gender", "race"])
def test_an_order_that_says_more_of_a_person_is_refused(rig: Rig, name: str) -> None:
    order = order_of()
    order["wearer"][name] = "anything"

    with pytest.raises(OrderRefused):
        put_order(rig.house, json.dumps(order).encode(), scheme=seed_scheme(), by="test")


def test_what_somebody_said_of_themselves_is_sealed(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "data") as rig:
        settle_in(rig, 1, 0)
        order = rig.house.store.read(lambda tx: tx.orders.version(OrderId("ORD-1"), 1))
    person = [value.encode() for value in WEARERS[0].values()]
    assert all(one in order.source for one in person)  # the check can see: with the key it is there
    kept = b"".join(one.read_bytes() for one in (tmp_path / "data").rglob("*") if one.is_file())

    assert b"declared" in kept
    said = [QUESTIONS["ethnic_group"][0].encode(), b"ethnic_group"]
    assert not [one for one in (*person, *said) if one in kept]


def types_in(*kinds: Any) -> set[type]:
    """Every record type that these hold, however deep."""
    found: set[type] = set()
    waiting: list[Any] = [*kinds]
    while waiting:
        one = waiting.pop()
        waiting += [inner for inner in get_args(one) if inner not in found]
        is_record = isinstance(one, type) and (
            is_dataclass(one) or hasattr(one, "__struct_fields__")
        )
        if is_record and one not in found:
            found.add(one)
            waiting += get_type_hints(one).values()
    return found


def told_to(*functions: Any) -> set[type]:
    """Every record type that these functions are given."""
    hints = [get_type_hints(one) for one in functions]
    return types_in(*(kind for told in hints for name, kind in told.items() if name != "return"))


def test_what_decides_is_given_no_person() -> None:
    given = told_to(decide, admitted, demo, draw, over_ceilings, most_check_ins)

    assert {Template, ThresholdProfile, Wanted} <= given
    assert not {Identity, Declared, OrderVersion} & given


def test_negative_control_what_counts_groups_is_given_what_they_said() -> None:
    assert Declared in told_to(tabulate)


def test_what_the_rules_are_given_holds_no_person() -> None:
    assert Identity not in types_in(Ruling)


def test_negative_control_the_whole_order_does_hold_one() -> None:
    assert Identity in types_in(OrderVersion)
