"""Benchmarks of trails: how many bytes a fix takes at rest, and how long reading and making takes.

Each figure is of one core; bytes are those by which the file grows, with rows, indexes and seals.
"""

from __future__ import annotations

import math
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from fairtag.app.house import House
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.app.trail.book import Chunk, Span
from fairtag.bootstrap import open_house
from fairtag.custody.kinds import RecordKind
from fairtag.evaluation.case import START, simulated
from fairtag.intake.messages import Message
from fairtag.sim.load import p99
from fairtag.sim.scenarios import SCENARIOS
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, SECOND, Micros
from fairtag.terms.local import Interval

_SEED = 1
# A fix a minute; the last is a tag in a cellar that gets half of them.
_TRAILS = ("calm_at_home", "calm_at_work", "drives_past_zone", "deep_indoors_poor")
_WEARERS, _DAYS, _READS = range(1, 9), 3, 13
_AT_ONCE = 100  # chunks that are sealed together, as compaction does
# Every story, by a tag and a phone, each kept for some orders: so that a page more or less of the
# file tells nothing.
_STORY_WEARERS, _STORY_DAYS, _COPIES = (1, 3), 2, 8
# As a million wearers are stored who each speak once a minute: what a network delays, to the ms
# that clocks tell; and in the journal others between two entries, by chance.
_DELAY_S, _A_SECOND, _CHANCE = 0.08, 16_700, 7
# The bars: bytes a position, all overheads, in chunks of an hour and of a day.
_MOST_HOUR, _MOST_DAY = 9.0, 7.0

_Lives = dict[int, list[JournalEntry]]


def trail() -> dict[str, Any]:
    """Measure some stories: bytes a fix, sealing, opening, and reading a wearer's day."""
    told: dict[str, Any] = {"trail_data": f"{len(_WEARERS)} wearers, {_DAYS} days each"}
    for scenario in _TRAILS:
        lives = _said(scenario, _WEARERS, _DAYS)
        for hours, name in ((1, "hour"), (24, "day")):
            with tempfile.TemporaryDirectory() as made, open_house(Path(made)) as house:
                told[f"trail_{scenario}_{name}"] = _timed(house, Path(made), lives, hours)
    return told


def stories() -> dict[str, Any]:
    """Measure bytes a fix of every story, as it is told and as one of a million wearers' is stored;
    tells which are over a bar, and what all take together.
    """
    told = {"stories": dict[str, dict[str, float]](), "fleet": dict[str, dict[str, float]]()}
    with tempfile.TemporaryDirectory() as made, open_house(Path(made)) as house:
        for number, scenario in enumerate(SCENARIOS):
            lives = _said(scenario, _STORY_WEARERS, _STORY_DAYS)
            if not lives:
                continue  # a device that never speaks
            first = 2_000 * number
            for name, said in (
                ("stories", _copied(lives, first)),
                ("fleet", _as_of_a_fleet(_copied(lives, first + 1_000))),
            ):
                told[name][scenario] = _bytes_of(house, Path(made), said)
    found = dict[str, Any]()
    for name, table in told.items():
        fixes = sum(one["fixes"] for one in table.values())
        found[f"trail_{name}"] = table
        found[f"trail_{name}_over"] = {
            scenario: [one["hour"], one["day"]]
            for scenario, one in table.items()
            if one["hour"] > _MOST_HOUR or one["day"] > _MOST_DAY
        }
        found[f"trail_{name}_all"] = [
            round(sum(one[span] * one["fixes"] for one in table.values()) / fixes, 2)
            for span in ("hour", "day")
        ]
    return found


def _bytes_of(house: House, folder: Path, lives: _Lives) -> dict[str, float]:
    hour, day = (_stored(house, folder, lives, hours) for hours in (1, 24))
    return {
        "fixes": sum(one.count for said in lives.values() for one in said),
        "fixes_an_hour": hour["fixes_a_chunk"],
        "hour": hour["bytes_a_fix"],
        "day": day["bytes_a_fix"],
        "hour_sealed": hour["bytes_a_fix_sealed"],
        "day_sealed": day["bytes_a_fix_sealed"],
    }


def _as_of_a_fleet(lives: _Lives) -> _Lives:
    """Give the same lives with delays of their own, among very many others in one journal."""
    chance = random.Random(_CHANCE)  # noqa: S311 - repeatable on purpose
    return {number: list(_among(said, chance)) for number, said in lives.items()}


def _among(said: list[JournalEntry], chance: random.Random) -> Iterator[JournalEntry]:
    n, before = 0, said[0].received_at
    late = (
        (one.received_at + round(1_000 * chance.expovariate(1 / _DELAY_S)) * 1_000, one)
        for one in said
    )
    for received_at, one in sorted(late, key=itemgetter(0)):
        expected = _A_SECOND * (received_at - before) / SECOND
        n += max(1, round(chance.gauss(expected, math.sqrt(expected))))
        before = Micros(received_at)
        told = tuple(msgspec.structs.replace(each, received_at=before) for each in one.told)
        yield msgspec.structs.replace(one, n=n, received_at=before, told=told)


def _said(scenario: str, numbers: Iterable[int], days: int) -> _Lives:
    """Give what some wearers say, each request an entry of one journal."""
    requests: dict[tuple[int, int], list[Message]] = {}
    for number in numbers:
        for one in simulated(scenario, number, seed=_SEED, days=days).heard.messages():
            requests.setdefault((one.received_at, number), []).append(one)
    found: _Lives = {}
    for n, ((received_at, number), messages) in enumerate(sorted(requests.items()), 1):
        entry = JournalEntry(
            n=n,
            what="messages",
            order_id=OrderId(f"ORD-{number:04}"),
            wearer_id=WearerId(f"W-{number:04}"),
            device_id=messages[0].device_id,
            received_at=Micros(received_at),
            told=tuple(messages),
        )
        found.setdefault(number, []).append(entry)
    return found


def _copied(lives: _Lives, first: int) -> _Lives:
    """Give the same lives to other orders, too, as if many wearers spoke."""
    found: _Lives = {}
    for number, entries in lives.items():
        for copy in range(_COPIES):
            name = first + number * _COPIES + copy
            changed = {"order_id": OrderId(f"ORD-{name}"), "wearer_id": WearerId(f"W-{name}")}
            found[name] = [
                msgspec.structs.replace(one, n=one.n * _COPIES + copy, **changed) for one in entries
            ]
    return found


def _timed(house: House, folder: Path, lives: _Lives, hours: int) -> dict[str, float]:
    told = _stored(house, folder, lives, hours)
    waits = [_read_day(house, number) for number in sorted(lives) * _READS]
    begun = time.process_time()
    for number in lives:
        house.store.read(partial(_read_all, number=number))
    fixes = sum(one.count for said in lives.values() for one in said)
    return told | {
        "opened_fixes_per_s": round(fixes / (time.process_time() - begun)),
        "wearer_day_median_ms": round(statistics.median(waits), 2),
        "wearer_day_p99_ms": round(p99(waits), 2),
    }


def _stored(house: House, folder: Path, lives: _Lives, hours: int) -> dict[str, float]:
    spans: dict[tuple[int, int], list[JournalEntry]] = {}
    for number, said in lives.items():
        for one in said:
            spans.setdefault((one.received_at // (hours * HOUR), number), []).append(one)
    fixes = sum(one.count for said in lives.values() for one in said)
    before, sealed = _pages(folder), list[Chunk]()
    begun = time.process_time()
    piles = [said for _, said in sorted(spans.items())]
    for first in range(0, len(piles), _AT_ONCE):
        some = piles[first : first + _AT_ONCE]
        sealed += house.store.read(partial(_sealed, piles=some, hours=hours))
    sealing_s = time.process_time() - begun
    for first in range(0, len(sealed), _AT_ONCE):
        house.store.transact(partial(_put, chunks=sealed[first : first + _AT_ONCE]))
    return {
        "bytes_a_fix": round((_pages(folder) - before) / fixes, 2),
        "bytes_a_fix_sealed": round(sum(len(one.sealed) for one in sealed) / fixes, 2),
        "fixes_a_chunk": round(fixes / len(sealed)),
        "sealed_fixes_per_s": round(fixes / sealing_s),
    }


def _sealed(tx: Transaction, piles: list[list[JournalEntry]], hours: int) -> list[Chunk]:
    span = hours * HOUR
    return tx.chunks.seal(
        [
            Span(said, RecordKind.TRAIL, Micros(said[0].received_at // span * span), hours)
            for said in piles
        ]
    )


def _read_all(tx: Transaction, *, number: int) -> int:
    ever = Interval(start=START, end=Micros(START + 90 * DAY))
    return len(tx.journal.told(OrderId(f"ORD-{number:04}"), ever))


def _put(tx: Transaction, *, chunks: list[Chunk]) -> None:
    tx.chunks.put(chunks)


def _read_day(house: House, number: int) -> float:
    """Read the positions of a wearer's whole day, as an opening does; gives milliseconds of one
    core: a wall clock tells what else the machine does.
    """
    day = Interval(start=Micros(START + 12 * HOUR), end=Micros(START + 36 * HOUR))
    order_id = OrderId(f"ORD-{number:04}")
    begun = time.process_time()
    house.store.read(lambda tx: tx.journal.places(order_id, day))
    return (time.process_time() - begun) * 1000


def _pages(folder: Path) -> int:
    """Tell the bytes of the pages that are in use."""
    with closing(sqlite3.connect(folder / "fairtag.db")) as db:
        whole, free, size = (
            db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((whole - free) * size)
