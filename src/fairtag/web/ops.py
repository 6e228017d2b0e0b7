"""Is the service alive and fit to be relied on? For machines; no personal data.

Source: contract §7.
Units: bytes; µs.
"""

from __future__ import annotations

import hmac
import time
from collections import Counter
from collections.abc import Callable

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from fairtag.app.charter import CHARTER
from fairtag.app.house import House
from fairtag.app.log.tend import state_of
from fairtag.app.matching.published import published as published_matcher
from fairtag.app.run_service import Pulse
from fairtag.rules.explained import published
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.instants import SECOND

LEAST_FREE = 256 * 1024 * 1024  # room for about a day of 1,000 devices and their write-ahead log
# A machine that keeps time by NTP is right to milliseconds; two seconds is a clock that was set.
MOST_DRIFT = 2 * SECOND
# Without it intake and alarms go on and what is personal stays shut by itself (design.md §5), so
# that a load balancer must not take the service away from devices for it.
SPARED = frozenset({"log"})
PRIORITIES = ("urgent", "normal", "low")  # the only values of the only label

# Nobody sets it, and it goes on while the machine sleeps.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def ops(house: House, pulse: Pulse, *, metrics_token: str) -> APIRouter:
    """Build `/healthz`, `/readyz`, `/metrics`, `/api/charter` and what stands below it."""
    router = APIRouter()
    clock = _ClockWatch(house)

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    def readyz() -> JSONResponse:
        found = {name: _holds(check) for name, check in _checks(house, pulse, clock).items()}
        failed = {name for name, holds in found.items() if not holds}
        is_ready = failed <= SPARED
        told = {"ready": is_ready, "rehearsal": house.is_rehearsal, "checks": found}
        told["degraded"] = sorted(failed & SPARED)
        told |= _log_told(house)
        return JSONResponse(told, status_code=200 if is_ready else 503)

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        told = request.headers.get("authorization", "").encode("utf-8", "replace")
        if not metrics_token or not hmac.compare_digest(told, f"Bearer {metrics_token}".encode()):
            headers = {"WWW-Authenticate": "Bearer"}
            return JSONResponse({"do": "Send the Bearer of FAIRTAG_METRICS_TOKEN."}, 401, headers)
        return Response(_metrics(house, pulse), media_type="text/plain; version=0.0.4")

    @router.get("/api/charter")
    def charter() -> list[dict[str, object]]:
        return [
            {"number": one.number, "title": one.title, "is_proved": one.is_proved}
            for one in CHARTER
        ]

    @router.get("/api/charter/rules")
    def rules() -> Response:
        return Response(msgspec.json.encode(published(DEFAULTS)), media_type="application/json")

    @router.get("/api/charter/faces")
    def faces() -> Response:
        told = msgspec.json.encode(published_matcher(house))
        return Response(told, media_type="application/json")

    return router


class _ClockWatch:
    """Notices a wall clock that was set, against the machine's clock that nobody sets."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._began = (house.clock.now(), time.clock_gettime_ns(_STEADY))

    def is_steady(self) -> bool:
        """Tell whether the clock went as fast as it should since the start, and is not behind
        what is written down.
        """
        now, ticks = self._house.clock.now(), time.clock_gettime_ns(_STEADY)
        expected = self._began[0] + (ticks - self._began[1]) / 1000 * self._house.speed
        most = MOST_DRIFT * self._house.speed
        return abs(now - expected) <= most and self._last_written() <= now + most

    def _last_written(self) -> int:
        """Tell when the log's newest entry was written; one that can't be read tells nothing."""
        try:
            return self._house.store.read(
                lambda tx: max(
                    (one.entry.at for one in tx.audit.entries(after=tx.audit.last() - 1)), default=0
                )
            )
        except Exception:  # noqa: BLE001 - that is the log's fault, and its check says so
            return 0


def _checks(house: House, pulse: Pulse, clock: _ClockWatch) -> dict[str, Callable[[], bool]]:
    return {
        "database": lambda: _database(house),
        "log": lambda: _log(house),
        "disk": lambda: house.ground.free_bytes() >= LEAST_FREE,
        "clock": clock.is_steady,
        "judging": lambda: pulse.is_well,
        "duty_roster": lambda: bool(house.store.read(lambda tx: tx.alerts.duty())),
    }


def _log_told(house: House) -> dict[str, bool | None]:
    """Tell how the log does; no reason to take a service out of use."""
    try:
        state = house.store.read(lambda tx: state_of(tx, house.clock.now()))
    except Exception:  # noqa: BLE001 - the checks say what is broken
        return {"log_degraded": None, "log_signed": None, "log_witnessed": None}
    return {
        "log_degraded": state.is_degraded,
        "log_signed": state.is_signed,
        "log_witnessed": state.is_witnessed,
    }


def _database(house: House) -> bool:
    """Read on a reader's connection, and go once through the writer."""
    house.store.read(lambda tx: tx.journal.last())
    return house.store.transact(lambda tx: tx.journal.last()) >= 0


def _log(house: House) -> bool:
    house.ground.check_log()
    return house.store.read(lambda tx: tx.audit.last()) >= 0


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001 - whatever goes wrong in a check, the check does not hold
        return False


def _metrics(house: House, pulse: Pulse) -> bytes:
    registry = CollectorRegistry()
    last = house.store.read(lambda tx: tx.journal.last())
    for name, told, value in (
        ("fairtag_journal_last", "newest journal position", last),
        ("fairtag_judge_behind", "journal entries not judged yet", last - pulse.judged_upto),
        ("fairtag_disk_free_bytes", "free space where the data are", house.ground.free_bytes()),
    ):
        Gauge(name, told, registry=registry).set(value)
    alerts = Gauge("fairtag_open_alerts", "alerts nobody closed", ["priority"], registry=registry)
    counted = _open(house)
    for priority in PRIORITIES:
        alerts.labels(priority=priority).set(counted[priority])
    return generate_latest(registry)


def _open(house: House) -> Counter[str]:
    states = ["raised", "acknowledged"]
    found = house.store.read(lambda tx: tx.alerts.listed(states=states, limit=10_000))
    return Counter(alert.priority for alert in found)
