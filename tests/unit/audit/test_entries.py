"""The chain: each line holds the hash of the one before it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from fairtag.audit.entries import NOTHING_BEFORE, Entry, Line, chain, first_broken, read
from fairtag.terms.instants import Micros


def entry(n: int) -> Entry:
    return Entry(at=Micros(n), operation="consultation", actor="ann", what="alert.evidence")


def lines(count: int = 6) -> list[Line]:
    found: list[Line] = []
    for n in range(1, count + 1):
        found.append(chain(n, entry(n), found[-1].hash if found else NOTHING_BEFORE))
    return found


def flipped(told: bytes, place: int) -> bytes:
    return told[:place] + bytes([told[place] ^ 1]) + told[place + 1 :]


def test_an_untouched_chain_holds() -> None:
    assert first_broken(lines()) is None
    assert first_broken([]) is None


def test_a_line_is_read_as_it_was_written() -> None:
    assert read(lines()[2]) == entry(3)


@pytest.mark.parametrize("name", ["body", "before", "hash"])
def test_any_byte_that_is_changed_is_found(name: str) -> None:
    whole = lines(3)
    for place in range(len(getattr(whole[1], name))):
        bent = replace(whole[1], **{name: flipped(getattr(whole[1], name), place)})
        assert first_broken([whole[0], bent, whole[2]]) == 2


BENT: dict[str, tuple[Callable[[list[Line]], list[Line]], int]] = {
    "dropped": (lambda held: held[:2] + held[3:], 3),
    "dropped at the start": (lambda held: held[1:], 1),
    "swapped": (lambda held: [held[1], held[0], *held[2:]], 1),
    "doubled": (lambda held: [*held[:3], held[2], *held[3:]], 4),
    "renumbered": (lambda held: [*held[:3], replace(held[3], n=9), *held[4:]], 4),
    "put before the first": (lambda held: [chain(0, entry(0), NOTHING_BEFORE), *held], 1),
    "negative": (lambda held: [chain(-4, entry(0), NOTHING_BEFORE), *held], 1),
    "a word added that is no field": (
        lambda held: [replace(held[0], body=held[0].body[:-1] + b',"x":1}'), *held[1:]],
        1,
    ),
    "a space added": (lambda held: [replace(held[0], body=held[0].body + b" "), *held[1:]], 1),
    "no entry at all": (lambda held: [replace(held[0], body=b"{"), *held[1:]], 1),
}


@pytest.mark.parametrize("how", BENT)
def test_whatever_is_done_to_the_chain_is_found_at_its_place(how: str) -> None:
    bend, place = BENT[how]

    assert first_broken(bend(lines())) == place
