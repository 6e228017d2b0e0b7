"""Measure prompts: a million wearer-days in which nobody may be asked once too often."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from fairtag.cli.asking.flood import Book, demands, live
from fairtag.cli.asking.tally import tally

WEARER_DAYS = 1_000_000
_DAYS = 100  # of each wearer: a clock change or two lie in them
_WEARERS = 100  # a file
_WRONG = ("sixth_of_a_day", "sixth_in_24_h", "protected")


def prompts(wearer_days: int = WEARER_DAYS) -> dict[str, Any]:
    """Live so many wearer-days on every core; tells what was asked and what was wrong."""
    begun = time.perf_counter()
    files = range(wearer_days // (_DAYS * _WEARERS))
    total: Counter[str] = Counter()
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for found in pool.imap_unordered(lived, files):
            total.update(found)
    took_s = time.perf_counter() - begun
    told = {f"prompts_{name}": total[name] for name in ("wearer_days", "demands", *_WRONG)}
    told |= {f"prompts_{name}": total[name] for name in ("by_sql_tried", "by_sql_taken")}
    return told | {"prompts_wearer_days_per_s": round(total["wearer_days"] / took_s)}


def lived(number: int) -> Counter[str]:
    """Live one file of wearers and count."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        book = Book(Path(folder) / "prompts.db")
        lives, tried = live(book, seed=str(number), wearers=_WEARERS, days=_DAYS)
        for one in lives:
            found.update(tally(list(demands(book.db, one)), one.said))
        book.close()
    found.update(wearer_days=len(lives) * _DAYS, by_sql_tried=tried.hostile)
    found.update(by_sql_taken=tried.taken)
    return found
