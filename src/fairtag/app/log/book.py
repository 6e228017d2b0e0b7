"""What does the store promise about the access log: entries, their tree, checkpoints, witnesses?

Units: instants in µs UTC; an entry's number `n` counts from 1, so it is the leaf `n - 1`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from fairtag.audit.entries import Entry, Line, LoggedEntry, Receipt
from fairtag.audit.notes import Checkpoint
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros


class KeptCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A signed checkpoint as it is kept, with what witnesses wrote under it."""

    size: int
    at: Micros
    note: str  # with every cosignature
    cosigned: tuple[tuple[str, Micros], ...] = ()  # witness, when it answered by our clock


class AuditBook(Protocol):
    """The access log: entries in a Merkle tree, on disk before what they announce takes effect."""

    def append(self, entry: Entry, *, needs_file: bool = False, is_due: bool = True) -> Receipt:
        """Write an entry; one whose `ref` is there already is written once.

        It is on disk before the transaction is: in the table and the file, in the table alone, or,
        for what `app.log.alone` names, in the file alone. With `needs_file` the table alone will
        not do. An entry that is not due is left out when neither can be written.

        Raises: LogUnavailable; then nothing may be opened.
        """
        ...

    def merge(self, bodies: Sequence[bytes], *, upto: int, behind: str) -> int:
        """Take entries from the file beside the table that the table lacks, marked `spooled`; tells
        how many. `upto` is where the file was read to; `behind` the mark that stood before it was
        read, when it was read to its end.

        Raises: LogUnavailable while the table takes nothing.
        """
        ...

    def behind(self) -> str:
        """Give the newest mark that entries went to the file alone; empty: the table holds all."""
        ...

    def merged_upto(self) -> int:
        """Tell where the file beside the table was read to, in bytes."""
        ...

    def number_of(self, ref: str) -> int | None:
        """Tell the number of an entry; None while it has none."""
        ...

    def last(self) -> int:
        """Tell the number of the newest entry."""
        ...

    def lines(self, *, after: int, limit: int) -> list[Line]:
        """List what stands in the table, byte for byte, beyond a number."""
        ...

    def entries(self, *, after: int = 0, limit: int = 1000) -> list[LoggedEntry]:
        """List entries in order."""
        ...

    def about(self, wearer_id: WearerId, *, limit: int = 10_000) -> list[LoggedEntry]:
        """List the newest entries about a wearer, oldest first."""
        ...

    def owners(self) -> Iterator[tuple[int, str, str | None]]:
        """List what the table says beside each entry: its number, ref and wearer."""
        ...

    def size(self) -> int:
        """Tell over how many entries the tree stands."""
        ...

    def root(self, size: int) -> bytes:
        """Give the root over the first entries."""
        ...

    def inclusion(self, n: int, *, size: int) -> list[bytes]:
        """Prove that entry `n` is in the tree of `size`."""
        ...

    def consistency(self, old: int, *, size: int) -> list[bytes]:
        """Prove that the tree of `old` is the beginning of that of `size`."""
        ...

    def tiles(self) -> Iterator[tuple[int, int, bytes]]:
        """List the tree's tiles: level, number, hashes."""
        ...

    def add_checkpoint(self, note: str, checkpoint: Checkpoint, *, at: Micros) -> None:
        """Keep a signed checkpoint."""
        ...

    def add_cosignature(self, size: int, line: str, *, witness: str, at: Micros) -> None:
        """Keep what a witness wrote under the checkpoint of a size."""
        ...

    def checkpoint(self) -> KeptCheckpoint | None:
        """Give the newest checkpoint."""
        ...

    def checkpoints(self) -> Iterator[KeptCheckpoint]:
        """List all checkpoints, oldest first."""
        ...

    def witnessed_at(self) -> Micros | None:
        """Tell when a witness last answered."""
        ...

    def keys(self, what: str) -> list[str]:
        """List the public keys that entries of this code name: the signer's, the witnesses'."""
        ...

    def rows_kept(self) -> Iterator[tuple[str, str]]:
        """List the watched rows of the store: their name and the digest of what stands in them."""
        ...


class LogFile(Protocol):
    """The file beside the log's table, to read what the table lacks."""

    def tail(self, upto: int) -> tuple[list[bytes], int]:
        """Read the file beyond a place: the entries, and the place to go on from.

        Raises: LogUnavailable.
        """
        ...


class Signer(Protocol):
    """The process that signs checkpoints and remembers what it signed."""

    def key(self) -> str:
        """Give its public key.

        Raises: SignerAway.
        """
        ...

    def head(self) -> int:
        """Tell the size of the newest tree that it signed.

        Raises: SignerAway.
        """
        ...

    def sign(self, *, size: int, root: bytes, old: int, proof: Sequence[bytes]) -> str:
        """Sign a tree that continues the one it signed before; gives the note.

        Raises: SignerAway, SignerRefused.
        """
        ...


class Witness(Protocol):
    """Somebody outside who keeps the newest checkpoint and refuses what does not continue it."""

    @property
    def key(self) -> str:
        """Give its public key."""
        ...

    def cosign(self, note: str, *, old: int, proof: Sequence[bytes]) -> str | int:
        """Send a checkpoint; gives the lines it answered, or the size that it has instead of `old`.

        Raises: WitnessRefused.
        """
        ...
