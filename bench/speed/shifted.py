"""A service whose clock begins at an instant, so that a house that was filled once can be measured
at any later time as if nothing had happened since.

    python bench/speed/shifted.py FOLDER PORT MICROSECONDS
"""

from __future__ import annotations

import sys
from pathlib import Path

from fairtag.adapters.clock import MachineClock, ScaledClock
from fairtag.bootstrap import open_house
from fairtag.cli.serve import run_site
from fairtag.terms.instants import Micros


def clock_from(start: Micros) -> ScaledClock:
    """Give a clock that says this instant now, and goes on from there."""
    return ScaledClock(start=start, since=MachineClock().now(), speed=1)


def main() -> None:
    """Serve as `fairtag serve` does."""
    folder = Path(sys.argv[1])
    with open_house(folder, kind="service", clock=clock_from(Micros(int(sys.argv[3])))) as house:
        run_site(house, folder, host="127.0.0.1", port=int(sys.argv[2]))


if __name__ == "__main__":
    main()
