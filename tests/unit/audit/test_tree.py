"""The tree of RFC 9162 and its proofs, against pymerkle and against its own laws."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from fairtag.audit import tree
from fairtag.audit.tiles import grown, node_in, tiles_of
from fairtag_witness import tlog

SIZES = 1_500
ENTRIES = [f"entry {n}".encode() for n in range(SIZES)]
LEAVES = [tree.leaf_hash(one) for one in ENTRIES]
TILES = tiles_of(LEAVES)
NODE = node_in(TILES.__getitem__)


@pytest.fixture(scope="module")
def oracle() -> InmemoryTree:
    made = InmemoryTree(algorithm="sha256")
    for one in ENTRIES:
        made.append_entry(one)
    return made


def test_roots_are_pymerkles_at_every_size(oracle: InmemoryTree) -> None:
    for size in range(1, SIZES + 1):
        assert tree.root_of(size, NODE) == oracle.get_root(size), size


def test_proofs_are_pymerkles(oracle: InmemoryTree) -> None:
    """Its consistency proofs hold the old root where ours, as RFC 9162, leave it out."""
    for size in (1, 2, 3, 7, 8, 255, 256, 257, 511, 513, 1000, 1024, 1025, SIZES):
        for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
            proof = oracle.prove_inclusion(index + 1, size)
            path = proof.path[1:]
            assert tree.inclusion(index, size, NODE) == path, (index, size)


def test_consistency_proofs_lead_to_pymerkles_roots(oracle: InmemoryTree) -> None:
    for size in (2, 3, 8, 256, 257, 1000, SIZES):
        for old in {1, 2, size // 3, size // 2, size - 1, size} & set(range(1, size + 1)):
            proof = tree.consistency(old, size, NODE)
            roots = oracle.get_root(old), oracle.get_root(size)
            assert tree.holds_consistency(old, roots[0], size=size, root=roots[1], proof=proof)


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    assert tree.root_of(0, NODE) == tree.NOTHING == tlog.EMPTY


SIZE = st.integers(1, SIZES)


@given(SIZE, st.data())
def test_every_entry_is_proved_and_nothing_else_is(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion(index, size, NODE), tree.root_of(size, NODE)
    holds = partial(tree.holds_inclusion, size=size, root=root)
    bent = data.draw(st.integers(0, SIZES - 1))

    assert holds(LEAVES[index], index=index, proof=proof)
    assert tlog.is_included(ENTRIES[index], index, size, proof, root)
    assert holds(LEAVES[bent], index=index, proof=proof) == (bent == index)
    assert not holds(LEAVES[index], index=size, proof=proof)
    assert not holds(LEAVES[index], index=index, proof=[*proof, LEAVES[0]])
    assert not proof or not holds(LEAVES[index], index=index, proof=proof[:-1])
    assert holds(LEAVES[bent], index=bent, proof=proof) == (bent == index)


@given(SIZE, st.data())
def test_an_older_tree_is_proved_to_be_the_beginning_and_another_is_not(
    size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(0, size))
    proof = tree.consistency(old, size, NODE)
    before, after = tree.root_of(old, NODE), tree.root_of(size, NODE)
    other = tree.root_of(data.draw(st.integers(0, SIZES).filter(lambda n: n != old)), NODE)

    for holds in (
        lambda was, steps: tree.holds_consistency(old, was, size=size, root=after, proof=steps),
        lambda was, steps: tlog.is_continued((old, was), (size, after), steps),
    ):
        assert holds(before, proof)
        assert not holds(before, [*proof, LEAVES[0]])
        assert not proof or not holds(before, proof[:-1])
        assert not holds(other, proof) or old == 0


@given(st.lists(st.integers(0, 300), max_size=8))
def test_a_tree_that_grows_in_steps_is_the_tree_that_grew_at_once(steps: list[int]) -> None:
    held: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        leaves = LEAVES[size : size + step]
        held |= grown(held.__getitem__, size, leaves)
        size += len(leaves)

    assert held == tiles_of(LEAVES[:size])


def test_tiles_have_the_layout_of_tlog_tiles() -> None:
    widths = {name: len(tile) // 32 for name, tile in TILES.items()}

    assert widths == {(0, n): 256 for n in range(5)} | {(0, 5): 220, (1, 0): 5}


@pytest.mark.parametrize("place", [0, 100, 1499])
def test_negative_control_a_tree_over_another_entry_has_another_root(place: int) -> None:
    bent = [*LEAVES[:place], tree.leaf_hash(b"other"), *LEAVES[place + 1 :]]

    assert tree.root_of(SIZES, node_in(tiles_of(bent).__getitem__)) != tree.root_of(SIZES, NODE)
