"""Which numbers are here, when many requests are stored at once and then the process goes?

What plain requests add stands in the device's row until somebody asks; nobody may notice.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.rig import START, Rig, opened_rig, order_of
from tests.web.test_lane import offered

from fairtag.adapters.sqlite.journal import SqliteJournal
from fairtag.adapters.sqlite.taking.plain import SqlitePlain
from fairtag.app.put_order import put_order
from fairtag.orders.scheme import seed_scheme
from fairtag.terms.errors import UnknownDevice
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros, text
from fairtag.web.device_api.app import DeviceDoor

LATER = 9 * MINUTE  # beyond the instant of every position that lies in the row


def lines(first: int, last: int, *, now: Micros, back: int = 0) -> bytes:
    """Write positions of these numbers, ten seconds apart, the newest `back` µs ago."""
    told = (
        {
            "type": "position",
            "seq": seq,
            "at": text(Micros(now - back - (last - seq) * 10 * SECOND)),
            "lat": 53.48,
            "lon": -2.24,
        }
        for seq in range(first, last + 1)
    )
    return "\n".join(map(json.dumps, told)).encode()


def said(rig: Rig, device: str, body: bytes) -> dict[str, Any]:
    """Say it through a door that knows nothing by heart yet."""
    answer = offered(DeviceDoor(rig.house), [(device, body)])[0]
    return {**answer["stored"].get(device, {}), "quarantined": answer["quarantined"]}


def entries(rig: Rig) -> list[tuple[str, int]]:
    """List what the journal holds: whose, and how many positions."""
    found = rig.house.store.read(lambda tx: tx.journal.after(0, limit=1000))
    return [(one.order_id, one.count) for one in found if one.what == "messages"]


def restarted(folder: Path) -> tuple[dict[str, Any], dict[str, Any], list[tuple[str, int]]]:
    """Say 1 to 30, close, open, say 16 to 30 once more and then 31 to 40."""
    at = Micros(START + DAY)
    with opened_rig(folder, at) as rig:
        device = rig.wearer()
        first, second = lines(1, 15, now=at), lines(16, 30, now=at)
        for body in (first, second):
            offered(DeviceDoor(rig.house), [(device, body)])
    with opened_rig(folder, at) as rig:
        again = said(rig, device, second)
        return again, said(rig, device, lines(31, 40, now=at)), entries(rig)


def test_numbers_are_here_after_a_restart_and_what_comes_again_is_stored_once(
    tmp_path: Path,
) -> None:
    again, more, held = restarted(tmp_path)
    assert again == {"epoch": 0, "upto": 30, "missing": [], "quarantined": []}
    assert more == {"epoch": 0, "upto": 40, "missing": [], "quarantined": []}
    assert [number for _, number in held] == [15, 15, 10]


def test_negative_control_numbers_that_nobody_draws_up_are_stored_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqliteJournal, "draw_up", lambda *_: None)
    assert [number for _, number in restarted(tmp_path)[2]] != [15, 15, 10]


def test_a_gap_after_plain_requests_is_told_and_filled(rig: Rig) -> None:
    device, now = rig.wearer(), rig.clock.at
    said(rig, device, lines(1, 20, now=now))
    said(rig, device, lines(21, 40, now=now))
    told = said(rig, device, lines(51, 60, now=now))
    assert (told["upto"], told["missing"]) == (60, [[41, 50]])
    told = said(rig, device, lines(41, 50, now=now))
    assert (told["upto"], told["missing"]) == (60, [])
    told = said(rig, device, lines(61, 70, now=now))
    assert (told["upto"], told["missing"]) == (70, [])
    assert [number for _, number in entries(rig)] == [20, 20, 10, 10, 10]


def test_two_epochs_in_turns_keep_their_numbers_apart(rig: Rig) -> None:
    device, now = rig.wearer(), rig.clock.at
    for first in (1, 11, 21):
        body = lines(first, first + 9, now=now)
        assert said(rig, device, body)["upto"] == first + 9
        told = said(rig, device, body.replace(b'"seq"', b'"epoch": 1, "seq"'))
        assert (told["epoch"], told["upto"], told["missing"]) == (1, first + 9, [])
    assert [number for _, number in entries(rig)] == [10] * 6


@pytest.mark.parametrize("back", [HOUR, -LATER], ids=["earlier", "later"])
def test_a_number_that_comes_again_with_another_instant_contradicts(rig: Rig, back: int) -> None:
    device, now = rig.wearer(), Micros(rig.clock.at - 10 * MINUTE)
    said(rig, device, lines(1, 15, now=now))
    told = said(rig, device, lines(1, 15, now=now, back=back))
    assert {one["why"] for one in told["quarantined"]} == {"conflict"}
    assert len(told["quarantined"]) == 15
    assert [number for _, number in entries(rig)] == [15]


def test_negative_control_rows_of_other_instants_have_to_be_looked_at(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = SqliteJournal._numbered

    def near(self: SqliteJournal, entry: Any, span: Any, *, since: Micros) -> list[Any]:
        return whole(self, entry, span, since=since) if since > 0 else []

    monkeypatch.setattr(SqliteJournal, "_numbered", near)
    device, now = rig.wearer(), Micros(rig.clock.at - 10 * MINUTE)
    said(rig, device, lines(1, 15, now=now))
    said(rig, device, lines(1, 15, now=now, back=-LATER))
    assert [number for _, number in entries(rig)] == [15, 15]


def test_a_number_of_a_former_order_is_known_under_the_next_one(rig: Rig) -> None:
    now, ends = rig.clock.at, Micros(rig.clock.at + HOUR)
    device = rig.wearer(1, ends_at=text(ends))
    following = json.dumps(order_of(1, order_id="ORD-2", starts_at=text(ends))).encode()
    put_order(rig.house, following, scheme=seed_scheme(), by="test")
    said(rig, device, lines(1, 15, now=now))
    rig.clock.at = Micros(now + 2 * HOUR)
    told = said(rig, device, lines(1, 15, now=rig.clock.at))
    assert {one["why"] for one in told["quarantined"]} == {"conflict"}
    assert said(rig, device, lines(16, 30, now=rig.clock.at))["upto"] == 30
    assert entries(rig) == [("ORD-1", 15), ("ORD-2", 15)]


def test_a_device_without_a_row_is_not_noted_in_silence(rig: Rig) -> None:
    rows = [(1, 1, None, 0, 5, DeviceId("D-404"))]
    with pytest.raises(UnknownDevice):
        rig.house.store.transact(lambda tx: tx.plain._tell(rows))  # type: ignore[attr-defined]


def test_a_group_that_fails_leaves_nothing_known_by_heart(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, now = rig.wearer(), rig.clock.at
    said(rig, device, lines(1, 15, now=now))
    whole = SqlitePlain._note

    def fails(self: SqlitePlain, *told: Any) -> None:
        whole(self, *told)
        raise UnknownDevice

    with monkeypatch.context() as bent:
        bent.setattr(SqlitePlain, "_note", fails)
        assert said(rig, device, lines(16, 30, now=now))["upto"] == 30  # one by one, then
    assert said(rig, device, lines(31, 45, now=now))["upto"] == 45
    assert [number for _, number in entries(rig)] == [15, 15, 15]
