"""Show to a wearer who looked, so that anyone can check it: entries, proofs, a signed checkpoint.

A bundle is JSON: `{"format", "checkpoint", "signer", "witnesses", "entries": [{"n", "entry",
"proof"}]}`. `entry` is the text that is a leaf of the tree, byte for byte; `proof` is the way from
it to the checkpoint's root, or null while no checkpoint covers it yet. `fairtag-witness verify`
checks a bundle without this program.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from fairtag.app.log.book import KeptCheckpoint
from fairtag.app.ports import Transaction
from fairtag.audit.entries import LoggedEntry, body_of
from fairtag.audit.notes import note_from
from fairtag.audit.refusals import NoProof
from fairtag.audit.whole import SIGNER, WITNESS
from fairtag.terms.ids import WearerId

FORMAT = "fairtag-proof/1"


def prove_look(tx: Transaction, wearer_id: WearerId) -> dict[str, Any]:
    """Give the entries about a wearer with their proofs.

    The caller decides who may have it, and which entries a notice still waits for.

    Raises: NoProof when no checkpoint was signed yet.
    """
    return prove_entries(tx, tx.audit.about(wearer_id))


def prove_entry(tx: Transaction, n: int) -> dict[str, Any]:
    """Give one entry with its proof.

    Raises: NoProof.
    """
    newest = _newest(tx)
    found = tx.audit.entries(after=n - 1, limit=1)
    if not found or found[0].n != n or n > newest.size:
        raise NoProof(f"there is no entry {n} under the newest checkpoint ({newest.size} entries)")
    return prove_entries(tx, found)


def prove_entries(tx: Transaction, entries: Sequence[LoggedEntry]) -> dict[str, Any]:
    """Give entries with their proofs.

    Raises: NoProof when no checkpoint was signed yet.
    """
    newest = _newest(tx)
    return {
        "format": FORMAT,
        "checkpoint": newest.note,
        "signer": _key(tx, note_from(newest.note).checkpoint.origin, SIGNER),
        "witnesses": [_key(tx, name, WITNESS) for name, _ in newest.cosigned],
        "entries": [_entry(tx, one, newest.size) for one in entries],
    }


def as_proved(tx: Transaction, entries: Sequence[LoggedEntry]) -> dict[str, Any]:
    """Give entries with their proofs as far as there are any: without a checkpoint nothing is
    proved, and the bundle says so.
    """
    try:
        return prove_entries(tx, entries)
    except NoProof:
        told = [(one.n, body_of(one.entry).decode()) for one in entries]
        bare = [{"n": n, "entry": entry, "proof": None} for n, entry in told]
        return {"format": FORMAT, "checkpoint": None, "entries": bare}


def _newest(tx: Transaction) -> KeptCheckpoint:
    found = tx.audit.checkpoint()
    if found is None:
        raise NoProof("no checkpoint was signed yet")
    return found


def _entry(tx: Transaction, one: LoggedEntry, size: int) -> dict[str, Any]:
    proof = None
    if one.n <= size:
        steps = tx.audit.inclusion(one.n, size=size)
        proof = [base64.b64encode(step).decode() for step in steps]
    return {"n": one.n, "entry": body_of(one.entry).decode(), "proof": proof}


def _key(tx: Transaction, name: str, what: str) -> str:
    """Give the key that the log names by this name; empty when it names none."""
    return next((key for key in tx.audit.keys(what) if key.startswith(f"{name}+")), "")
