"""Chunks give back what was said, byte for byte, or refuse; nothing else happens."""

from __future__ import annotations

import base64
import math
import random
import struct
import time
import zlib
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail import codec, form, measured, parting, pen, whole, writing
from fairtag.custody.trail.bits import read as read_bits
from fairtag.custody.trail.codec import Bound
from fairtag.custody.trail.entry import JournalEntry
from fairtag.custody.trail.form import Frame
from fairtag.custody.trail.pen import Reader
from fairtag.evaluation.case import simulated
from fairtag.intake.columns import Positions, runs
from fairtag.intake.messages import (
    CheckInReceipt,
    CheckInState,
    Event,
    EventCode,
    Message,
    Position,
    Source,
    StatusReport,
)
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import HOUR, SECOND, Micros, parse

OLDER = (
    "Ev8rKCgoAaEEDnGAt4o8AgECAgD/mu4CBxSwsIf+AwwHFPvlsRWJAQT4VQwCAIgBAQDADAUMC4AAAjLWta1rWqqq"
    "qqqqqvPmeeHPPJzz5nnhzzy1mZrWZmtZma1mZnnnnnnnnnnnnnnnnnnnn5Zj+4IkM23ka1mj70VkJzEkXxzj4wik"
    "G/RkU+Aj18vkD7ekR6Njy48kA3rkO2akc1Jj9z4kLynkZxWj62ldSAX4dUO1Ad5NOrwVwnx4b6N71bRXEsPt1Icq"
    "a74YCroVj38DDrU/eLSS5IHy46HitO9GOIlztYmVPnm3PonZu4n7OIlntYmJPnmrPonNu4nvOIlbtYl9PnmfPonB"
    "u4njOIoFtYlxPnmTPom1u4nXmZmZmZmZmZmZkA=="
)
ORDER, WEARER, DEVICE = OrderId("ORD-1"), WearerId("W-1"), DeviceId("D-1")
START = parse("2026-11-02T12:00:00Z")

instants = st.integers(START, START + HOUR).map(Micros)
any_float = st.floats(allow_nan=False, allow_infinity=False)
coordinates = st.integers(-1_800_000_000, 1_800_000_000).map(lambda told: told / 1e7)
numbers = st.one_of(
    st.none(),
    any_float,
    st.integers(0, 1000).map(lambda told: told / 10),
    st.integers(0, 9_999).map(lambda told: told / 100 * (1852 / 3600)),
    st.integers(0, 300).map(lambda told: told / 3.6),
    st.integers(0, 100).map(lambda told: told / 100 * 100),
)
heads = {
    "device_id": st.sampled_from([DEVICE, DeviceId("D-é")]),
    "epoch": st.sampled_from([0, 0, 1, 2**53 - 1]),
    "seq": st.one_of(st.none(), st.integers(0, 2**53 - 1), st.integers(0, 50)),
    "at": instants,
    "received_at": instants,
}
messages = st.one_of(
    st.builds(
        Position,
        lat=st.one_of(coordinates, any_float),
        lon=st.one_of(coordinates, any_float),
        accuracy_m=numbers,
        accuracy_level=numbers,
        source=st.sampled_from(Source),
        speed_mps=numbers,
        battery_pct=numbers,
        is_mock=st.sampled_from([None, True, False]),
        **heads,
    ),
    st.builds(Event, code=st.sampled_from(EventCode), **heads),
    st.builds(StatusReport, battery_pct=numbers, **heads),
    st.builds(
        CheckInReceipt,
        check_in_id=st.text(max_size=5),
        condition_id=st.text(max_size=3).map(ConditionId),
        state=st.sampled_from(CheckInState),
        window_until=st.one_of(st.none(), instants),
        result=st.one_of(st.none(), st.text(max_size=3)),
        **heads,
    ),
)
entries = st.lists(
    st.builds(
        JournalEntry,
        n=st.integers(1, 2**40),
        what=st.sampled_from(["messages", "tick", "ruling"]),
        order_id=st.just(ORDER),
        wearer_id=st.just(WEARER),
        device_id=st.sampled_from([None, DEVICE, DeviceId("D-2")]),
        received_at=instants,
        told=st.lists(messages, max_size=4).map(tuple),
    ),
    min_size=1,
    max_size=12,
)


def frame_of(told: Sequence[JournalEntry]) -> Frame:
    return Frame(START, told[-1].n, DEVICE)


def encode(told: Sequence[JournalEntry]) -> bytes:
    (chunk,) = codec.encode([(frame_of(told), told)])
    return chunk


def bound(told: Sequence[JournalEntry], chunk: bytes) -> Bound:
    return Bound(ORDER, WEARER, frame_of(told), chunk)


def again(told: Sequence[JournalEntry]) -> list[JournalEntry]:
    (found,) = codec.decode([bound(told, encode(told))])
    return found


def positions(told: Sequence[JournalEntry]) -> list[Positions]:
    return codec.positions([bound(told, encode(told))])


def written(told: Iterable[JournalEntry]) -> list[bytes]:
    """Write entries down: what is equal and not the same, such as 0.0 and -0.0, differs here."""
    return [msgspec.msgpack.encode(one) for one in told]


def a_day(number: int = 1, *, scenario: str = "calm_at_home") -> list[JournalEntry]:
    """Give a simulated day, a fix a minute, a request an entry."""
    heard = simulated(scenario, number, seed=1, days=1).heard
    requests: dict[int, list[Message]] = {}
    for one in heard.messages():
        requests.setdefault(one.received_at, []).append(one)
    return [
        JournalEntry(
            n=n * 1000,
            what="messages",
            order_id=ORDER,
            wearer_id=WEARER,
            device_id=told[0].device_id,
            received_at=Micros(received_at),
            told=tuple(told),
        )
        for n, (received_at, told) in enumerate(sorted(requests.items()), 1)
    ]


@given(entries)
@settings(max_examples=100, deadline=None)
def test_whatever_was_said_comes_back(told: list[JournalEntry]) -> None:
    found = again(told)
    assert found == told
    assert written(found) == written(told)


@given(st.lists(entries, min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_chunks_written_and_read_together_are_the_same_as_alone(
    piles: list[list[JournalEntry]],
) -> None:
    chunks = codec.encode([(frame_of(told), told) for told in piles])
    assert chunks == [encode(told) for told in piles]
    found = codec.decode([bound(told, one) for told, one in zip(piles, chunks, strict=True)])
    assert [written(one) for one in found] == [written(told) for told in piles]
    assert codec.encode([]) == codec.decode([]) == codec.positions([]) == []


def test_negative_control_a_chunk_under_another_row_says_something_else() -> None:
    """Position, span and device are not repeated in a chunk: its seal is bound to them."""
    told = a_day()[:60]
    right = frame_of(told)._replace(device_id=told[0].device_id)
    (chunk,) = codec.encode([(right, told)])
    for wrong in (
        right._replace(start=Micros(START + HOUR)),
        right._replace(last_n=right.last_n + 1),
        right._replace(device_id=DeviceId("D-9")),
    ):
        (found,) = codec.decode([Bound(ORDER, WEARER, wrong, chunk)])
        assert found != told


@pytest.mark.parametrize("number", [1, 3])  # a tag, a phone
@pytest.mark.parametrize("scenario", ["calm_at_work", "deep_indoors_poor", "offline_evening"])
def test_a_simulated_day_comes_back_in_few_bytes(number: int, scenario: str) -> None:
    told = a_day(number, scenario=scenario)
    chunk = encode(told)
    assert again(told) == told
    assert len(chunk) <= 7 * sum(len(one.messages) for one in told)


def test_positions_come_back_as_columns_in_their_order() -> None:
    told = a_day()
    places = [one for entry in told for one in entry.messages if isinstance(one, Position)]
    found = [one.message(row) for one in positions(told) for row in range(len(one))]
    assert found == places
    (expected,) = runs(places)
    (columns,) = positions(told)
    assert np.array_equal(columns.lat, expected.lat)  # type: ignore[union-attr]


def test_positions_of_two_devices_are_parted() -> None:
    one = a_day()[:3]
    other = [
        msgspec.structs.replace(
            entry,
            device_id=DeviceId("D-2"),
            told=tuple(
                msgspec.structs.replace(each, device_id=DeviceId("D-2"), epoch=3)
                for each in entry.messages
            ),
        )
        for entry in one
    ]
    found = positions([*one, *other, *one])
    assert [(each.device_id, each.epoch) for each in found] == [
        ("D-0001", 0),
        ("D-2", 3),
        ("D-0001", 0),
    ]
    assert positions([msgspec.structs.replace(one[0], told=())]) == []


@pytest.mark.parametrize(
    "column",
    [
        [0],
        [7] * 1000,
        [-(2**63), 2**63 - 1],
        list(range(0, 60_000_000 * 100, 60_000_000)),
        [0] * 900 + [5] + [0] * 500 + [-3],
        [2**52, 0, -(2**52)],
        [2**50 - 2, 0, 3],
        [0, 2**48, 0, 2**48, -1],
        [1, 2],
        [n * n % 97 * 1_234_567 for n in range(60)],
        [-6_000_000],
        [(n * 7919) % 1013 for n in range(20_000)],
    ],
    ids=str,
)
def test_whole_numbers_come_back(column: list[int]) -> None:
    assert wholes_again([column]) == [column]


def wholes_again(columns: Sequence[Sequence[int]]) -> list[list[int]]:
    """Write columns side by side, each as a chunk of its own, and read them."""
    values = np.array([one for column in columns for one in column], np.int64)
    counts = np.array([len(column) for column in columns], np.int64)
    chunk = np.arange(len(columns))
    heads, bodies = whole.write(values, whole.guessed(values, counts), chunk, len(columns))
    slots, unary, low, numbers = whole.Slots(), list[bytes](), list[bytes](), list[int]()
    for head, body, count in zip(heads, bodies, counts.tolist(), strict=True):
        before = len(slots.sections.counts)
        reader = Reader(head)
        slots.read(reader, count)
        assert reader.rest() == b""
        numbers.append(sum(slots.sections.counts[before:]))
        reader = Reader(body)
        unary.append(reader.take(reader.natural()))
        low.append(reader.rest())
    told = read_bits(unary, low, slots.sections, np.array(numbers, np.int64))
    found, _ = whole.values_of(slots, told)
    return [one.tolist() for one in np.split(found, np.cumsum(counts)[:-1])]


@given(
    st.lists(
        st.lists(
            st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300), min_size=1, max_size=200
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_whole_numbers_come_back(columns: list[list[int]]) -> None:
    assert wholes_again(columns) == columns


def test_columns_of_which_little_is_told_come_back_side_by_side() -> None:
    """Beside each other, and beside columns that are told in full: each finds its own places."""
    sparse = [[0] * 40 + [n + 1] + [0] * (10 + n) + [-n, 5] for n in range(6)]
    full = [[(n * 7919) % 1013 for n in range(100)], [3] * 9, [2**62, -(2**62)]]
    columns = [one for pair in zip(sparse, full * 2, strict=True) for one in pair]

    assert wholes_again(columns) == columns


def test_a_place_past_the_end_of_a_column_is_refused() -> None:
    """The second of two sparse columns names a place that it has not; the first is whole."""
    slots = whole.Slots()
    for count in (50, 20):
        slots.heads.append((count, whole.SPARSE, whole.MIDDLE, 1, 0, 0))
    slots.sections.counts += [1, 1, 2, 2]
    told = [30, 7, 4, 13, 8, 9]
    found, _ = whole.values_of(slots, np.array(told, np.uint64))
    assert np.flatnonzero(found).tolist() == [30, 50 + 4, 50 + 18]

    with pytest.raises(TrailBroken, match="places"):
        whole.values_of(slots, np.array([*told[:3], 15, 8, 9], np.uint64))
    with pytest.raises(TrailBroken, match="places"):
        whole.values_of(slots, np.array([*told[:3], 2**63, 8, 9], np.uint64))


@pytest.mark.parametrize(
    "column",
    [
        [0.0, -0.0],
        [math.pi, math.e],
        [5e-324, 1.7976931348623157e308],
        [53.4808123, -2.2426],
        [0.1 + 0.2],
        [12.5 * 1852 / 3600],
        [57 / 100 * 100],
        [1e15, 2.0**53, 2.0**60],
        [math.nan, math.inf, -math.inf],
    ],
    ids=str,
)
def test_measured_numbers_come_back_to_the_bit(column: list[float]) -> None:
    values, counts = np.array(column), np.array([len(column)])
    steps, units = measured.steps_of(values, counts, is_coordinate=False)
    found = measured.floats_of(steps, {0: int(units[0])}, counts)
    if units[0] == measured.AS_IT_IS:
        found = measured.unpacked(measured.packed(values), len(column))
    assert struct.pack(f"<{len(column)}d", *found) == struct.pack(f"<{len(column)}d", *column)


def test_what_decoders_multiply_lies_as_whole_numbers() -> None:
    """Knots, km/h and shares of the charge cost bits, not eight bytes."""
    chance = random.Random(1)
    for unit in (lambda told: told * (1852 / 3600), lambda told: told / 3.6):
        column = np.array([unit(chance.randrange(2000) / 100) for _ in range(200)])
        _, units = measured.steps_of(column, np.array([200]), is_coordinate=False)
        assert units[0] != measured.AS_IT_IS


def test_a_list_whose_places_are_stored_is_only_added_to() -> None:
    """A changed place would turn old trails into other trails: then a new version is needed."""
    assert form.WHATS == ("messages", "tick", "ruling")
    assert [one.__name__ for one in form.KINDS] == [
        *("Position", "Event", "StatusReport", "CheckInReceipt")
    ]
    assert zlib.crc32(" ".join(form.SOURCES[:6]).encode()) == 2250723104
    assert zlib.crc32(" ".join(form.CODES[:18]).encode()) == 1564708815
    assert form.MOCKS == (None, True, False)
    assert zlib.crc32(" ".join(form.COLUMNS[:30]).encode()) == 1887350856
    assert whole.SHARED[:15].tolist() == [
        *(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 60_000_000),
        *(3, 6, 9, 12, 15, 50, 500),
    ]


def refuses(chunk: bytes) -> bool:
    """Read hostile bytes; tells whether they were refused. Any other error fails the test."""
    began = time.process_time()
    try:
        codec.decode([Bound(ORDER, WEARER, Frame(START, 60_000, DEVICE), chunk)])
    except TrailBroken:
        return True
    finally:
        assert time.process_time() - began < 5
    return False


def test_a_chunk_that_is_cut_short_or_too_long_is_refused() -> None:
    chunk = encode(a_day()[:60])
    assert not refuses(chunk)
    assert all(refuses(chunk[:end]) for end in range(len(chunk)))
    assert refuses(chunk + b"\0")


def test_bent_chunks_are_refused_or_say_something_else_and_never_hang() -> None:
    chunk = encode(a_day()[:60])
    chance = random.Random(4)
    refused = 0
    for _ in range(3000):
        bent = bytearray(chunk)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(min(len(bent), chance.choice((12, len(bent)))))
            bent[place] = chance.randrange(256)
        refused += refuses(bytes(bent))
    assert refused > 100


def test_noise_is_refused() -> None:
    chance = random.Random(5)
    for length in (0, 1, 2, 5, 20, 200, 2000):
        for _ in range(100):
            assert refuses(bytes([form.VERSION]) + chance.randbytes(length))
    assert refuses(b"")


def test_a_chunk_of_another_version_is_refused() -> None:
    chunk = encode(a_day()[:2])
    assert refuses(bytes([form.VERSION + 1]) + chunk[1:])
    assert refuses(bytes([form.OLDER - 1]) + chunk[1:])


def two_sources() -> list[JournalEntry]:
    """Give forty fixes in turns from masts, in whole hundreds of metres, and from satellites."""
    return [
        JournalEntry(
            n=n * 7,
            what="messages",
            order_id=ORDER,
            wearer_id=WEARER,
            device_id=DEVICE,
            received_at=Micros(START + n * 60 * SECOND + 3 * SECOND),
            told=(
                Position(
                    device_id=DEVICE,
                    seq=n,
                    at=Micros(START + n * 60 * SECOND),
                    received_at=Micros(START + n * 60 * SECOND + 3 * SECOND),
                    lat=(534_808_000 + (n * 7919 % 8000 if n % 2 else n * 31 % 90) * 10) / 1e7,
                    lon=(-22_426_000 - (n * 104_729 % 9000 if n % 2 else n * 17 % 80) * 10) / 1e7,
                    accuracy_m=500.0 + n * 13 % 5 * 100 if n % 2 else (120 + n * 37 % 91) / 10,
                    accuracy_level=0.68,
                    source=Source.CELL if n % 2 else Source.GNSS,
                    battery_pct=80.0,
                ),
            ),
        )
        for n in range(1, 41)
    ]


def test_a_chunk_of_the_version_before_is_read_and_one_of_this_is_smaller() -> None:
    """The bytes were written by that version."""
    told = two_sources()
    older = base64.b64decode(OLDER)
    assert older[0] & 0xF == form.OLDER
    (found,) = codec.decode([bound(told, older)])
    assert written(found) == written(told)
    newer = encode(told)
    assert newer[0] & 0xF == form.VERSION
    assert written(again(told)) == written(told)
    assert len(newer) < 0.8 * len(older)


def test_negative_control_parts_put_together_by_other_marks_say_something_else() -> None:
    told = two_sources()
    of_one = [
        msgspec.structs.replace(
            entry,
            told=tuple(msgspec.structs.replace(one, source=Source.GNSS) for one in entry.told),
        )
        for entry in told
    ]
    assert len(encode(told)) < len(encode(of_one))  # what is of one source is not parted
    rare = parting.is_rare(np.array([3, 3, 0, 6, 6, 6]), np.array([3, 3]))
    assert rare.tolist() == [False, False, True, False, False, False]
    assert parting.joined(np.array([1.0, 2.0]), np.array([9.0]), rare[:3]).tolist() == [1, 2, 9]
    assert parting.joined(np.array([1.0, 2.0]), np.array([9.0]), rare[2::-1]).tolist() == [9, 1, 2]


def test_bent_chunks_of_two_sources_are_refused_or_say_something_else() -> None:
    chunk, chance, refused = encode(two_sources()), random.Random(6), 0
    for _ in range(1000):
        bent = bytearray(chunk)
        bent[chance.randrange(min(len(bent), chance.choice((24, len(bent)))))] = chance.randrange(
            256
        )
        refused += refuses(bytes(bent))
    assert refused > 100
    assert all(refuses(chunk[:end]) for end in range(len(chunk)))


def among_many() -> list[JournalEntry]:
    """Give fixes of one wearer of whom some were lost, in a journal of many thousand a second."""
    chance = random.Random(9)
    found = []
    for one in two_sources():
        if one.n % 9:
            received_at = Micros(one.received_at + chance.randrange(200) * 1000)
            n = (received_at - START) * 16_700 // SECOND + chance.randrange(400)
            found.append(msgspec.structs.replace(one, n=n, received_at=received_at))
    return found


def test_numbers_that_rise_with_time_take_few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    told = among_many()
    chunk = encode(told)
    assert chunk[0] >> 4 & form.PACED
    assert written(again(told)) == written(told)
    monkeypatch.setattr(writing, "_RISE_BITS", 2**20)
    plain = encode(told)
    assert not plain[0] >> 4 & form.PACED
    assert written(again(told)) == written(told)
    assert len(chunk) < len(plain) - len(told) // 2


def test_numbers_too_large_for_an_even_pace_come_back() -> None:
    told = [
        msgspec.structs.replace(one, n=one.n * 2**56 // 40, received_at=Micros(one.received_at))
        for one in two_sources()
    ]
    assert written(again(told)) == written(told)


def test_bent_chunks_of_an_even_pace_are_refused_or_say_something_else() -> None:
    told = among_many()
    chunk, chance, others = encode(told), random.Random(6), 0
    for _ in range(1000):
        bent = bytearray(chunk)
        bent[chance.randrange(24)] = chance.randrange(256)
        try:
            (found,) = codec.decode([bound(told, bytes(bent))])
        except TrailBroken:
            continue
        others += [one.n for one in found] != [one.n for one in told]
    assert others > 10
    older = bytes([form.OLDER | chunk[0] & 0xF0]) + chunk[1:]
    assert refuses(older), "what was not known to a version is not read as that version's"


def test_promises_of_much_are_not_believed() -> None:
    """Few bytes that claim many entries, many names, or a bomb, make no room for them."""

    def head(flags: int) -> bytes:
        return bytes([form.VERSION]) + pen.natural(flags)

    device = 1 << form.COLUMNS.index("device")
    lat = 1 << form.COLUMNS.index("lat")
    assert refuses(head(0) + pen.natural(2**40) + pen.natural(0))
    assert refuses(head(0) + pen.natural(1) + pen.natural(2**40))
    assert refuses(head(device) + pen.natural(1) + pen.natural(0) + pen.natural(2**40))
    packed = zlib.compress(bytes(200_000_000), 9)
    bomb = bytes([measured.AS_IT_IS]) + pen.natural(len(packed)) + packed
    assert refuses(head(lat) + pen.natural(1) + pen.natural(1) + bomb + pen.natural(0))
    with pytest.raises(TrailBroken):
        measured.unpacked(packed, 3)
