"""What does PostGIS take? A row a position by COPY, each asked whether its wearer's zones cover it.

A server of its own in a temporary folder, from the distribution's packages; durable commits of
1,500 positions (a hundred requests of fifteen). Its network is a local socket; HTTP is not counted.
Units: positions a second of wall time, as the server has processes of its own; bytes a position.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from data import ZONES, Fixes, World
from rivals import ROUNDS, spread

_BATCH = 1_500
_MOST = 60_000  # positions a round
_PLACES = ("/usr/lib/postgresql/*/bin/pg_ctl", "/usr/local/pgsql/bin/pg_ctl")
_COVERS = (
    "WITH new AS (INSERT INTO positions SELECT * FROM coming RETURNING wearer, at, place)"
    " INSERT INTO hits SELECT new.wearer, new.at, zones.n FROM new"
    " JOIN zones ON zones.wearer = new.wearer AND ST_Covers(zones.area, new.place)"
)


def told(world: World, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure rounds of COPY and ST_Covers; tells why not where there is no server."""
    place = _programs()
    if place is None:
        return {"missing": "no pg_ctl with PostGIS on this machine"}
    with _server(place) as address, psycopg.connect(address, autocommit=True) as db:
        try:
            db.execute("CREATE EXTENSION postgis")
        except psycopg.Error as error:
            return {"missing": f"no PostGIS in it: {type(error).__name__}"}
        _fill(db, world)
        rates = [_round(db, world.minute(n)) for n in range(rounds)]
        version = _one(db, "SELECT postgis_lib_version()")
        size = _one(db, "SELECT pg_total_relation_size('positions')")
        rows = _one(db, "SELECT count(*) FROM positions")
        hits = _one(db, "SELECT count(*) FROM hits")
    per_row = round(size / rows, 1)
    return {**spread(rates), "bytes_a_position": per_row, "version": version, "hits": hits}


def _one(db: psycopg.Connection[Any], question: LiteralString) -> Any:
    return db.execute(question).fetchall()[0][0]


def _programs() -> Path | None:
    found = [path for place in _PLACES for path in sorted(Path("/").glob(place[1:]))]
    return found[-1].parent if found else None


@contextmanager
def _server(programs: Path) -> Iterator[str]:
    """Run a server while the block lasts; gives its address."""
    folder = Path(tempfile.mkdtemp(prefix="ft-pg-"))
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user:
        shutil.chown(folder, user)

    def run(*words: str) -> None:
        subprocess.run(words, check=True, user=user, capture_output=True, cwd=folder)  # noqa: S603

    try:
        data = str(folder / "data")
        who = ("-U", "bench", "-A", "trust", "--no-locale", "-E", "UTF8")
        run(str(programs / "initdb"), "-D", data, *who)
        told = f"-k {folder} -h '' -c max_wal_size=4GB -c shared_buffers=512MB"
        log = str(folder / "log")
        run(str(programs / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", told, "start")
        try:
            yield f"host={folder} user=bench dbname=postgres"
        finally:
            run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(db: psycopg.Connection[Any], world: World) -> None:
    db.execute(
        "CREATE TABLE zones (wearer int, n int, area geometry(Polygon, 4326));"
        "CREATE TABLE positions (wearer int, at timestamptz, place geometry(Point, 4326),"
        " accuracy_m real, PRIMARY KEY (wearer, at));"
        "CREATE TABLE hits (wearer int, at timestamptz, n int);"
        "CREATE UNLOGGED TABLE coming (LIKE positions)"
    )
    with db.cursor() as cursor, cursor.copy("COPY zones FROM STDIN") as copy:
        for n, ring in enumerate(world.rings):
            corners = ",".join(f"{lon:.7f} {lat:.7f}" for lon, lat in ring)
            copy.write_row((n // ZONES, n % ZONES, f"SRID=4326;POLYGON(({corners}))"))
    db.execute("CREATE INDEX ON zones USING gist (area); CREATE INDEX ON zones (wearer)")
    db.execute("ANALYZE zones")


def _round(db: psycopg.Connection[Any], fixes: Fixes) -> float:
    rows = list(zip(*(column.tolist()[:_MOST] for column in fixes), strict=True))
    begun = time.perf_counter()
    for n in range(0, len(rows), _BATCH):
        with db.transaction(), db.cursor() as cursor:
            cursor.execute("TRUNCATE coming")
            with cursor.copy("COPY coming FROM STDIN") as copy:
                for wearer, at, lon, lat, accuracy_m in rows[n : n + _BATCH]:
                    instant = f"2026-01-01T{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z"
                    copy.write_row((wearer, instant, f"SRID=4326;POINT({lon} {lat})", accuracy_m))
            cursor.execute(_COVERS)
    return len(rows) / (time.perf_counter() - begun)
