"""Is the access log untouched, and does what happened have its entry?

Each comparison tells its first broken place: entries and their tree, checkpoints and what witnesses
wrote, the file beside the table, and the rows of what was done, both ways. No secret is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairtag.app.disclosure import log as disclosed
from fairtag.app.log.erased import Went
from fairtag.app.log.kinds import Said
from fairtag.app.openings import accounted
from fairtag.app.ports import Transaction
from fairtag.audit.beside import ALONE, ROWS, Spooled, disagreement
from fairtag.audit.entries import Entry, Line, read
from fairtag.audit.notes import Checkpoint
from fairtag.audit.whole import Log

_AT_ONCE = 1000
_BEFORE_ALL = -(2**63)
_GONE = "gone"  # as `adapters.sqlite.log.rows` writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check of the log found."""

    broken: str | None  # the first broken place; None when everything agrees
    size: int = 0
    signed: int = 0  # entries under the newest checkpoint
    witnesses: tuple[str, ...] = ()  # who signed that one
    alone: int = 0  # entries that the file beside the table does not hold, and the log says so
    spooled: int = 0  # entries that reached the file first


def verify_log(
    tx: Transaction,
    spooled: Spooled,
    *,
    awaited: Spooled | None = None,
    outside: Sequence[str] = (),
    remembered: Checkpoint | None = None,
) -> Found:
    """Check the log of a store on one snapshot of it.

    `spooled` is the file beside the table, read after the snapshot; `awaited` what it held before.
    `outside` are checkpoints that somebody else kept; `remembered` is what the signer last signed.
    """
    log, rows = Log(), _Rows()
    went = Went(tx.erasures.erased())
    said, told = _heard(log.read(_lines(tx)), rows, went)
    broken = (
        log.fault
        or log.unlike(tx.audit.tiles())
        or _columns(tx)
        or _checkpoints(tx, log)
        or _seen_elsewhere(log, outside, remembered)
        or disagreement(_lines(tx), spooled, awaited)
        or rows.disagreement(tx)
        or went.disagreement()
        or said.disagreement(tx)
        or disclosed.disagreement(tx, told)
        or accounted.disagreement(tx, told)
    )
    newest = tx.audit.checkpoint()
    return Found(
        broken=broken,
        size=log.size,
        signed=0 if newest is None else newest.size,
        witnesses=() if newest is None or broken else tuple(log.cosigners(newest.note)),
        alone=rows.alone,
        spooled=log.spooled,
    )


def _heard(entries: Iterator[Entry], rows: _Rows, went: Went) -> tuple[Said, list[Entry]]:
    """Take every entry; gives what they account for, and those that tell of rows one by one.

    What an erasure may have taken is looked at last: only then the log has said what it took.
    """
    said, told, later = Said(), list[Entry](), list[Entry]()

    def take(entry: Entry) -> None:
        said.take(entry)
        if "digest" in entry.details or any(accounted.said(entry)):
            told.append(entry)

    for entry in entries:
        rows.take(entry)
        went.take(entry)
        if went.may_lack_its_row(entry):
            later.append(entry)
        else:
            take(entry)
    for entry in later:
        take(went.told(entry, is_gone=rows.is_gone))
    return said, told


class _Rows:
    """Holds watched rows against the digests that the log tells.

    A digest that reached the file first was announced; its row may not have been written. It counts
    beside the last sure one until the next sure one: the merge tells it, if the row stands so.
    """

    def __init__(self) -> None:
        self.alone = 0
        self._said: dict[str, str] = {}
        self._announced: dict[str, set[str]] = {}

    def take(self, entry: Entry) -> None:
        if entry.what == ROWS and entry.spooled:
            for name, digest in entry.details.items():
                self._announced.setdefault(name, set()).add(digest)
        elif entry.what == ROWS:
            self._said |= entry.details
            for name in entry.details:
                self._announced.pop(name, None)
        elif entry.what == ALONE:
            self.alone += len(entry.details["refs"].split())

    def is_gone(self, name: str) -> bool:
        """Tell whether the log says that the service removed a row."""
        return self._said.get(name) == _GONE

    def disagreement(self, tx: Transaction) -> str | None:
        left = {
            name
            for name, digest in self._said.items()
            if digest != _GONE and _GONE not in self._announced.get(name, ())
        }
        for name, digest in tx.audit.rows_kept():
            told = self._said.get(name, _GONE)
            if digest in self._announced.get(name, ()):
                left.discard(name)
                continue
            if told == _GONE:
                return f"the row {name} is in the store and the log does not say so"
            if told != digest:
                return f"the row {name} was changed, and the log does not say so"
            left.discard(name)
        if left:
            return f"the row {min(left)} was removed, and the log does not say so"
        return None


def _lines(tx: Transaction) -> Iterator[Line]:
    after = _BEFORE_ALL
    while found := tx.audit.lines(after=after, limit=_AT_ONCE):
        yield from found
        after = found[-1].n


def _columns(tx: Transaction) -> str | None:
    """Hold what stands beside each entry in the table, by which it is found, against the entry."""
    for (n, ref, wearer_id), line in zip(tx.audit.owners(), _lines(tx), strict=True):
        entry = read(line.body)
        if entry is None or (ref, wearer_id) != (entry.ref, entry.wearer_id):
            return f"entry {n} was changed: it stands under another name or wearer"
    return None


def _checkpoints(tx: Transaction, log: Log) -> str | None:
    for one in tx.audit.checkpoints():
        where = f"the checkpoint of {one.size} entries"
        wrong = log.wrong(one.note, where=where, is_kept_here=True)
        if wrong is not None:
            return wrong
    return None


def _seen_elsewhere(log: Log, outside: Sequence[str], remembered: Checkpoint | None) -> str | None:
    for note in outside:
        wrong = log.wrong(note, where="the checkpoint that was kept elsewhere")
        if wrong is not None:
            return wrong
    return None if remembered is None else log.another(remembered, where="the log's signer")
