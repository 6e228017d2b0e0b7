"""What is read in one look at the bytes is what the slow way says, and nothing odd is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.intake.test_plain import NAMES, NOW, bodies, said, slow, usual_body

from fairtag.intake.together import lines, plain, signs
from fairtag.intake.together.said import Plain
from fairtag.terms.compiled import VARIABLE
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import SECOND, Micros, parse, text


def read(asked: list[tuple[DeviceId, bytes]]) -> list[Plain | None]:
    """Read by the loop, as plain Python."""
    told = lines._room([body for _, body in asked], [name for name, _ in asked], NOW)
    lines._read_all.plain(*map(_shown, told))  # type: ignore[call-arg, arg-type]
    return lines._shares(*told[3:], NOW)


def _shown(value: Any) -> Any:
    return type(value)(*(one.data for one in value)) if isinstance(value, tuple) else value.data


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), bodies()), min_size=1, max_size=4))
def test_what_is_read_is_what_the_slow_way_says(asked: list[tuple[DeviceId, bytes]]) -> None:
    asked = [(name, body) for name, body in asked if body.startswith(b"{")]
    if not asked:
        return
    for (name, body), one, other in zip(
        asked,
        read(asked),
        plain._halved([b for _, b in asked], [n for n, _ in asked], NOW),
        strict=True,
    ):
        if one is None:
            continue
        told = said(name, one)
        assert repr(told) == repr(slow(name, body))
        assert other is not None
        assert facts(one) == facts(other)


def facts(one: Plain) -> object:
    return (
        *(one.epoch, one.first_seq, one.last_seq, one.first_at, one.last_at),
        *(one.fixes, one.battery_pct),
    )


def test_what_most_devices_write_is_read() -> None:
    usual = usual_body(15)
    spaced = usual.replace(b'":', b'": ').replace(b',"', b', "')
    named = usual.replace(b'"seq"', b'"device_id":"D-1","is_mock":true,"epoch":3,"seq"')
    asked = [(NAMES[0], usual), (NAMES[1], named), (NAMES[2], spaced)]
    found = read(asked)
    assert [one is None for one in found] == [False, False, False]
    assert found[1] is not None
    assert said(NAMES[1], found[1]) == slow(NAMES[1], named)
    assert found[2] is not None
    assert said(NAMES[2], found[2]) == slow(NAMES[2], usual)


_LINE = b'{"type":"position","seq":1,"at":"2026-11-25T10:00:00Z","lat":51.5,"lon":-0.12}'
_ODD = {
    "a key that came twice": _LINE.replace(b'"lon"', b'"lat":1,"lon"'),
    "a key that is missing": _LINE.replace(b',"lon":-0.12', b""),
    "a key that nobody knows": _LINE.replace(b'"lon"', b'"more":1,"lon"'),
    "a key with an escape": _LINE.replace(b'"lon"', b'"l\\u006fn"'),
    "an exponent": _LINE.replace(b"51.5", b"5.15e1"),
    "a zero before a number": _LINE.replace(b"51.5", b"051.5"),
    "a point without decimals": _LINE.replace(b"51.5", b"51."),
    "a negative zero": _LINE.replace(b"-0.12", b"-0"),
    "eight decimals": _LINE.replace(b"51.5", b"51.12345678"),
    "sixteen digits": _LINE.replace(b'"seq":1', b'"seq":1234567890123456'),
    "a real number that counts": _LINE.replace(b'"seq":1', b'"seq":1.0'),
    "a place that is none": _LINE.replace(b"51.5", b"90.0000001"),
    "another kind": _LINE.replace(b"position", b"event"),
    "a day that is none": _LINE.replace(b"11-25", b"02-29"),
    "another form of time": _LINE.replace(b"00Z", b"00+00:00"),
    "ahead of the clock": _LINE.replace(b"2026-11-25T10:00", b"2026-11-25T10:03"),
    "too long ago": _LINE.replace(b"2026", b"2014"),
    "another's name": _LINE.replace(b'"lon"', b'"device_id":"D-1","lon"'),
    "the beginning of its name": _LINE.replace(b'"lon"', b'"device_id":"D-","lon"'),
    "no mock": _LINE.replace(b'"lon"', b'"is_mock":false,"lon"'),
    "nothing": _LINE.replace(b"51.5", b"null"),
    "a text for a number": _LINE.replace(b"51.5", b'"51.5"'),
    "a list": b"[" + _LINE + b"]",
    "two objects in a line": _LINE + _LINE,
    "a comma too many": _LINE.replace(b"}", b",}"),
    "more behind it": _LINE + b" ",
    "an empty line": _LINE + b"\n\n" + _LINE.replace(b'"seq":1', b'"seq":2'),
    "a number left out": _LINE + b"\n" + _LINE.replace(b'"seq":1', b'"seq":3'),
    "a line that is cut": _LINE[:-1],
    "a name that is cut": _LINE[: _LINE.index(b"lat") + 2],
    "a time that is cut": _LINE[: _LINE.index(b"T10") + 2],
}


@pytest.mark.parametrize("body", _ODD.values(), ids=_ODD)
def test_what_is_odd_is_left_to_the_slow_way(body: bytes) -> None:
    beside = [(NAMES[1], usual_body(3)), (NAMES[0], body), (NAMES[2], usual_body(2))]
    first, odd, last = read(beside)
    assert odd is None
    assert first is not None
    assert last is not None
    assert said(NAMES[1], first) == slow(NAMES[1], usual_body(3))
    assert said(NAMES[2], last) == slow(NAMES[2], usual_body(2))
    assert read([(NAMES[0], _LINE)]) != [None]


def test_every_body_cut_anywhere_is_odd() -> None:
    for end in range(1, len(_LINE)):
        assert read([(NAMES[0], _LINE[:end]), (NAMES[1], _LINE)])[0] is None


@given(st.integers(1, 6), st.integers(0, 999_999), st.integers(0, 16_000 * 86_400))
def test_an_instant_is_what_the_terms_say(places: int, micros: int, seconds: int) -> None:
    told = text(Micros(seconds * SECOND))[:-1].partition(".")[0] + f".{micros:06d}"[: places + 1]
    raw = f'"{told}Z"'.encode() + lines._STOP
    assert signs.instant(memoryview(raw), 0) == (parse(told + "Z"), len(raw) - len(lines._STOP))  # type: ignore[arg-type]


def test_a_house_that_compiles_nothing_reads_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "never")
    assert lines.read([usual_body(3)], [NAMES[0]], NOW) is None
    assert plain.plain([(NAMES[0], usual_body(3))], received_at=NOW) != [None]


def test_negative_control_a_loop_that_takes_a_leading_zero(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = signs.number

    def loose(raw: Any, at: int) -> tuple[int, int, int]:
        while raw[at] == ord("0") and raw[at + 1] != ord("."):
            at += 1
        return honest(raw, at)

    monkeypatch.setattr(signs, "number", loose)
    body = _ODD["a zero before a number"]
    assert read([(NAMES[0], body)]) != [None]
    assert slow(NAMES[0], body) is None
