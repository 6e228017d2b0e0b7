"""What is said to be on disk is on disk with its name, and nobody else ever read it."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rig import opened_rig

from fairtag.adapters.parcels.folder import FolderParcels
from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite import copies
from fairtag.adapters.sqlite.copies import copy_in, copy_out
from fairtag.terms.errors import StoreRefused


class Synced(list[str]):
    """Paths of what was synced, in order."""

    def of(self, path: Path) -> bool:
        return str(path.resolve()) in self


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Synced]:
    seen, whole = Synced(), os.fsync

    def fsync(handle: int) -> None:
        seen.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        whole(handle)

    with monkeypatch.context() as here:
        here.setattr(os, "fsync", fsync)
        yield seen


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("durable") / "data"
    with opened_rig(folder) as rig:
        rig.wearer()
    return folder


def test_a_backup_is_on_disk_with_its_name(data: Path, tmp_path: Path, synced: Synced) -> None:
    out = tmp_path / "b.tgz"
    copy_out(data, out, log=data / "log" / "access.log")
    assert synced.of(out)
    assert synced.of(tmp_path)


def test_a_backup_is_its_owners_alone_from_the_first_byte(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, modes = tmp_path / "b.tgz", set[int]()
    whole = tarfile.TarFile.add

    def add(packed: tarfile.TarFile, path: Path, name: str) -> None:
        modes.add(stat.S_IMODE(out.stat().st_mode))
        whole(packed, path, name)

    monkeypatch.setattr(tarfile.TarFile, "add", add)
    former = os.umask(0)
    try:
        copy_out(data, out, log=data / "log" / "access.log")
    finally:
        os.umask(former)
    assert modes == {0o600}


def test_a_backup_that_fails_leaves_nothing_and_never_replaces_one(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "b.tgz"

    def full(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as here:
        here.setattr(copies, "sync_folder", full)
        here.setattr(tarfile.TarFile, "add", full)
        with pytest.raises(OSError, match="full"):
            copy_out(data, out, log=data / "log" / "access.log")
    assert list(tmp_path.iterdir()) == []
    out.write_bytes(b"another")
    with pytest.raises(StoreRefused, match="there already"):
        copy_out(data, out, log=data / "log" / "access.log")
    assert out.read_bytes() == b"another"


def test_what_is_put_back_is_on_disk_with_its_names(
    data: Path, tmp_path: Path, synced: Synced
) -> None:
    out, new = tmp_path / "b.tgz", tmp_path / "new"
    copy_out(data, out, log=data / "log" / "access.log")
    synced.clear()
    copy_in(out, data / "keys", new)
    files = [path for path in new.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"fairtag.db", "access.log", "keys.db", "root.key"}
    assert [path for path in files if not synced.of(path)] == []
    folders = [tmp_path, new, *(path for path in new.iterdir() if path.is_dir())]
    assert [path for path in folders if not synced.of(path)] == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_half_a_backup_is_refused_in_words(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.tgz"
    copy_out(data, out, log=data / "log" / "access.log")
    held = out.read_bytes()
    for n, kept in enumerate((0, 100, len(held) // 2)):
        out.write_bytes(held[:kept])
        with pytest.raises(StoreRefused, match="is not a backup"):
            copy_in(out, None, tmp_path / f"new-{n}")


def test_a_package_is_on_disk_with_its_name(tmp_path: Path, synced: Synced) -> None:
    FolderParcels(tmp_path / "out").keep("d_1", b"sealed")
    assert synced.index(str(tmp_path / "out" / "d_1.part")) < synced.index(str(tmp_path / "out"))
    assert synced.of(tmp_path)


def test_the_logs_file_is_on_disk_with_its_name_before_its_first_entry(
    tmp_path: Path, synced: Synced
) -> None:
    spool = Spool(tmp_path, patience_s=60)
    spool.write([b"{}"])
    assert synced == [str(tmp_path), str(tmp_path / "access.log")]
    spool.write([b"{}"])
    assert synced[2:] == [str(tmp_path / "access.log")]
