"""A table of positions (contract §4)."""

from __future__ import annotations

import pytest
from tests.unit.intake.say import FIXED, ISO, the_position

from fairtag.intake import csv
from fairtag.intake.request import Why
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import SECOND

HEAD = "at,received_at,lat,lon,accuracy_m,speed_mps,seq,source"


def read(*rows: str, head: str = HEAD) -> csv.Decoded:
    return csv.decode("\n".join((head, *rows)).encode(), DeviceId("D-1"))


def test_a_row_is_a_position_of_the_orders_only_device() -> None:
    place = the_position(read(f"{ISO},2026-11-03T00:00:02Z,53.48,-2.24,8.5,1.25,17,gnss"))
    assert (place.device_id, place.at, place.received_at) == ("D-1", FIXED, FIXED + 2 * SECOND)
    assert (place.accuracy_m, place.speed_mps, place.seq) == (8.5, 1.25, 17)


def test_an_empty_cell_is_unknown() -> None:
    place = the_position(read(f"{ISO},,53.48,-2.24,,,,"))
    assert (place.received_at, place.accuracy_m, place.speed_mps) == (FIXED, None, None)
    assert place.seq is None


def test_a_row_may_be_received_some_seconds_before_it_happened() -> None:
    assert the_position(read(f"{ISO},2026-11-02T23:59:57Z,53.48,-2.24,8,,,")).at == FIXED


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"{ISO},,north,-2.24,,,,", Why.WRONG_TYPE),
        (f"{ISO},,nan,-2.24,,,,", Why.WRONG_TYPE),
        (f"{ISO},,91,-2.24,,,,", Why.OUT_OF_RANGE),
        (f"{ISO},,53.48", Why.MISSING),
        ("today,,53.48,-2.24,,,,", Why.CLOCK),
        (f"{ISO},,53.48,-2.24,,,1.5,", Why.WRONG_TYPE),
    ],
)
def test_a_bad_row_is_kept_apart_and_the_others_are_read(row: str, why: Why) -> None:
    said = read(f"{ISO},,53.48,-2.24,,,,", row)
    assert len(said.messages) == 1
    assert [one.why for one in said.refused] == [why]
    assert b"D-1" in said.refused[0].raw


def test_nonsense_costs_a_row_its_part_only() -> None:
    assert the_position(read(f"{ISO},,53.48,-2.24,wide,1e308,,moon")).accuracy_m is None


def test_a_mark_of_byte_order_and_columns_that_we_do_not_know_do_no_harm() -> None:
    raw = f"\ufeffat,lat,lon,colour\n{ISO},53.48,-2.24,red,more\n"
    assert the_position(csv.decode(raw.encode(), DeviceId("D-1"))).lat == 53.48


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"at,lat,lon\n", b"hello"])
def test_a_table_without_rows_says_nothing(raw: bytes) -> None:
    assert csv.decode(raw, DeviceId("D-1")).messages == ()


def test_a_cell_beyond_all_sizes_is_kept_apart() -> None:
    said = read(f"{ISO},,53.48,-2.24,,,,", "9" * 200_000, f"{ISO},,53.49,-2.24,,,,")
    assert len(said.messages) == 2
    assert len(said.refused) == 1
