"""The ceremonies by hand, as docs/keys.md tells them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.rig import opened_rig
from tests.vaults import LABEL, PIN, TOKEN, FakeVault
from typer.testing import CliRunner

from fairtag.bootstrap import open_house
from fairtag.cli import app
from fairtag.custody.refusals import RootRefused
from fairtag.terms.errors import FairtagError


def run(*words: str | Path, typed: str | None = None) -> tuple[int, str, str]:
    """Run a command; gives exit code, data and words. A refusal exits 2, as `main` does."""
    done = CliRunner().invoke(app, [str(one) for one in words], input=typed)
    if isinstance(done.exception, FairtagError):
        return 2, done.stdout, f"{done.exception.code} {done.exception}"
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give the folder of a house that lived for a moment."""
    with opened_rig(tmp_path / "data") as rig:
        device = rig.wearer()
        rig.say(device, rig.line(device))
    return tmp_path / "data"


def entries(data: Path) -> list[tuple[str, dict[str, str]]]:
    """List what the log says of ceremonies."""
    with open_house(data) as house:
        told = house.store.read(lambda tx: tx.audit.entries())
    assert all(one.entry.operation == "admin" for one in told if one.entry.what[:5] == "keys.")
    return [(one.entry.what, one.entry.details) for one in told if one.entry.what[:5] == "keys."]


def still_opens(data: Path) -> bool:
    with open_house(data) as house:
        return house.store.read(lambda tx: tx.journal.after(0, limit=1)) != []


def shares_of(data: Path, folder: Path) -> list[Path]:
    """Split the root; gives a file a share, as a keeper would type it off."""
    code, printed, _ = run("keys", "split", "--data", data)
    assert code == 0
    pages = printed.split("=" * 76)
    assert len(pages) == 3
    folder.mkdir(exist_ok=True)
    for number, page in enumerate(pages, start=1):
        (folder / f"{number}.txt").write_text(page)
    return [folder / f"{number}.txt" for number in (1, 2, 3)]


@pytest.mark.parametrize("two", [(0, 1), (2, 1), (0, 2)])
def test_any_two_shares_bring_a_lost_root_back(
    data: Path, tmp_path: Path, two: tuple[int, int]
) -> None:
    shares = shares_of(data, tmp_path / "shares")
    before = (data / "keys" / "root.key").read_bytes()
    (data / "keys" / "root.key").unlink()
    with pytest.raises(RootRefused, match="keys join"):
        still_opens(data)

    code, _, words = run("keys", "join", "--data", data, *(shares[n] for n in two))

    assert (code, "is restored" in words) == (0, True)
    assert (data / "keys" / "root.key").read_bytes() == before
    assert (data / "keys" / "root.key").stat().st_mode & 0o077 == 0
    assert still_opens(data)
    assert [what for what, _ in entries(data)] == ["keys.split", "keys.join"]
    assert run("keys", "join", "--data", data, *shares[:2])[2].count("already")


def test_a_drill_proves_two_shares_and_changes_nothing(data: Path, tmp_path: Path) -> None:
    shares = shares_of(data, tmp_path / "shares")
    before = (data / "keys" / "root.key").read_bytes()
    code, told, _ = run("keys", "drill", "--data", data, shares[0], shares[2])
    assert (code, "restore the root key" in told) == (0, True)
    typed = "\n".join(
        " ".join(re.findall(r"(?m)^    (.*)$", one.read_text())) for one in shares[:2]
    )
    assert run("keys", "drill", "--data", data, typed=typed + "\n")[0] == 0
    assert (data / "keys" / "root.key").read_bytes() == before
    drills = [told["result"] for what, told in entries(data) if what == "keys.drill"]
    assert drills == ["restores", "restores"]


def bent(share: Path, other: Path) -> str:
    """Change a word of a share for one of another share."""
    text = share.read_text()
    words = [re.findall(r"(?m)^    (.*)$", one.read_text())[1].split() for one in (share, other)]
    strange = next(word for word in words[1] if word not in words[0])
    return text.replace(" ".join(words[0][:2]), f"{strange} {words[0][1]}")


def test_shares_that_do_not_do_are_refused_in_words_that_help(data: Path, tmp_path: Path) -> None:
    mine = shares_of(data, tmp_path / "mine")
    later = shares_of(data, tmp_path / "later")
    wrong, empty = tmp_path / "wrong.txt", tmp_path / "empty.txt"
    wrong.write_text(bent(mine[1], mine[0]))
    empty.write_text("\n")
    for told, shares in (
        ("one share tells nothing", [mine[0]]),
        ("twice the same share", [mine[0], mine[0]]),
        ("different splits", [mine[0], later[1]]),
        ("share 2: a word is wrong", [mine[0], wrong]),
        ("this share is empty", [mine[0], empty]),
    ):
        for ceremony, code in (("drill", 1), ("join", 2)):
            done = run("keys", ceremony, "--data", data, *shares)
            assert (done[0], told in done[2]) == (code, True), done
    results = [told["result"] for what, told in entries(data) if what == "keys.drill"]
    assert results == ["failed"] * 5
    assert still_opens(data)


def test_shares_of_a_root_that_was_rotated_away_are_refused(data: Path, tmp_path: Path) -> None:
    shares = shares_of(data, tmp_path / "shares")
    assert run("keys", "rotate", "--data", data)[0] == 0
    code, _, words = run("keys", "drill", "--data", data, *shares[:2])
    assert (code, "rotated since" in words) == (1, True)
    (data / "keys" / "root.key").unlink()
    assert run("keys", "join", "--data", data, *shares[:2])[0] == 2
    assert not (data / "keys" / "root.key").exists()


def test_a_rotation_leaves_all_records_readable(data: Path) -> None:
    before = json.loads(run("keys", "show", "--data", data, "--json")[1])
    code, told, words = run("keys", "rotate", "--data", data)
    after = json.loads(run("keys", "show", "--data", data, "--json")[1])
    assert (code, "keys backup" in words) == (0, True)
    assert after["key_check"] in told
    assert after["key_check"] != before["key_check"]
    assert still_opens(data)
    whats = [what for what, _ in entries(data)]
    assert whats == ["keys.rotate", "keys.rotated"]


@pytest.mark.parametrize("kind", ["transit", "pkcs11"])
def test_the_root_moves_out_of_the_house_and_back(
    data: Path,
    kind: str,
    vault: FakeVault,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if kind == "transit":
        vault.make("fairtag")
        place = "transit:fairtag"
        monkeypatch.setenv("FAIRTAG_VAULT_ADDRESS", vault.address)
        monkeypatch.setenv("FAIRTAG_VAULT_TOKEN", TOKEN)
    else:
        place = f"pkcs11:{LABEL}/root"
        monkeypatch.setenv("FAIRTAG_PKCS11_MODULE", request.getfixturevalue("module"))
        monkeypatch.setenv("FAIRTAG_PKCS11_PIN", PIN)
    assert run("keys", "rotate", "--data", data, "--to", place)[0] == 0
    assert not (data / "keys" / "root.key").exists()
    with pytest.raises(RootRefused, match=f"set root to it in .*|{re.escape(place)}"):
        still_opens(data)  # the settings still say that it is a file

    monkeypatch.setenv("FAIRTAG_ROOT", place)
    assert still_opens(data)
    assert "no shares" not in run("keys", "show", "--data", data)[1]
    assert "only a root file has shares" in run("keys", "split", "--data", data)[2]
    assert run("keys", "rotate", "--data", data)[0] == 0  # under the newest version of its key

    assert run("keys", "rotate", "--data", data, "--to", "file")[0] == 0
    monkeypatch.delenv("FAIRTAG_ROOT")
    assert still_opens(data)


def test_a_lost_keystore_comes_back_from_its_copy(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "keys.age"
    code, _, words = run("keys", "backup", "--data", data, "--out", copy)
    assert (code, "opens until" in words) == (0, True)
    (data / "keys" / "keys.db").unlink()
    assert "keys restore" in run("keys", "show", "--data", data)[2]
    assert run("keys", "restore", copy, "--data", data)[0] == 0
    assert still_opens(data)
    assert run("audit", "verify", "--data", data)[0] == 0
    assert [what for what, _ in entries(data)] == ["keys.backup", "keys.restore"]
    assert "whole" in run("keys", "restore", copy, "--data", data)[2]


def test_a_house_burnt_down_stands_again(data: Path, tmp_path: Path) -> None:
    """Two backups, the epochs from another disk, two shares: docs/keys.md, 'If all is lost'."""
    shares = shares_of(data, tmp_path / "shares")
    assert run("backup", "--data", data, "--out", tmp_path / "store.tgz")[0] == 0
    assert run("keys", "backup", "--data", data, "--out", tmp_path / "keys.age")[0] == 0
    shutil.copy(data / "keys" / "epochs.db", tmp_path / "epochs.db")
    shutil.rmtree(data)

    new = tmp_path / "new"
    assert run("restore", tmp_path / "store.tgz", "--data", new)[0] == 0
    (tmp_path / "epochs.db").rename(new / "keys" / "epochs.db")
    assert run("keys", "restore", tmp_path / "keys.age", "--data", new)[0] == 0
    assert run("keys", "join", "--data", new, shares[2], shares[0])[0] == 0
    assert still_opens(new)


def test_without_a_keystore_the_root_that_was_there_is_kept_aside(
    data: Path, tmp_path: Path
) -> None:
    """Shares of another house give a root, too: only the keystore tells which is right."""
    with opened_rig(tmp_path / "other") as rig:
        rig.wearer()
    wrong = shares_of(tmp_path / "other", tmp_path / "wrong")
    folder, apart = data / "keys", tmp_path / "keys.db"
    right = (folder / "root.key").read_bytes()
    (folder / "keys.db").rename(apart)

    for n, shares in enumerate((wrong, shares_of(tmp_path / "other", tmp_path / "again")), 1):
        code, _, words = run("keys", "join", "--data", data, *shares[:2])
        if n == 1:
            assert (code, "root.key.former-1" in words) == (0, True)
        else:
            assert (code, "already" in words) == (0, True)

    kept = folder / "root.key.former-1"
    assert (kept.read_bytes(), kept.stat().st_mode & 0o077) == (right, 0)
    apart.rename(folder / "keys.db")
    with pytest.raises(RootRefused):
        still_opens(data)
    kept.replace(folder / "root.key")
    assert still_opens(data)


def test_with_its_keystore_a_root_that_opens_nothing_is_erased(data: Path, tmp_path: Path) -> None:
    shares = shares_of(data, tmp_path / "shares")
    file = data / "keys" / "root.key"
    file.write_bytes(b"x" * 32)

    code, _, words = run("keys", "join", "--data", data, *shares[:2])

    assert (code, "former" in words) == (0, False)
    assert list(file.parent.glob("root.key*")) == [file]
    assert still_opens(data)


def test_epochs_that_are_lost_are_begun_anew_by_name_only(data: Path, tmp_path: Path) -> None:
    (data / "keys" / "epochs.db").unlink()
    out = tmp_path / "c.age"
    assert "--new-epochs" in run("keys", "backup", "--data", data, "--out", out)[2]
    assert run("keys", "backup", "--data", data, "--out", out, "--new-epochs")[0] == 0
    assert still_opens(data)


def test_commands_refuse_a_folder_without_a_store(tmp_path: Path) -> None:
    for words in (
        ("split",), ("rotate",), ("drill",), ("show",), ("join",),
        ("backup", "--out", tmp_path / "x"),
    ):  # fmt: skip
        code, _, told = run("keys", *words, "--data", tmp_path / "nothing", typed="a\nb\n")
        assert (code, "FT-001" in told) == (2, True), words
    assert not (tmp_path / "nothing").exists()
