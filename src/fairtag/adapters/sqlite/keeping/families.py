"""Which rows does a data key seal? One line a table; a sealed table without a line fails a test.

A row goes when its key is gone. Rows that a guard protects go only when `erased` says so.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from fairtag.custody.kinds import RecordKind, period_of
from fairtag.retention.due import WHOLE, span_of
from fairtag.terms.instants import Micros


class Family(NamedTuple):
    """Rows of one table: whose, of when, under which kind of key. Columns or SQL of our own."""

    table: str
    owner: str
    at: str  # the time by which the key's period was chosen
    kind: RecordKind
    period: str = ""  # the column that names the key's period, where each item has a key


_OF_ORDER = "(SELECT v.wearer_id FROM order_versions AS v WHERE v.order_id = {}.order_id LIMIT 1)"

# A chunk lies under the key that its owner names, of the period in which it was received.
_OF_KIND = (
    "(SELECT o.wearer_id FROM chunk_owners AS o WHERE o.owner = chunks.owner AND o.kind = '{}')"
)
_RECEIVED = "(chunks.hour * 3600000000)"

_OF_GRANT = (
    "(SELECT g.wearer_id FROM grants AS g WHERE g.grant_id = grant_reviews.grant_id LIMIT 1)"
)

# Marks stand before the versions that tell whose they are.
FAMILIES = (
    Family("order_marks", _OF_ORDER.format("order_marks"), "recorded_at", RecordKind.TEXT),
    Family("reviews", "owner", "recorded_at", RecordKind.TEXT),
    Family("order_versions", "wearer_id", "recorded_at", RecordKind.ORDER),
    Family("journal", "wearer_id", "received_at", RecordKind.JOURNAL),
    Family("chunks", _OF_KIND.format("trail"), _RECEIVED, RecordKind.TRAIL),
    Family("chunks", _OF_KIND.format("passing"), _RECEIVED, RecordKind.PASSING),
    Family("states", "wearer_id", "0", RecordKind.STATE),
    Family("findings", "wearer_id", "decided_at", RecordKind.FINDING),
    Family("alert_acts", "owner", "at", RecordKind.TEXT),
    Family("alert_evidence", "wearer_id", "at", RecordKind.EVIDENCE),
    Family("contacts", "owner", "at", RecordKind.TEXT),
    Family("alerts", "wearer_id", "raised_at", RecordKind.FINDING),
    Family("proposal_marks", "owner", "at", RecordKind.TEXT),
    Family("proposals", "owner", "asked_at", RecordKind.TEXT),
    Family("quarantine", "owner", "received_at", RecordKind.QUARANTINE),
    Family("third_person_notes", "owner", "at", RecordKind.THIRD_PERSON),
    Family("grant_reviews", _OF_GRANT, "at", RecordKind.TEXT),
    Family("notice_delays", "wearer_id", "at", RecordKind.TEXT),
    Family("grants", "wearer_id", "granted_at", RecordKind.TEXT),
    Family("contests", "wearer_id", "at", RecordKind.TEXT),
    Family("photo_deals", "owner", "at", RecordKind.TEXT),
    Family("photo_reviews", "owner", "at", RecordKind.TEXT),
    Family("photo_cases", "owner", "at", RecordKind.TEXT),
    Family("decisions", "owner", "at", RecordKind.TEXT),
    Family("statements", "owner", "at", RecordKind.TEXT),
    Family("second_looks", "owner", "at", RecordKind.TEXT),
    Family("outside_contacts", "owner", "at", RecordKind.TEXT),
    Family("disclosure_steps", "owner", "at", RecordKind.TEXT),
    Family("disclosures", "owner", "at", RecordKind.TEXT),
    Family("holds", "owner", "at", RecordKind.TEXT),
    Family("answer_pictures", "wearer_id", "at", RecordKind.PHOTO, "period"),
    Family("answer_decisions", "owner", "at", RecordKind.FINDING),
    Family("frame_names", "wearer_id", "at", RecordKind.FINDING),
    Family("answers", "wearer_id", "at", RecordKind.FINDING),
    Family("enrolments", "wearer_id", "at", RecordKind.ENROLMENT, "period"),
    Family("enrolled_templates", "wearer_id", "at", RecordKind.TEMPLATE, "period"),
    Family("enrolment_invitations", "wearer_id", "at", RecordKind.ENROLMENT),
    Family("prompts", "wearer_id", "at", RecordKind.FINDING),
    Family("prompt_hours", "wearer_id", "start", RecordKind.FINDING),
    Family("prompt_draws", "wearer_id", "at", RecordKind.FINDING),
    Family("prompt_pauses", "owner", "recorded_at", RecordKind.TEXT),
    Family("review_calls", "owner", "recorded_at", RecordKind.TEXT),
    Family("declared", "wearer_id", "at", RecordKind.DECLARED),
)
# What hangs on a row that went, and is nothing without it: table, column, where it must be.
HANGING = (
    ("order_marks", "order_id", "order_versions"),
    ("activations", "order_id", "order_versions"),
    ("install_steps", "order_id", "order_versions"),
    ("alert_findings", "alert_id", "alerts"),
    ("outbox", "alert_id", "alerts"),
    ("outside_notices", "order_id", "order_versions"),
    ("chunk_owners", "order_id", "order_versions"),
)
# Guards that let a row go once its key's end is written down.
GUARDED = (
    *("alert_acts", "contacts", "alerts", "proposal_marks", "proposals", "holds", "reviews"),
    *("third_person_notes", "grant_reviews", "notice_delays", "grants", "contests"),
    *("disclosure_steps", "disclosures", "outside_contacts", "answers", "answer_decisions"),
    *("photo_deals", "photo_reviews", "photo_cases", "decisions", "statements"),
    "second_looks",
    *("prompts", "prompt_hours", "prompt_draws", "prompt_pauses", "review_calls"),
)
_BY_TABLE = {one.table: one for one in FAMILIES}


def stays(table: str) -> str:
    """Give the SQL that tells, in a guard, whether a row that somebody deletes must stay."""
    return f" WHEN NOT {_has_gone(_BY_TABLE[table])}" if table in GUARDED else ""


def _has_gone(family: Family) -> str:
    at = f"OLD.{family.at}"
    form = "%Y-%m" if len(period_of(family.kind, Micros(0))) == len("2026-11") else "%Y-%m-%d"
    by_key = f"kind = '{family.kind}' AND period = strftime('{form}', {at} / 1000000, 'unixepoch')"
    whole = f"kind = '{WHOLE}' AND {at} <= erased.at"
    return (
        f"EXISTS (SELECT 1 FROM erased WHERE owner = {_of_old(family)}"  # noqa: S608 - our names
        f" AND (({by_key}) OR ({whole})))"
    )


def _of_old(family: Family) -> str:
    """Give whose a row is, in a guard."""
    of = family.owner
    return of.replace(f"{family.table}.", "OLD.") if of.startswith("(") else f"OLD.{of}"


def remove(db: sqlite3.Connection, run_id: str, *, at: Micros) -> dict[str, int]:
    """Remove the rows of a run's items, and what hangs on them; tells how many by table."""
    items = "SELECT DISTINCT kind, period FROM erasure_items WHERE run_id = ?"
    found = db.execute(items, (run_id,)).fetchall()
    gone: dict[str, int] = {}
    for family in FAMILIES:
        number = sum(
            _removed(db, run_id, family, kind, period, at)
            for kind, period in found
            if kind in (WHOLE, family.kind)
        )
        if number:
            gone[family.table] = number
    if not {kind for kind, _ in found} & {WHOLE, RecordKind.ORDER, RecordKind.FINDING}:
        return gone
    for table, column, of in HANGING:
        told = f"DELETE FROM {table} WHERE {column} NOT IN (SELECT {column} FROM {of})"  # noqa: S608
        number = db.execute(told).rowcount
        if number:
            gone[table] = gone.get(table, 0) + number
    return gone


def _removed(
    db: sqlite3.Connection, run_id: str, family: Family, kind: str, period: str, at: Micros
) -> int:
    if family.period and kind != WHOLE:
        return _item_removed(db, run_id, family, kind, period)
    if kind == WHOLE:
        first, last = 0, at + 1
    else:
        span = span_of(period)
        first, last = span.start, span.end
    told = (
        f"DELETE FROM {family.table} WHERE {family.at} >= ? AND {family.at} < ?"  # noqa: S608
        f" AND {family.owner} IN (SELECT owner FROM erasure_items"
        " WHERE run_id = ? AND kind = ? AND period = ?)"
    )
    return db.execute(told, (first, last, run_id, kind, period)).rowcount


def _item_removed(
    db: sqlite3.Connection, run_id: str, family: Family, kind: str, period: str
) -> int:
    told = (
        f"DELETE FROM {family.table} WHERE {family.period} = ?"  # noqa: S608
        f" AND {family.owner} IN (SELECT owner FROM erasure_items"
        " WHERE run_id = ? AND kind = ? AND period = ?)"
    )
    return db.execute(told, (period, run_id, kind, period)).rowcount


def shut(db: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    """List whose rows can't be read, of which kind and period: their keys are locked or gone."""
    found = db.execute("SELECT owner, kind, period FROM erasure_items")
    return frozenset((owner, kind, period) for owner, kind, period in found.fetchall())


def is_shut(
    shut_items: frozenset[tuple[str, str, str]],
    owner: str,
    kind: RecordKind,
    at: Micros,
    *,
    of: str = "",
) -> bool:
    """Tell whether a row is among them."""
    if not shut_items:
        return False
    key = (owner, kind, period_of(kind, at, of=of))
    return key in shut_items or (owner, WHOLE, WHOLE) in shut_items
