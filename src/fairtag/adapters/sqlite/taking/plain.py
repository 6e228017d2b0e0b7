"""Keeps `fairtag.app.taking.book.PlainBook`: what is known by heart, and few statements for many.

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection

from fairtag.adapters.sqlite.devices import SqliteDeviceBook
from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.journal import SqliteJournal
from fairtag.adapters.sqlite.taking.statements import write
from fairtag.app.books import ActivationFacts
from fairtag.app.ports import Vault
from fairtag.app.taking.book import Taken, Top
from fairtag.custody.kinds import RecordKind
from fairtag.custody.stack import Row
from fairtag.custody.trail.row import block, lines_of
from fairtag.terms.errors import UnknownDevice
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import Micros

_MOST_KNOWN: Final = 2_000_000  # devices; some 600 bytes each
_WORD: Final = 8  # bytes
# The driver counts what an UPDATE changed only where the statement begins with this word.
_TELL: Final = (
    "UPDATE devices SET heard_at = told.column1, fixed_at = told.column2,"
    " battery_pct = coalesce(told.column3, devices.battery_pct), epoch = told.column4,"
    " upto = told.column5 FROM (VALUES {}) AS told WHERE devices.device_id = told.column6"
)


class SqlitePlain:
    """The writer's memory; dropped when another process wrote, or a work was undone."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        journal: SqliteJournal,
        devices: SqliteDeviceBook,
    ) -> None:
        self._db = driver(connection)
        self._vault, self._journal, self._devices = vault, journal, devices
        self._version = -1
        self._news = 0
        self._tops: dict[DeviceId, Top] = {}
        self._serving: dict[DeviceId, Sequence[ActivationFacts]] = {}
        self._installed: dict[DeviceId, OrderId] = {}  # whose first position is recorded
        self._said: list[Row] = []  # since the last commit

    def look(self) -> None:
        """See what others changed since the last piece of work."""
        version = self._db.execute("PRAGMA data_version").fetchone()[0]  # of other connections
        if version != self._version or len(self._tops) > _MOST_KNOWN:
            self._tops.clear()
            self._version = version
        for device_id in self._journal.renumbered:
            self._tops.pop(device_id, None)
        self._journal.renumbered.clear()
        self._news, changed = self._devices.news(self._news)
        if changed is None or len(self._serving) > _MOST_KNOWN:
            self._serving.clear()
            self._installed.clear()
        for device_id in changed or ():
            self._serving.pop(device_id, None)
            self._installed.pop(device_id, None)

    def forget(self) -> None:
        """Know nothing: what was done last was undone."""
        self._tops.clear()
        self._serving.clear()
        self._installed.clear()
        self._said = []
        self._version, self._news = -1, 0

    def said(self) -> list[Row]:
        """Give what was stored since the last commit, once."""
        found, self._said = self._said, []
        return found

    def serving(self, device_id: DeviceId) -> Sequence[ActivationFacts]:
        """List the activations of a device."""
        found = self._serving.get(device_id)
        if found is None:
            found = self._serving[device_id] = self._devices.serving(device_id)
        return found

    def top(self, device_id: DeviceId, epoch: int) -> Top | None:
        """Tell which numbers are here."""
        found = self._tops.get(device_id)
        if found is not None and found.epoch == epoch:
            return found
        upto, missing = self._journal.upto(device_id, epoch)
        if upto < 0:
            return None
        found = self._tops[device_id] = Top(epoch, upto, tuple(missing))
        return found

    def store(self, taken: Sequence[Taken], *, received_at: Micros) -> None:
        """Store requests, each an entry of the journal, and what `receive` notes beside them.

        Raises: UnknownDevice when one was never registered.
        """
        if taken:
            self._journal.insert_sealed(self._rows(taken, received_at))
            self._note(taken, received_at)

    def _rows(self, taken: Sequence[Taken], received_at: Micros) -> list[tuple[object, ...]]:
        """Write and seal all of one time of receipt, as rows of the journal."""
        first = self._journal.last() + 1
        said = [
            Row(n, "messages", one.order_id, one.wearer_id, one.device_id, received_at, plain)
            for n, (one, plain) in enumerate(zip(taken, _blocks(taken), strict=True), first)
        ]
        sealed = self._vault.seal_many(
            ((one.wearer_id, f"journal/{one.n}", one.plain) for one in said),
            kind=RecordKind.JOURNAL,
            at=received_at,
        )
        self._said += said
        rows: list[tuple[object, ...]] = []
        for row, one, each in zip(said, taken, sealed, strict=True):
            told = one.told
            rows.append((*row[:-1], told.last_at, told.epoch, told.first_seq, told.last_seq, each))
        return rows

    def _note(self, taken: Sequence[Taken], received_at: Micros) -> None:
        """Let numbers follow the last ones and remember who spoke, on disk and in memory; a first
        position ends the installation.
        """
        told, fresh, steps = [], [], []
        for one in taken:
            device_id, plain = one.device_id, one.told
            first, last = one.fixes
            numbers = (plain.epoch, plain.last_seq)
            told.append((received_at, last, plain.battery_pct, *numbers, device_id))
            self._tops[device_id] = one.top
            if one.is_first:
                fresh.append((device_id, plain.epoch, plain.first_seq, plain.last_seq))
            if self._installed.get(device_id) != one.order_id:
                self._installed[device_id] = one.order_id
                steps.append((one.order_id, device_id, "first_fix", first, "machine"))
        self._db.executemany("INSERT INTO held VALUES (?, ?, ?, ?)", fresh).close()
        self._tell(told)
        self._devices.record_steps(steps)

    def _tell(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Write when heard, when fixed, charge, epoch, last number, by device: each comes once.

        One row tells all of a device, since each row that is changed is a page that is written.
        Raises: UnknownDevice when one was never registered.
        """
        if write(self._db, _TELL.format, rows) != len(rows):
            raise UnknownDevice


def _blocks(taken: Sequence[Taken]) -> Iterator[bytes]:
    """Write each request as it lies in its row; the lines of many are written at once."""
    columns, bits, lines, width = None, 0, b"", 0
    for one in taken:
        told = one.told
        if told.columns is not columns:
            columns = told.columns
            bits, words = lines_of(columns)
            lines, width = words.tobytes(), words.shape[1] * _WORD
        yield block(told.epoch, bits, lines[told.first * width : told.end * width])
