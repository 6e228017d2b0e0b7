"""How long does a face check take on one core, step by step, and how much memory?

Units: milliseconds of one core for the steps, since a wall clock tells what else the machine does;
of wall clock for the processes apart; MiB.
"""

from __future__ import annotations

import io
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairtag.adapters.faces.keeper import FacesApart

_TIMES, _SIDES, _BURST = 41, (250, 640), 3
_KEY = b"a bench has keys of its own.....".ljust(32, b".")


def faces() -> dict[str, Any]:
    """Measure in a process of its own that holds the engine and nothing else, and through the
    processes apart, as the service does it.
    """
    alone = subprocess.run(  # noqa: S603 - this module
        [sys.executable, "-m", __name__], capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(alone.stdout)
    return told | {f"faces_{side}px": told[f"faces_{side}px"] | _apart(side) for side in _SIDES}


def alone() -> dict[str, Any]:
    """Measure the steps in this process."""
    from fairtag.adapters.faces.nets.reference import ReferenceEngine  # noqa: PLC0415

    begun = time.perf_counter()
    engine = ReferenceEngine()
    told: dict[str, Any] = {"faces_load_ms": round((time.perf_counter() - begun) * 1000, 1)}
    for side in _SIDES:
        told[f"faces_{side}px"] = _steps(engine, side)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return told | {"faces_peak_rss_mib": round(peak, 1), "faces_data": "a drawn face; one core"}


def _steps(engine: Any, side: int) -> dict[str, float]:
    from fairtag.adapters.faces.decode import pixels  # noqa: PLC0415
    from fairtag.faces.compare import compare  # noqa: PLC0415
    from fairtag.faces.strangers import turned  # noqa: PLC0415

    raw = _jpeg(side)
    picture = pixels(raw)
    face = engine.detect(picture)[0]
    template = turned(engine.embed(picture, face), _KEY)

    def whole() -> None:
        seen = pixels(raw)
        found = engine.detect(seen)[0]
        engine.quality(seen, found)
        compare(template, turned(engine.embed(seen, found), _KEY))

    steps: dict[str, Callable[[], object]] = {
        "decode": lambda: pixels(raw),
        "detect_and_mesh": lambda: engine.detect(picture),
        "quality": lambda: engine.quality(picture, face),
        "align_and_embed": lambda: engine.embed(picture, face),
        "turn": lambda: turned(template, _KEY),
        "compare": lambda: compare(template, template),
        "whole": whole,
    }
    return {f"{name}_ms": _median_ms(step) for name, step in steps.items()}


def _apart(side: int) -> dict[str, float]:
    """Measure through the processes: a pipe there and back, and a fork."""
    from fairtag.adapters.faces.keeper import FacesApart  # noqa: PLC0415

    kept = FacesApart()
    try:
        raw = _jpeg(side)
        clean = kept.clean(raw)
        kept.read(clean, key=_KEY)
        return {
            "apart_burst_cpu_ms": _burst_cpu_ms(kept, clean),
            "apart_clean_ms": _median_ms(lambda: kept.clean(raw), time.perf_counter),
            "apart_read_ms": _median_ms(lambda: kept.read(clean, key=_KEY), time.perf_counter),
        }
    finally:
        kept.close()


def _burst_cpu_ms(kept: FacesApart, clean: bytes) -> float:
    """Measure a photo of a burst of three as the service reads and compares it: processor time of
    the engine's process, of its children and of this one.
    """
    from fairtag.faces.compare import compare  # noqa: PLC0415

    def spent() -> float:
        told = Path(f"/proc/{kept.engine.pid}/stat").read_text().rpartition(")")[2].split()
        ticks = sum(int(one) for one in told[11:15])  # proc(5): its own and its children's
        return ticks * 1000 / os.sysconf("SC_CLK_TCK") + time.process_time() * 1000

    begun = spent()
    for _ in range(_TIMES):
        first, *others = kept.read_all([clean] * _BURST, key=_KEY)
        for one in others:
            if first.template is not None and one.template is not None:
                compare(first.template, one.template)
    return round((spent() - begun) / (_TIMES * _BURST), 2)


def _jpeg(side: int) -> bytes:
    from PIL import Image  # noqa: PLC0415

    from fairtag.sim.portraits.drawn import Looks, drawn  # noqa: PLC0415

    made = io.BytesIO()
    Image.fromarray(drawn(Looks(), side=side)).save(made, "JPEG", quality=92)
    return made.getvalue()


def _median_ms(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    work()
    waits = []
    for _ in range(_TIMES):
        begun = clock()
        work()
        waits.append((clock() - begun) * 1000)
    return round(statistics.median(waits), 2)


if __name__ == "__main__":
    print(json.dumps(alone()))  # noqa: T201 - the parent reads it
