"""How does one number stand for every entry, and how is that proved? The Merkle tree of RFC 9162.

A root changes when any entry is changed, dropped, added or moved. An inclusion proof shows that an
entry is in a tree; a consistency proof shows that an older tree is the beginning of a newer one.
Both are checked with a few hashes, without the other entries.
Source: RFC 9162 §2.1 (hashes, proofs, and how they are verified).
Units: hashes are 32 bytes of SHA-256; an entry's index counts from 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
NOTHING = hashlib.sha256(b"").digest()  # the root of an empty tree

# Gives the hash over entries [n * 2**level, (n + 1) * 2**level), all of which are there.
Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry; the first byte keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into the node above them."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(size: int, node: Node) -> bytes:
    """Give the root over the first `size` entries."""
    return NOTHING if size == 0 else _over(0, size, node)


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """Prove that an entry is in the tree of the first `size`; from the bottom up."""
    if not 0 <= index < size:
        raise IndexError(index)
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append(_over(middle, end, node))
            end = middle
        else:
            found.append(_over(start, middle, node))
            start = middle
    return found[::-1]


def consistency(old: int, size: int, node: Node) -> list[bytes]:
    """Prove that the tree of `old` entries is the beginning of that of `size`."""
    if not 0 <= old <= size:
        raise IndexError(old)
    if old in (0, size):
        return []
    start, end, found, is_whole = 0, size, [], True
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            found.append(_over(middle, end, node))
            end = middle
        else:
            found.append(_over(start, middle, node))
            start, is_whole = middle, False
    if not is_whole:
        found.append(_over(start, end, node))
    return found[::-1]


def holds_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Check an inclusion proof.

    Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    here, last, made = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            made = node_hash(one, made)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            made = node_hash(made, one)
        here, last = here >> 1, last >> 1
    return last == 0 and made == root


def holds_consistency(
    old: int, old_root: bytes, *, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Check a consistency proof.

    Source: RFC 9162 §2.1.4.2.
    """
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == NOTHING
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not 0 < old < size or not path:
        return False
    here, last = old - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    return _climbed(path, here, last) == (old_root, root)


def _climbed(path: Sequence[bytes], here: int, last: int) -> tuple[bytes, bytes] | None:
    """Compute both roots from a consistency proof; None when it has too many or too few steps."""
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = node_hash(after, one)
        here, last = here >> 1, last >> 1
    return (before, after) if last == 0 else None


def _split(width: int) -> int:
    """Give the largest power of two below a width of at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _over(start: int, end: int, node: Node) -> bytes:
    """Give the hash over entries [start, end), where RFC 9162 puts a node."""
    width = end - start
    if width & (width - 1) == 0 and start % width == 0:
        return node(width.bit_length() - 1, start // width)
    middle = start + _split(width)
    return node_hash(_over(start, middle, node), _over(middle, end, node))
