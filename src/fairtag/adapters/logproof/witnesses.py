"""How are checkpoints brought to witnesses? By HTTP, in the witnesses' own protocol.

A witness is somebody else's machine: it gets a few seconds in all and may say little, and whatever
else it does is a refusal, so that it stops no other.
Source: C2SP tlog-witness (`add-checkpoint`).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence

import httpx

from fairtag.audit.notes import WITNESS_KEY, key_from
from fairtag.audit.refusals import NoteRefused, WitnessRefused
from fairtag.terms.errors import UsageError

_PATIENCE_S = 5.0  # for the whole answer
_MOST_BYTES = 16 * 1024  # a signature has about 200
_MOST_DIGITS = 19  # of a number of entries
_OK, _CONFLICT = 200, 409


class HttpWitness:
    """Keeps `fairtag.app.log.book.Witness`."""

    def __init__(self, address: str, key: str, *, patience_s: float = _PATIENCE_S) -> None:
        self._address, self._key = address.rstrip("/"), key
        self._patience_s = patience_s

    @property
    def key(self) -> str:
        """Give its public key."""
        return self._key

    def cosign(self, note: str, *, old: int, proof: Sequence[bytes]) -> str | int:
        """Send a checkpoint; gives the lines it answered, or the size that it has instead of `old`.

        Raises: WitnessRefused.
        """
        steps = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
        body = f"old {old}\n{steps}\n{note}".encode()
        try:
            status, held = asyncio.run(self._asked(body))
            told = held.decode()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise WitnessRefused(f"{self._address}: {type(error).__name__}") from error
        if status == _OK:
            return told
        size = told.strip()
        is_size = size.isascii() and size.isdecimal() and len(size) <= _MOST_DIGITS
        if status == _CONFLICT and is_size and int(size) != old:
            return int(size)
        raise WitnessRefused(f"{self._address}: answered {status}")

    async def _asked(self, body: bytes) -> tuple[int, bytes]:
        """Send a body; gives status and answer.

        Raises: TimeoutError when all of it takes too long, httpx.HTTPError, WitnessRefused.
        """
        url, held = f"{self._address}/add-checkpoint", b""
        async with (
            asyncio.timeout(self._patience_s),
            httpx.AsyncClient() as client,
            client.stream("POST", url, content=body) as answer,
        ):
            async for part in answer.aiter_raw():  # a small packed answer may be a large one
                held += part
                if len(held) > _MOST_BYTES:
                    raise WitnessRefused(f"{self._address}: answers more than a signature")
        return answer.status_code, held


def witness_from(told: str) -> HttpWitness:
    """Read a witness of the settings: its address and its key.

    Raises: UsageError.
    """
    address, _, key = told.strip().partition(" ")
    try:
        if not address.startswith(("http://", "https://")) or key_from(key).kind != WITNESS_KEY:
            raise UsageError(f"witnesses: {told!r} reads 'https://… name+id+base64'")
    except NoteRefused as error:
        raise UsageError(f"witnesses: {address}: {error}") from error
    return HttpWitness(address, key.strip())
