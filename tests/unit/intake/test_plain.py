"""Many plain requests read at once say what each says alone; whatever is odd is left alone."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairtag.intake import fix, native
from fairtag.intake.messages import Message
from fairtag.intake.request import Request
from fairtag.intake.together import plain
from fairtag.intake.together.said import Plain
from fairtag.intake.together.stamped import instants
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, EARLIEST, MINUTE, SECOND, Micros, parse, text

NOW = parse("2026-11-25T10:00:00.25Z")
NAMES = tuple(DeviceId(f"D-{n}") for n in range(3))

degrees = st.floats(-181, 181) | st.integers(-1_810_000_000, 1_810_000_000).map(lambda n: n / 1e7)
halves = st.integers(-(10**9), 10**9).map(lambda n: (n + 0.5) / 1e7)
number = st.none() | st.floats(-2, 1200) | st.sampled_from([0, 1, -1, 8, 100, 1e300, 2**60, 0.5])
moments = st.integers(NOW - 2 * DAY, NOW + 3 * MINUTE).map(
    lambda at: text(Micros(at - at % random.Random(at).choice([1, 1000, SECOND])))
) | st.sampled_from(
    [
        *("2026-02-29T10:00:00Z", "2024-02-29T23:59:59.5Z", "2026-11-25T09:00:00+00:00"),
        *("2026-11-25T09:00:60Z", "2026-11-25T24:00:00Z", "2026-13-01T00:00:00Z"),
        *("2014-12-31T23:59:59.999999Z", "2015-01-01T00:00:00Z", "2026-11-25t09:00:00Z"),
        *("2026-11-25T09:00:00.Z", "2026-11-25T09:00:00.1234567Z", "2026-11-25 09:00:00Z", ""),
        *("2026-11-25T09:00:00.12345678", "2026-11-25T09:00:00,5Z", "2026-1l-25T09:00:00Z"),
    ]
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A request as a device writes it, now and then with something odd in it."""
    seq = draw(st.integers(0, 50))
    lines = []
    for n in range(draw(st.integers(1, 6))):
        line: dict[str, Any] = {"type": "position", "seq": seq + n, "at": text(Micros(NOW - n))}
        line |= {"lat": draw(degrees | halves), "lon": draw(degrees | halves)}
        for name in ("accuracy_m", "accuracy_level", "speed_mps", "battery_pct"):
            if (told := draw(number)) is not None:
                line[name] = told
        for name, values in ODD.items():
            if draw(st.integers(0, 60)) == 0:
                line[name] = draw(values)
        names = draw(st.permutations(list(line)))
        lines.append(json.dumps({name: line[name] for name in names}, separators=(",", ":")))
    raw = "\n".join(lines).encode()
    return draw(st.sampled_from(MUTATIONS))(raw) if draw(st.integers(0, 3)) == 0 else raw


ODD: dict[str, st.SearchStrategy[Any]] = {
    "at": moments,
    "seq": st.sampled_from([None, 3, -1, 2**53, 2**53 - 1, 5.0, "7", True]),
    "epoch": st.sampled_from([None, 0, 1, -1, 2**60, "0"]),
    "source": st.sampled_from(["gnss", "cell", "wifi", "satellite", "", None, 3, 'a":b']),
    "device_id": st.sampled_from(["D-0", "D-1", "", None, 5]),
    "is_mock": st.sampled_from([True, False, None, 1]),
    "received_at": st.sampled_from(["2026-11-25T10:00:00Z", "", None, 4]),
    "accuracy_m": st.sampled_from([None, "8", True, [], {"a": 1}]),
    "type": st.sampled_from(["event", "position", None]),
    "more": st.sampled_from([1, "x", {"y": 2}]),
    "lat": st.sampled_from([90.0000001, -90, None, "53"]),
    "speed_mps": st.sampled_from([-0.0, 1000.0, 1000.1]),
}
MUTATIONS = [
    lambda raw: raw.replace(b'"seq":', b'"seq":1,"seq":', 1),
    lambda raw: raw.replace(b'"lat":', b'"lat" :', 1),
    lambda raw: raw.replace(b'"lat":', b'"lat" :1,"lat":', 1),
    lambda raw: raw.replace(b'"lat":', b'"l\\u0061t":', 1),
    lambda raw: raw.replace(b":", b"\\u003a").replace(b"\\u003a", b":", 3),
    lambda raw: raw.replace(b"T10:", b"T10\\u003a").replace(b'"lat":', b'"lat":1,"lat":', 1),
    lambda raw: raw.replace(b'"lat":', b'\n"lat":', 1),
    lambda raw: raw.replace(b"\n", b"", 1),
    lambda raw: raw.replace(b"\n", b" ", 1),
    lambda raw: raw.replace(b"\n", b"\r\n"),
    lambda raw: raw.replace(b"\n", b"\n\n"),
    lambda raw: raw.replace(b"}\n{", b"}{\n", 1),
    lambda raw: raw + b"\n",
    lambda raw: raw + b"\n\n \n",
    lambda raw: b" " + raw,
    lambda raw: raw[:-1],
    lambda raw: raw[: len(raw) // 2],
    lambda raw: raw + b"}",
    lambda raw: b"[" + raw + b"]",
    lambda raw: raw[:0],
    lambda raw: raw.replace(b"1", b"\xff", 1),
    lambda raw: raw.replace(b"0", b"00", 1),
    lambda raw: raw.replace(b":", b":NaN", 1),
]


def slow(name: DeviceId, body: bytes) -> tuple[Message, ...] | None:
    """What the decoder for everything says, when it refuses nothing."""
    request = Request(method="POST", body=body, received_at=NOW, device_id=name)
    decoded = native.decode(request)
    return None if decoded.refused else decoded.messages


def said(name: DeviceId, one: Plain) -> tuple[Message, ...]:
    told = one.positions(name)
    return tuple(told.message(row) for row in range(len(told)))


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), bodies()), min_size=1, max_size=4))
def test_what_is_plain_is_what_the_slow_way_says(asked: list[tuple[DeviceId, bytes]]) -> None:
    for (name, body), one in zip(asked, plain.plain(asked, received_at=NOW), strict=True):
        if one is None:
            continue
        told = said(name, one)
        assert told == slow(name, body)
        assert repr(told) == repr(slow(name, body))  # a negative zero is not a zero
        assert [each.seq for each in told] == list(range(one.first_seq, one.last_seq + 1))
        assert (one.first_at, one.last_at) == (
            min(each.at for each in told),
            max(each.at for each in told),
        )
        charges = [each.battery_pct for each in told if each.battery_pct is not None]
        assert one.battery_pct == (charges[-1] if charges else None)


def test_a_usual_request_is_plain_alone_and_beside_an_odd_one() -> None:
    usual, odd = usual_body(4), usual_body(4).replace(b'"seq":', b'"seq":9,"seq":', 1)
    asked = [(NAMES[0], usual), (NAMES[1], odd), (NAMES[2], usual + b"\n")]
    found = plain.plain(asked, received_at=NOW)
    assert [one is None for one in found] == [False, True, False]
    assert found[2] is not None
    assert said(NAMES[2], found[2]) == slow(NAMES[2], usual)


def test_without_the_count_of_keys_a_key_that_came_twice_would_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twice = usual_body(1).replace(b'"lat":', b'"lat":1,"lat":')
    assert plain.plain([(NAMES[0], twice)], received_at=NOW) == [None]
    monkeypatch.setattr(plain._Told, "is_once", lambda *_: True)
    assert plain.plain([(NAMES[0], twice)], received_at=NOW) != [None]
    assert slow(NAMES[0], twice) is None


@given(st.lists(degrees | halves, min_size=1, max_size=50))
def test_coordinates_are_rounded_as_one_by_one(told: list[float]) -> None:
    found = plain._coordinates(plain.np.array(told)).tolist()
    assert list(map(repr, found)) == [repr(fix.coordinate(one)) for one in told]


@given(st.lists(moments, min_size=1, max_size=5))
def test_instants_are_read_as_one_by_one(told: list[str]) -> None:
    found = instants(told)
    if found is not None:
        assert found.tolist() == [parse(one) for one in told]


def test_usual_instants_are_read() -> None:
    told = [text(Micros(EARLIEST + n * 86_399_999_983)) for n in range(5_000)]
    found = instants(told)
    assert found is not None
    assert found.tolist() == [EARLIEST + n * 86_399_999_983 for n in range(5_000)]


def usual_body(number: int) -> bytes:
    lines = [
        {
            "type": "position",
            "seq": n,
            "at": text(Micros(NOW - n * MINUTE)),
            "lat": 53.4808123 + n,
            "lon": -2.2,
            "accuracy_m": 8,
        }
        for n in range(1, number + 1)
    ]
    return "\n".join(json.dumps(one, separators=(",", ":")) for one in lines).encode()
