"""What became of each piece of a request? One bad piece never loses the others, and none is lost.

Units: bytes.
"""

from __future__ import annotations

import json

from fairtag.intake.messages import Decoded, Message, Refused
from fairtag.intake.request import Why

# Pieces without a number beyond these wait in one item: a flood must not hold up the writer.
MOST_APART = 1_000
# More than fit into 16 MiB when each says where it was: a flood of crumbs is kept whole.
MOST_PIECES = 250_000


class Pieces:
    """Gathers what one request said."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._refused: list[Refused] = []
        self._rest: list[bytes] = []
        self._ignored = 0

    def take(self, messages: tuple[Message, ...]) -> None:
        """Keep what a piece said; a piece that says nothing is counted."""
        self._messages += messages
        self._ignored += not messages

    def refuse(self, why: Why, raw: bytes, *, epoch: int = 0, seq: int | None = None) -> None:
        """Keep a piece apart."""
        if seq is None and len(self._refused) >= MOST_APART:
            self._rest.append(raw)
        else:
            self._refused.append(Refused(why=why, raw=raw, epoch=epoch, seq=seq))

    def decoded(self) -> Decoded:
        """Give the whole."""
        if self._rest:
            self._refused.append(Refused(why=Why.TOO_MANY, raw=b"\n".join(self._rest)))
        return Decoded(
            messages=tuple(self._messages), refused=tuple(self._refused), ignored=self._ignored
        )


def raw_of(piece: object, body: bytes) -> bytes:
    """Write a piece of a read body again; the whole body when the piece can't be written."""
    try:
        return json.dumps(piece, separators=(",", ":")).encode()
    except (RecursionError, ValueError):
        return body
