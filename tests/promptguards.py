"""One statement for each guard of the tables of prompts: refused by that guard and no other.

London, Tuesday 3 November 2026: open from 08:00 to 21:00, no clock changes. Times are UTC.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from fairtag.cli.asking.flood import Book
from fairtag.rules.prompts.hours import open_hours, written
from fairtag.terms.instants import HOUR, MINUTE, parse

DAY = "2026-11-03"
NOON = parse(f"{DAY}T12:00:00Z")
NIGHT = ((21 * 60, 8 * 60),)
LATE = (
    (2 * 60, 11 * 60),
)  # of somebody who works late: a local day holds parts of two waking days
TABLES = (
    *("prompts", "prompt_hours", "prompt_draws", "prompt_pauses"),
    *("outages", "review_calls"),
)

Row = dict[str, Any]
Case = tuple[list[str], str]  # what stands before it, and what is refused


def hours(waking_day: str, zone: str = "Europe/London", *, late: bool = False) -> list[Row]:
    """Give the open hours of a waking day as rows."""
    protected = LATE if late else NIGHT
    more = {"wearer_id": "W-1", "time_zone": zone, "protected": written(protected)}
    found = open_hours(waking_day, zone, protected)
    return [{name: getattr(one, name) for name in one.__struct_fields__} | more for one in found]


def prompt(at: int = NOON, **changed: Any) -> Row:
    """Give a prompt of the first wearer as a row."""
    told: Row = {"check_in_id": f"k_{at}", "wearer_id": "W-1", "order_id": "O-1"}
    told |= {"condition_id": "p1", "device_id": "D-1", "modality": "face_photo", "kind": "retry"}
    told |= {"local_day": DAY, "time_zone": "Europe/London", "at": at, "until": at + 15 * MINUTE}
    return told | {"gap": 0, "nonce": "", "drawn": "", "state": "scheduled", "is_void": 0} | changed


def version(number: int, recorded_at: int) -> Row:
    """Give a version of the wearer's order as a row."""
    told: Row = {"order_id": "O-1", "version": number, "wearer_id": "W-1", "authority_id": "ho"}
    told |= {"starts_at": 0, "ends_at": 0, "review_by": "", "time_zone": "", "sealed": b""}
    return told | {"recorded_at": recorded_at}


def draw(n: int, day: str) -> Row:
    """Give the draw of a day as a row."""
    told: Row = {"n": n, "wearer_id": "W-1", "waking_day": day, "at": NOON, "commitment": ""}
    return told | {"asked": 0, "not_asked": 0}


def pause(n: int, name: str, **changed: Any) -> Row:
    """Give a pause from noon to one as a row."""
    told: Row = {"n": n, "pause_id": name, "owner": "W-1", "kind": "health", "start": NOON}
    told |= {"ask_until": NOON + HOUR, "recorded_at": NOON, "sealed": b""}
    return told | changed


def add(table: str, row: Row, *, how: str = "INSERT") -> str:
    """Write an insert as SQL."""
    names = ", ".join(f'"{name}"' for name in row)
    told = ", ".join("x''" if one == b"" else repr(one) for one in row.values())
    return f"{how} INTO {table} ({names}) VALUES ({told})"


def instead(table: str, row: Row) -> str:
    """Write what would take the place of another row, past any guard of deleting."""
    return add(table, row, how="INSERT OR REPLACE")


def asked(*many: Row) -> list[str]:
    """Write prompts that stand."""
    return [add("prompts", one) for one in many]


def standing() -> Book:
    """Make the tables with one order and its open day."""
    made = Book(Path(":memory:"))
    made.db.execute(add("order_versions", version(1, 0)))
    for one in hours(DAY):
        made.db.execute(add("prompt_hours", one))
    return made


def _a_row_of_each() -> list[str]:
    rows: list[tuple[str, Row]] = [
        ("prompts", prompt()),
        ("prompt_draws", draw(1, DAY)),
        ("prompt_pauses", pause(1, "u_1", start=NOON + 5 * HOUR, ask_until=NOON + 6 * HOUR)),
        ("outages", {"n": 1, "start": NOON, "end": NOON + HOUR}),
        ("review_calls", _call(1)),
    ]
    return [add(table, row) for table, row in rows]


def _call(n: int) -> Row:
    told: Row = {"n": n, "order_id": "O-1", "owner": "W-1", "recorded_at": NOON}
    return told | {"by_date": "2026-11-10", "alert_id": ""}


def _fold() -> list[str]:
    """Five of 25 October, whose clocks go back: it has 25 hours, and the first is at midnight."""
    rows = [
        add("prompt_hours", one)
        for day in ("24", "25")
        for one in hours(f"2026-10-{day}", late=True)
    ]
    first = parse("2026-10-24T23:00:00Z")
    later = [parse(f"2026-10-25T{hour}:00:00Z") for hour in (12, 14, 16, 18)]
    return rows + asked(*(prompt(at, local_day="2026-10-25") for at in (first, *later)))


def _with_keys() -> dict[str, Case]:
    """Give what nobody deletes, changes or puts something in the place of."""
    found: dict[str, Case] = {}
    for table in TABLES:
        before = _a_row_of_each()
        column = {"prompts": "at", "prompt_draws": "asked"}.get(table, "start")
        column = "recorded_at" if table == "review_calls" else column
        found[f"{table}_stay"] = (before, f"DELETE FROM {table}")  # noqa: S608 - our own names
        more = ", ended_by = 'u', ended_at = 1" if table == "prompt_pauses" else ""
        changed = f"UPDATE {table} SET {column} = {column} + 1{more}"  # noqa: S608 - the same
        found[f"{table}_hold"] = (before, changed)
    (moved,) = hours("2026-11-09")
    again = _a_row_of_each()
    found |= {
        "prompt_hours_once": ([], instead("prompt_hours", moved | {"n": 1})),
        "prompts_once": (again, instead("prompts", prompt(NOON + HOUR, check_in_id=f"k_{NOON}"))),
        "prompt_draws_again": (again, instead("prompt_draws", draw(2, DAY))),
        "prompt_draws_once": (again, instead("prompt_draws", draw(1, "2026-11-04"))),
        "prompt_pauses_once": (again, instead("prompt_pauses", pause(1, "u_2"))),
        "prompt_pauses_named": (again, instead("prompt_pauses", pause(2, "u_1"))),
        "outages_once": (again, instead("outages", {"n": 1, "start": 0, "end": 1})),
        "review_calls_once": (again, instead("review_calls", _call(1))),
    }
    return found


def _of_hours() -> dict[str, Case]:
    (noon_of_next,) = hours("2026-11-09")
    night = {"start": noon_of_next["end"], "end": noon_of_next["end"] + HOUR}
    (tokyo,) = hours("2026-11-04", "Asia/Tokyo")  # opens at 23:00, two hours after London closed
    (new_york,) = hours(DAY, "America/New_York")  # is open until 02:00
    after = new_york | {"start": parse(f"{DAY}T21:00:00Z")}
    return {
        "prompt_hours_open": ([], add("prompt_hours", noon_of_next | night)),
        "prompt_hours_rest": ([], add("prompt_hours", tokyo)),
        "prompt_hours_day": ([], add("prompt_hours", after)),
    }


def _of_prompts() -> dict[str, Case]:
    five = asked(*(prompt(NOON + n * HOUR) for n in range(5)))
    tomorrow = [add("prompt_hours", one) for one in hours("2026-11-04")]
    sixth = prompt(NOON + 24 * HOUR, local_day="2026-11-04")
    fold = prompt(parse("2026-10-25T23:20:00Z"), local_day="2026-10-25")
    void = "UPDATE prompts SET is_void = {}"
    cases = {
        "begin": ([], prompt(state="shown")),
        "whose": ([], prompt(order_id="O-2")),
        "window": ([], prompt(until=NOON + 14 * MINUTE)),
        "hours": ([], prompt(NOON + 9 * HOUR - 14 * MINUTE)),
        "paused": ([add("prompt_pauses", pause(1, "u_1"))], prompt()),
        "near": (asked(prompt(gap=30 * MINUTE)), prompt(NOON + 29 * MINUTE)),
        "day": (_fold(), fold),
        "sixth": (five + tomorrow, sixth),
        "late": ([add("prompt_draws", draw(1, DAY))], prompt(kind="drawn")),
        "said": ([add("order_versions", version(2, NOON + 1))], prompt()),
    }
    found = {f"prompts_{name}": (told, add("prompts", row)) for name, (told, row) in cases.items()}
    found["prompts_ahead"] = ([*asked(prompt()), void.format(1)], void.format(0))
    begun = pause(1, "u_1", ended_at=NOON, ended_by="u")
    found["prompt_pauses_begin"] = ([], add("prompt_pauses", begun))
    return found


CASES = _with_keys() | _of_hours() | _of_prompts()
# A guard that another one stands behind: both are taken away to show what they refuse.
BEHIND = {"prompt_draws_once": "prompt_draws_again"}


def guards(db: sqlite3.Connection) -> set[str]:
    """List the guards of the tables of prompts."""
    found = db.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    return {name for name, table in found if table in TABLES}
