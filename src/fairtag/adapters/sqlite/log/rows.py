"""Which rows does the log stand over, besides its own entries? Those that say what people decided.

The service notes each watched row that it writes or removes, and puts digests of what then stands
in it into the log, in the same commit. A row that anybody else adds, changes or removes has no such
digest, and `fairtag audit verify` finds it. To watch another table, add a line to `WATCHED`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

GONE = "gone"
# A body that is no JSON says nothing, and so differs from what was digested.
_SAID = (
    "CASE WHEN json_valid(CAST({row}.body AS TEXT))"
    " THEN json_extract(CAST({row}.body AS TEXT), '$.%s') END"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A table whose rows the log stands over, each by the key that names it."""

    table: str
    key: tuple[str, ...]
    parts: tuple[str, ...]  # columns, or expressions with `{row}`

    def name_of(self, row: str) -> str:
        """Give the expression that names a row, such as `order_versions/ORD-1/2`."""
        told = " || '/' || ".join(f'{row}."{column}"' for column in self.key)
        return f"'{self.table}/' || {told}"

    def content_of(self, row: str) -> str:
        """Give the expression of what stands in a row: type and bytes of each part."""
        told = (one.format(row=row) if "{" in one else f'{row}."{one}"' for one in self.parts)
        return " || ',' || ".join(f"typeof({one}) || hex({one})" for one in told)


WATCHED = (
    Watched(
        table="alerts",
        key=("alert_id",),
        parts=(
            *("alert_id", "order_id", "wearer_id", "kind", "recipient", "raised_at", "state"),
            *(_SAID % name for name in ("acknowledged_by", "closed_by", "closed_at", "cause")),
        ),
    ),
    Watched(
        table="alert_acts", key=("n",), parts=("n", "alert_id", "at", "owner", "body", "sealed")
    ),
    Watched(table="contacts", key=("n",), parts=("n", "order_id", "at", "owner", "body", "sealed")),
    Watched(
        table="order_versions",
        key=("order_id", "version"),
        parts=(
            *("order_id", "version", "wearer_id", "authority_id", "starts_at", "ends_at"),
            *("review_by", "time_zone", "recorded_at", "sealed"),
        ),
    ),
    Watched(
        table="order_marks",
        key=("n",),
        parts=("n", "order_id", "what", "at", "recorded_at", "by", "sealed"),
    ),
    Watched(
        table="install_steps",
        key=("order_id", "device_id", "step"),
        parts=("order_id", "device_id", "step", "at", "by"),
    ),
    Watched(
        table="people",
        key=("user_id",),
        parts=(
            *("user_id", "name", "role", "authority_id", "created_at", "disabled_at"),
            *("made_by", "made_at"),
        ),
    ),
    Watched(
        table="holds",
        key=("n",),
        parts=("n", "hold_id", "owner", "at", "body", "sealed"),
    ),
    Watched(
        table="reviews",
        key=("n",),
        parts=("n", "order_id", "owner", "recorded_at", "sealed"),
    ),
    Watched(
        table="answers",
        key=("n",),
        parts=(
            *("n", "answer_id", "check_in_id", "wearer_id", "at", "result", "is_sampled"),
            "sealed",
        ),
    ),
    Watched(
        table="answer_decisions", key=("n",), parts=("n", "answer_id", "owner", "at", "outcome")
    ),
    Watched(
        table="proposals",
        key=("n",),
        parts=("n", "proposal_id", "matter", "owner", "asked_at", "body", "sealed"),
    ),
    Watched(
        table="photo_cases",
        key=("n",),
        parts=("n", "case_id", "answer_id", "owner", "at", "body"),
    ),
    Watched(
        table="photo_deals",
        key=("n",),
        parts=("n", "case_id", "by", "owner", "at", "until"),
    ),
    Watched(
        table="photo_reviews",
        key=("n",),
        parts=(
            *("n", "review_id", "case_id", "by", "outcome", "settles", "alert_id"),
            *("owner", "at", "body", "sealed"),
        ),
    ),
    Watched(
        table="decisions",
        key=("n",),
        parts=("n", "decision_id", "alert_id", "by", "digest", "owner", "at", "body", "sealed"),
    ),
    Watched(
        table="statements",
        key=("n",),
        parts=("n", "statement_id", "check_in_id", "order_id", "owner", "at", "body", "sealed"),
    ),
    Watched(
        table="proposal_marks",
        key=("n",),
        parts=("n", "proposal_id", "state", "owner", "at", "body", "sealed"),
    ),
    Watched(
        table="grants",
        key=("n",),
        parts=("n", "grant_id", "kind", "person", "wearer_id", "granted_at", "body", "sealed"),
    ),
    Watched(table="looks", key=("n",), parts=("n", "at", "person", "wearer_id", "refused", "body")),
    Watched(table="grant_reviews", key=("n",), parts=("n", "grant_id", "at", "body", "sealed")),
    Watched(
        table="notice_delays",
        key=("n",),
        parts=("n", "grant_id", "wearer_id", "at", "body", "sealed"),
    ),
    Watched(
        table="disclosures",
        key=("n",),
        parts=("n", "disclosure_id", "owner", "at", "body", "sealed"),
    ),
    Watched(
        table="disclosure_steps",
        key=("n",),
        parts=("n", "disclosure_id", "what", "owner", "at", "body", "sealed"),
    ),
    Watched(
        table="prompts",
        key=("check_in_id",),
        parts=(
            *("check_in_id", "wearer_id", "order_id", "condition_id", "device_id", "modality"),
            *("kind", "local_day", "time_zone", "at", "until", "gap", "nonce", "drawn"),
            *("state", "is_void"),
        ),
    ),
    Watched(
        table="prompt_hours",
        key=("n",),
        parts=(
            *("n", "wearer_id", "waking_day", "local_day", "start", "end", "day_start"),
            *("day_end", "time_zone", "protected"),
        ),
    ),
    Watched(
        table="prompt_pauses",
        key=("n",),
        parts=(
            *("n", "pause_id", "owner", "kind", "start", "ask_until", "free_until"),
            *("recorded_at", "alert_id", "sealed", "ended_at", "ended_by"),
        ),
    ),
    Watched(
        table="second_looks",
        key=("n",),
        parts=("n", "alert_id", "what", "owner", "at", "by", "cause"),
    ),
    Watched(table="face_profiles", key=("n",), parts=("n", "at", "by", "body")),
    Watched(table="interests", key=("n",), parts=("n", "user_id", "wearer_id", "at", "by")),
    Watched(
        table="assignments",
        key=("n",),
        parts=("n", "order_id", "user_id", "is_assigned", "at", "by"),
    ),
    Watched(
        table="third_person_notes",
        key=("n",),
        parts=("n", "order_id", "owner", "at", "by", "sealed"),
    ),
    Watched(
        table="contests",
        key=("n",),
        parts=("n", "contest_id", "wearer_id", "alert_id", "at", "body", "sealed"),
    ),
    Watched(
        table="outside_contacts",
        key=("n",),
        parts=("n", "order_id", "owner", "whom", "at", "body", "sealed"),
    ),
    Watched(
        table="outside_notices", key=("n",), parts=("n", "reference", "order_id", "body", "is_sent")
    ),
)


def note_changes(db: sqlite3.Connection) -> None:
    """Note on this connection, and for it alone, which watched rows it changes."""
    db.execute('CREATE TEMP TABLE changed ("table" TEXT, name TEXT, row INTEGER)').close()
    for one in WATCHED:
        differs = f"{one.content_of('OLD')} IS NOT {one.content_of('NEW')}"
        _note(db, one, "INSERT", "NEW")
        _note(db, one, f"UPDATE ON {one.table} WHEN {differs}", "NEW")
        _note(db, one, f"UPDATE ON {one.table} WHEN {differs}", "OLD")
        _note(db, one, "DELETE", "OLD")


def digests(db: sqlite3.Connection) -> dict[str, str]:
    """Take the noted changes: name and digest of each row, or `GONE`."""
    noted = db.execute('SELECT "table", name, row FROM changed').fetchall()
    if not noted:
        return {}
    watched = {one.table: one for one in WATCHED}
    found: dict[str, str] = {}
    for table, name, row in noted:
        one = watched[table]
        held = db.execute(
            f"SELECT {one.content_of('t')} FROM {table} t"  # noqa: S608 - our own names
            f" WHERE rowid = ? AND {one.name_of('t')} = ?",
            (row, name),
        ).fetchone()
        if held is not None or found.get(name) is None:
            found[name] = GONE if held is None else _digest(held[0])
    db.execute("DELETE FROM changed").close()
    return found


def held(db: sqlite3.Connection, names: Iterable[str]) -> dict[str, str]:
    """Give what now stands under each name: the digest of the row, or `GONE`."""
    found = dict.fromkeys(names, GONE)
    for one in WATCHED:
        wanted = f"SELECT {one.content_of('t')} FROM {one.table} t WHERE {one.name_of('t')} = ?"  # noqa: S608 - our own names
        for name in found:
            if name.startswith(f"{one.table}/"):
                row = db.execute(wanted, (name,)).fetchone()
                found[name] = GONE if row is None else _digest(row[0])
    return found


def rows_kept(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """List the watched rows: name and digest of each."""
    for one in WATCHED:
        wanted = f"SELECT {one.name_of('t')}, {one.content_of('t')} FROM {one.table} t"  # noqa: S608 - our own names
        for name, content in db.execute(wanted):
            yield name, _digest(content)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _note(db: sqlite3.Connection, one: Watched, when: str, row: str) -> None:
    verb, _, more = when.partition(" ")
    more = more or f"ON {one.table}"
    on = more.replace(f"ON {one.table}", f"ON main.{one.table}", 1)
    db.execute(
        f"CREATE TEMP TRIGGER {one.table}_{verb}_{row} AFTER {verb} {on} BEGIN"  # noqa: S608 - our own names
        f" INSERT INTO changed VALUES ('{one.table}', {one.name_of(row)}, {row}.rowid); END"
    ).close()
