"""Which sequence numbers of a device are safely here, so that it may free them?"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlalchemy import Column, Integer, String, Table

from fairtag.adapters.sqlite.schema import metadata
from fairtag.terms.ids import DeviceId

# As inclusive ranges. What plain requests add to a device's last one stands in its row of `devices`
# until somebody asks: that row is written with each of them anyway.
held = Table(
    "held",
    metadata,
    Column("device_id", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    sqlite_with_rowid=False,
)


class Held:
    """The part of the journal that counts numbers."""

    _db: sqlite3.Connection
    renumbered: set[DeviceId]  # whose numbers changed; whoever knows them by heart clears it

    def hold(self, device_id: DeviceId, epoch: int, first: int, last: int) -> None:
        """Remember that these numbers are safely here, so that the device may free them."""
        self.renumbered.add(device_id)
        self.draw_up(device_id)
        key = (device_id, epoch)
        # Mostly numbers follow the last ones, and one statement does.
        follows = self._db.execute(
            "UPDATE held SET last = ? WHERE device_id = ? AND epoch = ? AND last = ?"
            " AND NOT EXISTS (SELECT 1 FROM held AS later WHERE later.device_id = held.device_id"
            " AND later.epoch = held.epoch AND later.first > held.last)",
            (last, *key, first - 1),
        )
        if follows.rowcount:
            return
        near = self._db.execute(
            "SELECT first, last FROM held WHERE device_id = ? AND epoch = ? AND first <= ?"
            " AND last >= ? ORDER BY first",
            (*key, last + 1, first - 1),
        ).fetchall()
        if len(near) == 1 and near[0][0] <= first and last <= near[0][1]:
            return
        first = min([first, *(row[0] for row in near)])
        last = max([last, *(row[1] for row in near)])
        for row in near:
            self._db.execute(
                "DELETE FROM held WHERE device_id = ? AND epoch = ? AND first = ?", (*key, row[0])
            ).close()
        self._db.execute("INSERT INTO held VALUES (?, ?, ?, ?)", (*key, first, last)).close()

    def upto(self, device_id: DeviceId, epoch: int) -> tuple[int, list[tuple[int, int]]]:
        """Tell the highest number that is safely here and the inclusive gaps below it.

        Numbers start at 0 or 1: what lies below the first one that came is a gap, too, since a
        device frees everything else. Of the writer only.
        """
        self.draw_up(device_id)
        rows = self._db.execute(
            "SELECT first, last FROM held WHERE device_id = ? AND epoch = ? ORDER BY first",
            (device_id, epoch),
        ).fetchall()
        gaps: list[tuple[int, int]] = []
        before = -1
        for first, last in rows:
            if first > before + 1 and not (before == -1 and first == 1):
                gaps.append((before + 1, first - 1))
            before = last
        return before, gaps

    def among(
        self, device_id: DeviceId | None, epoch: int | None, numbers: Sequence[int]
    ) -> set[int]:
        """Tell which of these numbers are safely here. Of the writer only."""
        if device_id is not None:
            self.draw_up(device_id)
        ranges = self._db.execute(
            "SELECT first, last FROM held WHERE device_id = ? AND epoch = ? AND first <= ?"
            " AND last >= ?",
            (device_id, epoch, max(numbers), min(numbers)),
        ).fetchall()
        return {n for n in numbers if any(first <= n <= last for first, last in ranges)}

    def draw_up(self, device_id: DeviceId) -> None:
        """Let the ranges of a device say all of its numbers."""
        found = self._db.execute(
            "SELECT epoch, upto FROM devices WHERE device_id = ? AND upto IS NOT NULL", (device_id,)
        ).fetchone()
        if found is None:
            return
        epoch, upto = found
        self._db.execute(
            "UPDATE held SET last = ? WHERE device_id = ? AND epoch = ? AND first ="
            " (SELECT max(first) FROM held WHERE device_id = ? AND epoch = ?)",
            (upto, device_id, epoch, device_id, epoch),
        ).close()
        self._db.execute("UPDATE devices SET upto = NULL WHERE device_id = ?", (device_id,)).close()

    def next_epoch(self, device_id: DeviceId) -> int:
        """Tell from which epoch on a device that was set up anew may count from the start."""
        found = self._db.execute(
            "SELECT coalesce(max(epoch) + 1, 0) FROM held WHERE device_id = ?", (device_id,)
        ).fetchone()
        return int(found[0])
