"""Is a bundle of entries true: does each stand in the tree that the log signed?

A bundle is what `fairtag audit prove` and the wearer's page give out.
"""

from __future__ import annotations

import json
from typing import Any

from fairtag_witness.tlog import Bad, Key, checkpoint_from, is_included, key_from, unbase64

FORMAT = "fairtag-proof/1"


def check(bundle: str, *, key: Key | None, witnesses: list[Key]) -> list[str]:
    """Check a bundle; tells in words what holds.

    Raises: Bad for the first thing that does not.
    """
    try:
        told = json.loads(bundle)
        if told["format"] != FORMAT:
            raise Bad(f"this is no {FORMAT}")
        return _checked(told, key, witnesses)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Bad(f"this is no bundle of proofs: {error}") from error


def _checked(told: dict[str, Any], key: Key | None, witnesses: list[Key]) -> list[str]:
    state = checkpoint_from(told["checkpoint"])
    signer = key or key_from(told["signer"])
    if not state.is_by(signer) or state.origin != signer.name:
        raise Bad("the checkpoint is not signed by the log's key")
    words = [f"The log {state.origin} signed a tree of {state.size} entries."]
    if key is None:
        words.append("The key is the one that the bundle names: compare it, or give it by --key.")
    for one in witnesses or [key_from(key) for key in told["witnesses"] if key]:
        at = state.seen_by(one)
        if at is None:
            raise Bad(f"the witness {one.name} did not sign this tree")
        words.append(f"The witness {one.name} saw it at {at} s after 1970 (UTC).")
    return words + [_entry(entry, state.size, state.root) for entry in told["entries"]]


def _entry(told: dict[str, Any], size: int, root: bytes) -> str:
    n = int(told["n"])
    if told["proof"] is None:
        if n <= size:
            raise Bad(f"entry {n} has no proof, and the tree is said to hold it")
        return f"Entry {n} is newer than this tree: it has no proof yet."
    proof = [unbase64(one) for one in told["proof"]]
    if not is_included(told["entry"].encode(), n - 1, size, proof, root):
        raise Bad(f"entry {n} is not in this tree, or was changed")
    return f"Entry {n} is in this tree as shown: {told['entry']}"
