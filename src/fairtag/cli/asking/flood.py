"""Live many wearers' days against the table of prompts, and try to make one too many of them.

Days are drawn by the rules and stored in a file as the service's own are. Clocks change, wearers
move between time zones and get other protected hours, schedulers run twice and start again with a
clock that is wrong by a day, and somebody writes prompts and open hours by SQL.
What came of it is counted by `tally`, which asks no rule. Units: instants in µs UTC.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection
from whenever import Date

from fairtag.adapters.sqlite import store  # noqa: F401 - draws every table
from fairtag.adapters.sqlite.engine import driver, writing
from fairtag.adapters.sqlite.prompting.asking import SqliteAskingBook
from fairtag.adapters.sqlite.prompting.prompts import SqlitePromptBook
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.books import OrderFacts
from fairtag.app.checkins.prompting.fit import fit
from fairtag.app.checkins.prompting.people import Bound
from fairtag.orders.model import Activation, CheckIn, DeviceType, Ruling
from fairtag.rules.prompts.draw import CHANCE_BYTES, Slot, draw
from fairtag.rules.prompts.hours import Hours, protected_of, written
from fairtag.rules.prompts.limits import MOST_A_DAY
from fairtag.rules.prompts.wanted import hours_of, wanted_of, zone_of
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, LATEST, MINUTE, Micros
from fairtag.terms.local import Interval, WeeklySpan, instant_of, wall_minute

ZONES = (
    *("Europe/London", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll"),
    *("Africa/Casablanca", "America/Santiago", "Pacific/Chatham", "Asia/Kathmandu"),
    *("Asia/Tokyo", "Pacific/Honolulu", "America/St_Johns", "Africa/Cairo"),
)
PROTECTED = (
    ((21 * 60, 8 * 60),),
    ((22 * 60, 7 * 60),),  # nine hours and not a minute more
    ((2 * 60, 11 * 60),),  # somebody who works late: the waking day ends after midnight
    ((0, 9 * 60),),
    ((20 * 60, 9 * 60), (12 * 60 + 30, 13 * 60 + 30)),
)
ALL_DAYS = frozenset(range(7))
_FIRST = Date(2026, 1, 1)
_YEARS = 2 * 365
_INSERT = "INSERT INTO {} ({}) VALUES ({})"
_HOSTILE = 3  # prompts that somebody writes by SQL each day
_CHANGES = 0.02  # a day: of moving to another zone, and of other protected hours
_RESTARTS = 0.01
_RACES = 0.1
_NEAR = 26 * HOUR  # what lies further away is no matter to a day
Said = tuple[Micros, str, tuple[tuple[int, int], ...]]  # since when, time zone, protected hours
_REFUSED = (sqlite3.IntegrityError, sqlite3.OperationalError)


@dataclass(slots=True)
class Life:
    """One wearer: what the order says now, and what it said since when."""

    wearer_id: str
    chance: random.Random
    first: Date
    ruling: Ruling
    said: list[Said]


@dataclass(slots=True)
class Tried:
    """How many inserts were tried, and how many of them the table took."""

    drawn: int = 0
    hostile: int = 0
    taken: int = 0


class Book:
    """A file with the tables of prompts, written without waiting for the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: Connection | None = None
        self.again()
        metadata.create_all(self.connection)

    @property
    def db(self) -> sqlite3.Connection:
        """Give the driver's connection."""
        return driver(self.connection)

    @property
    def connection(self) -> Connection:
        """Give the open connection."""
        if self._opened is None:
            raise RuntimeError
        return self._opened

    def again(self) -> None:
        """Close the file and open it, as a restart does."""
        self.close()
        self._opened = writing(self.path)
        self.db.execute("PRAGMA synchronous=OFF").close()

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()


def live(book: Book, *, seed: str, wearers: int, days: int) -> tuple[list[Life], Tried]:
    """Let wearers live for some days each; gives them, and what was tried."""
    tried, lives = Tried(), []
    for number in range(wearers):
        life = _born(f"W-{seed}-{number}", random.Random(f"{seed}/{number}"))  # noqa: S311 - repeatable
        lives.append(life)
        _order(book.db, life)
        for n in range(days):
            book.db.execute("BEGIN").close()
            _day(book, life, life.first.add(days=n), tried)
            book.db.execute("COMMIT").close()
            if life.chance.random() < _RESTARTS:
                book.again()
    return lives, tried


def _born(wearer_id: str, chance: random.Random) -> Life:
    first = _FIRST.add(days=chance.randrange(_YEARS))
    said: list[Said] = [(Micros(0), chance.choice(ZONES), chance.choice(PROTECTED))]
    return Life(wearer_id, chance, first, _ruling(wearer_id, chance, said), said)


def _ruling(wearer_id: str, chance: random.Random, said: Sequence[Said]) -> Ruling:
    """Give the version that was recorded last; how many are asked for comes by chance."""
    recorded_at, zone, protected = said[-1]
    ever = Interval(start=Micros(0), end=LATEST)
    most = chance.choice((1, 3, 5))
    conditions = (("p0", most), ("p1", chance.choice((0, MOST_A_DAY - most))))
    phone = Activation(
        device_id=DeviceId("D"),
        type=DeviceType.NON_FITTED,
        during=ever,
        fix_every_s=60,
        report_every_s=60,
        charged_by_wearer=True,
    )
    return Ruling(
        order_id=OrderId(f"O-{wearer_id}"),
        version=len(said),
        recorded_at=recorded_at,
        during=ever,
        suspended=(),
        time_zone=zone,
        devices=(phone,),
        absences=(),
        conditions=tuple(
            CheckIn(
                id=ConditionId(name),
                modality="face_photo",
                max_per_day=many,
                allowed=(),
                answer_within_min=chance.choice((15, 30, 60)),
                min_gap_min=chance.choice((0, 30, 60)),
            )
            for name, many in conditions
            if many
        ),
        protected=tuple(
            WeeklySpan(days=ALL_DAYS, from_min=start, to_min=end) for start, end in protected
        ),
    )


def _order(db: sqlite3.Connection, life: Life) -> None:
    """Store what the order says now as a version of its own."""
    ruling = life.ruling
    told = {"order_id": ruling.order_id, "version": ruling.version, "wearer_id": life.wearer_id}
    told |= {"authority_id": "ho", "starts_at": 0, "ends_at": 0, "review_by": "", "time_zone": ""}
    _insert(db, "order_versions", told | {"recorded_at": ruling.recorded_at, "sealed": b""})


def _day(book: Book, life: Life, day: Date, tried: Tried) -> None:
    """Live a day: perhaps move, draw it and the next one twice, and let somebody write SQL."""
    zone = zone_of([life.ruling])
    now = instant_of(day, life.chance.randrange(1440), zone, edge="from")
    if life.chance.random() < 2 * _CHANGES:
        _change(book, life, now)
    for shift in (0, life.chance.choice((-DAY, 0, DAY))):  # a second scheduler, on a wrong clock
        here, _ = wall_minute(Micros(now + shift), zone_of([life.ruling]))
        for each in (here.format_iso(), here.add(days=1).format_iso()):
            # At times it does not see what another one drew a moment ago.
            if life.chance.random() < _RACES or not _is_drawn(book.db, life, each):
                tried.drawn += _draw(book.db, life, each, Micros(now + shift))
    for _ in range(_HOSTILE):
        tried.hostile += 1
        tried.taken += _write(book.db, life, Micros(now + life.chance.randrange(-DAY, 2 * DAY)))
    if life.chance.random() < _CHANGES:
        tried.hostile += 1
        tried.taken += _open(book, life, now)


def _is_drawn(db: sqlite3.Connection, life: Life, day: str) -> bool:
    wanted = "SELECT 1 FROM prompt_draws WHERE wearer_id = ? AND waking_day = ?"
    return db.execute(wanted, (life.wearer_id, day)).fetchone() is not None


def _change(book: Book, life: Life, now: Micros) -> None:
    _, zone, protected = life.said[-1]
    if life.chance.random() < 1 / 2:
        zone = life.chance.choice(ZONES)
    else:
        protected = life.chance.choice(PROTECTED)
    change(book, life, now, zone=zone, protected=protected)


def change(
    book: Book, life: Life, now: Micros, *, zone: str, protected: tuple[tuple[int, int], ...]
) -> None:
    """Move a wearer, or change the protected hours; what does not fit is taken back."""
    life.said.append((now, zone, protected))
    life.ruling = _ruling(life.wearer_id, life.chance, life.said)
    _order(book.db, life)
    one = Bound(wearer_id=WearerId(life.wearer_id), orders=(_facts(life),))
    fit(_books(book, life), house=_chance_of(life), one=one, now=now)


def _facts(life: Life) -> OrderFacts:
    return OrderFacts(
        order_id=life.ruling.order_id,
        version=1,
        wearer_id=WearerId(life.wearer_id),
        authority_id="ho",
        starts_at=Micros(0),
        ends_at=LATEST,
        review_by="",
        time_zone=life.ruling.time_zone,
        recorded_at=Micros(0),
        suspended_since=None,
    )


def _books(book: Book, life: Life) -> Any:
    """Give the books of prompts on this file; of orders and the journal only what `fit` asks."""
    return SimpleNamespace(
        prompts=SqlitePromptBook(book.connection),
        asking=SqliteAskingBook(book.connection, vault=None),  # type: ignore[arg-type]
        orders=SimpleNamespace(rulings=lambda *_: (life.ruling,), facts=lambda **_: []),
        journal=SimpleNamespace(last=lambda: 0),
    )


def _chance_of(life: Life) -> Any:
    return SimpleNamespace(chance=life.chance.randbytes)


def _draw(db: sqlite3.Connection, life: Life, day: str, now: Micros) -> int:
    """Draw a day that this scheduler takes for undrawn; the table refuses what was drawn."""
    rulings = [life.ruling]
    around = (life.wearer_id, now - 4 * DAY, now + 4 * DAY)
    hours = _opened(db, life, rulings, day, around)
    asked = wanted_of(rulings, [Interval(start=one.start, end=one.end) for one in hours], since=now)
    first, last = (hours[0].day_start, hours[-1].day_end) if hours else (now, now)
    found = db.execute(
        "SELECT at, until, gap FROM prompts WHERE wearer_id = ? AND at > ? AND at < ?",
        (life.wearer_id, first - _NEAR, last + _NEAR),
    ).fetchall()
    others = [Slot(at=at, until=until, gap=gap) for at, until, gap in found]
    done = 0
    chance = life.chance.randbytes(CHANCE_BYTES)
    for each in draw(asked, others, most=MOST_A_DAY, chance=chance):
        local = next(one.local_day for one in hours if one.start <= each.slot.at < one.end)
        told = {"condition_id": each.wanted.condition_id, "kind": "drawn", "local_day": local}
        span = {"at": each.slot.at, "until": each.slot.until, "gap": each.slot.gap}
        done += _prompt(db, life, told | span)
    marker = {"wearer_id": life.wearer_id, "waking_day": day, "at": now, "commitment": ""}
    _tried(db, "prompt_draws", marker | {"asked": done, "not_asked": 0})
    return done


def _opened(
    db: sqlite3.Connection,
    life: Life,
    rulings: Sequence[Ruling],
    day: str,
    around: tuple[str, int, int],
) -> list[Hours]:
    zone = zone_of(rulings)
    rows = db.execute(
        'SELECT waking_day, local_day, start, "end", day_start, day_end, time_zone'
        " FROM prompt_hours WHERE wearer_id = ? AND start > ? AND start < ?",
        around,
    ).fetchall()
    stored = [(_hours(row[:6]), row[6]) for row in rows]
    fresh = hours_of(rulings, day, [one for one, _ in stored])
    more = {"time_zone": zone, "protected": written(protected_of(rulings))}
    for one in fresh:
        told = {name: getattr(one, name) for name in one.__struct_fields__}
        _tried(db, "prompt_hours", told | more | {"wearer_id": life.wearer_id})
    kept = [one for one, of in stored if one.waking_day == day and of == zone]
    return [*kept, *fresh]


def _hours(row: Sequence[Any]) -> Hours:
    names = ("waking_day", "local_day", "start", "end", "day_start", "day_end")
    return Hours(**dict(zip(names, row, strict=True)))


def _write(db: sqlite3.Connection, life: Life, at: Micros) -> int:
    """Write a prompt at any time of day, as somebody who may write SQL does."""
    zone = life.chance.choice((life.ruling.time_zone, life.said[0][1]))
    day, _ = wall_minute(at, zone)
    told = {"condition_id": "p0", "kind": life.chance.choice(("on_demand", "retry", "drawn"))}
    span = {"at": at, "until": at + life.chance.choice((15, 30)) * MINUTE, "gap": 0}
    return _prompt(db, life, told | span | {"local_day": day.format_iso(), "time_zone": zone})


def _open(book: Book, life: Life, now: Micros) -> int:
    """Open hours, stretch others, and ask within them, on a connection of one's own.

    Up to four days ahead, so that at times nothing else is there yet that a guard could count.
    """
    start = Micros(now + life.chance.randrange(-DAY, 4 * DAY))
    here, _ = wall_minute(start, life.ruling.time_zone)
    told: dict[str, Any] = {"wearer_id": life.wearer_id, "time_zone": life.ruling.time_zone}
    told |= {"waking_day": here.format_iso(), "local_day": here.format_iso()}
    told |= {"start": start, "end": start + 6 * HOUR, "protected": "21:00-08:00"}
    told |= {"day_start": start - DAY, "day_end": start + DAY}
    book.db.execute("COMMIT").close()
    with closing(sqlite3.connect(book.path, isolation_level=None)) as own:
        done = _tried(own, "prompt_hours", told)
        done += _write(own, life, Micros(start + life.chance.randrange(5 * HOUR)))
        for change in ('UPDATE prompt_hours SET "end" = "end" + 3600000000', "DELETE FROM prompts"):
            with suppress(*_REFUSED):
                done += own.execute(change).rowcount > 0
    book.db.execute("BEGIN").close()
    return done


def _prompt(db: sqlite3.Connection, life: Life, told: dict[str, Any]) -> int:
    name = f"k_{life.chance.getrandbits(64):016x}"
    whose: dict[str, Any] = {
        "check_in_id": name,
        "wearer_id": life.wearer_id,
        "order_id": life.ruling.order_id,
    }
    whose |= {"device_id": "D", "modality": "face_photo", "nonce": "", "drawn": ""}
    whose |= {"time_zone": life.ruling.time_zone, "state": "scheduled", "is_void": 0}
    return _tried(db, "prompts", whose | told)


def _tried(db: sqlite3.Connection, table: str, told: dict[str, Any]) -> int:
    try:
        _insert(db, table, told)
    except _REFUSED:
        return 0
    return 1


def _insert(db: sqlite3.Connection, table: str, told: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in told)
    marks = ", ".join("?" * len(told))
    db.execute(_INSERT.format(table, names, marks), tuple(told.values())).close()


def demands(db: sqlite3.Connection, life: Life) -> Iterator[tuple[Micros, Micros]]:
    """List when a wearer was asked: what is not void, in order."""
    wanted = "SELECT at, until FROM prompts WHERE wearer_id = ? AND is_void = 0 ORDER BY at"
    yield from db.execute(wanted, (life.wearer_id,))
