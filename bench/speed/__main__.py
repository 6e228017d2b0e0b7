"""Measure the whole service and what a user would pick instead, in one run on one machine.

    ./run bench --side-by-side [--seconds 300 --wearers 2000 --only PART]

Parts: limits, echo, rivals, postgis, taking, judging, whole, one, latency, wearers, growth. Writes
what it measured to bench/speed.json, which keeps the other parts', and the picture of
docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import growth
import judging
import limits
import postgis
import rivals
import taking
import whole
from data import world
from sender import Job

HERE = Path(__file__).parent
OUT = HERE.parent / "speed.json"
PICTURE = HERE.parents[1] / "docs" / "pictures" / "performance-growth.svg"
_WEARERS = 20_000  # of the rivals' world
_RATE = 16_700  # positions a second: a million wearers, a fix a minute
_ECHO_PORT = 8_199


def _echo(words: argparse.Namespace) -> dict[str, Any]:
    """Ask the same server with nothing behind it."""
    del words
    told = {}
    command = ["taskset", "-c", "0", sys.executable, str(HERE / "echo.py"), str(_ECHO_PORT)]
    with subprocess.Popen(command) as server:  # noqa: S603
        time.sleep(2)
        try:
            for batch in (1, 15):
                told[f"echo_{batch}"] = _sent(batch)
        finally:
            server.terminate()
    return told


def _sent(batch: int) -> dict[str, Any]:
    began = int(time.time())  # noqa: TID251
    tokens = [f"t{n}" for n in range(300)]
    job = Job(_ECHO_PORT, tokens, [(-2.2, 53.4)] * 300, batch, 5.0, began)
    path = HERE.parent / ".echo-job.json"
    path.write_text(json.dumps(vars(job)))
    command = [sys.executable, str(HERE / "sender.py"), str(path), "1"]
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    path.unlink()
    found = dict(json.loads(told.stdout))
    del found["seqs"]
    return found


def _whole(words: argparse.Namespace) -> dict[str, Any]:
    with whole.service(words.wearers) as of:
        first = whole.warm(of)
        told = whole.flood(of, batch=15, for_s=words.seconds)
    return {"whole_first": first, "whole": told}


def _taking(words: argparse.Namespace) -> dict[str, Any]:
    return {f"taking_{words.wearers}": taking.told(words.wearers)}


def _judging(words: argparse.Namespace) -> dict[str, Any]:
    """Judge half an hour at a position a second, and two days at a position a minute."""
    return {
        f"judging_every_{every_s}_s": judging.told(words.wearers, requests=many, every_s=every_s)
        for every_s, many in ((1, 120), (60, 100))
    }


def _one(words: argparse.Namespace) -> dict[str, Any]:
    with whole.service(words.wearers) as of:
        whole.warm(of)
        return {"one_a_request": whole.flood(of, batch=1, for_s=20.0)}


def _latency(words: argparse.Namespace) -> dict[str, Any]:
    with whole.service(words.wearers) as of:
        whole.heard_once(of)
        return {"latency": whole.latency(of, load_per_s=_RATE)}


def _wearers(words: argparse.Namespace) -> dict[str, Any]:
    """Compare the cost of the same rate from so many wearers, and from ten times as many."""
    told = {}
    for many in (words.wearers, 10 * words.wearers):
        with whole.service(many) as of:
            told[f"woken_{many}"] = whole.heard_once(of)
            told[f"wearers_{many}"] = whole.flood(of, batch=15, for_s=30.0, per_s=_RATE / 4)
    return told


def _growth(words: argparse.Namespace) -> dict[str, Any]:
    del words
    told = growth.told()
    growth.draw(told, PICTURE)
    return {"growth": told}


def _times_postgis(measured: dict[str, Any]) -> dict[str, Any]:
    """Compare with PostGIS, if this run measured both."""
    ours = measured.get("whole", {}).get("positions_per_s")
    theirs = measured.get("postgis", {}).get("per_s")
    return {"whole_times_postgis": round(ours / theirs, 1)} if ours and theirs else {}


_PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "limits": lambda _: {"limits": limits.told()},
    "echo": _echo,
    "rivals": lambda _: {"rivals": rivals.told(world(_WEARERS))},
    "postgis": lambda _: {"postgis": postgis.told(world(_WEARERS))},
    "taking": _taking,
    "judging": _judging,
    "whole": _whole,
    "one": _one,
    "latency": _latency,
    "wearers": _wearers,
    "growth": _growth,
}


def main() -> None:
    """Read the words, measure, write."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--only", choices=_PARTS, action="append", default=[])
    words.add_argument("--seconds", type=float, default=300.0, help="of the sustained run")
    words.add_argument("--wearers", type=int, default=5_000)
    told = words.parse_args()
    found = json.loads(OUT.read_text()) if OUT.exists() else {}
    found |= {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
    }
    measured: dict[str, Any] = {}
    for name, part in _PARTS.items():
        if name in told.only or not told.only:
            print(f"measuring: {name}", file=sys.stderr)  # noqa: T201
            measured |= part(told)
            found |= measured | _times_postgis(measured)
            OUT.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
