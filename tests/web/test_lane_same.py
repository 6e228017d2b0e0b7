"""Whatever devices send, together or one by one, the same is stored and the same is answered."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from tests.rig import START, Rig, opened_rig
from tests.web.test_lane import offered

from fairtag.adapters.sqlite.journal import SqliteJournal
from fairtag.adapters.sqlite.taking.plain import SqlitePlain
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, LATEST, MINUTE, SECOND, Micros, text
from fairtag.terms.local import Interval
from fairtag.web.device_api.app import DeviceDoor

_TABLES = (
    """SELECT order_id, wearer_id, received_at, last_at, epoch, first_seq, last_seq FROM journal
    WHERE what = 'messages' AND device_id = ? ORDER BY n""",
    "SELECT epoch, first, last FROM held WHERE device_id = ? ORDER BY epoch, first",
    "SELECT heard_at, fixed_at, battery_pct, unordered FROM devices WHERE device_id = ?",
    "SELECT order_id, step, at, by FROM install_steps WHERE device_id = ? ORDER BY step",
    "SELECT why, count(*) FROM quarantine WHERE device_id = ? GROUP BY why ORDER BY why",
)


def body_of(chance: random.Random, upto: int, now: Micros) -> tuple[bytes, int]:
    """Write a request: mostly the next numbers, and then again, with gaps, or out of order."""
    how = chance.choice(["next"] * 6 + ["again", "gap", "epoch", "odd", "early", "first", "cell"])
    first = {"again": max(0, upto - 3), "gap": upto + 3, "first": chance.choice([0, 1, 5])}
    seq, number = first.get(how, upto + 1), chance.randint(1, 5)
    lines: list[dict[str, Any]] = []
    for n in range(number):
        at = Micros(now - (number - n) * MINUTE - (3 * DAY if how == "early" else 0))
        lat = 53.48 + chance.randint(0, 5) / 1e4
        line = {"type": "position", "seq": seq + n, "at": text(at), "lat": lat, "lon": -2.24}
        if chance.random() < 0.3:
            line |= {"battery_pct": chance.randint(-1, 101), "accuracy_m": chance.randint(0, 9)}
        if how == "cell":
            line["source"] = "cell"
        if how == "epoch":
            line["epoch"] = 1
        lines.append(line)
    if how == "odd":
        lines[0] = chance.choice(
            [
                lines[0] | {"lat": 91},
                lines[0] | {"type": "event", "code": "fault"},
                lines[0] | {"seq": None},
                lines[0] | {"device_id": "D-9"},
            ]
        )
    chance.shuffle(lines) if chance.random() < 0.1 else None
    return "\n".join(map(json.dumps, lines)).encode(), max(upto, seq + number - 1)


def rows_of(rig: Rig, device: str) -> list[Any]:
    # Asking for numbers draws up what stood in the device's row only.
    rig.house.store.transact(lambda tx: tx.journal.upto(DeviceId(device), 0))
    with closing(sqlite3.connect(rig.folder / "fairtag.db")) as db:
        return [db.execute(one, (device,)).fetchall() for one in _TABLES]


def told_of(rig: Rig, device: str) -> list[Any]:
    ever = Interval(start=Micros(0), end=LATEST)
    order_id = OrderId(device.replace("D", "ORD"))
    return rig.house.store.read(lambda tx: tx.journal.told(order_id, ever))


def compared(folder: Path, seed: int) -> int:
    """Send the same to a house that takes requests together and to one that does not."""
    with ExitStack() as stack:
        rigs = [
            stack.enter_context(opened_rig(folder / name, Micros(START + DAY)))
            for name in ("together", "alone")
        ]
        doors = [DeviceDoor(rig.house) for rig in rigs]
        doors[1]._lane.offer = lambda *told, **_: told[-1](None)  # type: ignore[method-assign]
        names, _ = ([rig.wearer(number) for number in (1, 2, 3)] for rig in rigs)
        chance, upto, taken = random.Random(seed), dict.fromkeys(names, 0), 0
        for _ in range(60):
            asked = []
            for name in chance.sample(names, chance.randint(1, 3)):
                body, upto[name] = body_of(chance, upto[name], rigs[0].clock.at)
                asked.append((name, body))
            answers = [offered(door, asked) for door in doors]
            assert answers[0] == answers[1]
            for rig in rigs:
                rig.clock.at = Micros(rig.clock.at + 10 * SECOND)
        for name in names:
            assert rows_of(rigs[0], name) == rows_of(rigs[1], name)
            assert told_of(rigs[0], name) == told_of(rigs[1], name)
        for entry in rigs[0].house.store.read(lambda tx: tx.journal.after(0, limit=1000)):
            taken += entry.columns is not None
    return taken


def test_the_same_is_stored_and_answered(tmp_path: Path) -> None:
    assert compared(tmp_path, 3) > 20  # requests that went together


@pytest.mark.parametrize(
    ("owner", "left_out"),
    [(SqlitePlain, "_note"), (SqlitePlain, "_tell"), (SqliteJournal, "draw_up")],
)
def test_negative_control_what_is_left_out_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type[Any], left_out: str
) -> None:
    monkeypatch.setattr(owner, left_out, lambda *_: None)
    with pytest.raises(AssertionError):
        compared(tmp_path, 3)
