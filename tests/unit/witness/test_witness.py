"""`fairtag-witness`: signs what continues, refuses the rest, and stands alone."""

from __future__ import annotations

import ast
import base64
import json
import resource
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from tests.unit.audit.test_tree import ENTRIES, NODE

import fairtag_witness
from fairtag.adapters.logproof.signer import LogSigner, replace_file
from fairtag.adapters.logproof.witnesses import HttpWitness, witness_from
from fairtag.audit import tree
from fairtag.audit.notes import Checkpoint, key_from, note_from, signature_line
from fairtag.audit.refusals import WitnessRefused
from fairtag.terms.errors import UsageError
from fairtag_witness import tlog
from fairtag_witness.__main__ import main, serve
from fairtag_witness.keep import Witness, keep
from fairtag_witness.tlog import Bad


@pytest.fixture
def signer(tmp_path: Path) -> LogSigner:
    return LogSigner(tmp_path / "signer")


@pytest.fixture
def witness(tmp_path: Path, signer: LogSigner) -> Witness:
    made = Witness(tmp_path / "witness", "inspectorate.example")
    (tmp_path / "witness" / "logs").write_text(f"# who is watched\n{signer.key.text}\n")
    return made


def note(signer: LogSigner, size: int, root: bytes | None = None) -> str:
    """Sign any tree: a log that lies has the key too."""
    text = Checkpoint(origin=signer.key.name, size=size, root=root or tree.root_of(size, NODE)).text
    return f"{text}\n{signature_line(signer.key, signer._secret.sign(text.encode()))}"


def request(old: int, told: str, proof: list[bytes]) -> bytes:
    steps = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{steps}\n{told}".encode()


def add(witness: Witness, signer: LogSigner, old: int, size: int) -> tuple[int, str]:
    proof = tree.consistency(old, size, NODE) if old <= size else []
    return witness.add_checkpoint(request(old, note(signer, size), proof))


def test_it_signs_a_log_that_grows(witness: Witness, signer: LogSigner) -> None:
    for old, size in ((0, 7), (7, 7), (7, 900), (900, 1500)):
        status, line = add(witness, signer, old, size)

        assert status == 200
        seen = note_from(note(signer, size) + line)
        assert seen.cosigned_at(key_from(str(witness.key))) is not None
        assert tlog.checkpoint_from(seen.text + "\n" + line).seen_by(witness.key) is not None


def test_it_tells_its_size_when_the_proof_begins_elsewhere(witness, signer) -> None:
    add(witness, signer, 0, 300)

    assert add(witness, signer, 0, 500) == (409, "300\n")
    assert add(witness, signer, 299, 500) == (409, "300\n")


def test_it_refuses_a_smaller_tree_and_a_fork_also_after_a_restart(
    witness: Witness, signer: LogSigner, tmp_path: Path
) -> None:
    add(witness, signer, 0, 300)
    for one in (witness, Witness(tmp_path / "witness")):
        fork = note(signer, 300, b"x" * 32)
        later = note(signer, 500, b"x" * 32)
        proof = tree.consistency(300, 500, NODE)

        assert add(one, signer, 300, 200)[0] == 400
        assert add(one, signer, 200, 200) == (409, "300\n")
        assert one.add_checkpoint(request(300, fork, [])) == (409, "300\n")
        assert one.add_checkpoint(request(300, later, proof))[0] == 422
        assert one.add_checkpoint(request(300, note(signer, 500), proof[:-1]))[0] == 422
    assert add(witness, signer, 300, 500)[0] == 200


def test_it_knows_whom_it_watches(witness: Witness, signer: LogSigner, tmp_path: Path) -> None:
    stranger = LogSigner(tmp_path / "stranger")
    assert add(witness, stranger, 0, 5)[0] == 404

    text = Checkpoint(origin=signer.key.name, size=5, root=tree.root_of(5, NODE)).text
    forged = f"{text}\n{signature_line(signer.key, stranger._secret.sign(text.encode()))}"
    assert witness.add_checkpoint(request(0, forged, []))[0] == 403


@pytest.mark.parametrize(
    "body", [b"", b"old 0\n", b"old x\n\n", b"new 0\n\nx", b"old 00\n\nx\n1\ny\n\n", b"\xff\n\n"]
)
def test_what_is_no_request_is_400(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body)[0] == 400


def test_it_keeps_before_it_answers(witness: Witness, signer: LogSigner, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("fairtag_witness.keep.keep", full)
    with pytest.raises(OSError, match="full"):
        add(witness, signer, 0, 5)
    assert witness.kept(signer.key.name) is None


@pytest.fixture
def address(witness: Witness) -> Iterator[str]:
    server = serve(witness, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_service_reaches_it_over_http(address: str, witness: Witness, signer) -> None:
    ours = witness_from(f"{address} {witness.key}")
    first = ours.cosign(note(signer, 300), old=0, proof=())

    assert isinstance(first, str)
    assert ours.cosign(note(signer, 500), old=0, proof=()) == 300
    with pytest.raises(WitnessRefused):
        ours.cosign(note(signer, 300, b"x" * 32), old=300, proof=())
    assert httpx.get(address).status_code == 501
    assert httpx.post(f"{address}/other", content=b"").status_code == 404
    answer = httpx.post(f"{address}/add-checkpoint", content=request(1, note(signer, 300), []))
    assert answer.headers["content-type"] == "text/x.tlog.size"


def test_a_witness_that_does_not_answer_is_a_refusal() -> None:
    with pytest.raises(WitnessRefused):
        HttpWitness("http://127.0.0.1:9", "").cosign("x", old=0, proof=())


def _ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


# What a machine may say instead: its bytes, and whether it then goes on for ever, byte by byte.
ODD = {
    "no HTTP": (b"220 mail.example ESMTP\r\n", False),
    "nothing, for ever": (b"", True),
    "a head that never ends": (b"HTTP/1.1 200 OK\r\nX-A: ", True),
    "a body that never ends": (b"HTTP/1.1 200 OK\r\n\r\n", True),
    "more than a signature": (_ok(b"a" * 100_000), False),
    "no text": (_ok(b"\xff\xfe"), False),
    "a size of 5,000 digits": (_ok(b"9" * 5_000).replace(b"200 OK", b"409 Conflict"), False),
    "a size in other digits": (_ok("٣".encode()).replace(b"200 OK", b"409 Conflict"), False),
    "another place": (
        b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n",
        False,
    ),
}


@contextmanager
def odd(said: bytes, *, goes_on: bool) -> Iterator[str]:
    """Serve a witness that says this to whoever comes."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve_one() -> None:
            with suppress(OSError), door.accept()[0] as guest:
                guest.recv(65_536)
                guest.sendall(said)
                while goes_on and not over.wait(0.02):
                    guest.sendall(b"a")

        thread = threading.Thread(target=serve_one, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("what", ODD)
def test_whatever_a_witness_says_is_a_signature_a_size_or_a_refusal(what: str) -> None:
    said, goes_on = ODD[what]
    with odd(said, goes_on=goes_on) as address, pytest.raises(WitnessRefused):
        HttpWitness(address, "", patience_s=0.5).cosign("x", old=0, proof=())


@pytest.mark.parametrize("told", ["", "http://x", "ftp://x name+id+key", "http://x a+00+AAAA"])
def test_a_witness_that_is_set_up_wrong_is_said_at_the_start(told: str) -> None:
    with pytest.raises(UsageError):
        witness_from(told)


def bundle(signer: LogSigner, n: int = 40, size: int = 300) -> dict[str, object]:
    proof = tree.inclusion(n - 1, size, NODE)
    entry = {
        "n": n,
        "entry": ENTRIES[n - 1].decode(),
        "proof": [base64.b64encode(one).decode() for one in proof],
    }
    return {
        "format": "fairtag-proof/1",
        "checkpoint": note(signer, size),
        "signer": signer.key.text,
        "witnesses": [],
        "entries": [entry],
    }


BENT = {
    "another entry": lambda told: told["entries"][0].update(entry="entry 41"),
    "another place": lambda told: told["entries"][0].update(n=41),
    "a shorter proof": lambda told: told["entries"][0]["proof"].pop(),
    "no proof": lambda told: told["entries"][0].update(proof=None),
    "another tree": lambda told: told.update(checkpoint=told["checkpoint"].replace("300", "301")),
    "no checkpoint": lambda told: told.pop("checkpoint"),
    "a witness that did not sign": lambda told: told.update(
        witnesses=["w+1df0f77e+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
    ),
}


@pytest.mark.parametrize("how", BENT)
def test_a_bundle_is_checked_offline_and_a_bent_one_is_found(
    signer: LogSigner, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    file, told = tmp_path / "proof.json", bundle(signer)
    file.write_text(json.dumps(told))
    assert main(["verify", str(file), "--key", signer.key.text]) == 0
    assert "Entry 40 is in this tree" in capsys.readouterr().out

    BENT[how](told)
    file.write_text(json.dumps(told))

    assert main(["verify", str(file), "--key", signer.key.text]) == 1
    assert "NOT TRUE" in capsys.readouterr().out


def test_a_bundle_signed_by_somebody_else_is_found(signer: LogSigner, tmp_path: Path) -> None:
    other = LogSigner(tmp_path / "other")
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(bundle(other)))

    assert main(["verify", str(file), "--key", signer.key.text]) == 1


def test_a_new_witness_needs_a_name_and_keeps_its_key(tmp_path: Path, capsys) -> None:
    assert main(["key", "--dir", str(tmp_path / "w")]) == 2
    assert main(["key", "--dir", str(tmp_path / "w"), "--name", "a.example"]) == 0
    first = capsys.readouterr().out
    assert main(["key", "--dir", str(tmp_path / "w")]) == 0
    assert capsys.readouterr().out == first
    (tmp_path / "w" / "key").chmod(0o644)
    with pytest.raises(Bad):
        Witness(tmp_path / "w")


def imported(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).partition(".")[0])
    return found


def test_it_stands_alone() -> None:
    mine = imported(Path(str(fairtag_witness.__file__)).parent)

    assert mine - sys.stdlib_module_names == {"cryptography", "fairtag_witness"}
    assert "fairtag" in imported(Path(__file__).parent)  # negative control: it would be noticed


@contextmanager
def room_for(most: int) -> Iterator[None]:
    """Let a file take so many bytes, as a disk does that is nearly full: a write is cut short."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("replace", [replace_file, keep], ids=["signer", "witness"])
def test_a_full_disk_leaves_the_last_memory_whole(
    tmp_path: Path, replace: Callable[[Path, bytes], None]
) -> None:
    memory = tmp_path / "head"
    replace(memory, b"the tree that was signed last")

    with room_for(10), pytest.raises(OSError, match="large"):
        replace(memory, b"the tree that is signed now, and is larger")

    assert memory.read_bytes() == b"the tree that was signed last"
