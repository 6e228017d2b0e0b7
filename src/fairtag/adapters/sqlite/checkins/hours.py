"""How does the database know local time? It asks, on connections that fairtag opened.

A guard of `prompt_hours` calls this function. A connection that somebody else opened does not have
it, so that nobody can add open hours by SQL: the guard fails, and with it the insert.
"""

from __future__ import annotations

import sqlite3

from fairtag.rules.prompts.hours import is_open

NAME = "fairtag_is_open"


def teach(db: sqlite3.Connection) -> None:
    """Let this connection tell whether a stretch lies in the open hours of a local day."""
    db.create_function(NAME, 8, _is_open, deterministic=True)


def _is_open(*told: object) -> bool:
    match told:
        case (
            str(waking_day), str(zone), str(protected), int(start), int(end),
            int(day_start), int(day_end), str(local_day),
        ):  # fmt: skip
            span, day = (start, end), (day_start, day_end, local_day)
            return is_open(waking_day, zone, protected, span, day)
        case _:
            return False
