"""A package is whole, or the first thing that is not is named."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import bagit
import pytest

from fairtag.adapters.parcels.archive import pack, unpack
from fairtag.adapters.parcels.folder import seal, unseal
from fairtag.disclosure.package.bag import demand_whole, name_of, packed
from fairtag.disclosure.refusals import PackageBroken, RecipientRefused

BAG = packed({"a.txt": b"A", "deep/b.txt": b"B"}, {"External-Identifier": "x_1"})
SECRET = "AGE-SECRET-KEY-1LVKYKDD5QD35VP707EZZ23NPDMYEVDHZEGWLJ56DT2D2HHQZHXXQ8MTY32"
PUBLIC = "age17xkhp4fjg08cyvecgthcu3qaerf6xmrwz88fu55jk4gh4mht65zqglkhvn"


def test_a_bag_of_ours_is_one_to_others(tmp_path: Path) -> None:
    for name, raw in BAG.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(raw)
    assert bagit.Bag(str(tmp_path)).validate()
    demand_whole(BAG)


@pytest.mark.parametrize("name", sorted(BAG))
def test_any_file_changed_or_taken_away_is_noticed(name: str) -> None:
    with pytest.raises(PackageBroken):
        demand_whole(BAG | {name: BAG[name] + b" "})
    with pytest.raises(PackageBroken):
        demand_whole({one: raw for one, raw in BAG.items() if one != name})


def test_a_file_more_is_noticed() -> None:
    with pytest.raises(PackageBroken, match="extra"):
        demand_whole(BAG | {"data/extra": b""})


def test_the_same_files_are_the_same_bytes_and_name() -> None:
    assert pack(BAG) == pack(dict(reversed(BAG.items())))
    assert unpack(pack(BAG)) == BAG
    assert name_of(BAG) != name_of(packed({"a.txt": b"a"}, {}))


@pytest.mark.parametrize("name", ["../up", "/root", "a/../../b", "C:x", "a\\b"])
def test_no_path_leads_out(name: str) -> None:
    with pytest.raises(PackageBroken, match="leads out"):
        unpack(pack({name: b"x"}))


def test_what_is_no_archive_is_refused() -> None:
    whole = pack(BAG)
    for bad in (b"", b"PK", whole[:-30], whole.replace(b"bagit.txt", b"bagit.tx\0")):
        with pytest.raises(PackageBroken):
            demand_whole(unpack(bad))


def test_an_archive_of_many_files_is_refused_before_it_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(10_001):
            archive.writestr(str(n), b"")
    with pytest.raises(PackageBroken, match="larger"):
        unpack(out.getvalue())


def test_sealed_to_one_key_it_opens_with_that_one_alone() -> None:
    sealed = seal(BAG, PUBLIC)
    assert unseal(sealed, SECRET) == BAG
    for broken, secret in (
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), SECRET),
        (sealed[:-1], SECRET),
        (sealed, SECRET.replace("MTY32", "MTY33")),
        (b"", SECRET),
        (sealed, ""),
    ):
        with pytest.raises(PackageBroken):
            unseal(broken, secret)
    with pytest.raises(RecipientRefused):
        seal(BAG, PUBLIC[:-1] + "q")
