"""What the judge is given from memory is what is stored, and nothing that may not be read."""

from __future__ import annotations

from functools import partial

import pytest
from tests.rig import Rig
from tests.web.test_lane import body_of, offered

from fairtag.adapters.sqlite.store import SqliteStore
from fairtag.adapters.sqlite.taking.fresh import Fresh
from fairtag.adapters.sqlite.taking.fresh import _size as fresh_size
from fairtag.adapters.vault import KeyVault
from fairtag.app.house import House
from fairtag.app.judging import clean_replay
from fairtag.app.ports import Transaction
from fairtag.custody.stack import Row
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros
from fairtag.web.device_api.app import DeviceDoor


def said(door: DeviceDoor, rig: Rig, *names: str) -> None:
    offered(door, [(name, body_of(rig, name, 15)) for name in names])


def given(house: House, after: int) -> list[Row]:
    """Give all that the judge would be given, in its steps."""
    found: list[Row] = []
    while some := house.store.read(partial(_rows, after=after)):
        found += some
        after = some[-1].n
    return found


def _rows(tx: Transaction, *, after: int) -> list[Row]:
    return tx.journal.rows_after(after, limit=4)


def stored(house: House, after: int, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """Give the same as read and opened from the store."""
    with monkeypatch.context() as patch:
        patch.setattr(Fresh, "after", lambda *_, **__: [])
        return given(house, after)


def fresh_of(rig: Rig) -> Fresh:
    store = rig.house.store
    assert isinstance(store, SqliteStore)
    return store._memory.fresh


def last(rig: Rig) -> int:
    return rig.house.store.read(lambda tx: tx.journal.last())


def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the rows that are opened from now on."""
    counts: list[int] = []
    whole = KeyVault.unseal_many

    def counting(self: KeyVault, told: list[object], **more: object) -> list[bytes]:
        counts.append(len(told))
        return whole(self, told, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(KeyVault, "unseal_many", counting)
    return counts


def test_what_was_just_said_is_given_as_it_is_stored_without_opening_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, names = DeviceDoor(rig.house), [rig.wearer(number) for number in (1, 2, 3)]
    rig.judge()
    after = last(rig)
    for _ in range(4):
        said(door, rig, *names)
    wanted = stored(rig.house, after, monkeypatch)
    counts = opened(monkeypatch)

    assert given(rig.house, after) == wanted
    assert (len(wanted), sum(counts)) == (12, 0)


def test_what_came_another_way_between_is_read_from_the_store(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, names = DeviceDoor(rig.house), [rig.wearer(number) for number in (1, 2)]
    rig.judge()
    after = last(rig)
    for code in ("case_open", "battery_low"):
        said(door, rig, *names)
        rig.event(names[0], code)
    said(door, rig, *names)
    wanted = stored(rig.house, after, monkeypatch)

    assert given(rig.house, after) == wanted
    assert [one.n for one in wanted] == list(range(after + 1, last(rig) + 1))
    rig.judge()
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_nothing_is_kept_as_long_as_nobody_judges(rig: Rig) -> None:
    name = rig.wearer()
    said(DeviceDoor(rig.house), rig, name)

    assert not fresh_of(rig)._rows


def test_what_was_judged_is_let_go(rig: Rig) -> None:
    door, name = DeviceDoor(rig.house), rig.wearer()
    rig.judge()
    said(door, rig, name)
    assert fresh_of(rig)._rows
    rig.judge()

    assert not fresh_of(rig)._rows


def test_what_was_undone_is_not_given(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    door, name = DeviceDoor(rig.house), rig.wearer()
    rig.judge()
    after = last(rig)
    body = body_of(rig, name, 15)
    with monkeypatch.context() as patch:
        patch.setattr("fairtag.adapters.sqlite.taking.plain.SqlitePlain._note", lambda *_: 1 / 0)
        patch.setattr(DeviceDoor, "_store", lambda *_, **__: 1 / 0)  # nor one by one
        offered(door, [(name, body)])

    assert (last(rig), given(rig.house, after), list(fresh_of(rig)._rows)) == (after, [], [])
    said(door, rig, name)  # takes the place of what was undone
    assert given(rig.house, after) == stored(rig.house, after, monkeypatch)


def ended(rig: Rig) -> None:
    """End the key of a wearer whose last words are still in memory."""
    door, name = DeviceDoor(rig.house), rig.wearer()
    rig.judge()
    said(door, rig, name)
    row = fresh_of(rig)._rows[0]
    rig.house.vault.end_wearer(row.wearer_id)
    with pytest.raises(SealBroken):
        given(rig.house, row.n - 1)
    assert not fresh_of(rig)._rows


def test_what_lost_its_key_is_gone_from_memory_too(rig: Rig) -> None:
    ended(rig)


def test_negative_control_memory_that_outlives_a_key_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Fresh, "_let_go", lambda _: None)
    with pytest.raises(BaseException, match="DID NOT RAISE"):
        ended(rig)


def row(n: int) -> Row:
    told = (OrderId("O-1"), WearerId("W-1"), DeviceId("D-1"), Micros(n * MINUTE))
    return Row(n, "messages", *told, b"%d" % n)


@pytest.mark.parametrize(
    ("added", "after", "found"),
    [
        ([range(1, 5)], 0, [1, 2, 3]),
        ([range(1, 3), range(3, 5)], 1, [2, 3, 4]),
        ([range(1, 3), range(4, 6)], 0, []),  # a gap: whoever begins before it reads the store
        ([range(1, 3), range(4, 6)], 3, [4, 5]),
        ([range(1, 3), (5, 7)], 4, []),  # a gap within
        ([range(1, 3), (5, 7)], 0, []),
        ([range(5, 7), range(1, 3)], 0, [1, 2]),  # the store was put back
        ([range(1, 9)], 8, []),
        ([range(6, 9)], 3, []),
    ],
)
def test_rows_are_given_without_a_gap_or_not_at_all(
    added: list[range | tuple[int, ...]], after: int, found: list[int]
) -> None:
    fresh = Fresh(lambda: 1)
    fresh.after(0, limit=1)
    for some in added:
        fresh.add([row(n) for n in some])

    assert [one.n for one in fresh.after(after, limit=3)] == found


def test_a_judge_that_is_far_behind_reads_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "fairtag.adapters.sqlite.taking.fresh._MOST", sum(map(fresh_size, map(row, range(10, 20))))
    )
    fresh = Fresh(lambda: 1)
    fresh.after(0, limit=1)
    for n in range(0, 20, 5):
        fresh.add([row(n + m) for m in range(5)])

    assert fresh.after(3, limit=9) == []
    assert [one.n for one in fresh.after(9, limit=99)] == list(range(10, 20))
