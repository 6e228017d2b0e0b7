"""A service whose clock begins at an instant, so that a house that was filled once can be measured
at any later time as if nothing had happened since. It tells the longest stops of its writer:
commits, and pages that it moves to their place.

    python bench/speed/shifted.py FOLDER PORT MICROSECONDS  ->  FOLDER/../stops.json
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fairtag.adapters.clock import MachineClock, ScaledClock
from fairtag.adapters.sqlite import store, writer
from fairtag.bootstrap import open_house
from fairtag.cli.serve import run_site
from fairtag.terms.instants import Micros


def clock_from(start: Micros) -> ScaledClock:
    """Give a clock that says this instant now, and goes on from there."""
    return ScaledClock(start=start, since=MachineClock().now(), speed=1)


class Stops:
    """The longest times, in ms, that the writer spent on each kind of work; written as they come,
    and begun anew when the file is taken away.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, float] = {}

    def of(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Give a work that is timed where the writer does it."""

        def timed(*told: Any) -> Any:
            begun = time.perf_counter()
            try:
                return work(*told)
            finally:
                took = round(1_000 * (time.perf_counter() - begun), 1)
                if threading.current_thread().name == "fairtag-writer":
                    self._note(name, took)

        return timed

    def _note(self, name: str, took: float) -> None:
        if not self._path.exists():
            self._found = {}
        if took > self._found.get(name, 0.0):
            self._found[name] = took
            self._path.write_text(json.dumps(self._found))


def main() -> None:
    """Serve as `fairtag serve` does."""
    folder = Path(sys.argv[1])
    stops = Stops(folder.parent / "stops.json")
    writer._commit = stops.of("commit_max_ms", writer._commit)  # noqa: SLF001
    store.move = stops.of("pages_max_ms", store.move)
    with open_house(folder, kind="service", clock=clock_from(Micros(int(sys.argv[3])))) as house:
        run_site(house, folder, host="127.0.0.1", port=int(sys.argv[2]))


if __name__ == "__main__":
    main()
