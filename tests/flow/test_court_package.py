"""A court gets a package, opens it offline, judges again, and finds the same, byte for byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import bagit
import pytest
from tests.discloser import Discloser, discloser, written
from tests.rig import HOME, Rig, order_of, walk_out

from fairtag.app.put_order import mark_order, put_order
from fairtag.disclosure.package.traffic import as_line
from fairtag.intake.native import decode_recorded
from fairtag.orders.scheme import seed_scheme
from fairtag.rules.finding import as_json, sort_key
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, EARLIEST, HOUR, MINUTE, Micros, text


def fairtag(*told: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a recipient does: no store, no network."""
    run = [sys.executable, "-m", "fairtag", *told]
    return subprocess.run(run, capture_output=True, check=False)


def stored(rig: Rig) -> bytes:
    """Give every finding of the store in the contract's form and order."""
    found = rig.house.store.read(lambda tx: tx.verdicts.of_wearer(WearerId("W-1")))
    return b"".join(as_json(one) + b"\n" for one in sorted(found, key=sort_key))


def quiet_days(rig: Rig) -> None:
    rig.wearer()
    walk_out(rig, "D-1")
    rig.pass_time(HOUR)


def silence_and_ticks(rig: Rig) -> None:
    """A device falls silent: what is found then is found by the clock alone."""
    quiet_days(rig)
    for _ in range(26):
        rig.pass_time(HOUR)


def late_data(rig: Rig) -> None:
    """An upload comes after hours offline, and takes back what silence had said."""
    quiet_days(rig)
    begun = rig.clock.at
    for _ in range(5):
        rig.pass_time(HOUR)
    lines = [
        rig.line("D-1", at=text(Micros(begun + step * MINUTE)), lat=HOME[0] + step * 1e-6)
        for step in range(1, 290, 3)
    ]
    rig.say("D-1", *lines)
    rig.pass_time(HOUR)


def versions_and_pauses(rig: Rig) -> None:
    """A second version, a suspension recorded afterwards, its end, and an absence."""
    quiet_days(rig)
    rig.pass_time(HOUR)
    absence = {
        "condition_id": "*",
        "covers": ["conditions"],
        "from": text(Micros(rig.clock.at - 3 * HOUR)),
        "to": text(rig.clock.at),
        "reason": "medical",
        "recorded_at": text(rig.clock.at),
        "by": "test",
    }
    second = order_of(1, version=2, supersedes=1, absences=[absence])
    put_order(rig.house, json.dumps(second).encode(), scheme=seed_scheme(), by="test")
    rig.pass_time(MINUTE)
    rig.say("D-1", rig.line("D-1"))
    rig.pass_time(HOUR)
    before = Micros(rig.clock.at - HOUR // 2)
    mark_order(rig.house, OrderId("ORD-1"), "suspend", at=before, by="test", reason="In hospital")
    rig.pass_time(2 * HOUR)
    mark_order(
        rig.house, OrderId("ORD-1"), "resume", at=rig.clock.at, by="test", reason="Back home"
    )
    rig.pass_time(MINUTE)
    rig.event("D-1", "strap_open")
    rig.pass_time(3 * HOUR)


STORIES = [quiet_days, silence_and_ticks, late_data, versions_and_pauses]


@pytest.fixture
def people(rig: Rig) -> Discloser:
    made = discloser(rig)
    made.recipient()
    return made


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.__name__)
def test_the_court_finds_the_same_byte_for_byte(people: Discloser, tmp_path: Path, story) -> None:
    rig = people.rig
    story(rig)
    files = people.files(people.packed())
    folder = written(files, tmp_path / "opened")

    done = fairtag("judge", "--package", str(folder))

    assert done.returncode == 0, done.stderr
    assert done.stdout == files["data/findings.ndjson"] == stored(rig)
    assert done.stdout.count(b"\n") >= 2
    assert bagit.Bag(str(folder)).validate()


def test_orders_and_traffic_alone_give_the_same(people: Discloser, tmp_path: Path) -> None:
    rig = people.rig
    late_data(rig)
    files = people.files(people.packed())
    data = written(files, tmp_path / "opened") / "data"
    told = ("--order", str(data / "orders" / "ORD-1-v1.json"))
    told += ("--traffic", str(data / "traffic.ndjson"), "--until", text(rig.clock.at))

    assert fairtag("judge", *told).stdout == files["data/findings.ndjson"]


def test_negative_control_a_message_less_is_noticed(people: Discloser, tmp_path: Path) -> None:
    quiet_days(people.rig)
    files = people.files(people.packed())
    files["data/traffic.ndjson"] = files["data/traffic.ndjson"].split(b"\n", 1)[1]
    folder = written(files, tmp_path / "opened")

    done = fairtag("judge", "--package", str(folder))

    assert (done.returncode, done.stdout) == (2, b"")
    assert b"FT-755" in done.stderr
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(folder)).validate()


def test_what_came_after_the_window_is_there_and_apart(people: Discloser) -> None:
    """A window that ends before the upload: what takes a finding back is not left out."""
    rig = people.rig
    quiet_days(rig)
    rig.pass_time(2 * HOUR)
    end = rig.clock.at
    late = [
        rig.line("D-1", at=text(Micros(end - back * MINUTE)), lat=HOME[0] + back * 1e-6)
        for back in range(175, 5, -5)
    ]
    rig.pass_time(HOUR)
    rig.say("D-1", *late)
    rig.pass_time(MINUTE)
    window = people.wanted().window
    files = people.files(people.packed(window=type(window)(start=window.start, end=end)))

    assert files["data/findings-later.ndjson"].count(b"\n") >= 1
    assert files["data/traffic-later.ndjson"].count(b"\n") == len(late)
    assert b"READ THEM" in files["data/README.txt"]


def test_a_recipient_opens_checks_and_lists_by_command(people: Discloser, tmp_path: Path) -> None:
    rig = people.rig
    quiet_days(rig)
    name = people.packed()
    sealed, secret = tmp_path / "x.age", tmp_path / "key"
    sealed.write_bytes((rig.folder / "out" / f"{name}.age").read_bytes())
    secret.write_text(f"# created: by a test\n{people.keys['court']}\n")
    out = tmp_path / "opened"

    opened = fairtag(
        "disclosure", "open", str(sealed), "--identity", str(secret), "--out", str(out)
    )
    assert opened.returncode == 0, opened.stderr
    checked = fairtag("disclosure", "check", str(out))
    assert checked.stdout == opened.stdout

    (out / "data" / "README.txt").write_text("Nothing to see.")
    assert fairtag("disclosure", "check", str(out)).returncode == 2
    other = tmp_path / "other"
    public = fairtag("disclosure", "key", "--out", str(other)).stdout
    assert public.startswith(b"age1")
    again = ("--identity", str(other), "--out", str(tmp_path / "again"))
    refused = fairtag("disclosure", "open", str(sealed), *again)
    assert (refused.returncode, b"FT-755" in refused.stderr) == (2, True)
    listed = fairtag("disclosure", "list", "--data", str(rig.folder), "--json")
    assert [one["state"] for one in json.loads(listed.stdout)] == ["packed"]


def test_every_stored_message_is_the_same_when_read_again(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    rig.event(device, "battery_low")
    check_in = {
        "type": "check_in",
        "check_in_id": "k1",
        "condition_id": "p1",
        "state": "shown",
        "window_until": text(Micros(rig.clock.at + DAY)),
    }
    rig.say(device, rig.line(device, **check_in))
    rig.client.get(f"/d/osmand/{rig.tokens[device]}", params={"batt": 50})
    odd = {"lat": 53.48080000001, "accuracy_m": -1, "speed_mps": 1 / 3, "is_mock": True}
    rig.say(device, rig.line(device, **odd))
    told = rig.house.store.read(
        lambda tx: tx.journal.past(OrderId("ORD-1"), since=EARLIEST, upto=tx.journal.last())
    )

    assert [decode_recorded(as_line(one)).messages for one in told] == [(one,) for one in told]
    assert len(told) >= 15
