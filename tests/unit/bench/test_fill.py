"""A house that the loader filled opens, judges and verifies as if its wearers were registered."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.rig import HandClock

sys.path.insert(0, str(Path(__file__).parents[3] / "bench" / "speed"))

import fill as loader
import spoken

from fairtag.app.add_device import add_device, hash_of
from fairtag.app.house import House
from fairtag.app.judging import Engine, clean_replay
from fairtag.app.keys.months import begin_months
from fairtag.app.log.verify import verify_log
from fairtag.app.put_order import put_order
from fairtag.bootstrap import open_house
from fairtag.orders.read import read
from fairtag.orders.scheme import seed_scheme
from fairtag.rules.many import loop
from fairtag.rules.many.kept import read as read_still
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import Micros, parse

AT = parse("2026-11-10T12:00:00Z")
MANY = 3
OTHER = MANY + 1  # who is registered over the app
HOME = (-2.24, 53.48)


class Both(NamedTuple):
    house: House
    folder: Path
    filled: loader.Filled


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("filled")
    filled = loader.fill(folder, MANY, recorded_at=AT)
    with open_house(folder, clock=HandClock(AT)) as house:
        document = loader._document(loader._pattern(AT).document, OTHER, HOME)
        put_order(house, document, scheme=seed_scheme(), by="bench")
        add_device(house, f"D-{OTHER:07}", by="bench")
        engine = Engine(house)
        while engine.step():
            pass
        engine.keep_all()
        yield Both(house, folder, filled)


def _rows(both: Both, asked: str, number: int) -> list[tuple[Any, ...]]:
    """Give rows about a wearer, their number written as `#`."""
    name = f"{number:07}"
    with closing(sqlite3.connect(both.folder / "fairtag.db")) as db:
        found = db.execute(asked, (f"%{name}",)).fetchall()
    return [
        tuple(one.replace(name, "#") if isinstance(one, str) else one for one in row)
        for row in found
    ]


_LEFT = {
    "order": "SELECT order_id, version, wearer_id, authority_id, starts_at, ends_at, review_by,"
    " time_zone, recorded_at, typeof(sealed), asks FROM order_versions WHERE wearer_id LIKE ?",
    "activation": "SELECT * FROM activations WHERE wearer_id LIKE ?",
    "device": "SELECT * FROM devices WHERE device_id LIKE ?",
    "credential": "SELECT typeof(token_hash), length(token_hash), device_id, kind, since, until"
    " FROM credentials WHERE device_id LIKE ?",
    "journal": "SELECT what, order_id, wearer_id, device_id, received_at, last_at, epoch,"
    " first_seq, last_seq, length(sealed) FROM journal WHERE wearer_id LIKE ?",
    "state": "SELECT order_id, wearer_id, due, length(sealed) FROM states WHERE wearer_id LIKE ?",
    "entries": "SELECT wearer_id, json_extract(body, '$.what'), json_extract(body, '$.operation'),"
    " json_extract(body, '$.details'), json_extract(body, '$.window'),"
    " json_extract(body, '$.fields'), json_extract(body, '$.actor') FROM log"
    " WHERE wearer_id LIKE ? ORDER BY n",
    "registration": "SELECT json_extract(body, '$.details'), json_extract(body, '$.actor')"
    " FROM log WHERE json_extract(body, '$.details.device') LIKE ? ORDER BY n",
}


@pytest.mark.parametrize("asked", _LEFT.values(), ids=_LEFT)
def test_it_leaves_the_rows_that_registering_leaves(both: Both, asked: str) -> None:
    registered = _rows(both, asked, OTHER)
    assert registered
    assert _rows(both, asked, MANY) == registered


def test_its_keys_are_those_of_a_registered_wearer_and_of_a_month_that_began(both: Both) -> None:
    keys = both.house.vault.periods()
    names = {
        number: {(one.kind, one.period) for one in keys if one.wearer_id == f"W-{number:07}"}
        for number in (MANY, OTHER)
    }
    assert len(names[OTHER]) > 1
    assert names[MANY] > names[OTHER]


def test_every_order_file_passes_the_check_and_every_state_is_the_judges(both: Both) -> None:
    house = both.house
    for number in range(1, MANY + 1):
        name = OrderId(f"ORD-{number:07}")
        order = house.store.read(lambda tx, name=name: tx.orders.version(name))
        assert read(order.source, scheme=seed_scheme(), recorded_at=AT) == order
        assert len(order.ruling.conditions) == 3
    engine = Engine(house)
    engine.start()
    assert engine.step() == 0
    assert engine.digest_input() == clean_replay(house)
    assert len(engine.digest_input()) == OTHER


def test_its_devices_sign_in_and_its_month_has_begun(both: Both) -> None:
    for number, token in enumerate(both.filled.tokens, 1):
        told = hash_of(token)
        bearer = both.house.store.read(lambda tx, told=told: tx.devices.bearer(told))
        assert bearer is not None
        assert bearer.device_id == f"D-{number:07}"
    assert begin_months(both.house) == 0


def test_its_log_verifies_and_a_row_that_was_changed_is_found(both: Both) -> None:
    def broken() -> str | None:
        spooled = both.house.log.held()
        return both.house.store.read(lambda tx: verify_log(tx, spooled).broken)

    assert broken() is None
    with closing(sqlite3.connect(both.folder / "fairtag.db")) as db:
        asked = "UPDATE order_versions SET ends_at = ends_at + ? WHERE wearer_id = 'W-0000002'"
        for by in (1, -1):
            db.execute(asked, (by,))
            db.commit()
            assert (broken() is None) == (by == -1)


def test_a_house_is_filled_further(tmp_path: Path) -> None:
    loader.fill(tmp_path, 2, recorded_at=AT)
    more = loader.fill(tmp_path, 2, recorded_at=Micros(AT + 1), after=2)
    with open_house(tmp_path, clock=HandClock(AT)) as house:
        assert len(house.store.read(lambda tx: tx.orders.facts())) == 4
        told = hash_of(more.tokens[1])
        bearer = house.store.read(lambda tx: tx.devices.bearer(told))
        assert bearer is not None
        assert bearer.device_id == "D-0000004"


def test_wearers_who_have_spoken_leave_what_a_clean_replay_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "HOMES", 2)
    said = spoken.spoken(AT)
    loader.fill(tmp_path, 2, recorded_at=AT, said=said)
    loader.fill(tmp_path, 3, recorded_at=AT, after=2, said=said)

    with open_house(tmp_path, clock=HandClock(Micros(AT + spoken.OVER))) as house:
        engine = Engine(house)
        engine.start()
        assert engine.step() == 0
        assert engine.digest_input() == clean_replay(house)
        names = [one for one, _ in engine.digest_input()]
        stills = house.store.read(lambda tx: tx.verdicts.stills(names))
        assert len(stills) == 5
        for name, told in stills:  # each its own time
            judge, ints = engine.known(name), read_still(told)[0].ints
            assert judge is not None
            assert ints[loop.PAUSE] == judge._view.pause_after(Micros(int(ints[loop.NOW])))
        last = house.store.transact(lambda tx: tx.journal.upto(DeviceId("D-0000005"), 0))
        assert last == (spoken.LAST_SEQ, [])
        spooled = house.log.held()
        assert house.store.read(lambda tx: verify_log(tx, spooled).broken) is None
