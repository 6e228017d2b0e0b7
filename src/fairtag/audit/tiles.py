"""How is a tree kept, so that it grows by a few bytes and proves in a few reads? In tiles.

A tile holds up to 256 neighbouring hashes of every eighth level: level 0 the entries' hashes, level
1 the hashes over full tiles of level 0, and so on. Only the last tile of a level ever grows.
Source: C2SP tlog-tiles (tile height 8).
Shapes: a tile is 32 bytes a hash, at most 8,192 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fairtag.audit.tree import HASH_BYTES, Node, node_hash

WIDTH = 256  # hashes a tile
_HEIGHT = 8  # levels of the tree a tile stands for

Name = tuple[int, int]  # level of tiles, number in it
Read = Callable[[Name], bytes]


def node_in(read: Read) -> Node:
    """Give the hashes of a tree whose tiles can be read; each tile is read once."""
    held: dict[Name, bytes] = {}

    def node(level: int, n: int) -> bytes:
        first = n << (level % _HEIGHT)
        name = (level // _HEIGHT, first // WIDTH)
        if name not in held:
            held[name] = read(name)
        start, count = first % WIDTH, 1 << (level % _HEIGHT)
        hashes = held[name][start * HASH_BYTES : (start + count) * HASH_BYTES]
        if len(hashes) < count * HASH_BYTES:
            raise LookupError(name)
        return _joined(hashes)

    return node


def grown(read: Read, size: int, leaves: Sequence[bytes]) -> dict[Name, bytes]:
    """Give each tile that changes when entries' hashes are added to a tree of `size`."""
    made: dict[Name, bytes] = {}
    level, start, hashes = 0, size, list(leaves)
    while hashes:
        n, held = divmod(start, WIDTH)
        tile = read((level, n)) if held else b""
        above, at = [], 0
        while at < len(hashes):
            room = WIDTH - len(tile) // HASH_BYTES
            tile += b"".join(hashes[at : at + room])
            at += room
            made[level, n] = tile
            if len(tile) == WIDTH * HASH_BYTES:
                above.append(_joined(tile))
                n, tile = n + 1, b""
        level, start, hashes = level + 1, start // WIDTH, above
    return made


def tiles_of(leaves: Sequence[bytes]) -> dict[Name, bytes]:
    """Give all tiles of a tree."""
    return grown(_none_yet, 0, leaves)


def _none_yet(name: Name) -> bytes:
    raise LookupError(name)  # an empty tree has no tile that grows


def _joined(hashes: bytes) -> bytes:
    """Hash neighbours up to the one node above them; a power of two of them."""
    row = [hashes[n : n + HASH_BYTES] for n in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row), 2)]
    return row[0]
