"""JSON that means one thing, numbers that are finite, and packing that ends."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from fairtag.intake.request import MAX_UNPACKED_BYTES, BadPiece, Why, read_json, unpack

TEXTS = some.text(alphabet='":,{}[] \\a\u00e9\n', max_size=6)
TREES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | TEXTS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def why_not(raw: bytes) -> Why:
    with pytest.raises(BadPiece) as refused:
        read_json(raw)
    return refused.value.why


@settings(max_examples=200, deadline=None)
@given(TREES, some.sampled_from([None, 1]), some.sampled_from([": ", ":", " : ", "\t:\n"]))
def test_what_is_written_once_is_read_as_it_is(
    tree: object, indent: int | None, colon: str
) -> None:
    if isinstance(tree, float) and tree in (float("inf"), float("-inf")):
        return
    raw = json.dumps(tree, indent=indent, separators=(",", colon), allow_nan=True).encode()
    if b"Infinity" in raw:
        return
    assert read_json(raw) == json.loads(raw)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TREES, TREES, some.sampled_from(["", " ", "\t", "\r\n"]), TEXTS)
def test_a_key_that_comes_twice_is_always_seen(
    key: str, one: object, two: object, gap: str, decoy: str
) -> None:
    """Whatever stands around it: quoted colons in texts must not hide it."""
    parts = [json.dumps(each) for each in (key, one, two, decoy)]
    if any("Infinity" in part or "NaN" in part for part in parts):
        return
    raw = f"[{parts[3]},{{{parts[0]}{gap}:{parts[1]},{parts[0]}:{parts[2]}}}]".encode()
    assert why_not(raw) is Why.DUPLICATE_KEY


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":1}',
        b'{"a" :1,"a":2}',
        b'{"a":{"b":1,"b":2}}',
        b'[{"c":[{"b":1,"b":2}]}]',
        b'{"a":"\\":","a":2}',
        b'{"a":1,"\\u0061":2}',
    ],
)
def test_a_key_may_come_once(raw: bytes) -> None:
    assert why_not(raw) is Why.DUPLICATE_KEY


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", Why.NOT_JSON),
        (b'{"a":', Why.NOT_JSON),
        (b"\xff\xfe", Why.NOT_JSON),
        (b'{"a":"\xed\xa0\x80"}', Why.NOT_JSON),
        (b'{"a":"\\ud800"}', Why.NOT_JSON),
        (b'{"a":"\\ud800\\ud800"}', Why.NOT_JSON),
        (b'{"a":1} {"a":1}', Why.NOT_JSON),
        (b'{"a":NaN}', Why.NOT_A_NUMBER),
        (b"[ -Infinity]", Why.NOT_A_NUMBER),
        (b'{"a":1e999}', Why.NOT_A_NUMBER),
        (b"[" * 100_000 + b"]" * 100_000, Why.TOO_DEEP),
        (b'{"a":' * 100_000, Why.TOO_DEEP),
        (b'{"a" :' * 990 + b"1" + b"}" * 990, Why.TOO_DEEP),
    ],
    ids=range(13),
)
def test_what_is_no_json_is_named(raw: bytes, why: Why) -> None:
    assert why_not(raw) is why


def test_a_nul_inside_a_text_is_a_letter() -> None:
    assert read_json(b'{"a":"\\u0000"}') == {"a": "\0"}


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_a_packed_body_is_unpacked(encoding: str) -> None:
    packed = zlib.compress(b"hello") if encoding == "deflate" else gzip.compress(b"hello")
    assert unpack(packed, encoding) == b"hello"


def test_a_body_of_several_members_is_unpacked_to_its_end() -> None:
    assert unpack(gzip.compress(b"one\n") + gzip.compress(b"two"), "gzip") == b"one\ntwo"


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"hello")[:-1],
        gzip.compress(b"hello")[:5],
        gzip.compress(b"hello") + b"rubbish",
        gzip.compress(b"hello") + gzip.compress(b"world")[:-9],
        b"hello",
        gzip.compress(b"") * 100,
    ],
    ids=range(6),
)
def test_a_broken_packing_is_named(body: bytes) -> None:
    assert unpack(body, "gzip") is Why.BROKEN_PACKING


def test_a_packing_that_we_do_not_know_is_named() -> None:
    assert unpack(b"hello", "br") is Why.BROKEN_PACKING


@pytest.mark.parametrize("encoding", ["", "identity", "gzip"])
def test_an_empty_body_is_empty(encoding: str) -> None:
    assert unpack(b"", encoding) == b""


def test_a_flood_is_stopped_at_its_limit() -> None:
    just = gzip.compress(b" " * MAX_UNPACKED_BYTES)
    assert unpack(just, "gzip") == b" " * MAX_UNPACKED_BYTES
    assert unpack(gzip.compress(b" " * (MAX_UNPACKED_BYTES + 1)), "gzip") is None
    assert unpack(just + gzip.compress(b" "), "gzip") is None
