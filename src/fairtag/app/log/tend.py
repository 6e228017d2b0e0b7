"""Keep the access log whole while the service runs: merge, sign, have witnessed.

None of this is waited for by anybody; what fails is tried again a moment later, and pages say
'unsigned' or 'unwitnessed' meanwhile.
Source: design.md §5 and research: a checkpoint every 10 s or 1,000 entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from fairtag.app.house import House
from fairtag.app.log.book import KeptCheckpoint, Witness
from fairtag.app.ports import Transaction
from fairtag.audit.entries import MACHINE, Entry
from fairtag.audit.notes import Key, key_from, note_from
from fairtag.audit.refusals import NoteRefused, SignerRefused, WitnessRefused
from fairtag.audit.whole import SIGNER, WITNESS
from fairtag.terms.errors import LogUnavailable
from fairtag.terms.instants import HOUR, MINUTE, SECOND, Micros

_SIGN_EVERY = 10 * SECOND
_SIGN_AT = 1_000
_AGAIN = 5 * MINUTE  # a tree that does not grow is shown to its witnesses so often
FRESH = HOUR  # charter G4: without a witness in the last hour every page says so


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """How far the log is signed and witnessed."""

    size: int
    signed: int  # entries that the newest checkpoint covers
    is_signed: bool  # what the tree holds was signed, or is about to be
    witnessed_at: Micros | None
    is_witnessed: bool
    is_degraded: bool  # its table takes nothing, or does not hold yet what went to the file alone


def state_of(tx: Transaction, now: Micros) -> LogState:
    """Tell how far the log is signed and witnessed, and whether its table works."""
    try:
        return _state(tx, now)
    except LogUnavailable:
        return LogState(
            size=0,
            signed=0,
            is_signed=False,
            witnessed_at=None,
            is_witnessed=False,
            is_degraded=True,
        )


def _state(tx: Transaction, now: Micros) -> LogState:
    size, newest, seen = tx.audit.size(), tx.audit.checkpoint(), tx.audit.witnessed_at()
    is_due = newest is None or now - newest.at > MINUTE
    return LogState(
        size=size,
        signed=0 if newest is None else newest.size,
        is_signed=newest is not None and (newest.size == size or not is_due),
        witnessed_at=seen,
        is_witnessed=seen is not None and now - seen <= FRESH,
        is_degraded=bool(tx.audit.behind()),
    )


def tend_log(house: House) -> int:
    """Merge, sign and have witnessed what is due; tells how much was done."""
    done = merge_spooled(house)
    done += _sign(house)
    return done + _show(house)


def merge_spooled(house: House) -> int:
    """Take entries that only the file holds into the table; tells how many.

    Raises: Busy, LogUnavailable.
    """
    # What went to the file alone before this snapshot is in the file by now.
    upto, behind = house.store.read(lambda tx: (tx.audit.merged_upto(), tx.audit.behind()))
    bodies, reached = house.log.tail(upto)
    if reached == upto and not behind:
        return 0
    is_all = house.log.tail(reached)[1] == reached
    mark = behind if is_all else ""
    return house.store.transact(lambda tx: tx.audit.merge(bodies, upto=reached, behind=mark))


def _sign(house: House) -> int:
    """Ask for a checkpoint when one is due.

    Raises: SignerAway, SignerRefused.
    """
    now = house.clock.now()
    newest, size = house.store.read(lambda tx: (tx.audit.checkpoint(), tx.audit.size()))
    if size == 0 or (newest is not None and not _is_due(newest, size, now)):
        return 0
    key = house.signer.key()
    _name(house, SIGNER, key)
    size, root = house.store.read(_tree)
    old = house.signer.head()
    if old > size:
        raise SignerRefused(f"it signed a tree of {old} entries, and this one has {size}")
    proof = house.store.read(lambda tx: tx.audit.consistency(old, size=size))
    note = house.signer.sign(size=size, root=root, old=old, proof=proof)
    told = note_from(note)
    if told.checkpoint.root != root or not told.is_signed_by(key_from(key)):
        raise SignerRefused("what it signed is not what it was shown")
    house.store.transact(lambda tx: tx.audit.add_checkpoint(note, told.checkpoint, at=now))
    return 1


def _is_due(newest: KeptCheckpoint, size: int, now: Micros) -> bool:
    if size == newest.size:
        return False
    return size - newest.size >= _SIGN_AT or not 0 <= now - newest.at < _SIGN_EVERY


def _tree(tx: Transaction) -> tuple[int, bytes]:
    size = tx.audit.size()
    return size, tx.audit.root(size)


def _name(house: House, what: str, key: str) -> None:
    """Write into the log, once, whose signatures count from here on: so the tree holds its keys."""

    def work(tx: Transaction) -> None:
        ref = _ref_of(what, key)
        now = house.clock.now()
        entry = Entry(
            at=now, operation="policy", actor=MACHINE, what=what, ref=ref, details={"key": key}
        )
        tx.audit.append(entry)

    house.store.transact(work)


def _ref_of(what: str, key: str) -> str:
    """Name such an entry by its key: the same key is written once."""
    found = key_from(key)
    return f"{what}/{found.id.hex()}/{found.public.hex()[:16]}"


def _show(house: House) -> int:
    """Bring the newest checkpoint to each witness that has not seen it lately."""
    now, done = house.clock.now(), 0
    newest = house.store.read(lambda tx: tx.audit.checkpoint())
    if newest is None:
        return 0
    seen = dict(newest.cosigned)
    failed: list[WitnessRefused] = []
    for one in house.witnesses:
        key = key_from(one.key)
        if key.name in seen and 0 <= now - seen[key.name] < _AGAIN:
            continue
        _name(house, WITNESS, one.key)
        try:
            done += _shown(house, one, key, newest)
        except WitnessRefused as refusal:
            failed.append(refusal)
    if failed:
        raise failed[0]
    return done


def _shown(house: House, witness: Witness, key: Key, newest: KeptCheckpoint) -> int:
    """Show a checkpoint to a witness; it tells once from where the proof has to begin.

    Raises: WitnessRefused.
    """
    bare = _bare(newest.note)
    old = newest.size
    answer: str | int = witness.cosign(bare, old=old, proof=())
    if isinstance(answer, int):
        if answer > newest.size:
            raise WitnessRefused(f"it saw a tree of {answer} entries; this one has {newest.size}")
        proof = _proof(house, answer, newest.size)
        answer = witness.cosign(bare, old=answer, proof=proof)
    line, now = _signature(bare, answer, key), house.clock.now()
    house.store.transact(
        lambda tx: tx.audit.add_cosignature(newest.size, line, witness=key.name, at=now)
    )
    return 1


def _signature(bare: str, answer: str | int, key: Key) -> str:
    """Give the line of an answer that is the witness's signature; others are not kept.

    Raises: WitnessRefused.
    """
    for line in answer.splitlines(keepends=True) if isinstance(answer, str) else ():
        with suppress(NoteRefused):
            if note_from(bare + line).cosigned_at(key) is not None:
                return line
    raise WitnessRefused(f"{key.name}: its answer is not its signature")


def _proof(house: House, old: int, size: int) -> Sequence[bytes]:
    return house.store.read(lambda tx: tx.audit.consistency(old, size=size))


def _bare(note: str) -> str:
    """Give a note with the log's own signature only."""
    text, _, signed = note.partition("\n\n")
    return f"{text}\n\n{signed.splitlines()[0]}\n"
