"""A Vault of the tests' own, and a hardware module in software.

The server speaks what HashiCorp Vault's transit engine speaks: `POST /v1/MOUNT/encrypt/KEY` and
`…/decrypt/KEY` with `X-Vault-Token`, base64 inside JSON, `vault:vN:` before base64 of nonce and
ciphertext, refusals as `{"errors": […]}` with 400, 403, 404 and, when sealed, 503.
Source: Vault's API documentation, transit secrets engine.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.of-the-tests"
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
PIN, LABEL = "4711", "fairtag-tests"


@dataclass(slots=True)
class FakeVault:
    """What the server knows, and how it misbehaves."""

    address: str = ""
    keys: dict[str, list[bytes]] = field(default_factory=dict)  # versions, the first is v1
    asked: list[str] = field(default_factory=list)
    is_sealed: bool = False
    fail_next: int = 0  # so many answers are 503, as while a node takes over
    hang_s: float = 0.0
    goes_on: threading.Event = field(default_factory=threading.Event)  # ends what hangs
    ignores_context: bool = False  # as a Vault before 1.9 does

    def make(self, name: str) -> None:
        self.keys.setdefault(name, []).append(os.urandom(32))

    def answer(self, path: str, token: str | None, told: dict[str, Any]) -> tuple[int, Any]:
        """Give status and body."""
        self.asked.append(path)
        self.goes_on.wait(self.hang_s)
        if self.is_sealed or self.fail_next > 0:
            self.fail_next -= 1
            return 503, {"errors": ["Vault is sealed"]}
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        parts = path.strip("/").split("/")
        if parts[:2] != ["v1", "transit"] or len(parts) != 4:
            return 404, {"errors": [f"no handler for route {path[4:]}"]}
        _, _, verb, name = parts
        if name not in self.keys:
            return 400, {"errors": ["encryption key not found"]}
        bound = b"" if self.ignores_context else base64.b64decode(told["associated_data"])
        data = (self._encrypted if verb == "encrypt" else self._decrypted)(name, told, bound)
        return (400, data) if "errors" in data else (200, {"request_id": "1", "data": data})

    def _encrypted(self, name: str, told: dict[str, Any], bound: bytes) -> dict[str, Any]:
        version, nonce = len(self.keys[name]), os.urandom(12)
        cipher = AESGCM(self.keys[name][-1])
        sealed = nonce + cipher.encrypt(nonce, base64.b64decode(told["plaintext"]), bound)
        text = f"vault:v{version}:{base64.b64encode(sealed).decode()}"
        return {"ciphertext": text, "key_version": version}

    def _decrypted(self, name: str, told: dict[str, Any], bound: bytes) -> dict[str, Any]:
        try:
            vault, version, text = told["ciphertext"].split(":")
            if vault != "vault" or not version.startswith("v"):
                raise ValueError(vault)  # noqa: TRY301 - the server's own refusal
            sealed = base64.b64decode(text, validate=True)
            cipher = AESGCM(self.keys[name][int(version[1:]) - 1])
            plain = cipher.decrypt(sealed[:12], sealed[12:], bound)
        except InvalidTag:
            return {"errors": ["cipher: message authentication failed"]}
        except (ValueError, IndexError):
            return {"errors": ["invalid ciphertext: no prefix"]}
        return {"plaintext": base64.b64encode(plain).decode()}


@contextmanager
def fake_vault() -> Iterator[FakeVault]:
    """Serve a Vault on a free port of this machine."""
    vault = FakeVault()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = vault.answer(self.path, self.headers.get("X-Vault-Token"), told)
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hung up is what a time-out looks like from here."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    vault.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield vault
    finally:
        vault.goes_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


def soft_module(folder: Path) -> str:
    """Set up SoftHSM with a token of two keys and one that could leave; gives the library's path.

    Without it the test is skipped, and says so; under CI=true it fails.
    """
    found = next((path for path in MODULES if Path(path).exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        told = "NO SOFTHSM2 FOUND: the root in a hardware module is not tested; install softhsm2"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    made = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN]
    subprocess.run([*made, "--so-pin", PIN], check=True, capture_output=True)
    import pkcs11  # noqa: PLC0415 - only where there is a module

    kept = {pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: True}
    leaky = {pkcs11.Attribute.EXTRACTABLE: True, pkcs11.Attribute.SENSITIVE: False}
    with pkcs11.lib(found).get_token(token_label=LABEL).open(rw=True, user_pin=PIN) as session:
        for label, template in (("root", kept), ("other", kept), ("leaky", leaky)):
            session.generate_key(
                pkcs11.KeyType.AES, 256, label=label, store=True, template=template
            )
    return found
