"""The converter reads dlib's records, folds them, and writes a graph that OpenCV runs."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from tools import convert_dlib as tool

CHANCE = np.random.default_rng(3)


def packed(value: int) -> bytes:
    raw = abs(value).to_bytes((abs(value).bit_length() + 7) // 8 or 1, "little")
    return bytes([len(raw) | (0x80 if value < 0 else 0)]) + raw


def tensor(told: Any, version: int = 2) -> bytes:
    sizes = (told.size, 1, 1, 1)
    return packed(version) + b"".join(map(packed, sizes)) + told.astype("<f4").tobytes()


def con(told: Any) -> bytes:
    return b"\x01\x05con_4" + tensor(told) + packed(32) + packed(7)


def affine(told: Any) -> bytes:
    return b"\x01\x07affine_" + tensor(told)


def network() -> tuple[bytes, list[tuple[Any, Any]], Any]:
    """Write a whole network as dlib does, with small random numbers."""
    raw, layers = b"\x01\x01before", []
    channels, shapes = 3, [(32, 3, 7)]
    channels = 32
    for filters, _ in tool.BLOCKS:
        shapes += [(filters, channels, 3), (filters, filters, 3)]
        channels = filters
    for filters, inputs, side in shapes:
        spread = 1 / np.sqrt(inputs * side * side)
        weights = CHANCE.normal(0, spread, filters * inputs * side * side + filters)
        scale = np.concatenate([CHANCE.uniform(0.5, 1.5, filters), CHANCE.normal(0, 0.1, filters)])
        raw += con(weights) + affine(scale)
        layers.append((weights.astype(np.float32), scale.astype(np.float32)))
    matrix = CHANCE.normal(0, 0.1, (256, 128)).astype(np.float32)
    raw += b"\x01\x04fc_2" + packed(128) + packed(256) + tensor(matrix.ravel())
    return raw, layers, matrix


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, 70_000, -1, -300, 2**40])
def test_dlib_s_integers_are_read(value: int) -> None:
    raw = b"xx" + packed(value) + b"rest"

    assert tool.packed_int(raw, 2) == (value, len(raw) - 4)


def test_a_tensor_is_read_and_where_the_next_thing_begins() -> None:
    told = np.array([1.5, -2.25, 0], np.float32)
    raw = b"." + tensor(told) + b"next"

    found, at = tool.tensor(raw, 1)

    assert found.tolist() == told.tolist()
    assert raw[at:] == b"next"


@pytest.mark.parametrize(
    "raw",
    [tensor(np.ones(3), version=3), tensor(np.ones(3))[:-1], b"", packed(2) + packed(9)],
    ids=["version", "short", "empty", "torn"],
)
def test_a_damaged_tensor_is_refused(raw: bytes) -> None:
    with pytest.raises(tool.NotThatFile):
        tool.tensor(raw, 0)


def test_records_come_in_the_file_s_order() -> None:
    one, two = np.arange(4.0), np.arange(2.0)
    raw = (
        con(one) + b"between" + affine(two) + b"\x01\x04fc_2" + packed(1) + packed(2) + tensor(two)
    )

    assert [(kind, len(told)) for kind, told in tool.records(raw)] == [
        ("con", 4),
        ("affine", 2),
        ("fc", 2),
    ]


def test_an_affine_layer_is_folded_into_its_convolution() -> None:
    conv = np.array([1, 2, 3, 4, 5, 6], np.float32)  # two filters of two channels, two biases
    scale = np.array([10, 100, 0.5, 0.25], np.float32)

    made = tool.folded(conv, scale, channels=2, side=1)

    assert made.weights.ravel().tolist() == [10, 20, 300, 400]
    assert made.bias.tolist() == [50.5, 600.25]
    with pytest.raises(tool.NotThatFile):
        tool.folded(conv, scale, channels=3, side=1)


def test_another_network_is_refused() -> None:
    for raw in (b"", con(np.ones(4)) + affine(np.ones(2)), network()[0] + con(np.ones(4))):
        with pytest.raises(tool.NotThatFile):
            tool.convert(raw)


def test_the_graph_computes_what_dlib_s_network_does() -> None:
    """dlib's layers done by hand with OpenCV's filters, against the graph in OpenCV's engine."""
    raw, layers, matrix = network()
    picture = CHANCE.normal(0, 0.3, (3, 150, 150)).astype(np.float32)

    made = tool.convert(raw)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(made, np.uint8))
    net.setInput(picture[None])
    found = net.forward()[0]

    wanted = by_hand(picture, layers, matrix)
    # Numbers are kept as halves: a part in a thousand of each weight.
    assert np.abs(found - wanted).max() < 0.01 * np.abs(wanted).max()
    assert tool.convert(raw) == made


def by_hand(at: Any, layers: Any, matrix: Any) -> Any:
    told = iter(layers)

    def layer(at: Any, stride: int, side: int = 3) -> Any:
        weights, scale = next(told)
        half = len(scale) // 2
        kernels = weights[:-half].reshape(half, at.shape[0], side, side)
        pad = side // 2 if stride == 1 else 0
        at = np.pad(at, ((0, 0), (pad, pad), (pad, pad)))
        seen = np.lib.stride_tricks.sliding_window_view(at, (side, side), axis=(1, 2))
        seen = seen[:, ::stride, ::stride]
        out = np.einsum("cyxij,fcij->fyx", seen, kernels, optimize=True)
        out += weights[-half:, None, None]
        return out * scale[:half, None, None] + scale[half:, None, None]

    def pooled(at: Any, side: int) -> Any:
        seen = np.lib.stride_tricks.sliding_window_view(at, (side, side), axis=(1, 2))
        return seen[:, ::2, ::2]

    at = pooled(np.maximum(layer(at, 2, 7), 0), 3).max(axis=(3, 4))
    for _, stride in tool.BLOCKS:
        inner = layer(np.maximum(layer(at, stride), 0), 1)
        skip = at if stride == 1 else pooled(at, 2).mean(axis=(3, 4))
        whole = np.zeros(np.maximum(inner.shape, skip.shape), np.float32)
        for part in (inner, skip):
            whole[: part.shape[0], : part.shape[1], : part.shape[2]] += part
        at = np.maximum(whole, 0)
    return at.mean(axis=(1, 2)) @ matrix


def test_the_command_says_how_it_is_used() -> None:
    assert tool.main([]) == 2


def test_protobuf_numbers_of_several_bytes_are_written() -> None:
    assert tool._varint(300) == b"\xac\x02"
    assert tool._varint(-1) == b"\xff" * 9 + b"\x01"
    assert tool._bytes(2, "ab") == b"\x12\x02ab"
