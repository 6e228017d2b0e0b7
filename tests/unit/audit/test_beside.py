"""The table and the file beside it are held against each other."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.audit.test_entries import entry, flipped, lines

from fairtag.audit.beside import ALONE, Spooled, disagreement, read_file, written
from fairtag.audit.entries import Entry, Line, body_of
from fairtag.terms.instants import Micros

TABLE = lines()
FILE = b"".join(written(line.body) for line in TABLE)


def beside(*bodies: bytes, file: bytes = FILE) -> Spooled:
    return read_file(file + b"".join(map(written, bodies)))


def test_a_file_is_read_as_it_was_written() -> None:
    spooled = read_file(FILE)

    assert list(spooled.bodies) == [line.body for line in TABLE]
    assert (spooled.torn, spooled.unreadable) == (0, None)
    assert disagreement(TABLE, spooled) is None
    assert read_file(b"") == Spooled(bodies=())


def test_any_byte_of_the_file_that_is_changed_is_found() -> None:
    for place in range(len(FILE)):
        bent = read_file(flipped(FILE, place))
        assert disagreement(TABLE, bent) is not None, FILE[max(0, place - 9) : place + 9]


@pytest.mark.parametrize("kept", range(6))
def test_a_table_or_a_file_without_its_newest_is_found(kept: int) -> None:
    file = b"".join(written(line.body) for line in TABLE[:kept])

    assert disagreement(TABLE[:kept], read_file(FILE)) is not None
    assert disagreement(TABLE, read_file(file)) is not None


@pytest.mark.parametrize("gone", range(6))
def test_a_file_that_lacks_a_line_is_found(gone: int) -> None:
    kept = TABLE[:gone] + TABLE[gone + 1 :]
    file = b"".join(written(line.body) for line in kept)

    assert f"entry {gone + 1}" in str(disagreement(TABLE, read_file(file)))


def test_what_was_announced_stands_in_the_table_with_its_mark_later() -> None:
    announced = entry(70)
    merged = Line(n=7, body=body_of(replace(announced, spooled=True)))

    assert "waits to be merged" in str(disagreement(TABLE, beside(body_of(announced))))
    assert disagreement([*TABLE, merged], beside(body_of(announced))) is None


def test_a_mark_on_an_entry_that_the_file_does_not_hold_helps_nobody() -> None:
    merged = Line(n=7, body=body_of(replace(entry(70), spooled=True)))

    assert "entry 7" in str(disagreement([*TABLE, merged], beside()))
    other = replace(entry(70), actor="bob")
    assert "entry 7" in str(disagreement([*TABLE, merged], beside(body_of(other))))


def test_what_came_into_the_file_after_the_table_was_read_is_on_its_way() -> None:
    assert disagreement(TABLE, beside(body_of(entry(7))), awaited=beside()) is None


def test_entries_that_the_log_says_stand_alone_need_no_line() -> None:
    alone = Line(n=7, body=body_of(entry(7)))
    told = Entry(
        at=Micros(8),
        operation="admin",
        actor="machine",
        what=ALONE,
        ref=f"{8:032x}",
        details={"refs": entry(7).ref},
    )

    assert disagreement([*TABLE, alone, Line(n=8, body=body_of(told))], beside()) is None
    assert "entry 7" in str(disagreement([*TABLE, alone], beside()))


def test_a_line_that_was_cut_off_as_it_was_written_is_counted_and_no_harm() -> None:
    new = entry(7)
    half = written(body_of(new))[:60]

    spooled = read_file(FILE + half + b"\n" + written(body_of(new)))

    assert spooled.torn == 1
    assert disagreement([*TABLE, Line(n=7, body=body_of(new))], spooled) is None
