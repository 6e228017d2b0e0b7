"""What the store judges is what `fairtag judge` says of the same messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.rig import HOME, Rig, opened_rig, order_of

from fairtag.app.judging import clean_replay
from fairtag.app.ports import JournalEntry
from fairtag.app.put_order import mark_order
from fairtag.intake.messages import Message
from fairtag.orders.read import read
from fairtag.rules.finding import as_json, sort_key
from fairtag.rules.replay import replay
from fairtag.terms.instants import MINUTE, Micros, parse, text

START = parse("2026-11-03T18:30:00Z")  # a Tuesday; the curfew begins at 19:00
AWAY = (HOME[0] - 0.01, HOME[1])


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Rig]:
    with opened_rig(tmp_path / "data", at=START) as rig:
        rig.wearer(1)
        yield rig


def live(rig: Rig) -> None:
    """Be at home, go out, be offline, and send the middle of it late and out of order."""
    kept: list[dict[str, Any]] = []
    for minute in range(120):
        rig.pass_time(MINUTE)
        place = AWAY if 45 <= minute < 80 else HOME
        line = rig.line("D-1", lat=place[0] + minute % 7 * 1e-5, lon=place[1])
        if 40 <= minute < 70:
            kept.append(line)
        else:
            rig.say("D-1", line)
        if minute == 20:
            rig.event("D-1", "strap_open")
            rig.event("D-1", "strap_closed")
    rig.say("D-1", *kept[::-1][:20])
    rig.pass_time(3 * MINUTE)
    rig.say("D-1", *kept[:10])
    rig.pass_time(90 * MINUTE)


def entries(rig: Rig) -> list[JournalEntry]:
    return rig.house.store.read(lambda tx: tx.journal.after(0, limit=10_000))


def received(rig: Rig) -> list[Message]:
    return [one for entry in entries(rig) for one in entry.messages]


def told(rig: Rig) -> list[bytes]:
    feed = rig.house.store.read(lambda tx: tx.verdicts.feed(after=0, limit=10_000))
    return [as_json(one) for one in sorted((one for _, one in feed), key=sort_key)]


def recorded(rig: Rig) -> list[bytes]:
    recorded_at = rig.house.store.read(lambda tx: tx.orders.rulings("ORD-1"))[0].recorded_at
    document = json.dumps(order_of(1)).encode()
    ruling = read(document, scheme=None, recorded_at=recorded_at).ruling
    done = replay([(ruling,)], received(rig), until=rig.clock.at)
    return [as_json(one) for one in done.findings]


def test_the_store_finds_what_a_replay_of_its_messages_finds(evening: Rig) -> None:
    live(evening)

    assert told(evening) == recorded(evening)
    assert evening.engine.digest_input() == clean_replay(evening.house)


def test_the_state_is_that_of_a_clean_replay_after_suspension_and_end(evening: Rig) -> None:
    live(evening)
    now = evening.clock.at
    for what, at in (("suspend", now - 30 * MINUTE), ("resume", now), ("end", now + 50 * MINUTE)):
        mark_order(evening.house, "ORD-1", what=what, at=Micros(at), reason="r", by="test")
        evening.pass_time(MINUTE)
    evening.say("D-1", evening.line("D-1", lat=AWAY[0], lon=AWAY[1]))
    evening.pass_time(60 * MINUTE)

    assert evening.engine.digest_input() == clean_replay(evening.house)


def test_negative_control_a_message_that_the_store_lost_is_seen(evening: Rig) -> None:
    live(evening)
    kept = [one for one in received(evening) if one.seq is None or one.seq % 2]
    moved = [replace(one, received_at=Micros(one.received_at + 1)) for one in kept]
    ruling = read(json.dumps(order_of(1)).encode(), scheme=None).ruling

    done = replay([(ruling,)], moved, until=evening.clock.at)

    assert [as_json(one) for one in done.findings] != told(evening)
    assert text(START) == "2026-11-03T18:30:00Z"
