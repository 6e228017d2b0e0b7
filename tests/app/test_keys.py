"""Keys: what is destroyed is gone, what is not stays, whatever is cut, copied or put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from tests.quick import lay_tables
from tests.rig import Rig

from fairtag import bootstrap
from fairtag.adapters.keys import copies
from fairtag.adapters.keys.epochs import Epochs
from fairtag.adapters.keys.locks import lock, unlock
from fairtag.adapters.keys.rotation import rotation
from fairtag.adapters.keystore import LOOK_S, KeyStore, _bound
from fairtag.adapters.roots.file import FILE, NEXT, FileRoot, read_root
from fairtag.adapters.sqlite.copies import copy_in
from fairtag.adapters.sqlite.copies import copy_out as copy_store
from fairtag.adapters.vault import KeyVault
from fairtag.app.keys.care import keep_keys
from fairtag.bootstrap import open_house, open_keys
from fairtag.custody.epochs import LIFE, WEEK
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.custody.refusals import KeyBackupRefused, KeysMissing, RootRefused
from fairtag.settings import Settings
from fairtag.terms.errors import SealBroken, StoreRefused, UsageError
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, Micros, parse

NOW = parse("2026-11-25T10:00:00Z")  # a Wednesday; the week began on Thursday the 19th
WEARERS = [WearerId(f"W-{n}") for n in range(1, 21)]
ONE, OTHER = WEARERS[:2]
MONTH = "2026-11"


def opened(folder: Path) -> KeyStore:
    return KeyStore(folder, chance=os.urandom)


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    store = opened(tmp_path / "keys")
    yield store
    store.close()


def vault_of(keys: KeyStore) -> KeyVault:
    return KeyVault(keys, chance=os.urandom)


def lived(keys: KeyStore) -> KeyVault:
    """Enrol twenty wearers and make their keys of the month."""
    vault = vault_of(keys)
    for wearer in WEARERS:
        vault.enrol(wearer, "ho")
    vault.prepare(MONTH, WEARERS, kinds=(RecordKind.STATE, RecordKind.TRAIL))
    return vault


def sealed(vault: KeyVault, wearer: WearerId, kind: RecordKind = RecordKind.TRAIL) -> bytes:
    return vault.seal(b"53.48,-2.24", wearer_id=wearer, kind=kind, at=NOW, row="r1")


def unsealed(
    vault: KeyVault, told: bytes, wearer: WearerId, kind: RecordKind = RecordKind.TRAIL
) -> bytes:
    return vault.unseal(told, wearer_id=wearer, kind=kind, at=NOW, row="r1")


def wrapped(keys: KeyStore, name: str) -> bytes:
    found = keys._found(name)
    assert found is not None
    return found[1]


def files_with(folder: Path, needle: bytes) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if needle in path.read_bytes())


# What is destroyed is gone. Recipe: search the raw files for the bytes.


@pytest.mark.parametrize("made", [0, 1], ids=["no copy", "copied before"])
def test_destroyed_keys_are_in_no_file(keys: KeyStore, made: int, tmp_path: Path) -> None:
    vault = lived(keys)
    for _ in range(made):
        copies.copy_out(keys.path, keys.epochs, tmp_path / "copy.age", now=NOW)
    names = [f"wearer/{ONE}", f"data/{ONE}/trail/{MONTH}", f"data/{ONE}/state/{MONTH}"]
    before = [wrapped(keys, name) for name in names]
    assert all(files_with(tmp_path, one) == ["keys.db"] for one in before)

    assert vault.end_wearer(ONE) == 3

    assert [files_with(tmp_path, one) for one in before] == [[], [], []]
    assert files_with(tmp_path, wrapped(keys, f"wearer/{OTHER}")) == ["keys.db"]


def test_negative_control_without_secure_delete_the_bytes_stay(
    keys: KeyStore, tmp_path: Path
) -> None:
    vault = lived(keys)
    before = wrapped(keys, f"wearer/{ONE}")
    keys._db.execute("PRAGMA main.secure_delete=OFF").close()
    vault.end_wearer(ONE)
    assert files_with(tmp_path, before) == ["keys.db"]


def test_nothing_opens_any_more_and_all_others_do(keys: KeyStore) -> None:
    vault = lived(keys)
    kinds = (RecordKind.TRAIL, RecordKind.JOURNAL)
    told = {(one, kind): sealed(vault, one, kind) for one in WEARERS for kind in kinds}
    vault.end_wearers([ONE, OTHER])
    for reader in (vault, vault_of(keys)):
        for (wearer, kind), one in told.items():
            if wearer in (ONE, OTHER):
                with pytest.raises(SealBroken):
                    unsealed(reader, one, wearer, kind)
            else:
                assert unsealed(reader, one, wearer, kind) == b"53.48,-2.24"


def test_the_end_of_a_day_ends_everybodys_journal_of_it_and_nothing_else(keys: KeyStore) -> None:
    vault = lived(keys)
    journal, trail = sealed(vault, ONE, RecordKind.JOURNAL), sealed(vault, ONE)
    assert vault.end_journal(period_of(RecordKind.JOURNAL, NOW))
    assert not vault.end_journal(period_of(RecordKind.JOURNAL, NOW))
    with pytest.raises(SealBroken):
        unsealed(vault, journal, ONE, RecordKind.JOURNAL)
    assert unsealed(vault, trail, ONE) == b"53.48,-2.24"


def test_a_file_that_is_mostly_empty_is_written_anew(keys: KeyStore) -> None:
    keys.make_many([("authority/ho", None)])
    keys.make_many((f"wearer/{n:060}", "authority/ho") for n in range(20_000))
    keys.destroy_many(f"wearer/{n:060}" for n in range(19_000))
    before = keys.path.stat().st_size
    assert keys.tidy()
    assert keys.path.stat().st_size < before / 4
    assert not keys.tidy()
    assert keys.key(f"wearer/{19_500:060}", create=False)


# Many at once.


def commits(keys: KeyStore) -> list[str]:
    """Give a list that grows with each commit from here on."""
    seen: list[str] = []
    keys._db.set_trace_callback(lambda told: seen.append(told) if told == "COMMIT" else None)
    return seen


def test_a_month_is_prepared_and_ended_in_one_commit_each(keys: KeyStore) -> None:
    vault = lived(keys)
    seen = commits(keys)
    assert vault.prepare("2026-12", WEARERS) == 3 * len(WEARERS)
    assert len(seen) == 1
    assert vault.prepare("2026-12", WEARERS) == 0
    ended = [(one, RecordKind.TRAIL, "2026-12") for one in WEARERS]
    seen.clear()
    assert vault.end_periods(ended) == len(WEARERS)
    assert len(seen) == 1


def test_a_month_of_somebody_unknown_is_made_for_nobody(keys: KeyStore) -> None:
    vault = lived(keys)
    with pytest.raises(SealBroken):
        vault.prepare("2026-12", [ONE, WearerId("W-unknown")])
    assert not keys.is_there(f"data/{ONE}/trail/2026-12")


# Copies that die, and what they must not bring back.


def lost(keys: KeyStore) -> Path:
    """Lose the keystore's file; gives its place."""
    keys.close()
    keys.path.unlink()
    return keys.path


def put_back(path: Path, copy: Path, now: Micros = NOW) -> int:
    with closing(Epochs(path.with_name("epochs.db"), fresh=bytes(16))) as epochs:
        return copies.copy_in(copy, epochs, path, now=now)


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[tuple[KeyStore, Path]]:
    """Give a keystore that lived, and a copy of it."""
    keys, copy = opened(tmp_path / "keys"), tmp_path / "copy.age"
    lived(keys)
    copies.copy_out(keys.path, keys.epochs, copy, now=NOW)
    yield keys, copy
    with suppress(sqlite3.ProgrammingError):
        keys.close()


def test_a_copy_holds_no_key_in_clear(copied: tuple[KeyStore, Path]) -> None:
    keys, copy = copied
    assert wrapped(keys, f"wearer/{ONE}") not in copy.read_bytes()
    assert b"W-1" not in copy.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0


def test_a_lost_keystore_comes_back_without_what_was_destroyed(
    copied: tuple[KeyStore, Path], tmp_path: Path
) -> None:
    keys, copy = copied
    vault = vault_of(keys)
    mine, theirs = sealed(vault, ONE), sealed(vault, OTHER)
    period = vault.seal(b"x", wearer_id=OTHER, kind=RecordKind.STATE, at=NOW, row="s")
    gone = [wrapped(keys, f"wearer/{ONE}"), wrapped(keys, f"data/{ONE}/trail/{MONTH}")]
    vault.end_wearer(ONE)
    vault.end_period(OTHER, RecordKind.STATE, MONTH)
    path = lost(keys)

    # Twenty wearers' three keys, authority and nobody's journal; three and one are gone.
    assert put_back(path, copy) == 1 + 60 - 4

    again = opened(path.parent)
    vault = vault_of(again)
    assert unsealed(vault, theirs, OTHER) == b"53.48,-2.24"
    with pytest.raises(SealBroken):
        unsealed(vault, mine, ONE)
    with pytest.raises(SealBroken):
        vault.unseal(period, wearer_id=OTHER, kind=RecordKind.STATE, at=NOW, row="s")
    assert [files_with(tmp_path, one) for one in gone] == [[], []]
    again.close()


def test_negative_control_without_its_tombstone_a_key_comes_back(
    copied: tuple[KeyStore, Path],
) -> None:
    keys, copy = copied
    told = sealed(vault_of(keys), ONE)
    vault_of(keys).end_wearer(ONE)
    path = lost(keys)
    with closing(sqlite3.connect(path.with_name("epochs.db"), isolation_level=None)) as db:
        db.execute("DELETE FROM gone")
    put_back(path, copy)
    again = opened(path.parent)
    assert unsealed(vault_of(again), told, ONE) == b"53.48,-2.24"
    again.close()


def test_a_key_made_again_under_its_name_is_not_taken_for_the_destroyed_one(
    copied: tuple[KeyStore, Path], tmp_path: Path
) -> None:
    keys, _ = copied
    vault = vault_of(keys)
    vault.end_period(ONE, RecordKind.TRAIL, MONTH)
    told = sealed(vault, ONE)
    newer = tmp_path / "newer.age"
    copies.copy_out(keys.path, keys.epochs, newer, now=Micros(NOW + DAY))
    path = lost(keys)
    put_back(path, newer)
    again = opened(path.parent)
    assert unsealed(vault_of(again), told, ONE) == b"53.48,-2.24"
    again.close()


def test_a_copy_opens_until_30_days_after_its_week_began_and_never_again(
    copied: tuple[KeyStore, Path],
) -> None:
    keys, copy = copied
    ends = Micros(NOW // WEEK * WEEK + LIFE)
    secret = keys.epochs._rows("SELECT secret FROM epoch")[0][0].encode()
    assert keys.epochs.overdue(Micros(ends - 1)) == []
    path = lost(keys)
    assert put_back(path, copy, Micros(ends - 1)) == 61
    path.unlink()
    with pytest.raises(KeyBackupRefused, match="30 days"):  # the clock alone shuts it
        put_back(path, copy, ends)

    assert files_with(path.parent, secret) == ["epochs.db"]
    with closing(Epochs(path.with_name("epochs.db"), fresh=bytes(16))) as epochs:
        assert epochs.end(ends) == 1
    assert files_with(path.parent, secret) == []
    with pytest.raises(KeyBackupRefused):  # turning the clock back helps nobody
        put_back(path, copy, NOW)


def test_a_destruction_is_final_when_the_last_copy_that_may_hold_it_is_dead(
    keys: KeyStore, tmp_path: Path
) -> None:
    vault = lived(keys)
    assert vault.final_at(NOW) == NOW  # no copy was ever made
    copies.copy_out(keys.path, keys.epochs, tmp_path / "1", now=NOW)
    vault.end_wearer(ONE)
    final = vault.final_at(NOW)
    assert NOW + 23 * DAY < final <= NOW + LIFE
    later = Micros(NOW + 8 * DAY)  # copies of later weeks do not hold it
    copies.copy_out(keys.path, keys.epochs, tmp_path / "2", now=later)
    assert vault.final_at(NOW) == final
    assert vault.final_at(later) > final
    assert len(keys.epochs.gone()) == 1
    assert vault.end_epochs(final) == 1
    assert keys.epochs.gone() == set()  # nothing left that could bring it back
    assert vault.final_at(NOW) == NOW


def test_a_whole_keystore_is_never_replaced(copied: tuple[KeyStore, Path]) -> None:
    keys, copy = copied
    with pytest.raises(KeyBackupRefused, match="whole"):
        put_back(keys.path, copy)


@pytest.mark.parametrize("place", [0, 200, 5_000, -1])
def test_a_damaged_copy_is_refused(copied: tuple[KeyStore, Path], place: int) -> None:
    keys, copy = copied
    raw = bytearray(copy.read_bytes())
    raw[place] ^= 1
    copy.write_bytes(raw)
    path = lost(keys)
    with pytest.raises(KeyBackupRefused):
        put_back(path, copy)
    assert not path.exists()


def test_a_copy_never_replaces_a_file(copied: tuple[KeyStore, Path]) -> None:
    keys, copy = copied
    with pytest.raises(KeyBackupRefused, match="never replaces"):
        copies.copy_out(keys.path, keys.epochs, copy, now=NOW)


def test_the_stores_backup_holds_no_key(rig: Rig, tmp_path: Path) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    folder = rig.folder / "keys"
    with closing(sqlite3.connect(folder / "keys.db")) as db:
        secrets = [bytes(row[0]) for row in db.execute("SELECT wrapped FROM keys")]
    secrets.append((folder / FILE).read_bytes())
    copy_store(rig.folder, tmp_path / "b.tgz", log=rig.folder / "log" / "access.log")
    with tarfile.open(tmp_path / "b.tgz") as packed:
        packed.extractall(tmp_path / "out")  # noqa: S202 - made by this very test
    assert len(secrets) > 4
    assert [files_with(tmp_path / "out", one) for one in secrets] == [[]] * len(secrets)
    # Negative control: the same search finds them where they are.
    assert all(files_with(folder, one) for one in secrets)


# Another root.


def test_after_a_rotation_the_old_root_opens_nothing(keys: KeyStore) -> None:
    vault = lived(keys)
    told = sealed(vault, ONE)
    below = wrapped(keys, f"wearer/{ONE}")
    old = read_root(keys.path.with_name(FILE))
    former = FileRoot(old, chance=os.urandom)
    for name, one in keys._uppermost():
        assert former.unwrap(
            one, context=_bound(name, None)
        )  # so the refusals below mean something

    assert list(rotation(keys, to=None, chance=os.urandom))[-2:] == [
        "old root erased",
        "new root in its place",
    ]

    assert wrapped(keys, f"wearer/{ONE}") == below  # the keys below stay as they are
    assert files_with(keys.path.parent, old) == []
    for name, one in keys._uppermost():
        with pytest.raises(SealBroken):
            former.unwrap(one, context=_bound(name, None))
    with pytest.raises(RootRefused):
        KeyStore(keys.path.parent, chance=os.urandom, root=former)
    again = opened(keys.path.parent)
    assert unsealed(vault_of(again), told, ONE) == b"53.48,-2.24"
    again.close()


STEPS = [
    "begun", "new root made", "authority/gmp", "authority/ho", "checked", "committed",
    "old root erased", "new root in its place",
]  # fmt: skip
CUT = """
import os, sys
from pathlib import Path
from fairtag.adapters.keys.locks import lock, unlock
from fairtag.adapters.keys.rotation import rotation
from fairtag.adapters.keystore import KeyStore
folder = Path(sys.argv[1])
keys = KeyStore(folder, chance=os.urandom)
for step in rotation(keys, to=None, chance=os.urandom):
    if step == sys.argv[2]:
        os._exit(9)
"""


@pytest.mark.parametrize("step", STEPS)
def test_a_rotation_that_is_cut_leaves_a_whole_keystore(tmp_path: Path, step: str) -> None:
    keys = opened(tmp_path)
    keys.make_many([("authority/ho", None), ("authority/gmp", None)])
    wearer = keys.key("wearer/W-1", above="authority/ho", create=True)
    keys.close()
    old = read_root(tmp_path / FILE)

    cut = subprocess.run([sys.executable, "-c", CUT, str(tmp_path), step], check=False)

    assert cut.returncode == 9
    again = opened(tmp_path)
    assert again.key("wearer/W-1", create=False) == wearer
    again.close()
    is_done = STEPS.index(step) >= STEPS.index("committed")
    assert (read_root(tmp_path / FILE) != old) == is_done
    assert not (tmp_path / NEXT).exists()
    assert bool(files_with(tmp_path, old)) == (not is_done)


def test_a_rotation_that_was_cut_can_be_done_again(tmp_path: Path) -> None:
    keys = opened(tmp_path)
    keys.make_many([("authority/ho", None)])
    steps = rotation(keys, to=None, chance=os.urandom)
    assert [next(steps), next(steps)] == ["begun", "new root made"]
    steps.close()
    assert "committed" in list(rotation(keys, to=None, chance=os.urandom))
    keys.close()


def test_whoever_opens_the_keystore_meanwhile_takes_no_root_away(tmp_path: Path) -> None:
    """The new root's file is there before it counts, the old one's after it."""
    keys = opened(tmp_path)
    keys.make_many([("authority/ho", None), ("wearer/W-1", "authority/ho")])
    wearer = keys.key("wearer/W-1", create=False)
    with ThreadPoolExecutor(1) as pool:
        for step in rotation(keys, to=None, chance=os.urandom):
            if step == "new root made":
                waiting = pool.submit(opened, tmp_path)
                time.sleep(0.2)
                assert not waiting.done()  # it found a second file, and waits for its turn
        other = waiting.result()
    other.close()
    keys.close()
    again = opened(tmp_path)
    assert again.key("wearer/W-1", create=False) == wearer
    again.close()


def test_who_holds_the_old_root_makes_no_new_authority(keys: KeyStore) -> None:
    lived(keys)
    other = opened(keys.path.parent)
    for _ in rotation(other, to=None, chance=os.urandom):
        pass
    other.close()
    assert keys.key("wearer/W-new", above="authority/ho", create=True)
    with pytest.raises(RootRefused, match="rotated"):
        keys.make_many([("authority/new", None)])


# What is found at the start.


def test_a_changed_uppermost_key_is_found_at_the_start(keys: KeyStore) -> None:
    lived(keys)
    raw = bytearray(wrapped(keys, "authority/ho"))
    raw[20] ^= 1
    told = (bytes(raw), "authority/ho")
    keys._db.execute("UPDATE keys SET wrapped = ? WHERE name = ?", told).close()
    with pytest.raises(SealBroken):
        opened(keys.path.parent)


def test_another_root_file_is_found_at_the_start(keys: KeyStore) -> None:
    file = keys.path.with_name(FILE)
    file.write_bytes(os.urandom(32))
    with pytest.raises(RootRefused, match="key check"):
        opened(keys.path.parent)
    file.unlink()
    with pytest.raises(RootRefused, match="missing"):
        opened(keys.path.parent)


def test_a_lost_keystore_is_not_begun_anew(keys: KeyStore) -> None:
    path = lost(keys)
    with pytest.raises(StoreRefused, match="keys restore"):
        opened(path.parent)


@pytest.mark.parametrize(
    ("bent", "why"),
    [("PRAGMA user_version = 2", "newer fairtag"), ("PRAGMA application_id = 7", "no such file")],
)
@pytest.mark.parametrize("name", ["keys.db", "epochs.db"])
def test_a_file_of_a_newer_or_another_program_is_refused(
    keys: KeyStore, bent: str, why: str, name: str
) -> None:
    with closing(sqlite3.connect(keys.path.with_name(name), isolation_level=None)) as db:
        db.execute(bent)
    with pytest.raises(StoreRefused, match=why):
        opened(keys.path.parent)


def test_epochs_that_are_missing_or_anothers_are_refused(keys: KeyStore, tmp_path: Path) -> None:
    keys.close()
    file = keys.path.with_name("epochs.db")
    file.rename(tmp_path / "away.db")
    with pytest.raises(StoreRefused, match="--new-epochs"):
        opened(keys.path.parent)
    assert not file.exists()
    Epochs(file, fresh=os.urandom(16)).close()
    with pytest.raises(StoreRefused, match="another keystore"):
        opened(keys.path.parent)
    KeyStore(keys.path.parent, chance=os.urandom, is_new_epochs=True).close()
    opened(keys.path.parent).close()


def test_a_root_in_a_file_is_refused_where_real_people_are(tmp_path: Path) -> None:
    with pytest.raises(RootRefused, match="FAIRTAG_ROOT_FILE_ALLOWED"):
        open_keys(tmp_path, Settings(), kind="service", is_rehearsal=False)
    assert list(tmp_path.iterdir()) == []
    for settings, kind, is_rehearsal in (
        (Settings(root_file_allowed="yes"), "service", False),
        (Settings(), "demo", False),
        (Settings(), "service", True),
    ):
        open_keys(tmp_path, settings, kind=kind, is_rehearsal=is_rehearsal).close()


def reopened(folder: Path) -> None:
    with open_house(folder):
        pass


@pytest.mark.parametrize("is_left", ["nothing", "an empty file", "an empty folder"])
def test_a_store_that_came_back_without_its_keys_gets_no_new_ones(
    rig: Rig, tmp_path: Path, is_left: str
) -> None:
    rig.wearer()
    copy_store(rig.folder, tmp_path / "copy.tar", log=rig.folder / "log" / "access.log")
    back = tmp_path / "back"
    copy_in(tmp_path / "copy.tar", None, back)
    if is_left != "nothing":
        (back / "keys").mkdir(exist_ok=True)
    if is_left == "an empty file":
        (back / "keys" / "keys.db").touch()
    before = sorted((back / "keys").glob("*"))

    with pytest.raises(KeysMissing, match=r"fairtag keys restore.*docs/keys\.md"):
        reopened(back)

    assert sorted((back / "keys").glob("*")) == before  # nothing was made

    shutil.copytree(rig.folder / "keys", back / "keys", dirs_exist_ok=True)
    with open_house(back) as house:
        order = house.store.read(lambda tx: tx.orders.version(OrderId("ORD-1")))
    assert order.authority.name == "Home Office"


def test_a_fresh_folder_still_gets_its_keys_and_one_with_both_opens(tmp_path: Path) -> None:
    for folder in (tmp_path / "new", tmp_path / "made", tmp_path / "tables without a row"):
        if folder.name == "made":
            folder.mkdir()
        if folder.name.startswith("tables"):
            lay_tables(folder)
        reopened(folder)
        assert (folder / "keys" / "keys.db").stat().st_size
        reopened(folder)


def test_negative_control_keys_made_anew_open_nothing_of_the_store(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.wearer()
    copy_store(rig.folder, tmp_path / "copy.tar", log=rig.folder / "log" / "access.log")
    copy_in(tmp_path / "copy.tar", None, tmp_path / "back")
    monkeypatch.setattr(bootstrap, "_demand_keys", lambda _: None)

    with open_house(tmp_path / "back") as house, pytest.raises(SealBroken):
        house.store.read(lambda tx: tx.orders.version(OrderId("ORD-1")))


@pytest.mark.parametrize("root", ["", "fille", "transit:", "pkcs11:", "vault:x"])
def test_a_root_that_is_none_is_refused(tmp_path: Path, root: str) -> None:
    with pytest.raises(UsageError, match="transit:KEY"):
        open_keys(tmp_path, Settings(root=root), kind=None, is_rehearsal=True)


# Several at once.


def test_a_destroyed_key_is_served_by_no_one_for_long(keys: KeyStore) -> None:
    """Two processes: the second one learns of it within a tenth of a second."""
    vault = lived(keys)
    elsewhere = opened(keys.path.parent)
    second = vault_of(elsewhere)
    told = sealed(vault, ONE)
    name = second.name(b"x", wearer_id=OTHER)
    assert unsealed(second, told, ONE) == b"53.48,-2.24"

    vault.end_wearer(ONE)

    assert LOOK_S <= 0.1
    time.sleep(1.1 * LOOK_S)  # a slow machine takes longer, and looks all the same
    with pytest.raises(SealBroken):
        unsealed(second, told, ONE)
    assert second.name(b"x", wearer_id=OTHER) == name
    elsewhere.close()


def test_in_one_process_it_is_served_by_no_one_at_all(keys: KeyStore) -> None:
    vault = lived(keys)
    second = vault_of(keys)
    told = sealed(second, ONE)
    vault.end_wearer(ONE)
    with pytest.raises(SealBroken):
        unsealed(second, told, ONE)


def test_negative_control_a_vault_that_never_looks_goes_on(keys: KeyStore) -> None:
    vault = lived(keys)
    told = sealed(vault, ONE)
    vault._generation = -1
    keys.generation = lambda: -1  # type: ignore[method-assign]
    keys.destroy(f"wearer/{ONE}")
    assert unsealed(vault, told, ONE) == b"53.48,-2.24"


class Late(KeyStore):
    """A keystore in which somebody destroys a key just after it was read."""

    victim = ""

    def key(self, name: str, *, above: str | None = None, create: bool) -> bytes:
        found = super().key(name, above=above, create=create)
        if name == self.victim:
            self.victim = ""
            self.destroy(name)
        return found


def test_a_key_that_is_destroyed_while_it_is_read_does_not_stay_open(tmp_path: Path) -> None:
    keys = Late(tmp_path, chance=os.urandom)
    told = sealed(lived(keys), ONE)
    vault = vault_of(keys)
    keys.victim = f"data/{ONE}/trail/{MONTH}"
    unsealed(vault, told, ONE)  # it was there when it was asked for
    with pytest.raises(SealBroken):
        unsealed(vault, told, ONE)
    keys.close()


def test_threads_seal_while_others_end_and_every_seal_of_the_living_opens(keys: KeyStore) -> None:
    vault = lived(keys)
    living, ending = WEARERS[10:], WEARERS[:10]
    stop = threading.Event()

    def seal_on() -> list[tuple[WearerId, bytes]]:
        told = []
        while not stop.is_set():
            for one in living:
                told.append((one, sealed(vault, one)))
                assert unsealed(vault, told[-1][1], one) == b"53.48,-2.24"
        return told

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(seal_on) for _ in range(3)]
        gone = [vault.end_wearer(one) for one in ending]
        stop.set()
        told = [pair for one in running for pair in one.result()]
    assert gone == [3] * 10
    fresh = vault_of(keys)
    assert all(unsealed(fresh, one, wearer) == b"53.48,-2.24" for wearer, one in told[-200:])


# The care for copies.


def test_the_service_ends_overdue_epochs_and_writes_it_down(rig: Rig, tmp_path: Path) -> None:
    folder = rig.folder / "keys"
    with closing(opened(folder)) as keys:
        copies.copy_out(keys.path, keys.epochs, tmp_path / "c", now=rig.clock.now())
    assert keep_keys(rig.house) == 0
    rig.clock.at = Micros(rig.clock.at + LIFE)
    assert keep_keys(rig.house) == 1
    entries = rig.house.store.read(lambda tx: tx.audit.entries())
    (entry,) = [one.entry for one in entries if one.entry.what == "keys.epochs_end"]
    assert (entry.operation, entry.actor) == ("erasure", "machine")
    assert keep_keys(rig.house) == 0
    with closing(opened(folder)) as keys:
        assert keys.epochs.identities(Micros(0)) == []


def test_no_key_is_made_in_the_place_of_one_that_another_process_locks_meanwhile(
    keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, name = lived(keys), f"data/{ONE}/{RecordKind.TRAIL}/{MONTH}"
    told, writing = sealed(vault, ONE), keys._writing

    @contextmanager
    def late() -> Iterator[None]:
        with closing(opened(keys.path.parent)) as other:
            lock(other, "e_1", [name])
        with writing():
            yield

    with monkeypatch.context() as here:
        here.setattr(keys, "_writing", late)
        with pytest.raises(SealBroken, match="locked"):
            keys.make_many([(name, f"wearer/{ONE}")])

    unlock(keys, "e_1", [name])
    assert unsealed(vault, told, ONE) == b"53.48,-2.24"


def test_what_is_locked_already_is_locked_again_without_closing_anything(keys: KeyStore) -> None:
    lived(keys)
    name = f"data/{ONE}/{RecordKind.TRAIL}/{MONTH}"
    assert lock(keys, "e_1", [name]) == 1
    before = keys.generation()
    assert (lock(keys, "e_1", [name]), keys.generation()) == (0, before)
