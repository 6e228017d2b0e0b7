"""Where are the keys? In a file of their own, each wrapped in the one above it.

Root → authority → wearer → data key per kind and period. A key that is destroyed is gone with what
it sealed, and with every key below it. Source: design.md §5.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairtag.adapters.keys.epochs import Epochs
from fairtag.adapters.keys.file import check_in, demand_keys, number, opened
from fairtag.adapters.roots.file import FILE, NEXT, FileRoot, open_file_root, settle
from fairtag.custody import envelope
from fairtag.custody.refusals import RootRefused
from fairtag.custody.root import Root, RootCheck, is_of, new_check
from fairtag.terms.errors import SealBroken, StoreRefused

NAME, EPOCHS = "keys.db", "epochs.db"
VERSION, MARK = 1, 0x66744B79  # "ftKy"
SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
  name TEXT PRIMARY KEY, above TEXT, wrapped BLOB NOT NULL, id BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS keys_above ON keys (above);
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
INSERT OR IGNORE INTO mark VALUES ('generation', 0)
"""
BELOW = """
WITH RECURSIVE below(name) AS (
  SELECT value FROM json_each(?) UNION SELECT keys.name FROM keys JOIN below ON above = below.name
)
DELETE FROM main.keys WHERE name IN (SELECT name FROM below)
"""
# What may come back with a copy is remembered; no copy, nothing to remember.
_BURY = """
INSERT OR IGNORE INTO epochs.gone SELECT id, (SELECT max(n) FROM epochs.epoch) FROM main.keys
WHERE name IN (SELECT value FROM json_each(?)) AND EXISTS (SELECT 1 FROM epochs.epoch)
"""
_ID_BYTES = 16
_MOST_OPEN = 1024  # uppermost keys kept unwrapped; a house serves tens of authorities
LOOK_S = 0.1  # so long may another process's destruction stay unseen
_MANY_FREE = 1000  # pages; below this a file is not worth writing anew

_MANY = "SELECT name, above, wrapped FROM keys WHERE name IN (SELECT value FROM json_each(?))"
_NEXT_GENERATION = "UPDATE mark SET value = value + 1 WHERE name = 'generation'"


class KeyStore:
    """Keys by name; a name is a path such as `wearer/W-1` or `data/W-1/trail/2026-11`.

    Each is wrapped in the one `above` it, the uppermost in the root key. The uppermost are
    unwrapped at the start, as ciphers, so that a module or Vault is asked once for each, and a
    wrong root or a changed key is found before the first use.
    """

    def __init__(
        self,
        folder: Path,
        *,
        chance: Callable[[int], bytes],
        root: Root | None = None,
        epochs: Path | None = None,
        is_new_epochs: bool = False,
    ) -> None:
        """Open or create the keystore in a folder that only its owner may read.

        Without `root`, the folder's own file is the root. `epochs` is the folder of the epochs'
        file; it must be the one that the keystore knows, unless a new one is wanted.
        Raises: StoreRefused, RootRefused when the root is not the one that wraps these keys,
        SealBroken when an uppermost key was changed, RootUnreachable.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / NAME
        self._chance = chance
        self._lock = threading.RLock()
        self._ciphers: dict[str, tuple[bytes, AESGCM]] = {}  # the uppermost, as wrapped
        at = (epochs or folder) / EPOCHS
        demand_keys(self.path, (folder / FILE, at))
        self._db = opened(self.path, SCHEMA, version=VERSION, mark=MARK)
        try:
            self._looked_s = time.monotonic()
            self._generation = int(self._mark("generation"))
            self._root, self.check = self._rooted(folder, root)
            self.epochs = self._remembering(at, is_new=is_new_epochs)
            self._open_uppermost()
        except BaseException:
            self._db.close()
            raise

    @property
    def root(self) -> Root:
        """Give the root that wraps the uppermost keys."""
        return self._root

    def key(self, name: str, *, above: str | None = None, create: bool) -> bytes:
        """Give a key, made on first use when `create`: then the one above it must be there.

        Raises: SealBroken when it is not there, or was changed.
        """
        with self._lock:
            if self._found(name) is None and create:
                self.make_many([(name, above)])
            return self._key(name)

    def make_many(self, wanted: Iterable[tuple[str, str | None]]) -> int:
        """Make keys, each given with the one above it, in one commit; tells how many were new.

        Raises: SealBroken when one above is not there; RootRefused, RootUnreachable.
        """
        made = 0
        last: tuple[str | None, AESGCM | None] = (None, None)  # the one above is mostly the same
        with self._lock, self._writing():
            locked = self._locked()  # in here: no process locks one meanwhile
            for name, above in wanted:
                if self._found(name) is not None:
                    continue
                if name in locked:
                    raise SealBroken("this record is locked: it waits to be erased")
                if above is None:
                    self._demand_same_root()
                if above != last[0]:
                    last = (above, None if above is None else self._cipher(above))
                self._insert(name, above, last[1])
                made += 1
        return made

    def is_there(self, name: str) -> bool:
        """Tell whether there is such a key."""
        with self._lock:
            return self._found(name) is not None

    def names(self, under: str, *, after: str = "", limit: int = -1) -> list[str]:
        """List the keys whose name begins so; beyond one, and so many, if told."""
        beyond = under[:-1] + chr(ord(under[-1]) + 1)  # the first name that begins otherwise
        told = (under, beyond, after, limit)
        asked = (
            "SELECT name FROM keys WHERE name >= ? AND name < ? AND name > ? ORDER BY name LIMIT ?"
        )
        with self._lock, closing(self._db.execute(asked, told)) as found:
            return [row[0] for row in found]

    def wrapped_many(self, names: Sequence[str]) -> dict[str, tuple[str | None, bytes]]:
        """Give keys that are there as they are wrapped, and the name of the one above each."""
        with self._lock, closing(self._db.execute(_MANY, (json.dumps(names),))) as found:
            return {row[0]: (row[1], bytes(row[2])) for row in found}

    def cipher(self, name: str) -> AESGCM:
        """Give the cipher of a key that wraps others.

        Raises: SealBroken when it is not there.
        """
        with self._lock:
            return self._cipher(name)

    def nonce(self) -> bytes:
        """Give a fresh nonce."""
        return self._chance(envelope.NONCE_BYTES)

    def move(self, moves: Sequence[tuple[str, str, str | None, bytes]]) -> int:
        """Give keys another name, one above and wrapping, in one commit; tells how many.

        Each move is name, new name, name of the one above, wrapped. Nobody goes on with a key
        under its former name: the generation rises as with a destruction.
        """
        told = "UPDATE keys SET name = ?, above = ?, wrapped = ? WHERE name = ?"
        with self._lock:
            with self._writing():
                for name, to, above, wrapped in moves:
                    self._db.execute(told, (to, above, wrapped, name)).close()
                self._db.execute(_NEXT_GENERATION).close()
            self._look()
        return len(moves)

    def destroy(self, name: str) -> int:
        """Destroy a key and all below it; tells how many there were."""
        return self.destroy_many([name])

    def destroy_many(self, names: Iterable[str]) -> int:
        """Destroy keys and all below them, in one commit; tells how many there were.

        The same commit remembers them beside the epochs' keys, so that no copy brings them back.
        """
        told = (json.dumps(list(names)),)
        with self._lock:
            with self._writing():
                self._db.execute(_BURY, told).close()
                self._db.execute(BELOW, told).close()
                gone = number(self._db, "SELECT changes()")
                if gone:
                    self._db.execute(_NEXT_GENERATION).close()
            if gone:
                self._look()
        return gone

    def generation(self) -> int:
        """Tell a number that rises with each destruction, by whichever process.

        This process's own are told at once, those of others within `LOOK_S`.
        """
        if time.monotonic() - self._looked_s > LOOK_S:
            with self._lock:
                self._look()
        return self._generation

    def tidy(self) -> bool:
        """Write the file anew when much of it is empty; tells whether it was.

        What was destroyed is overwritten already: this gives back the space.
        """
        with self._lock:
            free = number(self._db, "PRAGMA freelist_count")
            if free < _MANY_FREE or free * 4 < number(self._db, "PRAGMA page_count"):
                return False
            self._db.execute("VACUUM").close()
            return True

    def rewrap(self, make: Callable[[], Root]) -> Iterator[str]:
        """Wrap every uppermost key in a new root, all or none; names each step after it is done.

        `make` gives the new root, while nobody else can write. Whoever stops before `committed` has
        changed nothing. Raises: RootRefused, RootUnreachable, SealBroken.
        """
        with self._lock:
            with self._writing():
                self._demand_same_root()
                yield "begun"
                new = make()
                check = new_check(new, self._chance(envelope.KEY_BYTES))
                yield "new root made"
                for name, wrapped in self._uppermost():
                    bound = _bound(name, None)
                    fresh = new.wrap(self._root.unwrap(wrapped, context=bound), context=bound)
                    told = (fresh, name)
                    self._db.execute("UPDATE keys SET wrapped = ? WHERE name = ?", told).close()
                    yield name
                self._put_check(new, check)
                yield "checked"
            old, self._root, self.check = self._root, new, check
            old.close()
            yield "committed"
            yield from self._settled()

    def close(self) -> None:
        """Close the files and let go of the root."""
        self._db.close()
        self.epochs.close()
        self._root.close()

    def _key(self, name: str) -> bytes:
        found = self._found(name)
        if found is None:
            raise SealBroken("the key of this record is gone")
        above, wrapped = found
        if above is None:
            return self._root.unwrap(wrapped, context=_bound(name, None))
        return envelope.unseal(self._cipher(above), wrapped, bound=_bound(name, above))

    def _cipher(self, name: str) -> AESGCM:
        """Give the cipher of a key above others; the uppermost stay open."""
        known = self._ciphers.get(name)
        if known is not None:
            return known[1]
        found = self._found(name)
        cipher = AESGCM(self._key(name))
        if found is not None and found[0] is None:
            if len(self._ciphers) >= _MOST_OPEN:
                del self._ciphers[next(iter(self._ciphers))]
            self._ciphers[name] = (found[1], cipher)
        return cipher

    def _open_uppermost(self) -> None:
        for name, _ in self._uppermost()[:_MOST_OPEN]:
            self._cipher(name)

    def _uppermost(self) -> list[tuple[str, bytes]]:
        asked = self._db.execute("SELECT name, wrapped FROM keys WHERE above IS NULL ORDER BY name")
        with closing(asked) as found:
            return found.fetchall()

    def _found(self, name: str) -> tuple[str | None, bytes] | None:
        asked = self._db.execute("SELECT above, wrapped FROM keys WHERE name = ?", (name,))
        with closing(asked) as found:
            row = found.fetchone()
        return None if row is None else (row[0], bytes(row[1]))

    def _locked(self) -> frozenset[str]:
        """List keys that wait to be erased, or to be put back: none is made in their place."""
        asked = "SELECT name FROM keys WHERE name >= 'locked/' AND name < 'locked0'"
        with closing(self._db.execute(asked)) as found:
            return frozenset(row[0].split("/", 2)[2] for row in found)

    def _insert(self, name: str, above: str | None, cipher: AESGCM | None) -> None:
        fresh, bound = self._chance(envelope.KEY_BYTES), _bound(name, above)
        if cipher is None:
            wrapped = self._root.wrap(fresh, context=bound)
        else:
            nonce = self._chance(envelope.NONCE_BYTES)
            wrapped = envelope.seal(cipher, fresh, nonce=nonce, bound=bound)
        row = (name, above, wrapped, self._chance(_ID_BYTES))
        self._db.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", row).close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE").close()
        try:
            yield
            self._db.execute("COMMIT").close()
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK").close()
            raise

    def _look(self) -> None:
        """See whether keys were destroyed; of the open ciphers, those that still stand stay."""
        self._looked_s = time.monotonic()
        generation = int(self._mark("generation"))
        if generation == self._generation:
            return
        self._generation = generation
        for name, (wrapped, _) in list(self._ciphers.items()):
            found = self._found(name)
            if found is None or found[1] != wrapped:
                del self._ciphers[name]

    def _mark(self, name: str) -> Any:
        with closing(self._db.execute("SELECT value FROM mark WHERE name = ?", (name,))) as found:
            row = found.fetchone()
        return None if row is None else row[0]

    def _rooted(self, folder: Path, given: Root | None) -> tuple[Root, RootCheck]:
        """Find the root, and see that it is the one that wraps these keys."""
        known = check_in(self._db)
        wrapper = self._mark("root_name")
        if given is None and wrapper not in (None, FileRoot.name):
            raise RootRefused(f"{wrapper} wraps these keys; set root to it in fairtag.toml")
        root = given or open_file_root(folder, chance=self._chance, check=known)
        if known is None:
            check = new_check(root, self._chance(envelope.KEY_BYTES))
            with self._writing():
                if self._mark("root_name") is None:
                    self._put_check(root, check)
            known = check_in(self._db) or check
        if not is_of(root, known):
            detail = f"{root.name} is not the root key of this keystore: {wrapper} wraps it"
            raise RootRefused(f"{detail} (key check {known.value})")
        is_file = root.name == FileRoot.name
        if (folder / NEXT).exists() or (not is_file and (folder / FILE).exists()):
            for _ in self._settled():  # a rotation was cut before its last step
                pass
        return root, known

    def _settled(self) -> Iterator[str]:
        """Put the root's files in order while nobody else can rotate."""
        with self._writing():
            check = check_in(self._db)
            if check is not None:
                is_file = self._mark("root_name") == FileRoot.name
                yield from settle(self.path.parent, check, is_file=is_file)

    def _put_check(self, root: Root, check: RootCheck) -> None:
        marks = (
            ("root_name", root.name),
            ("root_check", check.wrapped),
            ("root_digest", check.digest),
        )
        self._db.executemany("INSERT OR REPLACE INTO mark VALUES (?, ?)", marks).close()

    def _demand_same_root(self) -> None:
        """Refuse to wrap a key in a root that another process has rotated away."""
        if bytes(self._mark("root_check")) != self.check.wrapped:
            raise RootRefused("the root key was rotated meanwhile; start again")

    def _remembering(self, path: Path, *, is_new: bool) -> Epochs:
        """Open the epochs' file, and see that it is the one of this keystore."""
        known = self._mark("epochs")
        if known is not None and not is_new and not path.exists():
            detail = f"{path} is missing: is its disk there? If it is lost, so are all copies made"
            raise StoreRefused(f"{detail}; `fairtag keys backup --new-epochs` begins anew")
        epochs = Epochs(path, fresh=self._chance(_ID_BYTES))
        if known is not None and not is_new and bytes(known) != epochs.id:
            epochs.close()
            raise StoreRefused(f"{path} belongs to another keystore")
        self._db.execute("INSERT OR REPLACE INTO mark VALUES ('epochs', ?)", (epochs.id,)).close()
        self._db.execute("ATTACH ? AS epochs", (str(path),)).close()
        self._db.execute("PRAGMA epochs.synchronous=EXTRA").close()
        return epochs


def _bound(name: str, above: str | None) -> bytes:
    return envelope.bound_to("key", name, above or "root")
