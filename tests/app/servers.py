"""Small real servers that keep what they are sent: mail by SMTP with STARTTLS, and webhooks."""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime  # noqa: TID251 - a certificate's dates
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(slots=True)
class Kept:
    """What a server was sent, byte for byte, and how it should answer."""

    port: int = 0
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)  # web
    mails: list[bytes] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)  # everything that came over the wire
    status: int = 204
    is_encrypted: bool = False


@contextmanager
def web_server() -> Iterator[Kept]:
    """Take webhooks."""
    kept = Kept()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.heard += self.requestline.encode() + str(self.headers).encode() + body
            kept.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    yield from _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler), kept)


@contextmanager
def mail_server(certificate: tuple[Path, Path] | None = None) -> Iterator[Kept]:
    """Take mail; with a certificate it offers STARTTLS."""
    kept = Kept()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            talk = _Smtp(self.request, kept, certificate)
            try:
                talk.talk()
            finally:
                talk.end()

    yield from _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler), kept)


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of 127.0.0.1 that is its own authority; gives it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "server.pem", folder / "server.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret


class _Smtp:
    """One conversation of RFC 5321, as much of it as a client of ours needs."""

    def __init__(
        self, line: socket.socket, kept: Kept, certificate: tuple[Path, Path] | None
    ) -> None:
        self._line, self._kept, self._certificate = line, kept, certificate
        self._file = line.makefile("rb")

    def talk(self) -> None:
        self._say(b"220 mail.test ready")
        while told := self._file.readline():
            self._kept.heard += told
            if not self._answer(told.strip().upper()):
                return

    def end(self) -> None:
        self._file.close()
        self._line.close()

    def _answer(self, told: bytes) -> bool:
        if told.startswith(b"EHLO"):
            can_encrypt = self._certificate and not self._kept.is_encrypted
            self._say(b"250-mail.test\r\n250 STARTTLS" if can_encrypt else b"250 mail.test")
        elif told == b"STARTTLS" and self._certificate:
            return self._encrypt(self._certificate)
        elif told == b"DATA":
            self._take()
        elif told == b"QUIT":
            self._say(b"221 bye")
            return False
        else:
            self._say(b"250 ok")
        return True

    def _encrypt(self, certificate: tuple[Path, Path]) -> bool:
        self._say(b"220 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        try:
            self._line = context.wrap_socket(self._line, server_side=True)
        except OSError:  # the client does not trust us: nothing more is said
            return False
        self._file, self._kept.is_encrypted = self._line.makefile("rb"), True
        return True

    def _take(self) -> None:
        self._say(b"354 go on")
        mail = b""
        while (told := self._file.readline()) not in (b".\r\n", b""):
            mail += told
        self._kept.heard += mail
        self._kept.mails.append(mail)
        self._say(b"250 taken")

    def _say(self, told: bytes) -> None:
        self._line.sendall(told + b"\r\n")


def _served(server: socketserver.TCPServer, kept: Kept) -> Iterator[Kept]:
    server.daemon_threads = True  # type: ignore[attr-defined]
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
