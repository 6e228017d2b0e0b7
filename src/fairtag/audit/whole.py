"""Is a log whole? Its entries, its tree, every checkpoint that was ever signed over it.

Works on a copy, without a network and without secrets: the log itself names the public keys that
sign it. What is found is told by its first broken place, in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fairtag.audit.entries import Entry, Line, read
from fairtag.audit.notes import LOG_KEY, WITNESS_KEY, Checkpoint, Key, Note, key_from, note_from
from fairtag.audit.refusals import NoteRefused
from fairtag.audit.tiles import WIDTH, Name, node_in, tiles_of
from fairtag.audit.tree import HASH_BYTES, leaf_hash, root_of

SIGNER, WITNESS = "log.signer", "log.witness"  # entries that name a key, once


class Log:
    """Everything that a log's entries say about the log itself."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.fault: str | None = None
        self.keys: dict[str, Key] = {}
        self.spooled = 0
        self._refs: set[str] = set()
        self._tiles: dict[Name, bytes] = {}

    def read(self, lines: Iterable[Line]) -> Iterator[Entry]:
        """Read entries in order; stops at the first that is broken."""
        for line in lines:
            entry = read(line.body)
            if line.n != len(self.leaves) + 1 or entry is None or entry.ref in self._refs:
                self.fault = f"entry {len(self.leaves) + 1} was changed, dropped or moved"
                break
            self._refs.add(entry.ref)
            self.leaves.append(leaf_hash(line.body))
            self._note(entry)
            yield entry
        self._tiles = tiles_of(self.leaves)

    @property
    def size(self) -> int:
        """Tell how many entries were read."""
        return len(self.leaves)

    def root(self, size: int) -> bytes:
        """Give the root over the first entries."""
        return root_of(size, node_in(self._tiles.__getitem__))

    def unlike(self, kept: Iterable[tuple[int, int, bytes]]) -> str | None:
        """Tell where the tree that is kept differs from the one over the entries."""
        found = {(level, n): hashes for level, n, hashes in kept}
        for name in sorted(self._tiles.keys() | found.keys()):
            mine, theirs = self._tiles.get(name, b""), found.get(name, b"")
            if mine != theirs:
                return _difference(name, mine, theirs)
        return None

    def wrong(self, note: str, *, where: str, is_kept_here: bool = False) -> str | None:
        """Tell what is wrong with a checkpoint of this log; None when it holds."""
        try:
            read_note = note_from(note)
        except NoteRefused as refusal:
            return f"{where} can't be read: {refusal}"
        return self.unsigned(read_note, where=where, is_kept_here=is_kept_here) or self.another(
            read_note.checkpoint, where=where
        )

    def unsigned(self, note: Note, *, where: str, is_kept_here: bool) -> str | None:
        """Tell which signature of a note does not hold."""
        key = self.keys.get(note.checkpoint.origin)
        if key is None or key.kind != LOG_KEY or not note.is_signed_by(key):
            return f"{where} is not signed by a key that the log names"
        for name, _, _ in note.signatures:
            witness = self.keys.get(name)
            if name == key.name or (witness is None and not is_kept_here):
                continue  # somebody else's copy may hold witnesses that this log does not know
            if witness is None or note.cosigned_at(witness) is None:
                return f"{where}: the signature of the witness {name} does not hold"
        return None

    def another(self, seen: Checkpoint, *, where: str) -> str | None:
        """Tell whether a checkpoint saw another tree than the one over these entries."""
        if seen.size > self.size:
            return f"{where} saw {seen.size} entries, and the log holds {self.size}: it was cut"
        if self.root(seen.size) != seen.root:
            return f"{where} saw other entries: one of the first {seen.size} is not what it was"
        return None

    def cosigners(self, note: str) -> dict[str, int]:
        """List the witnesses whose signatures hold, with when they saw it (s)."""
        read_note = note_from(note)
        found = {
            name: read_note.cosigned_at(key)
            for name, key in self.keys.items()
            if key.kind == WITNESS_KEY
        }
        return {name: at for name, at in found.items() if at is not None}

    def _note(self, entry: Entry) -> None:
        self.spooled += entry.spooled
        if entry.what in (SIGNER, WITNESS):
            try:
                key = key_from(entry.details.get("key", ""))
            except NoteRefused:
                return
            self.keys.setdefault(key.name, key)


def _difference(name: Name, mine: bytes, theirs: bytes) -> str:
    level, n = name
    at = next(
        (
            place
            for place in range(0, max(len(mine), len(theirs)), HASH_BYTES)
            if mine[place : place + HASH_BYTES] != theirs[place : place + HASH_BYTES]
        ),
        0,
    )
    if level > 0:
        return f"the tree is broken at level {level * 8}, number {n * WIDTH + at // HASH_BYTES}"
    entry = n * WIDTH + at // HASH_BYTES + 1
    if at >= len(theirs):
        return f"entry {entry} was added to the table by somebody else than the service"
    if at >= len(mine):
        return f"entry {entry} was dropped from the table"
    return f"entry {entry} was changed, dropped or moved"
