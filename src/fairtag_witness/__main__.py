"""`fairtag-witness`: serve as a witness, print its key, or check a bundle of proofs."""

from __future__ import annotations

import argparse
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fairtag_witness.keep import Witness
from fairtag_witness.proof import check
from fairtag_witness.tlog import Bad, key_from

_MOST = 64 * 1024  # bytes a request: 63 steps and a checkpoint are a tenth of it


def main(words: list[str] | None = None) -> int:
    """Run a command. Exit 0: done; 1: the proof does not hold; 2: wrong use."""
    asked = _parser().parse_args(words)
    try:
        if asked.command == "verify":
            return _verify(asked)
        witness = Witness(Path(asked.dir), asked.name)
        if asked.command == "key":
            sys.stdout.write(f"{witness.key}\n")
            return 0
        serve(witness, asked.host, asked.port).serve_forever()
    except KeyboardInterrupt:
        return 0
    except (Bad, OSError) as error:
        sys.stderr.write(f"fairtag-witness: {error}\n")
        return 2
    return 0


def serve(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Give a server that answers `POST /add-checkpoint`."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # s; a caller that says nothing is let go

        def do_POST(self) -> None:
            if self.path != "/add-checkpoint":
                self._answer(404, "nothing is here\n")
                return
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > _MOST:
                self._answer(413, "too large\n")
                return
            self._answer(*witness.add_checkpoint(self.rfile.read(int(length))))

        def _answer(self, status: int, told: str) -> None:
            body = told.encode()
            is_size = status == 409  # noqa: PLR2004 - C2SP names it
            self.send_response(status)
            self.send_header("Content-Type", "text/x.tlog.size" if is_size else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: object) -> None:
            """Write nothing: what is signed stands in the folder."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server


def _verify(asked: argparse.Namespace) -> int:
    text = sys.stdin.read() if asked.file == "-" else Path(asked.file).read_text("utf-8")
    key = key_from(asked.key) if asked.key else None
    try:
        told = check(text, key=key, witnesses=[key_from(one) for one in asked.witness])
    except Bad as error:
        sys.stdout.write(f"NOT TRUE: {error}\n")
        return 1
    sys.stdout.write("".join(f"{one}\n" for one in told))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fairtag-witness", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, told in (("serve", "witness the logs in DIR/logs"), ("key", "print the public key")):
        one = commands.add_parser(name, help=told)
        one.add_argument("--dir", required=True, help="the witness's own folder")
        one.add_argument("--name", default="", help="its name, at the first start")
        if name == "serve":
            one.add_argument("--host", default="127.0.0.1")
            one.add_argument("--port", type=int, default=8090)
    verify = commands.add_parser("verify", help="check a bundle of proofs, offline")
    verify.add_argument("file", help="the bundle; - for standard input")
    verify.add_argument("--key", default="", help="the log's public key, from elsewhere")
    verify.add_argument("--witness", action="append", default=[], help="a witness's public key")
    return parser


if __name__ == "__main__":
    sys.exit(main())
