"""An entry's bytes are canonical: what reads as an entry and is written otherwise was not ours."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from fairtag.audit.entries import Entry, Line, Receipt, body_of, read
from fairtag.terms.instants import Micros


def entry(n: int) -> Entry:
    return Entry(
        at=Micros(n),
        operation="consultation",
        actor="ann",
        what="alert.evidence",
        ref=f"{n:032x}",
    )


def lines(count: int = 6) -> list[Line]:
    return [Line(n=n, body=body_of(entry(n))) for n in range(1, count + 1)]


def flipped(told: bytes, place: int) -> bytes:
    return told[:place] + bytes([told[place] ^ 1]) + told[place + 1 :]


def test_an_entry_is_read_as_it_was_written() -> None:
    full = replace(
        entry(3),
        role="officer",
        authority="ho",
        reason_text=b"\x00\xff sealed",
        fields=("evidence", "text"),
        window=(Micros(1), Micros(2)),
        rows=4,
        details={"b": "2", "a": "1"},
        spooled=True,
    )

    assert read(body_of(full)) == full
    assert b'"details":{"a":"1","b":"2"}' in body_of(full)


def test_what_says_nothing_takes_no_bytes() -> None:
    assert b"reason_text" not in body_of(entry(1))


@pytest.mark.parametrize(
    "bent",
    [
        lambda told: told[:-1] + b',"x":1}',
        lambda told: told + b" ",
        lambda told: told.replace(b'":', b'": ', 1),
        lambda told: told[:-1] + b',"rows":null}',
        lambda _: b"{",
        lambda _: b"",
    ],
)
def test_the_same_words_in_other_bytes_are_no_entry(bent) -> None:
    assert read(bent(body_of(entry(1)))) is None


def test_a_receipt_names_the_entry() -> None:
    assert Receipt(ref="ab" * 16, n=7).text == "entry 7"
    assert "abababababababab" in Receipt(ref="ab" * 16, n=None).text
