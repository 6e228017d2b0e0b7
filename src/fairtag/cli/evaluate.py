"""Who is right about places: fairtag or the simple rules? Labelled lives and real traces."""

from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import typer

from fairtag import __version__
from fairtag.evaluation.run import run, tasks
from fairtag.evaluation.scoring import NEAR, TOLERANCE
from fairtag.evaluation.telling.plots import draw
from fairtag.evaluation.telling.report import report
from fairtag.evaluation.telling.tables import tables
from fairtag.evaluation.traces import Real, real
from fairtag.rules.judge import TZDATA
from fairtag.rules.settings import DEFAULTS
from fairtag.sim.scenarios import SCENARIOS
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import SECOND

_EVERY_S = 5.0


More = Annotated[
    list[str] | None, typer.Argument(help="More seeds (numbers) and scenarios (names).")
]
Seeds = Annotated[
    list[str] | None, typer.Option("--seeds", help="One or more; commas or spaces; default 1.")
]
Names = Annotated[
    list[str] | None, typer.Option("--scenarios", help="One or more, or all; default: all.")
]
Months = Annotated[
    int, typer.Option(min=0, help="Wearers a scenario, shared out over the seeds; 0: none.")
]
Daily = Annotated[bool, typer.Option("--daily", help="The story happens every day, not once.")]
Traces = Annotated[Path | None, typer.Option(help="Folder with stationary/*.csv and trips/*.csv.")]
AsJson = Annotated[bool, typer.Option("--json", help="The report on stdout, no table.")]


def evaluate(  # noqa: PLR0917 - typer reads options from parameters
    more: More = None,
    seeds: Seeds = None,
    scenarios: Names = None,
    out: Annotated[Path, typer.Option(help="Folder for report and plots.")] = Path("evaluated"),
    months: Months = 2,
    days: Annotated[int, typer.Option(min=1, max=90, help="Days a wearer.")] = 30,
    is_daily: Daily = False,
    traces: Traces = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    is_json: AsJson = False,
) -> None:
    """Count false findings, what was found and how soon: four judges on the same data.

    Example: fairtag evaluate --seeds 1 2 --scenarios home_at_edge zone_4_min --out DIR
    """
    words = more or []
    chosen = _scenarios([*(scenarios or []), *(one for one in words if not one.isdigit())])
    numbers = _seeds([*(seeds or []), *(one for one in words if one.isdigit())])
    _make(out)
    begun = time.perf_counter()
    wanted = tasks(chosen, seeds=numbers, months=months, days=days, is_daily=is_daily)
    told = None if traces is None else _real(traces)
    scores = run(wanted, jobs=jobs, tell=_Progress(len(wanted)))
    about = _versions() | {
        "seeds": numbers,
        "scenarios": chosen,
        "months_a_scenario": months,
        "days_a_wearer": days,
        "daily": is_daily,
        "seconds": round(time.perf_counter() - begun, 1),
    }
    found = report(scores, told, about)
    raw = msgspec.json.format(msgspec.json.encode(found), indent=1)
    (out / "report.json").write_bytes(raw + b"\n")
    typer.echo(raw.decode() if is_json else tables(found), nl=is_json)
    _say(draw(found, out))
    _say(f"{out / 'report.json'}: {len(wanted)} wearers in {about['seconds']:g} s")


def _scenarios(told: list[str]) -> list[str]:
    names = list(dict.fromkeys(_split(told))) or ["all"]
    if names == ["all"]:
        return list(SCENARIOS)
    unknown = [one for one in names if one not in SCENARIOS]
    if unknown:
        raise UsageError(f"--scenarios {unknown[0]}: `fairtag simulate --list` names them")
    return names


def _seeds(told: list[str]) -> list[int]:
    found = list(dict.fromkeys(_split(told))) or ["1"]
    wrong = [one for one in found if not (one.isascii() and one.isdigit())]
    if wrong:
        raise UsageError(f"--seeds {wrong[0]}: give whole numbers from 0 on")
    return [int(one) for one in found]


def _split(told: list[str]) -> list[str]:
    return [part for one in told for part in one.replace(",", " ").split()]


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error


def _real(folder: Path) -> Real:
    _say(f"judging real traces of {folder}")
    return real(folder)


def _versions() -> dict[str, Any]:
    return {
        "fairtag": __version__,
        "settings": DEFAULTS.digest,
        "tzdata": TZDATA,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "tolerance_s": TOLERANCE / SECOND,
        "near_s": NEAR / SECOND,
    }


class _Progress:
    """Says now and then how far it is."""

    def __init__(self, of: int) -> None:
        self._of = of
        self._begun = self._said = time.perf_counter()

    def __call__(self, done: int) -> None:
        now = time.perf_counter()
        if now - self._said < _EVERY_S and done < self._of:
            return
        self._said = now
        left_s = (now - self._begun) / done * (self._of - done)
        _say(f"{done} of {self._of} wearers judged, about {left_s:.0f} s left")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - words go to stderr
