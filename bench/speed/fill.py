"""A house full of invented wearers within minutes: the rows that registering each would have left.

Each wearer has one order of three conditions (a curfew, an exclusion zone, the trail) and one
device that can sign in; every order is judged up to its own first version, as it is a moment after
it was stored. Keys, seals, entries and rows are the house's own, so that it opens, judges and
verifies them like any other; only checking an order file and a commit each are left out.
`tests/unit/bench/test_fill.py` holds both ways side by side.
Units: degrees WGS 84; µs UTC; wearers count from 1.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from data import homes as homes_of

from fairtag.adapters.clock import ScaledClock
from fairtag.adapters.keystore import KeyStore
from fairtag.app.add_device import hash_of
from fairtag.app.books import OrderFacts
from fairtag.app.house import House
from fairtag.app.judging.book import JudgeState
from fairtag.app.keys.months import AHEAD, collects
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.audit.entries import Entry, body_of
from fairtag.bootstrap import open_house, open_with_keys
from fairtag.custody import envelope
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.custody.trail.row import write
from fairtag.orders.model import OrderVersion
from fairtag.orders.read import read
from fairtag.orders.scheme import seed_scheme
from fairtag.rules.judge import OrderJudge
from fairtag.rules.many import kept, loop
from fairtag.rules.view import PAUSE
from fairtag.sim.cast import player
from fairtag.sim.papers import order_of
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

_BY = "bench"
_AUTHORITY, _HOUSE = "authority/ho", "authority/house"
# Wearers. What one work changes is remembered in a list that SQLite walks at each statement: 2,000
# of them took twice as long each.
_A_COMMIT = 100
# So many live in a place of their own, and those beyond live where one of these does: what a judge
# remembers of a place is then found once for all who live there.
HOMES = 5_000
_NUMBER = "%(n)07d"
_ZERO = b"0000000"  # the number of the wearer whose judge is the pattern of all
_ZONE_DEG = 0.002  # half a side of the exclusion zone
_STATE_AT = Micros(0)  # a state's key does not follow the calendar (sqlite/judged/verdicts)
_MONTHLY = (RecordKind.ORDER, RecordKind.TRAIL, RecordKind.FINDING, RecordKind.EVIDENCE)


@dataclass(frozen=True)
class Filled:
    """Who may speak to the house, in the order of their numbers."""

    tokens: list[str]
    homes: list[tuple[float, float]]  # lon, lat


class _Pattern(NamedTuple):
    """What all wearers have in common."""

    document: str  # an order file; `%` puts a wearer's own in
    order: OrderVersion
    state: bytes  # of the judge after its first version
    due: Micros | None


class _Wearer(NamedTuple):
    """One wearer's names, order file and open keys."""

    n: int
    wearer_id: WearerId
    order_id: OrderId
    device_id: DeviceId
    token: str
    document: bytes
    keys: dict[RecordKind, AESGCM]


class Said(NamedTuple):
    """What a device said, and what its order's judge remembers then."""

    number: bytes  # of the wearer in these bytes; others put their own in
    # When received and happened, epoch, first and last number, and what is sealed of each request.
    rows: tuple[tuple[int, int, int, int, int, bytes], ...]
    state: JudgeState


def fill(
    folder: Path,
    wearers: int,
    *,
    recorded_at: Micros,
    after: int = 0,
    said: Sequence[Said] = (),
) -> Filled:
    """Fill a data folder, made when it is not there; `after` is how many there are already.

    An order begins when it is recorded. With `said`, one for each of the first homes (`spoken`),
    devices have spoken already.
    """
    with open_house(folder, kind="service", clock=_at(recorded_at)):
        pass
    pattern = _pattern(recorded_at)
    homes = homes_of(HOMES)[np.arange(after, after + wearers) % HOMES]
    tokens: list[str] = []
    with open_with_keys(folder) as (house, keys):
        maker = _Maker(keys, pattern, recorded_at)
        for first in range(0, wearers, _A_COMMIT):
            part = maker.made(after + first + 1, homes[first : first + _A_COMMIT])
            told = partial(_put, part=part, pattern=pattern, maker=maker, said=said)
            house.store.transact(told)
            tokens += [one.token for one in part]
        house.store.transact(partial(_settle, house=house, at=recorded_at))
    return Filled(tokens, [(lon, lat) for lon, lat in homes.round(7).tolist()])


def _at(now: Micros) -> ScaledClock:
    return ScaledClock(start=now, since=now, speed=1)


def _pattern(at: Micros) -> _Pattern:
    """Write the order file of all, and judge its first version as the engine does."""
    span = Interval(start=at, end=Micros(at + 30 * DAY))
    order = order_of(player(1, "calm_at_home", span=span, seed=1))
    order |= {"order_id": "ORD-@n"}
    order["wearer"] |= {"wearer_id": "W-@n"}
    order["devices"][0] |= {"device_id": "D-@n", "type": "fitted"}
    curfew, zone, trail = (_of_kind(order, kind) for kind in ("curfew", "exclusion_zone", "trail"))
    curfew["place"] = {"center": ["@lon", "@lat"], "radius_m": 100}
    corners = [["@w", "@s"], ["@e", "@s"], ["@e", "@n_"], ["@w", "@n_"], ["@w", "@s"]]
    zone["area"] = {"type": "Polygon", "coordinates": [corners]}
    order["conditions"] = [curfew, zone, trail]
    document = json.dumps(order).replace("%", "%%")
    for name in ("lon", "lat", "w", "e", "s", "n_"):
        document = document.replace(f'"@{name}"', f"%({name}).7f")
    document = document.replace("@n", _NUMBER)
    first = read(_document(document, 0, (-2.24, 53.48)), scheme=seed_scheme(), recorded_at=at)
    judge = OrderJudge((first.ruling,))
    judge.rule((first.ruling,), at, past=lambda _: [])
    return _Pattern(document, first, judge.dump(), judge.due)


def _of_kind(order: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in order["conditions"] if one["kind"] == kind)


def _document(pattern: str, n: int, home: Sequence[float]) -> bytes:
    lon, lat = home
    # As in `data.world`: the zone lies about a kilometre from home.
    turn = n % HOMES * 2.399963
    east, north = lon + 0.012 * np.cos(turn), lat + 0.012 * np.sin(turn)
    sides = {"w": east - _ZONE_DEG, "e": east + _ZONE_DEG, "s": north - _ZONE_DEG}
    told = {"n": n, "lon": lon, "lat": lat, **sides, "n_": north + _ZONE_DEG}
    return (pattern % told).encode()


class _Maker:
    """Makes wearers and their keys; seals as `adapters/vault` does."""

    def __init__(self, keys: KeyStore, pattern: _Pattern, at: Micros) -> None:
        self._keys, self._pattern, self.at = keys, pattern, at
        keys.make_many([(_AUTHORITY, None), (_HOUSE, None)])
        self._above = keys.cipher(_AUTHORITY)
        self._day = period_of(RecordKind.JOURNAL, at)
        self._journal = keys.key(f"journal/{self._day}", above=_HOUSE, create=True)
        month, ahead = (period_of(RecordKind.TRAIL, one) for one in (at, Micros(at + AHEAD)))
        self.months = tuple(dict.fromkeys((month, ahead)))
        told = [(kind, month) for month in self.months for kind in _MONTHLY]
        self._periods = [*told, (RecordKind.STATE, period_of(RecordKind.STATE, _STATE_AT))]
        self._period = dict(reversed(self._periods)) | {RecordKind.JOURNAL: self._day}
        self.told = write(self.entry(OrderId(""), WearerId("")))

    def entry(self, order_id: OrderId, wearer_id: WearerId) -> JournalEntry:
        """Give what tells the judge of an order's version."""
        return JournalEntry(
            what="ruling", order_id=order_id, wearer_id=wearer_id, received_at=self.at
        )

    def made(self, first: int, homes: np.ndarray[Any, Any]) -> list[_Wearer]:
        """Make wearers with these homes, their keys in one commit."""
        rows: list[tuple[str, str, bytes, bytes]] = []
        found = [self._one(n, home, rows) for n, home in enumerate(homes.tolist(), first)]
        with self._keys._lock, self._keys._writing():  # noqa: SLF001 - a bench's shortcut
            self._keys._db.executemany("INSERT INTO keys VALUES (?, ?, ?, ?)", rows)  # noqa: SLF001
        return found

    def _one(
        self, n: int, home: Sequence[float], rows: list[tuple[str, str, bytes, bytes]]
    ) -> _Wearer:
        name = f"{n:07}"
        wearer = f"wearer/W-{name}"
        mine, above = self._new(wearer, _AUTHORITY, self._above, rows)
        keys: dict[RecordKind, AESGCM] = {}
        for kind, period in self._periods:
            path = f"data/W-{name}/{kind}/{period}"
            cipher = self._new(path, wearer, above, rows)[1]
            keys.setdefault(kind, cipher)
        bound = envelope.bound_to("journal", f"W-{name}", self._day)
        day = HKDF(SHA256(), length=envelope.KEY_BYTES, salt=mine, info=bound)
        keys[RecordKind.JOURNAL] = AESGCM(day.derive(self._journal))
        return _Wearer(
            n,
            WearerId(f"W-{name}"),
            OrderId(f"ORD-{name}"),
            DeviceId(f"D-{name}"),
            os.urandom(16).hex(),
            _document(self._pattern.document, n, home),
            keys,
        )

    def _new(
        self, name: str, above: str, cipher: AESGCM, rows: list[tuple[str, str, bytes, bytes]]
    ) -> tuple[bytes, AESGCM]:
        fresh = os.urandom(envelope.KEY_BYTES + envelope.NONCE_BYTES + 16)
        key, nonce, name_id = fresh[:32], fresh[32:44], fresh[44:]
        bound = envelope.bound_to("key", name, above)
        rows.append((name, above, envelope.seal(cipher, key, nonce=nonce, bound=bound), name_id))
        return key, AESGCM(key)

    def sealed(self, one: _Wearer, kind: RecordKind, plain: bytes, row: str) -> bytes:
        """Seal under a wearer's key of the kind."""
        whose = envelope.bound_to(one.wearer_id, kind, self._period[kind])
        nonce = os.urandom(envelope.NONCE_BYTES)
        bound = envelope.bound_further(whose, row)
        return envelope.seal(one.keys[kind], plain, nonce=nonce, bound=bound)


def _put(
    tx: Transaction,
    *,
    part: Sequence[_Wearer],
    pattern: _Pattern,
    maker: _Maker,
    said: Sequence[Said],
) -> None:
    """Write what storing these wearers' orders and devices writes, and judging them once."""
    db, last = tx.journal._db, tx.journal.last()  # type: ignore[attr-defined]  # noqa: SLF001
    at, order = maker.at, pattern.order
    start, end = order.ruling.during.start, order.ruling.during.end
    journal, versions = [], []
    for n, one in enumerate(part, last + 1):
        whose = (one.order_id, one.wearer_id)
        told = maker.sealed(one, RecordKind.JOURNAL, maker.told, f"journal/{n}")
        journal.append((n, "ruling", *whose, None, at, at, None, None, None, told))
        told = maker.sealed(one, RecordKind.ORDER, one.document, f"order/{one.order_id}/1")
        named = (one.order_id, 1, one.wearer_id, order.authority.id, start, end)
        versions.append((*named, order.review.by, order.ruling.time_zone, at, told, 0))
    _log(tx, [entry for one in part for entry in _entries(one, pattern, at)])
    spoke = [(one, said[(one.n - 1) % HOMES]) for one in part] if said else []
    for row in range(len(spoke[0][1].rows) if spoke else 0):
        journal += _words(maker, spoke, row=row, first=last + len(journal) + 1)
    upto = last + len(journal)
    tx.journal.insert_sealed(journal)  # type: ignore[attr-defined]
    _many(db, "order_versions", versions)
    _many(db, "states", _states(maker, part, pattern, said, upto=upto))
    worn = ((one.device_id, start, end, one.order_id, one.wearer_id, end) for one in part)
    _many(db, "activations", list(worn))
    _many(db, "devices", _devices(part, said, at))
    held = [(hash_of(one.token), one.device_id, "device", at, None) for one in part]
    _many(db, "credentials", held)
    if spoke:
        _many(db, "held", [_held(*one) for one in spoke])
        _many(db, "install_steps", [_step(*one) for one in spoke])
    tx.verdicts.set_judged_upto(upto)


def _log(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Write entries as `append` would one by one, in one statement."""
    audit: Any = tx.audit
    rows = []
    for n, entry in enumerate(entries, audit.last() + 1):
        named = msgspec.structs.replace(entry, ref=os.urandom(16).hex())
        rows.append((n, named.ref, named.wearer_id, body_of(named)))
        audit._fresh.add(named.ref)  # noqa: SLF001 - a bench's shortcut
    _many(audit._db, "log", rows)  # noqa: SLF001


def _words(
    maker: _Maker, spoke: Sequence[tuple[_Wearer, Said]], *, row: int, first: int
) -> Iterator[tuple[Any, ...]]:
    for n, (one, told) in enumerate(spoke, first):
        received_at, *numbers, plain = told.rows[row]
        sealed = maker.sealed(one, RecordKind.JOURNAL, plain, f"journal/{n}")
        whose = (one.order_id, one.wearer_id, one.device_id)
        yield (n, "messages", *whose, received_at, *numbers, sealed)


def _states(
    maker: _Maker,
    part: Sequence[_Wearer],
    pattern: _Pattern,
    said: Sequence[Said],
    *,
    upto: int,
) -> Iterator[tuple[Any, ...]]:
    """Seal what judges remember; all of a part stand at the same position."""
    for one in part:
        number = b"%07d" % one.n
        dump, due, more = pattern.state.replace(_ZERO, number), pattern.due, (None, None)
        if said:
            was, _, told = said[(one.n - 1) % HOMES]
            dump, due = (told.dump or b"").replace(was, number), told.due
            rulings, still = (
                (each or b"").replace(was, number) for each in (told.rulings, told.still)
            )
            more = (rulings, _with_pause(still, whose=one.order_id))
        whose = one.order_id
        parts = zip(("state", "rulings", "still"), (dump, *more), strict=True)
        # Without what a judge reads more quickly: it is written when the order first speaks.
        sealed = [
            None if each is None else maker.sealed(one, RecordKind.STATE, each, f"{name}/{whose}")
            for name, each in parts
        ]
        yield (whose, one.wearer_id, upto, due, *sealed)


def _with_pause(still: bytes, *, whose: OrderId) -> bytes:
    """Give a still order the time when it stops to keep its track: each has its own."""
    laid, stamp = kept.read(still)
    ints = laid.ints.copy()
    since = zlib.crc32(whose.encode()) * PAUSE >> 32
    ints[loop.PAUSE] = ((int(ints[loop.NOW]) - since) // PAUSE + 1) * PAUSE + since
    return kept.write(msgspec.structs.replace(laid, ints=ints), stamp)


def _devices(
    part: Sequence[_Wearer], said: Sequence[Said], at: Micros
) -> Iterator[tuple[Any, ...]]:
    for one in part:
        heard: tuple[Any, ...] = (None, None, None, 0, None, None)
        if said:
            received_at, last_at, epoch, _, last_seq, _ = said[(one.n - 1) % HOMES].rows[-1]
            heard = (received_at, last_at, None, 0, epoch, last_seq)
        yield (one.device_id, "device", at, None, *heard)


def _held(one: _Wearer, told: Said) -> tuple[Any, ...]:
    _, _, epoch, first, last, _ = told.rows[0]
    return (one.device_id, epoch, first, last)


def _step(one: _Wearer, told: Said) -> tuple[Any, ...]:
    return (one.order_id, one.device_id, "first_fix", told.rows[0][1], "machine")


def _many(db: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    told = list(rows)
    marks = ", ".join("?" * len(told[0]))
    db.executemany(f"INSERT INTO {table} VALUES ({marks})", told).close()  # noqa: S608 - ours


def _entries(one: _Wearer, pattern: _Pattern, at: Micros) -> Iterator[Entry]:
    """Give what the log says of an order that is stored, and of a device that is registered."""
    whose = {"wearer_id": one.wearer_id, "order_id": one.order_id}
    yield Entry(
        at=at,
        operation="alteration",
        actor=_BY,
        what="order.put",
        wearer_id=one.wearer_id,
        order_id=one.order_id,
        details={"version": "1"},
    )
    order = pattern.order
    facts = OrderFacts(
        **whose,
        version=1,
        authority_id=order.authority.id,
        starts_at=order.ruling.during.start,
        ends_at=order.ruling.during.end,
        review_by=order.review.by,
        time_zone=order.ruling.time_zone,
        recorded_at=at,
        suspended_since=None,
    )
    yield collects(facts, [one.device_id], now=at, by=_BY)
    told = {"device": one.device_id}
    yield Entry(at=at, operation="admin", actor=_BY, what="device.add", details=told)


def _settle(tx: Transaction, *, house: House, at: Micros) -> None:
    """Say what rounds of care would have: the months have begun, the log's file was read."""
    tx.erasures.set_month_begun(period_of(RecordKind.TRAIL, Micros(at + AHEAD)))
    tx.audit.merge([], upto=_size_of(house), behind="")


def _size_of(house: House) -> int:
    """Tell how far the log's file goes: all of it is in the table."""
    upto = 0
    while (reached := house.log.tail(upto)[1]) != upto:
        upto = reached
    return upto
