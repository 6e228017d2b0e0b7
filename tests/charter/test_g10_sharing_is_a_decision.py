"""Guarantee 10: data leave in a disclosure that named people decided, and by no other way.

Canaries (a name, a date of birth, a nationality, coordinates, what somebody wrote) go in; then
everything that comes out without a decision is searched for them, byte by byte: notices over the
wire, feeds, metrics, log lines, pages and files.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
import structlog
from tests.app.servers import Kept, web_server
from tests.discloser import Discloser, discloser
from tests.rig import PASSWORD, Rig, walk_out

from fairtag.adapters.notify import WebhookNotifier, signing_key
from fairtag.adapters.sqlite.copies import copy_out
from fairtag.alerts.model import DutyEntry
from fairtag.app.disclosure.emergency import Call, open_minimum
from fairtag.app.escalate_alerts import escalate, send_notices
from fairtag.app.handle_alert import log_contact
from fairtag.app.ports import Notice
from fairtag.app.run_service import _tried
from fairtag.app.set_duty import set_duty
from fairtag.cli import app
from fairtag.disclosure.emergency import Ground
from fairtag.terms.ids import AlertId, OrderId
from fairtag.terms.instants import MINUTE

NOT_YET_PROVED = "the wearer's page and traces have no proof of their own here yet"

CANARIES = (
    b"Canaryella",
    b"Sealington",
    b"1991-02-03",
    b"Freedonian",
    b"53.48",
    b"53.50",
    b"-2.2376",
    b"whispered",
)
FEEDS = ("/api/v1/findings", "/api/v1/alerts", "/api/v1/orders", "/api/charter", "/healthz")
PAGES = ("/", "/log", "/reconciliation", "/duty", "/disclosures", "/recipients", "/charter")


def leaks(told: bytes) -> set[bytes]:
    return {one for one in CANARIES if one in told}


@pytest.fixture
def watched(rig: Rig) -> Rig:
    """A wearer who walked into a zone, and an officer who wrote down what they said."""
    rig.wearer()
    walk_out(rig, "D-1")
    person = rig.person()
    (alert,) = rig.alerts()
    name = AlertId(alert["alert_id"])
    log_contact(
        rig.house, name, person=person, how="phone", reached=True, told="They whispered: help."
    )
    return rig


def notified(rig: Rig, make: Callable[[Kept], WebhookNotifier]) -> bytes:
    """Let an urgent alert wait until somebody is told; gives all that came over the wire."""
    with web_server() as kept:
        to = f"http://127.0.0.1:{kept.port}/hook"
        rig.house = replace(rig.house, notifier_for=lambda _: make(kept))
        set_duty(rig.house, [DutyEntry(step="first", user_id="olga", to=to)], by="test")
        for _ in range(4):
            rig.clock.at += 10 * MINUTE
            escalate(rig.house)
            send_notices(rig.house)
        assert kept.requests
        return bytes(kept.heard)


def honest(rig: Rig) -> Callable[[Kept], WebhookNotifier]:
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    return lambda _: WebhookNotifier(key=key, clock=rig.clock)


def test_a_notice_carries_a_reference_and_nothing_else(watched: Rig) -> None:
    heard = notified(watched, honest(watched))
    assert leaks(heard) == set()
    assert b"W-1" not in heard


def test_negative_control_a_notifier_that_adds_a_name_is_caught(watched: Rig) -> None:
    class Talkative(WebhookNotifier):
        def send(self, notice: Notice, *, to: str) -> None:
            who = watched.house.store.read(lambda tx: tx.orders.identity(OrderId("ORD-1")))
            super().send(Notice(**_fields(notice) | {"reference": who.given}), to=to)

    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    heard = notified(watched, lambda _: Talkative(key=key, clock=watched.clock))
    assert leaks(heard) == {b"Canaryella"}


def _fields(notice: Notice) -> dict[str, str]:
    return {name: getattr(notice, name) for name in ("reference", "urgency", "link")}


def test_feeds_pages_and_metrics_carry_nothing_personal(watched: Rig) -> None:
    staff = watched.staff()
    watched.client.post("/sign-in", data={"name": "olga", "password": PASSWORD})
    found = {path: watched.client.get(path, headers=staff).content for path in (*FEEDS, *PAGES)}
    (alert,) = watched.alerts()
    found["alert"] = watched.client.get(f"/alerts/{alert['alert_id']}").content
    found["metrics"] = watched.client.get("/metrics").content
    assert {path: leaks(told) for path, told in found.items() if leaks(told)} == {}
    assert b"zone.entered" in found["/api/v1/alerts"]


def test_log_lines_carry_nothing_that_an_error_says() -> None:
    def fails() -> int:
        raise ValueError("Canaryella Sealington at 53.4808")

    with structlog.testing.capture_logs() as lines:
        _tried(fails, "judge")
    assert len(lines) == 1
    assert leaks(json.dumps(lines).encode()) == set()


def test_commands_print_references_only(watched: Rig) -> None:
    printed = StringIO()
    data = ["--data", str(watched.folder)]
    with redirect_stdout(printed), redirect_stderr(printed):
        for told in (["user", "list"], ["duty", "show"], ["disclosure", "list"]):
            app([*told, *data], standalone_mode=False)
    assert "olga" in printed.getvalue()
    assert leaks(printed.getvalue().encode()) == set()


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_no_file_holds_anything_also_while_a_package_waits(
    watched: Rig, tmp_path_factory: pytest.TempPathFactory
) -> None:
    people = _people(watched)
    people.recipient()
    name = people.packed()
    backup = tmp_path_factory.mktemp("backup") / "copy"
    copy_out(watched.folder, backup, log=watched.folder / "log" / "access.log")
    assert (watched.folder / "out" / f"{name}.age").is_file()
    assert leaks(files_of(watched.folder)) == set()
    assert leaks(backup.read_bytes()) == set()
    # Negative control: the very same data are there once a decision opens them.
    assert leaks(b"".join(people.files(name).values())) == set(CANARIES)


def test_in_an_emergency_one_person_tells_the_minimum_and_it_is_written_down(
    watched: Rig,
) -> None:
    people = _people(watched)
    call = Call(recipient="PC 1", called_back="101", incident="7", ground=Ground.LIFE)
    shown = open_minimum(watched.house, people.officer, OrderId("ORD-1"), call)
    assert leaks(shown.words.encode()) <= {b"Canaryella", b"Sealington", b"53.50", b"-2.2376"}
    log = watched.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    told = [one.entry for one in log if one.entry.what == "disclosure.opened"]
    assert [(one.actor, one.wearer_id) for one in told] == [("otto", "W-1")]


def _people(rig: Rig) -> Discloser:
    made = discloser(rig)
    rig.tokens.pop("olga", None)
    return made
