"""Is the service alive and fit to be relied on? For machines; no personal data.

Source: contract §7.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from fairtag.app.charter import CHARTER
from fairtag.app.house import House
from fairtag.app.run_service import Pulse
from fairtag.terms.errors import FairtagError


def ops(house: House, pulse: Pulse, *, metrics_token: str) -> APIRouter:
    """Build `/healthz`, `/readyz`, `/metrics` and `/api/charter`."""
    router = APIRouter()

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    def readyz() -> JSONResponse:
        found = {name: _holds(check) for name, check in _checks(house, pulse).items()}
        is_ready = all(found.values())
        told = {"ready": is_ready, "rehearsal": house.is_rehearsal, "checks": found}
        return JSONResponse(told, status_code=200 if is_ready else 503)

    @router.get("/metrics")
    def metrics(authorization: Annotated[str, Header()] = "") -> Response:
        if not metrics_token or not hmac.compare_digest(authorization, f"Bearer {metrics_token}"):
            return JSONResponse({"do": "Send the Bearer of FAIRTAG_METRICS_TOKEN."}, 401)
        return Response(_metrics(house, pulse), media_type="text/plain; version=0.0.4")

    @router.get("/api/charter")
    def charter() -> list[dict[str, object]]:
        return [
            {"number": one.number, "title": one.title, "is_proved": one.is_proved}
            for one in CHARTER
        ]

    return router


def _checks(house: House, pulse: Pulse) -> dict[str, Callable[[], bool]]:
    return {
        "database": lambda: house.store.read(lambda tx: tx.journal.last()) >= 0,
        "log": lambda: house.store.read(lambda tx: tx.audit.entries(limit=1)) is not None,
        "disk": lambda: house.store.transact(lambda tx: tx.journal.last()) >= 0,
        "judging": lambda: pulse.is_well,
        "duty_roster": lambda: bool(house.store.read(lambda tx: tx.alerts.duty())),
    }


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (FairtagError, OSError, RuntimeError):
        return False


def _metrics(house: House, pulse: Pulse) -> bytes:
    registry = CollectorRegistry()
    last = house.store.read(lambda tx: tx.journal.last())
    for name, told, value in (
        ("fairtag_journal_last", "newest journal position", last),
        ("fairtag_judge_behind", "journal entries not judged yet", last - pulse.judged_upto),
        ("fairtag_open_alerts", "alerts nobody closed", len(_open(house))),
    ):
        Gauge(name, told, registry=registry).set(value)
    return generate_latest(registry)


def _open(house: House) -> list[object]:
    states = ["raised", "acknowledged"]
    return list(house.store.read(lambda tx: tx.alerts.listed(states=states, limit=10_000)))
