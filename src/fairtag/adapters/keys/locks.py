"""How is a key locked before it is destroyed? Moved under a wrapper of the run's own, and back.

While it is locked nobody finds it by its name, nor what lies below it, and none is made in its
place. What is moved is what was wrapped: no key is unwrapped for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairtag.adapters.keystore import KeyStore
from fairtag.custody import envelope

_BELOW = "locked/"


def locked_name(run: str, name: str) -> str:
    """Name a key while it is locked."""
    return f"{_BELOW}{run}/{name}"


def lock(keys: KeyStore, run: str, names: Iterable[str]) -> int:
    """Move keys under the wrapper of a run; tells how many."""
    wrapper = f"lock/{run}"
    keys.make_many([(wrapper, None)])
    cipher = keys.cipher(wrapper)
    moves = []
    for name in names:
        found = keys.wrapped_many([name]).get(name)
        if found is not None:
            there = locked_name(run, name)
            plain = f"{found[0] or ''}\0".encode() + found[1]
            bound = envelope.bound_to("key", there, wrapper)
            sealed = envelope.seal(cipher, plain, nonce=keys.nonce(), bound=bound)
            moves.append((name, there, wrapper, sealed))
    return keys.move(moves) if moves else 0  # a move closes what stays open in every process


def unlock(keys: KeyStore, run: str, names: Iterable[str]) -> int:
    """Put keys back where they were; tells how many."""
    wrapper = f"lock/{run}"
    moves: list[tuple[str, str, str | None, bytes]] = []
    for name in names:
        there = locked_name(run, name)
        found = keys.wrapped_many([there]).get(there)
        if found is not None:
            bound = envelope.bound_to("key", there, wrapper)
            plain = envelope.unseal(keys.cipher(wrapper), found[1], bound=bound)
            above, _, wrapped = plain.partition(b"\0")
            moves.append((there, name, above.decode() or None, wrapped))
    return keys.move(moves)
