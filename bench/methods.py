"""Which method tells best where a wearer is? False findings a wearer-month against delay.

The product's walk and other methods judge the same simulated lives and recorded phones; figures go
to `bench/methods.json`, pictures and tables to docs/decisions/0002. One command, some minutes:

    .venv/bin/python bench/methods.py

The pictures need Altair and vl-convert (the extra `plots`); the recorded phones are looked for in
FAIRTAG_SHARED, or in a folder `shared` beside the checkout. What is missing is said.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections import Counter, defaultdict
from itertools import chain
from pathlib import Path

os.environ.setdefault("FAIRTAG_COMPILED", "always")

from places import plots, tables
from places.cases import CALM, HOME, SEED, STILL, TRIPS, TRUE, Case, recorded, simulated
from places.judges import Method, changed, strained, swept
from places.score import Tally, score

from fairtag.rules.settings import DEFAULTS

OUT = HOME / "bench" / "methods.json"
RECORD = HOME / "docs" / "decisions" / "0002-belief-is-a-walk-between-two-walls.md"
# Wearer-months a story; more of the one that tells methods apart. Four wearers in a row have two
# tags, an Android phone and an iPhone, unless the story is about one of them.
MONTHS = dict.fromkeys(CALM, 6) | dict.fromkeys(TRUE, 4) | {"home_at_edge": 24}
# Numbers that are changed one by one are tried where that can show, and not so long.
TELLING = {"home_at_edge": 8.0, **dict.fromkeys((*TRUE, STILL, TRIPS), math.inf)}

Tallies = dict[str, dict[tuple[str, str], dict[str, Tally]]]


def judge(case: Case, method: Method, tally: Tally) -> None:
    """Let a method judge a case."""
    taken = case.fixes if method.takes_all else case.rows
    score(case, taken.at, taken.against_m, method.sides(case), tally)


def run(part: float) -> tuple[Tallies, int]:
    """Judge everything once; `part` of the simulated months, for a quick look."""
    sets = {"swept": swept(), "changed": changed(), "strained": strained()}
    found: Tallies = {name: defaultdict(lambda: defaultdict(Tally)) for name in sets}
    months = {story: max(1, round(part * count)) for story, count in MONTHS.items()}
    positions, seen = 0, Counter[str]()
    for case in chain(simulated(months, DEFAULTS), recorded(DEFAULTS)):
        positions += len(case.columns)
        seen[case.story] += 1
        is_telling = seen[case.story] <= TELLING.get(case.story, 0.0)
        for name, methods in sets.items():
            for one in methods if name == "swept" or is_telling else ():
                judge(case, one, found[name][one.name, one.knob][case.story])
    return found, positions


def main() -> None:
    """Read the words, judge, write figures, tables and pictures."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--part", type=float, default=1.0, help="of the simulated months")
    words.add_argument("--out", type=Path, default=OUT)
    told = words.parse_args()
    begun = time.perf_counter()
    found, positions = run(told.part)
    report = tables.report(found)
    report["about"] = {
        "settings": {"version": DEFAULTS.version, "digest": DEFAULTS.digest},
        "against": DEFAULTS.against,
        "seed": SEED,
        "months": MONTHS if told.part == 1.0 else f"{told.part} of {MONTHS}",
        "positions": positions,
        "took_s": round(time.perf_counter() - begun),
    }
    told.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    done = [tables.text(report)]
    if told.part == 1.0:
        done.append(tables.put(report, RECORD))
    done.append(plots.draw(report, RECORD.parent if told.part == 1.0 else told.out.parent))
    sys.stdout.write("\n\n".join(done) + "\n")


if __name__ == "__main__":
    main()
