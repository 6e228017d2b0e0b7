"""What is due on a day? From the keys that are there, the orders and the holds: a list, and no act.

The list is made of data keys, since a key is what ends a record in every copy. A wearer of whom
nothing is left to keep is one item: the wearer's own key, and all below it. Units: µs UTC.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import msgspec

from fairtag.custody.kinds import BY_THE_ITEM, RecordKind
from fairtag.retention.holds import Hold, held
from fairtag.retention.schedule import QUARANTINED_FOR, RECORD_LEAD, By, Rule, Schedule
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros, parse
from fairtag.terms.local import Interval

WHOLE = "*"  # the kind and period of an item that is a wearer's whole record
_MONTHS_A_YEAR = 12
_A_DAY = len("2026-11-25")
_LATE = HOUR  # so long after the day's begin may its list be made
_PERIODS = 4_096  # days and months; keys of many wearers share them
_LEFT_OVER = Rule(days=0, since="period", by="machine", why="No record lies under it any more.")


class OrderTime(msgspec.Struct, frozen=True, kw_only=True):
    """When one order ran, and when its legal basis ended: the earliest end that was recorded."""

    order_id: OrderId
    wearer_id: WearerId
    begins: Micros  # its start, or its recording if that was earlier
    ends: Micros


class DataKey(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One key of the keystore: whose, of what, of which day or month."""

    wearer_id: WearerId
    kind: RecordKind
    period: str


class Single(msgspec.Struct, frozen=True, kw_only=True):
    """A record that has a key of its own, and when it goes."""

    key: DataKey
    goes_at: Micros | None  # None: by the rule of its kind


class Item(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing that goes: a data key, or with `WHOLE` a wearer's key and all below."""

    wearer_id: WearerId
    kind: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the list is made from."""

    keys: Sequence[DataKey]
    orders: Sequence[OrderTime]
    holds: Sequence[Hold]
    schedule: Schedule
    singles: Sequence[Single] = ()  # what is there of kinds whose items have a key each


class DueList(msgspec.Struct, frozen=True, kw_only=True):
    """What would go, and what is due and held."""

    as_of: Micros
    items: tuple[Item, ...]
    counts: dict[str, int]  # by kind; a whole record counts as 'record'
    held: dict[str, int]  # due, and held, by kind

    @property
    def digest(self) -> str:
        """Name the list: two people agree to this one and to no other."""
        return hashlib.sha256(msgspec.json.encode(self.items)).hexdigest()

    @property
    def wearers(self) -> int:
        """Tell how many people it is about."""
        return len({one.wearer_id for one in self.items})


def due(facts: Facts, *, as_of: Micros, by: By) -> DueList:
    """List what must be begun at an instant, so that it has gone on its date."""
    orders = _by_wearer(facts.orders)
    singles = {one.key: one.goes_at for one in facts.singles}
    mine: dict[WearerId, list[DataKey]] = {}
    for key in facts.keys:
        mine.setdefault(key.wearer_id, []).append(key)
    items: list[Item] = []
    kept: Counter[str] = Counter()
    for wearer_id, keys in mine.items():
        if by == "two people" and _is_whole(facts, orders.get(wearer_id, ()), keys, as_of):
            items.append(Item(wearer_id=wearer_id, kind=WHOLE, period=WHOLE))
            continue
        for key in keys:
            rule = _rule_of(key, facts.schedule, singles)
            if rule.by != by or as_of < _begins(key, orders.get(wearer_id, ()), rule, singles):
                continue
            if held(facts.holds, wearer_id, key.kind, key.period, as_of):
                kept[key.kind] += 1
            else:
                items.append(Item(wearer_id=wearer_id, kind=key.kind, period=key.period))
    names = ("record" if one.kind == WHOLE else one.kind for one in items)
    counts = dict(sorted(Counter(names).items()))
    told = tuple(sorted(items))
    return DueList(as_of=as_of, items=told, counts=counts, held=dict(sorted(kept.items())))


def _rule_of(key: DataKey, schedule: Schedule, singles: Mapping[DataKey, Micros | None]) -> Rule:
    """Give the rule of a key; a single record with a date of its own goes by itself.

    A key without its record (it was taken away, or never stored) has nothing left to serve.
    """
    if key.kind not in BY_THE_ITEM:
        return schedule.rule(key.kind)
    if key not in singles:
        return _LEFT_OVER
    rule = schedule.rule(key.kind)
    return rule if singles[key] is None else replace(rule, by="machine")


def _begins(
    key: DataKey,
    orders: Sequence[OrderTime],
    rule: Rule,
    singles: Mapping[DataKey, Micros | None],
) -> Micros:
    """Tell when its erasure must begin.

    The machine makes one list a day, as the day begins (UTC): what has an hour of its own goes with
    the list of that day, or of the day before when the next may come too late.
    """
    own = singles.get(key)
    if own is None:
        return begins_at(key, orders, rule)
    return Micros((own - _LATE) // DAY * DAY)


def goes_at(key: DataKey, orders: Sequence[OrderTime], rule: Rule) -> Micros:
    """Tell the date on which a data key must be gone."""
    period = span_of(key.period)
    if rule.since == "wearer" and orders:
        return Micros(max(one.ends for one in orders) + rule.days * DAY)
    if rule.since == "period" or not orders:
        return Micros(period.end + rule.days * DAY)
    return Micros(max(one.ends for one in _touching(period, orders)) + rule.days * DAY)


def begins_at(key: DataKey, orders: Sequence[OrderTime], rule: Rule) -> Micros:
    """Tell when its erasure must begin, to be done on that date."""
    lead = 0
    if rule.by == "two people":
        lead = QUARANTINED_FOR if key.kind is RecordKind.TRAIL else RECORD_LEAD
    return Micros(goes_at(key, orders, rule) - lead)


def hashed(items: Iterable[Item]) -> str:
    """Name the keys that went so that whoever has their names can tell, and nobody else."""
    names = sorted(f"{one.wearer_id}/{one.kind}/{one.period}" for one in items)
    each = "\n".join(hashlib.sha256(name.encode()).hexdigest() for name in names)
    return hashlib.sha256(each.encode()).hexdigest()


@lru_cache(maxsize=_PERIODS)
def span_of(period: str) -> Interval:
    """Give the stretch of time that a key's period names; of an item its day.

    Example:
        >>> from fairtag.terms.instants import text
        >>> text(span_of("2026-12").end), text(span_of("2026-11-25").end)
        ('2027-01-01T00:00:00Z', '2026-11-26T00:00:00Z')
    """
    if len(period) >= _A_DAY:
        start = parse(f"{period[:_A_DAY]}T00:00:00Z")
        return Interval(start=start, end=Micros(start + DAY))
    year, month = int(period[:4]), int(period[5:7])
    after = (year + month // _MONTHS_A_YEAR, month % _MONTHS_A_YEAR + 1)
    start = parse(f"{period}-01T00:00:00Z")
    return Interval(start=start, end=parse(f"{after[0]:04}-{after[1]:02}-01T00:00:00Z"))


def _by_wearer(orders: Iterable[OrderTime]) -> dict[WearerId, list[OrderTime]]:
    found: dict[WearerId, list[OrderTime]] = {}
    for one in orders:
        found.setdefault(one.wearer_id, []).append(one)
    return found


def _touching(period: Interval, orders: Sequence[OrderTime]) -> list[OrderTime]:
    """List the orders that a period may hold records of: the shared month goes with the later one.

    What was written after an order's end belongs to the order that had ended last by then.
    """
    begun = [one for one in orders if one.begins < period.end] or list(orders)
    running = [one for one in begun if one.ends >= period.start]
    return running or [max(begun, key=lambda one: one.ends)]


def _is_whole(
    facts: Facts, orders: Sequence[OrderTime], keys: Sequence[DataKey], as_of: Micros
) -> bool:
    """Tell whether nothing of a wearer is left to keep: every order over for long, nothing held."""
    if not orders:
        return False
    if any(held(facts.holds, one.wearer_id, one.kind, one.period, as_of) for one in keys):
        return False
    days = max(rule.days for _, rule in facts.schedule.rules if rule.since == "basis")
    last = max(one.ends for one in orders)
    return as_of >= last + days * DAY - RECORD_LEAD
