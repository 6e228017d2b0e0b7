"""Whatever comes in, a decoder gives messages or keeps the bytes apart: it never breaks."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from nacl.secret import SecretBox
from tests.unit.intake.say import (
    ISO,
    SECRET,
    feature,
    forwarded,
    line,
    location,
    query,
    request,
)

from fairtag.intake import csv, native, osmand, overland, owntracks, traccar
from fairtag.intake.messages import Decoded, ref_of
from fairtag.terms.ids import DeviceId

FORM = "application/x-www-form-urlencoded"


def _boxed(body: bytes) -> Decoded:
    sealed = SecretBox(SECRET.ljust(32, b"\0")).encrypt(body)
    told = {"_type": "encrypted", "data": base64.b64encode(sealed).decode()}
    return owntracks.decode(request(json.dumps(told)), secret=SECRET)


DECODERS: dict[str, Callable[[bytes], Decoded]] = {
    "osmand query": lambda raw: osmand.decode(request(query=raw.decode("ascii", "replace"))),
    "osmand form": lambda raw: osmand.decode(request(raw, content_type=FORM)),
    "osmand json": lambda raw: osmand.decode(request(raw, content_type="application/json")),
    "owntracks": lambda raw: owntracks.decode(request(raw), secret=SECRET),
    "owntracks sealed": _boxed,
    "overland": lambda raw: overland.decode(request(raw)),
    "traccar": lambda raw: traccar.decode(request(raw)),
    "native": lambda raw: native.decode(request(raw)),
    "recorded": native.decode_recorded,
    "csv": lambda raw: csv.decode(raw, DeviceId("D-1")),
}
RIGHT = {
    "osmand json": {"location": {"timestamp": ISO, "coords": {"latitude": 1, "longitude": 2}}},
    "owntracks": location(acc=5, vel=3, batt=80, created_at=1, topic="owntracks/a/b"),
    "owntracks sealed": location(),
    "overland": {"locations": [feature(speed=1, horizontal_accuracy=5)]},
    "traccar": {"position": forwarded(speed=1), "device": {"uniqueId": "D-1"}},
    "native": line(seq=1, epoch=0, accuracy_m=5, source="gnss"),
}
LEAVES = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.just(10**400)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.sampled_from([1e308, -1e308, "", "NaN", "D-2", ISO, "\0", "é", "9999-12-31T23:59:59Z"])
    | some.text(max_size=8)
)
TREES = some.recursive(
    LEAVES,
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(told: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """List the paths of a tree, its root included."""
    inner = told.items() if isinstance(told, dict) else enumerate(told if _is_list(told) else [])
    return [path, *(found for key, one in inner for found in places(one, (*path, key)))]


def _is_list(told: object) -> bool:
    return isinstance(told, list)


def changed(told: object, path: tuple[object, ...], value: object) -> object:
    """Give a tree with another value at a path."""
    if not path:
        return value
    copy = dict(told) if isinstance(told, dict) else list(told)  # type: ignore[call-overload]
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


def holds(said: Decoded, raw: bytes) -> None:
    """Hold what every decoder promises."""
    assert isinstance(said, Decoded)
    for one in said.messages:
        assert ref_of(one)
    if raw.strip():
        assert said.messages or said.refused or said.ignored or raw.strip() in _EMPTY


_EMPTY = (b'{"locations":[]}', b"[]")


@pytest.mark.parametrize("name", DECODERS)
@settings(max_examples=60, deadline=None)
@given(raw=some.binary(max_size=80))
def test_no_bytes_break_a_decoder(name: str, raw: bytes) -> None:
    said = DECODERS[name](raw)
    if name != "csv":  # a table without rows says nothing
        holds(said, raw)


@pytest.mark.parametrize("name", RIGHT)
@settings(max_examples=150, deadline=None)
@given(data=some.data(), value=TREES)
def test_no_value_in_any_place_breaks_a_decoder(
    name: str, data: some.DataObject, value: object
) -> None:
    path = data.draw(some.sampled_from(places(RIGHT[name])))
    raw = json.dumps(changed(RIGHT[name], path, value), separators=(",", ":")).encode()
    holds(DECODERS[name](raw), raw)


@settings(max_examples=150, deadline=None)
@given(
    some.dictionaries(
        some.sampled_from(["id", "lat", "lon", "timestamp", "speed", "accuracy", "batt", "valid"])
        | some.text(max_size=5),
        some.text(max_size=12) | some.sampled_from(["1e308", "-1", "nan", "1" * 30, ISO]),
        max_size=4,
    )
)
def test_no_field_breaks_osmand(told: dict[str, str]) -> None:
    pairs = f"{query()}&{urlencode(told, errors='surrogatepass')}"
    for said in (
        osmand.decode(request(query=pairs)),
        osmand.decode(request(pairs, content_type=FORM)),
    ):
        holds(said, pairs.encode())


def test_a_decoder_that_swallows_is_seen() -> None:
    with pytest.raises(AssertionError):
        holds(Decoded(), b"something")
