"""The log's signer: a process with its own key and memory that signs only what continues."""

from __future__ import annotations

import json
import stat
import time
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from tests.unit.audit.test_tree import NODE

from fairtag.adapters.logproof.signer import Ask, LogSigner
from fairtag.adapters.logproof.signing import SocketSigner, signer_beside
from fairtag.audit import tree
from fairtag.audit.notes import key_from, note_from
from fairtag.audit.refusals import SignerAway, SignerRefused
from fairtag.terms.errors import StoreRefused


def ask(signer: LogSigner, old: int, size: int, *, root: bytes | None = None) -> dict[str, object]:
    asked = Ask(
        what="sign",
        size=size,
        root=root or tree.root_of(size, NODE),
        old=old,
        proof=tuple(tree.consistency(old, size, NODE)) if old <= size else (),
    )
    return signer.answer(msgspec.json.encode(asked))


def test_it_signs_a_tree_that_grows_and_anyone_can_check_it(tmp_path: Path) -> None:
    signer = LogSigner(tmp_path)
    for old, size in ((0, 5), (5, 300), (300, 300), (300, 1500)):
        note = note_from(str(ask(signer, old, size)["note"]))

        assert note.is_signed_by(key_from(signer.key.text))
        assert (note.checkpoint.size, note.checkpoint.origin) == (size, signer.key.name)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("restart", [False, True])
def test_it_refuses_a_smaller_and_another_tree_also_after_a_restart(
    tmp_path: Path, *, restart: bool
) -> None:
    signer = LogSigner(tmp_path)
    ask(signer, 0, 300)
    signer = LogSigner(tmp_path) if restart else signer

    assert "note" not in ask(signer, 0, 200)
    assert "note" not in ask(signer, 300, 200)
    assert "note" not in ask(signer, 200, 400)
    assert "note" not in ask(signer, 300, 300, root=b"x" * 32)
    assert "note" not in ask(signer, 300, 400, root=b"x" * 32)
    assert "note" in ask(signer, 300, 400)


def test_it_remembers_before_it_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = LogSigner(tmp_path)
    ask(signer, 0, 5)

    def dies(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("fairtag.adapters.logproof.signer.signature_line", dies)
    with suppress(OSError):
        ask(signer, 5, 9)

    assert json.loads((tmp_path / "head.json").read_text())["size"] == 9


def test_a_key_without_its_memory_and_a_key_that_others_read_are_refused(tmp_path: Path) -> None:
    LogSigner(tmp_path)
    (tmp_path / "head.json").rename(tmp_path / "away")
    with pytest.raises(StoreRefused, match="memory"):
        LogSigner(tmp_path)
    (tmp_path / "away").rename(tmp_path / "head.json")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(StoreRefused, match="others"):
        LogSigner(tmp_path)


def test_what_is_no_question_is_refused(tmp_path: Path) -> None:
    assert "refused" in LogSigner(tmp_path).answer(b"{}\n")


def answered(client: SocketSigner) -> str:
    for _ in range(2_000):
        with suppress(SignerAway):
            return client.key()
        time.sleep(0.05)
    raise AssertionError("the signer did not start")


def test_it_runs_as_a_process_of_its_own_and_ends_with_its_block(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)  # longer than the system's names of sockets
    client = SocketSigner(folder / "socket")
    with signer_beside(folder):
        key = key_from(answered(client))
        told = client.sign(size=5, root=tree.root_of(5, NODE), old=client.head(), proof=())
        assert note_from(told).is_signed_by(key)
        with pytest.raises(SignerRefused):
            client.sign(size=4, root=tree.root_of(4, NODE), old=0, proof=())
    with pytest.raises(SignerAway):
        client.key()
