"""How are checkpoints brought to witnesses? By HTTP, in the witnesses' own protocol.

Source: C2SP tlog-witness (`add-checkpoint`).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

import httpx

from fairtag.audit.notes import WITNESS_KEY, key_from
from fairtag.audit.refusals import NoteRefused, WitnessRefused
from fairtag.terms.errors import UsageError

_PATIENCE_S = 5.0
_OK, _CONFLICT = 200, 409


class HttpWitness:
    """Keeps `fairtag.app.log.book.Witness`."""

    def __init__(self, address: str, key: str) -> None:
        self._address, self._key = address.rstrip("/"), key

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
            answer = httpx.post(
                f"{self._address}/add-checkpoint", content=body, timeout=_PATIENCE_S
            )
        except httpx.HTTPError as error:
            raise WitnessRefused(f"{self._address}: {type(error).__name__}") from error
        if answer.status_code == _OK:
            return answer.text
        told = answer.text.strip()
        if answer.status_code == _CONFLICT and told.isdecimal() and int(told) != old:
            return int(told)
        raise WitnessRefused(f"{self._address}: answered {answer.status_code}")


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
