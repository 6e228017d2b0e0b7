"""How does the service reach the log's signer? Over its socket; `serve` starts one if none is set.

The signer may die and hang: nothing waits for it longer than a second, and nothing stops.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from fairtag.adapters.logproof.signer import reachable
from fairtag.audit.refusals import SignerAway, SignerRefused

_PATIENCE_S = 1.0
_AGAIN_S = 2.0  # between two starts of a signer that dies


class SocketSigner:
    """Keeps `fairtag.app.log.book.Signer`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def key(self) -> str:
        """Give its public key.

        Raises: SignerAway.
        """
        return str(self._ask({"what": "key"}).get("key", ""))

    def head(self) -> int:
        """Tell the size of the newest tree that it signed.

        Raises: SignerAway.
        """
        return int(self._ask({"what": "head"})["size"])

    def sign(self, *, size: int, root: bytes, old: int, proof: Sequence[bytes]) -> str:
        """Sign a tree that continues the one it signed before; gives the note.

        Raises: SignerAway, SignerRefused.
        """
        told = {"what": "sign", "size": size, "root": root, "old": old, "proof": proof}
        answer = self._ask(told)
        if "note" not in answer:
            raise SignerRefused(str(answer.get("refused", "")))
        return str(answer["note"])

    def _ask(self, told: dict[str, Any]) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX) as line, reachable(self._path) as name:
                line.settimeout(_PATIENCE_S)
                line.connect(name)
                line.sendall(msgspec.json.encode(told) + b"\n")
                with line.makefile("rb") as file:
                    return dict(msgspec.json.decode(file.readline(), type=dict[str, Any]))
        except (OSError, msgspec.MsgspecError) as error:
            raise SignerAway(f"{self._path}: {error}") from error


@contextmanager
def signer_beside(folder: Path) -> Iterator[None]:
    """Run a signer as a process of its own while the block lasts; start it again when it dies."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(folder, stop), name="fairtag-signer", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _keep(folder: Path, stop: threading.Event) -> None:
    command = [sys.executable, "-m", "fairtag", "audit", "signer", "--dir", str(folder)]
    command.append("--as-child")
    while not stop.is_set():
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:  # noqa: S603 - our own command
            while child.poll() is None and not stop.wait(0.1):
                pass
            # The signer ends by itself when its standard input does: also when this process dies.
            if child.stdin is not None:
                child.stdin.close()
            try:
                child.wait(timeout=2)
            except subprocess.TimeoutExpired:
                child.kill()
        stop.wait(_AGAIN_S)
