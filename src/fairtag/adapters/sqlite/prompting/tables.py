"""Where are prompts, and what does the database itself refuse about them, whoever asks?

A sixth demand in a local day or in any 24 h, one at a protected hour, one too near another, one in
a pause, one before the wearer's orders said what they say; a day that is drawn twice, or added to
later; a prompt that moves in time, or backwards.
Source: charter G6.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, Index, Integer, LargeBinary, String, Table, event

from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.keeping.families import stays
from fairtag.adapters.sqlite.prompting.hours import NAME
from fairtag.adapters.sqlite.schema import metadata
from fairtag.rules.prompts.course import RANKS
from fairtag.rules.prompts.limits import (
    ANY_DAY,
    LEAST_GAP,
    LEAST_QUIET,
    LEAST_WINDOW,
    MOST_A_DAY,
    MOST_OPEN,
)

# When a wearer may be asked, told in advance as instants; a stretch lies in one local day.
prompt_hours = Table(
    "prompt_hours",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("wearer_id", String, nullable=False),
    Column("waking_day", String, nullable=False),
    Column("local_day", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("day_start", Integer, nullable=False),
    Column("day_end", Integer, nullable=False),
    Column("time_zone", String, nullable=False),
    Column("protected", String, nullable=False),
    Index("ix_prompt_hours_once", "wearer_id", "start", unique=True),
)
prompts = Table(
    "prompts",
    metadata,
    Column("check_in_id", String, primary_key=True),
    Column("wearer_id", String, nullable=False),
    Column("order_id", String, nullable=False),
    Column("condition_id", String, nullable=False),
    Column("device_id", String, nullable=False, index=True),
    Column("modality", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("local_day", String, nullable=False, index=True),
    Column("time_zone", String, nullable=False),
    Column("at", Integer, nullable=False, index=True),
    Column("until", Integer, nullable=False),
    Column("gap", Integer, nullable=False),
    Column("nonce", String, nullable=False),
    Column("drawn", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("is_void", Integer, nullable=False),
    Index("ix_prompts_once", "wearer_id", "at", unique=True),
)
# That a day was drawn: once, whoever draws.
prompt_draws = Table(
    "prompt_draws",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("wearer_id", String, nullable=False),
    Column("waking_day", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("commitment", String, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("not_asked", Integer, nullable=False),  # people could not have decided them
    Index("ix_prompt_draws_once", "wearer_id", "waking_day", unique=True),
)
# When nobody may be asked, and when no silence counts; NULL: until a person decides.
prompt_pauses = Table(
    "prompt_pauses",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("pause_id", String, nullable=False),
    Column("owner", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("ask_until", Integer),
    Column("free_until", Integer),
    Column("recorded_at", Integer, nullable=False),
    Column("alert_id", String),
    Column("sealed", LargeBinary, nullable=False),
    Column("ended_at", Integer),
    Column("ended_by", String),
    Index("ix_prompt_pauses_once", "pause_id", unique=True),
)
outages = Table(
    "outages",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
)
# What a device was given to show, numbered as it was given.
device_inbox = Table(
    "device_inbox",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("device_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("at", Integer, nullable=False),
    Index("ix_device_inbox_once", "device_id", "kind", "ref", unique=True),
    sqlite_autoincrement=True,  # a number is never given twice: devices ask for what lies beyond it
)
# That an order must be reviewed early, and by when.
review_calls = Table(
    "review_calls",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("order_id", String, nullable=False, index=True),
    Column("owner", String, nullable=False),
    Column("recorded_at", Integer, nullable=False),
    Column("by_date", String, nullable=False),
    Column("alert_id", String, nullable=False),
)
for _table, _what in (
    (prompt_hours, "when a person may be asked"),
    (prompt_draws, "the draw of a day"),
    (outages, "an outage"),
    (review_calls, "a call for a review"),
):
    keep_as_written(_table, _what)

# No stretch and no window is longer than a day: what lies further away needs no look.
_OTHER = (
    "SELECT 1 FROM prompt_hours o WHERE o.wearer_id = NEW.wearer_id"  # noqa: S608 - our numbers
    f' AND o.start > NEW.start - {2 * ANY_DAY} AND o.start < NEW."end" + {2 * ANY_DAY}'
)
_AROUND = f"BETWEEN NEW.at - {2 * ANY_DAY} AND NEW.at + {2 * ANY_DAY}"
_FIXED = tuple(one.name for one in prompts.c if one.name not in ("state", "is_void"))
_RANK = (
    "CASE {} "
    + " ".join(f"WHEN '{state}' THEN {rank}" for state, rank in RANKS.items())
    + " ELSE -1 END"
)


def _guard(table: Table, name: str, when: str, told: str) -> None:
    made = f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{told}'); END"
    event.listen(table, "after_create", DDL(made.replace("%", "%%")))  # type: ignore[no-untyped-call]


def _on_insert(table: Table, name: str, when: str, told: str) -> None:
    _guard(table, f"{table.name}_{name}", f"INSERT ON {table.name} WHEN {when}", told)


def _guard_hours() -> None:
    columns = [
        "waking_day",
        "time_zone",
        "protected",
        "start",
        "end",
        "day_start",
        "day_end",
        "local_day",
    ]
    asked = ", ".join(f'NEW."{one}"' for one in columns)
    near = f'o.start < NEW."end" + {LEAST_QUIET} AND o."end" > NEW.start - {LEAST_QUIET}'
    rest = f"EXISTS ({_OTHER} AND o.waking_day <> NEW.waking_day AND {near})"
    over = 'o.start < NEW."end" AND o."end" > NEW.start'
    wide = f'max(o."end", NEW."end") - min(o.start, NEW.start) > {MOST_OPEN}'
    same = f"EXISTS ({_OTHER} AND o.waking_day = NEW.waking_day AND ({over} OR {wide}))"
    _on_insert(prompt_hours, "open", f"NOT {NAME}({asked})", "these hours are not open")
    _on_insert(prompt_hours, "rest", rest, "nine hours lie between two days of being asked")
    _on_insert(prompt_hours, "day", same, "a day of being asked has fifteen hours at most")


def _guard_prompts() -> None:
    begun = "NEW.state <> 'scheduled' OR NEW.is_void <> 0"
    whose = (
        "NOT EXISTS (SELECT 1 FROM order_versions v WHERE v.order_id = NEW.order_id"
        " AND v.wearer_id = NEW.wearer_id)"
    )
    within = (
        "NOT EXISTS (SELECT 1 FROM prompt_hours h WHERE h.wearer_id = NEW.wearer_id"  # noqa: S608
        f" AND h.start > NEW.at - {ANY_DAY} AND h.start <= NEW.at"
        ' AND h."end" >= NEW.until AND h.local_day = NEW.local_day'
        " AND h.time_zone = NEW.time_zone)"
    )
    paused = (
        "EXISTS (SELECT 1 FROM prompt_pauses p WHERE p.owner = NEW.wearer_id"
        " AND p.start < NEW.until AND (p.ask_until IS NULL OR p.ask_until > NEW.at)"
        " AND (p.ended_at IS NULL OR p.ended_at > NEW.at))"
    )
    _on_insert(prompts, "once", _again("prompts", "check_in_id"), "a prompt can not be replaced")
    _on_insert(prompts, "begin", begun, "a prompt begins as scheduled")
    _on_insert(prompts, "whose", whose, "a prompt is for the wearer of its order")
    odd = (f"typeof(NEW.{name}) <> 'integer'" for name in ("at", "until", "gap"))
    short = f"NEW.until - NEW.at < {LEAST_WINDOW} OR {' OR '.join(odd)}"
    _on_insert(prompts, "window", short, "there are fifteen minutes to answer at least")
    _on_insert(prompts, "hours", within, "nobody is asked at a protected hour")
    _on_insert(prompts, "paused", paused, "nobody is asked in a pause")
    _on_insert(prompts, "near", _near(), "this is too near another prompt")
    _on_insert(prompts, "day", _full_day(), "this would be the sixth in a day")
    _on_insert(prompts, "sixth", _sixth(), "this would be the sixth in 24 hours")
    _on_insert(prompts, "late", _drawn_later(), "this day was drawn already")
    _on_insert(prompts, "said", _said_later(), "what the orders say was said later")


def _near() -> str:
    gap = f"max(o.gap, NEW.gap, {LEAST_GAP})"
    return (
        "EXISTS (SELECT 1 FROM prompts o WHERE o.wearer_id = NEW.wearer_id"  # noqa: S608 - our numbers
        f" AND o.at {_AROUND}"
        f" AND (o.at < NEW.until AND o.until > NEW.at OR abs(o.at - NEW.at) < {gap}))"
    )


def _full_day() -> str:
    return (
        "EXISTS (SELECT 1 FROM prompt_hours h WHERE h.wearer_id = NEW.wearer_id"  # noqa: S608
        f" AND h.start {_AROUND} AND h.day_start < NEW.until AND h.day_end > NEW.at"
        " AND (SELECT count(*) FROM prompts p WHERE p.wearer_id = NEW.wearer_id"
        f" AND p.at > h.day_start - {ANY_DAY} AND p.until > h.day_start AND p.at < h.day_end)"
        f" >= {MOST_A_DAY})"
    )


def _sixth() -> str:
    """Refuse a sixth beginning within 24 h of the end of the first one's window."""
    return (
        "EXISTS (SELECT 1 FROM (SELECT NEW.at AS at, NEW.until AS until UNION ALL"  # noqa: S608
        " SELECT o.at, o.until FROM prompts o WHERE o.wearer_id = NEW.wearer_id"
        f" AND o.at > NEW.at - {2 * ANY_DAY} AND o.at <= NEW.at) f"
        f" WHERE NEW.at < f.until + {ANY_DAY}"
        " AND (SELECT count(*) FROM prompts p WHERE p.wearer_id = NEW.wearer_id"
        f" AND p.at >= f.at AND p.at < f.until + {ANY_DAY}) >= {MOST_A_DAY})"
    )


def _drawn_later() -> str:
    return (
        "NEW.kind = 'drawn' AND EXISTS (SELECT 1 FROM prompt_hours h JOIN prompt_draws d"  # noqa: S608
        " ON d.wearer_id = h.wearer_id AND d.waking_day = h.waking_day"
        f" WHERE h.wearer_id = NEW.wearer_id AND h.start > NEW.at - {ANY_DAY}"
        ' AND h.start <= NEW.at AND h."end" >= NEW.until)'
    )


def _said_later() -> str:
    """Refuse what begins before the newest version of any order of the wearer was recorded.

    Its hours would be read by what did not hold yet; a clock that is behind shows itself so.
    """
    return (
        "EXISTS (SELECT 1 FROM order_versions v WHERE v.wearer_id = NEW.wearer_id"
        " AND v.recorded_at > NEW.at)"
    )


def _guard_what_becomes() -> None:
    moved = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in _FIXED)
    back = (
        f"({_RANK.format('NEW.state')} <= {_RANK.format('OLD.state')}"
        " AND NEW.state IS NOT OLD.state) OR NEW.is_void < OLD.is_void"
    )
    _guard(prompts, "prompts_stay", f"DELETE ON prompts{stays('prompts')}", "a prompt stays")
    _guard(prompts, "prompts_hold", f"UPDATE ON prompts WHEN {moved}", "a prompt does not move")
    _guard(prompts, "prompts_ahead", f"UPDATE ON prompts WHEN {back}", "a prompt only goes on")
    again = "EXISTS (SELECT 1 FROM prompt_draws WHERE n = NEW.n OR"
    again += " (wearer_id = NEW.wearer_id AND waking_day = NEW.waking_day))"
    _on_insert(prompt_draws, "again", again, "a day is drawn once")


def _guard_pauses() -> None:
    kept = tuple(one.name for one in prompt_pauses.c if one.name not in ("ended_at", "ended_by"))
    moved = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in kept)
    nobody = "coalesce(NEW.ended_by, '') = '' OR OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL"
    name = "prompt_pauses"
    _on_insert(prompt_pauses, "once", _again(name, "n"), "a pause can not be replaced")
    _on_insert(prompt_pauses, "named", _again(name, "pause_id"), "a pause can not be replaced")
    _on_insert(prompt_pauses, "begin", "NEW.ended_at IS NOT NULL", "a pause begins open")
    _guard(prompt_pauses, f"{name}_stay", f"DELETE ON {name}{stays(name)}", "a pause stays")
    changed = f"UPDATE ON {name} WHEN {moved} OR {nobody}"
    _guard(prompt_pauses, f"{name}_hold", changed, "a pause is ended, by a named person")


def _again(table: str, key: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - our own names


_guard_hours()
_guard_prompts()
_guard_what_becomes()
_guard_pauses()
