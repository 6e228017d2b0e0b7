"""The table and the file beside it are held against each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.unit.audit.test_entries import entry, flipped, lines

from fairtag.audit.beside import Spooled, disagreement, read_file, stands_alone, written
from fairtag.audit.entries import NOTHING_BEFORE, Line, chain

TABLE = lines()
FILE = b"".join(map(written, TABLE))


def held(*more: Line, file: bytes = FILE) -> Spooled:
    return read_file(file + b"".join(map(written, more)))


def test_a_file_is_read_as_it_was_written() -> None:
    spooled = read_file(FILE)

    assert list(spooled.lines) == TABLE
    assert (spooled.torn, spooled.unreadable, spooled.last) == (0, None, 6)
    assert disagreement(TABLE, spooled) is None
    assert stands_alone(spooled) is None
    assert read_file(b"") == Spooled(lines=(), torn=0, unreadable=None)


def test_any_byte_of_the_file_that_is_changed_is_found() -> None:
    for place in range(len(FILE)):
        bent = read_file(flipped(FILE, place))
        assert disagreement(TABLE, bent) is not None, FILE[max(0, place - 9) : place + 9]


@pytest.mark.parametrize("kept", range(6))
def test_a_table_without_its_newest_entries_is_found(kept: int) -> None:
    assert disagreement(TABLE[:kept], read_file(FILE)) is not None


@pytest.mark.parametrize("kept", range(6))
def test_a_file_without_its_newest_lines_is_found(kept: int) -> None:
    file = b"".join(map(written, TABLE[:kept]))

    assert disagreement(TABLE, read_file(file)) is not None


@pytest.mark.parametrize("gone", range(6))
def test_a_file_that_lacks_a_line_is_found(gone: int) -> None:
    file = b"".join(map(written, TABLE[:gone] + TABLE[gone + 1 :]))

    assert disagreement(TABLE, read_file(file)) is not None


def test_a_tail_that_was_dropped_and_written_over_is_found() -> None:
    """Somebody drops two entries from the table; the service goes on and fills their numbers."""
    table = TABLE[:4]
    file = FILE
    for n in (5, 6, 7):
        new = chain(n, entry(100 + n), table[-1].hash)
        table, file = [*table, new], file + written(new)

    assert "entry 5" in str(disagreement(table, read_file(file)))


def test_what_was_announced_and_refused_gives_its_number_to_the_next() -> None:
    refused = chain(7, entry(70), TABLE[-1].hash)
    done = chain(7, entry(71), TABLE[-1].hash)

    assert "entry 7" in str(disagreement(TABLE, held(refused)))
    assert disagreement([*TABLE, done], held(refused, done)) is None


def test_an_entry_that_says_that_it_is_alone_needs_no_line() -> None:
    alone = chain(7, replace(entry(7), is_alone=True), TABLE[-1].hash)
    after = chain(8, entry(8), alone.hash)

    assert disagreement([*TABLE, alone, after], held(after)) is None
    assert disagreement([*TABLE, chain(7, entry(7), TABLE[-1].hash)], held()) is not None


def test_a_line_that_was_cut_off_as_it_was_written_is_counted_and_no_harm() -> None:
    half = written(chain(7, entry(7), TABLE[-1].hash))[:60]

    spooled = read_file(FILE + half + b"\n" + written(chain(7, entry(7), TABLE[-1].hash)))

    assert spooled.torn == 1
    assert disagreement([*TABLE, chain(7, entry(7), TABLE[-1].hash)], spooled) is None


ALONE: dict[str, Callable[[list[Line]], list[Line]]] = {
    "dropped": lambda held: held[:2] + held[3:],
    "moved to the front": lambda held: [chain(1, entry(9), NOTHING_BEFORE), *held[1:]],
    "of another chain": lambda held: [*held[:3], chain(4, entry(9), b"x" * 32), *held[4:]],
}


@pytest.mark.parametrize("how", ALONE)
def test_a_file_that_is_checked_alone_shows_what_is_bent(how: str) -> None:
    bent = b"".join(map(written, ALONE[how](TABLE)))

    assert stands_alone(read_file(bent)) is not None
    assert stands_alone(read_file(flipped(FILE, 40))) is not None
