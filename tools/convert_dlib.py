"""How does dlib's face network become an ONNX file? Run by hand, once for a version of the weights.

    python tools/convert_dlib.py dlib_face_recognition_resnet_model_v1.dat dlib_resnet29.onnx

The weights are Davis King's (CC0). The same input gives the same bytes: what is vendored under
`src/fairtag/adapters/faces/weights` can be made again by anybody. Nothing but numpy is needed; the
few parts of ONNX's protobuf that the graph uses are written here.

Source: dlib's `dnn_face_recognition_ex.cpp` (the network), `dnn/layers.h`, `serialize.h`; ONNX IR
version 8, opset 13.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]

# Filters and stride of the first convolution of each residual block, from input to output.
BLOCKS = (
    *((32, 1),) * 3,
    *((64, 2), (64, 1), (64, 1), (64, 1)),
    *((128, 2), (128, 1), (128, 1)),
    *((256, 2), (256, 1), (256, 1)),
    (256, 2),
)
SIDE, DIMS = 150, 128
_FLOAT, _INT64, _HALF = 1, 7, 10  # ONNX TensorProto.DataType


class NotThatFile(ValueError):
    """It is no file of that network."""


# --- dlib's file


def packed_int(raw: bytes, at: int) -> tuple[int, int]:
    """Read one of dlib's integers: a length with a sign bit, then little-endian bytes.

    Gives the value and where the next thing begins.
    """
    if at >= len(raw):
        raise NotThatFile("the file ends too early")
    size, is_negative = raw[at] & 0x0F, bool(raw[at] & 0x80)
    value = int.from_bytes(raw[at + 1 : at + 1 + size], "little")
    return (-value if is_negative else value), at + 1 + size


def tensor(raw: bytes, at: int) -> tuple[Weights, int]:
    """Read one tensor, flat: its version, four sizes, then raw numbers."""
    version, at = packed_int(raw, at)
    if version != 2:
        raise NotThatFile(f"a tensor of version {version}, not 2")
    count = 1
    for _ in range(4):
        size, at = packed_int(raw, at)
        count *= size
    if count < 0 or at + 4 * count > len(raw):
        raise NotThatFile("a tensor that is longer than the file")
    return np.frombuffer(raw, "<f4", count, at), at + 4 * count


def records(raw: bytes) -> Iterator[tuple[str, Weights]]:
    """List the layers with numbers in the file's order, which is from input to output."""
    names = {b"\x01\x05con_4": "con", b"\x01\x07affine_": "affine", b"\x01\x04fc_2": "fc"}
    at = 0
    while True:
        found = [(place, name) for name in names if (place := raw.find(name, at)) >= 0]
        if not found:
            return
        place, name = min(found)
        at = place + len(name)
        if names[name] == "fc":
            for _ in range(2):  # outputs and inputs
                _, at = packed_int(raw, at)
        told, at = tensor(raw, at)
        yield names[name], told


@dataclass(frozen=True)
class Conv:
    """A convolution with the affine layer behind it folded in."""

    weights: Weights  # (filters, channels, side, side)
    bias: Weights  # (filters,)


def folded(conv: Weights, affine: Weights, *, channels: int, side: int) -> Conv:
    """Fold the scale and shift of an affine layer into the convolution before it."""
    filters = len(affine) // 2
    if len(conv) != filters * (channels * side * side + 1):
        raise NotThatFile(f"a convolution of {len(conv)} numbers for {filters} filters")
    weights = conv[:-filters].reshape(filters, channels, side, side)
    scale, shift = affine[:filters], affine[filters:]
    return Conv(weights * scale[:, None, None, None], conv[-filters:] * scale + shift)


def read(raw: bytes) -> tuple[list[Conv], Weights]:
    """Read the convolutions from input to output, and the last layer's matrix (128, 256)."""
    told = list(records(raw))
    kinds = [kind for kind, _ in told]
    if kinds != ["con", "affine"] * (1 + 2 * len(BLOCKS)) + ["fc"]:
        raise NotThatFile(f"layers of another network: {len(kinds)} records")
    numbers = [one for _, one in told]
    shapes = [(3, 7)]
    channels = 32
    for filters, _ in BLOCKS:
        shapes += [(channels, 3), (filters, 3)]
        channels = filters
    convs = [
        folded(numbers[2 * n], numbers[2 * n + 1], channels=channels, side=side)
        for n, (channels, side) in enumerate(shapes)
    ]
    return convs, numbers[-1].reshape(channels, DIMS).T


# --- ONNX's protobuf


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _number(field_no: int, value: int) -> bytes:
    return _varint(field_no << 3) + _varint(value)


def _bytes(field_no: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field_no << 3 | 2) + _varint(len(raw)) + raw


def _attribute(name: str, value: int | list[int]) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, 2)
    return _bytes(1, name) + b"".join(_number(8, one) for one in value) + _number(20, 7)


def _value(name: str, shape: tuple[int | str, ...]) -> bytes:
    dims = b"".join(
        _bytes(1, _bytes(2, one) if isinstance(one, str) else _number(1, one)) for one in shape
    )
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dims)))


@dataclass
class Graph:
    """A graph that grows; each step gives the name of what it makes."""

    nodes: list[bytes] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Keep numbers: integers as they are, others as halves, which are made whole at load."""
        kind, kept = (_INT64, value) if value.dtype == np.int64 else (_HALF, value.astype("<f2"))
        dims = b"".join(_number(1, size) for size in value.shape)
        stored = name if kind == _INT64 else f"{name}_half"
        told = dims + _number(2, kind) + _bytes(8, stored)
        self.kept.append(told + _bytes(9, np.ascontiguousarray(kept).tobytes()))
        return name if kind == _INT64 else self.step("Cast", [stored], name, to=_FLOAT)

    def step(self, op: str, inputs: list[str], name: str, **told: int | list[int]) -> str:
        """Add one operation."""
        node = b"".join(_bytes(1, one) for one in inputs) + _bytes(2, name)
        node += _bytes(3, f"{name}_node") + _bytes(4, op)
        node += b"".join(_bytes(5, _attribute(*one)) for one in sorted(told.items()))
        self.nodes.append(node)
        return name

    def conv(self, conv: Conv, told: str, name: str, *, stride: int) -> str:
        """Add a convolution; dlib pads only where the stride is 1."""
        side = conv.weights.shape[-1]
        pad = side // 2 if stride == 1 else 0
        inputs = [
            told,
            self.constant(f"{name}_w", conv.weights),
            self.constant(f"{name}_b", conv.bias),
        ]
        sizes = {"kernel_shape": [side] * 2, "strides": [stride] * 2, "pads": [pad] * 4}
        return self.step("Conv", inputs, name, **sizes)

    def padded(self, told: str, name: str, *, channels: int = 0, far: int = 0) -> str:
        """Add zeros: more channels, or a row and a column at the far edge."""
        if not channels and not far:
            return told
        pads = np.array([0, 0, 0, 0, 0, channels, far, far], np.int64)
        return self.step("Pad", [told, self.constant(f"{name}_pads", pads)], name)

    def model(self, result: str) -> bytes:
        """Give the file."""
        graph = b"".join(_bytes(1, one) for one in self.nodes) + _bytes(2, "dlib_resnet29")
        graph += b"".join(_bytes(5, one) for one in self.kept)
        graph += _bytes(11, _value("chips", ("n", 3, SIDE, SIDE)))
        graph += _bytes(12, _value(result, ("n", DIMS)))
        opset = _bytes(8, _bytes(1, "") + _number(2, 13))
        return _number(1, 8) + _bytes(2, "fairtag tools/convert_dlib.py") + _bytes(7, graph) + opset


def convert(raw: bytes) -> bytes:
    """Give the ONNX file of dlib's face network.

    Shapes: input `chips` (n, 3, 150, 150), RGB with dlib's mean taken off and divided by 256;
    output (n, 128), not normalised.
    """
    convs, matrix = read(raw)
    graph = Graph()
    at = graph.step("Relu", [graph.conv(convs[0], "chips", "first", stride=2)], "first_relu")
    at = graph.step("MaxPool", [at], "first_pool", kernel_shape=[3, 3], strides=[2, 2])
    side, channels = (((SIDE - 7) // 2 + 1) - 3) // 2 + 1, 32
    for n, (filters, stride) in enumerate(BLOCKS):
        pair = (convs[1 + 2 * n], convs[2 + 2 * n])
        at, side = _block(graph, at, f"block{n}", pair, side, filters - channels, stride)
        channels = filters
    at = graph.step("GlobalAveragePool", [at], "pool")
    at = graph.step("Flatten", [at], "flat", axis=1)
    at = graph.step("Gemm", [at, graph.constant("matrix", matrix)], "embedding", transB=1)
    return graph.model(at)


def _block(
    graph: Graph, at: str, name: str, pair: tuple[Conv, Conv], side: int, more: int, stride: int
) -> tuple[str, int]:
    """Add a residual block; gives its result and the result's side.

    dlib adds what differs in size as if the smaller had zeros: in channels, and at the far edge.
    """
    inner = graph.conv(pair[0], at, f"{name}_a", stride=stride)
    inner = graph.step("Relu", [inner], f"{name}_a_relu")
    inner = graph.conv(pair[1], inner, f"{name}_b", stride=1)
    skip = at
    if stride == 2:
        small, side = (side - 3) // 2 + 1, side // 2
        skip = graph.step("AveragePool", [at], f"{name}_p", kernel_shape=[2, 2], strides=[2, 2])
        skip = graph.padded(skip, f"{name}_s", channels=more)
        inner = graph.padded(inner, f"{name}_e", far=side - small)
    total = graph.step("Add", [inner, skip], f"{name}_sum")
    return graph.step("Relu", [total], f"{name}_relu"), side


def main(told: list[str]) -> int:
    """Convert one file; prints the digests of both."""
    if len(told) != 2:
        sys.stderr.write("usage: convert_dlib.py FROM.dat TO.onnx\n")
        return 2
    raw = Path(told[0]).read_bytes()
    made = convert(raw)
    Path(told[1]).write_bytes(made)
    for name, one in zip(told, (raw, made), strict=True):
        sys.stdout.write(f"{hashlib.sha256(one).hexdigest()}  {name}  {len(one)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
