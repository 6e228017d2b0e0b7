from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from tests.unit.evaluation.specimens import A_DEGREE_M, LAT, LON, minute

from fairtag.evaluation.case import Case, Fixes
from fairtag.evaluation.judges import JUDGES, Episode, Judged
from fairtag.evaluation.traces import exit_of, real, real_bars
from fairtag.rules.finding import Kind
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import Micros, text


def never(case: Case) -> Judged:
    del case
    return Judged(episodes=())


def always(case: Case) -> Judged:
    rows = case.positions.received_at
    return Judged(
        episodes=tuple(
            Episode(
                condition_id="n1",
                kind=Kind.ZONE_LEFT,
                began=Micros(int(at)),
                ended=Micros(int(at) + 1),
                decided=Micros(int(at)),
            )
            for at in rows
        )
    )


def way(*told: tuple[float, float, float]) -> Fixes:
    """Give minutes, metres from the middle of a 50 m circle, and accuracy."""
    minutes, metres, accuracy = (np.array(column, np.float64) for column in zip(*told, strict=True))
    at = np.array([minute(one) for one in minutes], np.int64)
    return Fixes(at=at, known_at=at, against_m=metres - 50.0, accuracy_m=accuracy)


def walk(*metres: float) -> list[tuple[float, float, float]]:
    return [(float(n), one, 10.0) for n, one in enumerate(metres)]


def test_an_exit_is_the_last_fix_inside_before_leaving_for_good() -> None:
    assert exit_of(way(*walk(0, 20, 90, 30, 90, 200, 300, 400, 500))) == minute(3)


def test_a_short_look_outside_is_no_exit() -> None:
    assert exit_of(way(*walk(0, 20, 400, 400, 20, 10, 0))) is None  # two fixes only
    assert exit_of(way(*walk(0, 60, 70, 80, 90, 80, 70, 60))) is None  # never far


def test_wide_fixes_say_nothing_about_an_exit() -> None:
    wide = [(n, metres, 800.0) for n, metres, _ in walk(0, 400, 400, 400, 400, 400, 400)]
    fine = walk(0, 300, 300, 300, 300, 300, 300)

    assert exit_of(way(*wide)) is None
    assert exit_of(way((0.5, 900.0, 800.0), *fine)) == minute(0)


def written(path: Path, rows: Iterable[tuple[float, float]], *, stale: bool = False) -> None:
    """Write minutes and metres east as a trace."""
    lines = ["at,received_at,lat,lon,accuracy_m,speed_mps"]
    if stale:  # a phone's cached position of days ago, somewhere else
        lines.append(f"{text(minute(-9_000))},{text(minute(0))},{LAT + 1},{LON},10,0")
    lines += [
        f"{text(minute(at))},{text(minute(at))},{LAT},{LON + east / A_DEGREE_M:.7f},10,0"
        for at, east in rows
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def folder(where: Path) -> Path:
    still = [(float(n), 300.0 if n == 50 else n % 7) for n in range(120)]
    written(where / "stationary" / "android-1.csv", still, stale=True)
    # Ten minutes inside, then away; nothing for an hour; a leg that stays.
    leg = [(float(n), max(0.0, 100.0 * (n - 10))) for n in range(40)]
    stays = [(100.0 + n, float(n % 5)) for n in range(40)]
    written(where / "trips" / "ios-1.csv", [*leg, *stays])
    return where


def test_real_traces_are_counted_by_everyone(tmp_path: Path) -> None:
    told = real(folder(tmp_path))

    alerts = {(one.judge, one.radius_m): one.alerts for one in told.still}
    assert (told.sessions, told.legs) == (1, 2)
    assert alerts["each fix", 50.0] == 1  # the one jump
    assert alerts["3 of 3", 50.0] == 0
    assert alerts["fairtag", 50.0] == 0
    assert {round(one.days * 24 * 60) for one in told.still} == {119}  # without the stale row
    exits = {one.judge: (one.early, one.delay_s) for one in told.exits}
    assert exits["each fix"] == (0, 60.0)  # inside at minute 10, outside at 11
    assert exits["3 of 3"] == (0, 180.0)
    assert set(exits) == set(JUDGES)


def test_negative_control_who_says_nothing_or_everything_is_shown_as_such(tmp_path: Path) -> None:
    told = real(folder(tmp_path), {"never": never, "always": always})

    quiet = {one.name: one for one in real_bars(told, "never")}
    loud = {one.name: one for one in real_bars(told, "always")}
    still = "phones lying still, 50 m: false findings a device-day"
    assert (quiet[still].is_met, quiet["trips: exits found"].is_met) == (True, False)
    assert loud[still].is_met is False
    assert sum(one.early for one in told.exits if one.judge == "always") == 10


@pytest.mark.parametrize("missing", ["stationary", "trips"])
def test_a_folder_without_traces_is_refused(tmp_path: Path, missing: str) -> None:
    where = folder(tmp_path)
    for path in (where / missing).iterdir():
        path.unlink()

    with pytest.raises(UsageError, match=missing):
        real(where)


def test_a_table_without_positions_is_refused(tmp_path: Path) -> None:
    where = folder(tmp_path)
    (where / "trips" / "ios-1.csv").write_text("this,is\nno,trace\n")

    with pytest.raises(UsageError, match="no row is a position"):
        real(where)
