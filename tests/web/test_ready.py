"""Alive, ready, counted: each check of `/readyz` is broken on purpose and says so."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient
from tests.rig import Rig, walk_out
from tests.watched import tend
from tests.web.desk import at_desk

from fairtag.adapters import ground, spool
from fairtag.adapters.sqlite.log.entries import SqliteAudit
from fairtag.alerts.model import DutyEntry
from fairtag.app.run_service import Beat, Pulse
from fairtag.app.set_duty import set_duty
from fairtag.app.sign_in import add_user
from fairtag.terms.instants import HOUR, SECOND, Micros
from fairtag.web import ops
from fairtag.web.site import Site


class Usage(NamedTuple):
    total: int
    used: int
    free: int


ALL = {"database", "log", "disk", "clock", "judging", "duty_roster"}


@pytest.fixture
def ready(rig: Rig, monkeypatch) -> Callable[[], Any]:
    """Give a house in which everything holds, and a way to ask it."""
    add_user(rig.house, "olga", role="officer", authority="ho", by="test")
    set_duty(
        rig.house, [DutyEntry(step="first", user_id="olga", to="mailto:o@example.org")], by="t"
    )
    began = rig.clock.at
    monkeypatch.setattr(ops.time, "clock_gettime_ns", lambda _: (rig.clock.at - began) * 1000)
    return asked(rig, Pulse())


def asked(rig: Rig, pulse: Pulse) -> Callable[[], Any]:
    client = TestClient(Site(rig.house, pulse), base_url="http://127.0.0.1:8080")

    def ask() -> Any:
        answer = client.get("/readyz")
        told = answer.json()
        assert set(told["checks"]) == ALL
        failed = {name for name, holds in told["checks"].items() if not holds}
        assert (answer.status_code == 200) == told["ready"] == (failed <= {"log"})
        assert told["degraded"] == sorted(failed & {"log"})
        return failed

    return ask


def test_a_whole_house_is_ready_and_asking_changes_nothing(rig: Rig, ready) -> None:
    log = (rig.folder / "log" / "access.log").read_bytes()
    last = rig.house.store.read(lambda tx: tx.audit.last())

    assert ready() == set()

    assert (rig.folder / "log" / "access.log").read_bytes() == log
    assert rig.house.store.read(lambda tx: tx.audit.last()) == last


def test_a_log_that_nobody_signs_or_witnesses_is_told_and_every_page_says_so(
    rig: Rig, ready
) -> None:
    desk = at_desk(rig, "oona", "officer")
    told = rig.client.get("/readyz").json()
    assert (told["log_signed"], told["log_witnessed"]) == (False, False)
    for path in ("/", "/charter", "/sign-in"):
        page = desk.get(path).text
        assert "Unsigned" in page
        assert "Unwitnessed" in page
    assert ready() == set()  # no reason to take it out of use

    tend(rig)

    told = rig.client.get("/readyz").json()
    assert (told["log_signed"], told["log_witnessed"]) == (True, True)
    assert "nwitnessed" not in desk.get("/").text
    assert "A witness outside this house last saw it" in desk.get("/charter").text
    rig.clock.at = Micros(rig.clock.at + 2 * HOUR)
    assert "Unwitnessed" in desk.get("/charter").text


def test_an_empty_roster_is_not_ready(rig: Rig, ready) -> None:
    rig.house.store.transact(lambda tx: tx.alerts.set_duty([]))

    assert ready() == {"duty_roster"}


def test_a_log_that_can_not_be_written_is_said_and_takes_no_service_away(rig: Rig, ready) -> None:
    device = rig.wearer()
    file = rig.folder / "log" / "access.log"
    file.unlink()
    file.mkdir()
    assert ready() == {"log"}
    assert rig.event(device, "sos").status_code == 200  # devices are heard, alarms are raised
    assert "wearer.help" in {one.kind for one in open_alerts(rig)}

    file.rmdir()
    assert ready() == set()


def test_a_log_that_can_not_be_read_is_said_and_takes_no_service_away(
    rig: Rig, ready, monkeypatch
) -> None:
    device = rig.wearer()
    with monkeypatch.context() as broken:

        def fails(*_: Any, **__: Any) -> None:
            raise sqlite3.DatabaseError("database disk image is malformed")

        for name in ("last", "lines"):
            broken.setattr(SqliteAudit, name, fails)
        assert ready() == {"log"}  # and the clock is not blamed
        assert rig.event(device, "sos").status_code == 200
        assert "wearer.help" in {one.kind for one in open_alerts(rig)}

    assert ready() == set()


def test_negative_control_a_log_that_is_not_spared_would_be_noticed(
    rig: Rig, ready, monkeypatch
) -> None:
    monkeypatch.setattr(ops, "SPARED", frozenset())
    shutil.rmtree(rig.folder / "log")

    with pytest.raises(AssertionError):  # `asked` holds the answer against what it should be
        ready()


def open_alerts(rig: Rig) -> list[Any]:
    return rig.house.store.read(lambda tx: tx.alerts.listed(states=["raised"], limit=100))


def test_a_log_on_a_failing_disk_is_said(ready, monkeypatch) -> None:
    def fails(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(spool.os, "fsync", fails)

    assert "log" in ready()


def test_a_disk_that_is_nearly_full_is_not_ready(ready, monkeypatch) -> None:
    free = [ops.LEAST_FREE]
    monkeypatch.setattr(ground.shutil, "disk_usage", lambda _: Usage(10**12, 0, free[0]))
    assert ready() == set()

    free[0] -= 1
    assert ready() == {"disk"}


def test_a_folder_that_went_away_is_not_ready(rig: Rig, ready) -> None:
    shutil.rmtree(rig.folder / "log")

    assert "log" in ready()


@pytest.mark.parametrize("jump", [-HOUR, HOUR, -3 * SECOND, 3 * SECOND])
def test_a_clock_that_was_set_is_not_ready(rig: Rig, monkeypatch, jump: int) -> None:
    ticks, began = [0], rig.clock.at
    monkeypatch.setattr(ops.time, "clock_gettime_ns", lambda _: ticks[0])
    ask = asked(rig, Pulse())
    rig.clock.at, ticks[0] = Micros(began + HOUR), HOUR * 1000
    assert "clock" not in ask()

    rig.clock.at = Micros(rig.clock.at + jump)

    assert "clock" in ask()


def test_a_clock_behind_what_is_written_is_not_ready_also_after_a_restart(rig: Rig, ready) -> None:
    rig.clock.at = Micros(rig.clock.at + HOUR)
    add_user(rig.house, "later", role="officer", authority="ho", by="test")
    rig.clock.at = Micros(rig.clock.at - HOUR)

    assert ready() == {"clock"}
    assert asked(rig, Pulse())() == {"clock"}


def test_judging_that_fails_is_not_ready_and_every_page_says_so(rig: Rig) -> None:
    pulse = Pulse(judge=Beat(failures=1))
    assert "judging" in asked(rig, pulse)()

    rig.client = TestClient(Site(rig.house, pulse), base_url="http://127.0.0.1:8080")
    page = at_desk(rig, "oona", "officer").get("/").text
    assert "Judging has stopped" in page
    assert "This list is empty, and judging has stopped." in page


def test_a_store_that_does_not_answer_is_not_ready_and_still_alive(ready, rig: Rig) -> None:
    rig.house.store.close()

    assert "database" in ready()
    assert rig.client.get("/healthz").status_code == 200


def test_metrics_need_their_token_and_tell_numbers_only(rig: Rig) -> None:
    walk_out(rig, rig.wearer())
    site = Site(rig.house, Pulse(), metrics_token="sesame")
    client = TestClient(site, base_url="http://127.0.0.1:8080")
    for header in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer sésame".encode()},
    ):
        assert client.get("/metrics", headers=header).status_code == 401

    told = client.get("/metrics", headers={"Authorization": "Bearer sesame"}).text

    lines = [line.split(" ")[0] for line in told.splitlines() if not line.startswith("#")]
    assert set(lines) == {
        "fairtag_journal_last",
        "fairtag_judge_behind",
        "fairtag_disk_free_bytes",
        *(f'fairtag_open_alerts{{priority="{one}"}}' for one in ops.PRIORITIES),
    }
    assert 'fairtag_open_alerts{priority="urgent"} 1.0' in told


def test_without_a_token_set_metrics_are_shut(rig: Rig) -> None:
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert rig.client.get("/metrics", headers=header).status_code == 401


def test_the_guarantees_and_the_api_description_are_public(rig: Rig) -> None:
    assert "Ten guarantees" in rig.client.get("/charter").text
    assert len(rig.client.get("/api/charter").json()) == 10
    told = rig.client.get("/api/openapi.json").json()
    assert {"/api/v1/findings", "/api/v1/alerts", "/readyz"} <= set(told["paths"])
