"""A house in a temporary folder, an invented wearer's order, and a way to speak as the device."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from tests.quick import Doors, drawn, lay_tables

from fairtag.app.add_device import add_device
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.judging import Engine
from fairtag.app.put_order import put_order
from fairtag.app.sign_in import add_user, finish_setup, start_session
from fairtag.bootstrap import open_house
from fairtag.orders.scheme import seed_scheme
from fairtag.terms.instants import DAY, MINUTE, Micros, parse, text

START = parse("2026-11-02T00:00:00Z")
HOME = (53.4808, -2.2426)
PATIENT_S = 60.0  # a machine with other work is no broken log
PASSWORD = "correct horse battery"


@dataclass(slots=True)
class HandClock:
    """A clock that a test moves."""

    at: Micros

    def now(self) -> Micros:
        return self.at


def order_of(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Give a valid order of an invented wearer: an exclusion zone and a nightly curfew."""
    lat, lon = HOME
    corners = [
        [lon + dx, lat + 0.02 + dy] for dx, dy in ((0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01))
    ]
    order: dict[str, Any] = {
        "format": "fairtag-order/1",
        "order_id": f"ORD-{number}",
        "version": 1,
        "supersedes": None,
        "simulated": True,
        "cohort": "convicted_liable_to_removal",
        "authority": {"id": "ho", "name": "Home Office", "kind": "home_office"},
        "legal_regime": "uk_gdpr",
        "legal_basis": "Immigration Act 2016 Sch. 10 para. 2(1)(e)",
        "necessity": "Has absconded twice and there is no address check.",
        "proportionality": "Night only, one address, reviewed.",
        "less_intrusive_considered": "Weekly reporting was tried and failed.",
        "vulnerability_assessed_at": "2026-10-28",
        "review": {"kind": "administrative", "by": "2027-01-15", "instrument": "Policy 1"},
        "starts_at": text(START),
        "ends_at": text(Micros(START + 60 * DAY)),
        "time_zone": "Europe/London",
        "wearer": {
            "wearer_id": f"W-{number}",
            "names": {"given": "Canaryella", "family": "Sealington"},
            "date_of_birth": "1991-02-03",
            "nationality": "Freedonian",
            "language": "en",
        },
        "devices": [
            {
                "device_id": f"D-{number}",
                "type": "fitted",
                "fix_every_s": 60,
                "report_every_s": 60,
                "charged_by_wearer": True,
            }
        ],
        "absences": [],
        "conditions": [
            {
                "id": "c1",
                "kind": "curfew",
                "place": {"center": [lon, lat], "radius_m": 60},
                "grace_min": 5,
                "timetable": [{"days": ["tue"], "from": "19:00", "to": "07:00"}],
            },
            {
                "id": "x1",
                "kind": "exclusion_zone",
                "area": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]},
                "buffer_m": 0,
                "timetable": [],
            },
            {"id": "t1", "kind": "trail"},
        ],
    }
    return order | changed


@dataclass(slots=True)
class Rig:
    """A running house without threads: the test steps the judge itself."""

    house: House
    clock: HandClock
    folder: Path
    client: TestClient
    engine: Engine
    tokens: dict[str, str] = field(default_factory=dict)
    seq: dict[str, int] = field(default_factory=dict)

    def wearer(self, number: int = 1, **changed: Any) -> str:
        """Store an order and register its device; gives the device's name."""
        device = f"D-{number}"
        document = json.dumps(order_of(number, **changed)).encode()
        put_order(self.house, document, scheme=seed_scheme(), by="test")
        self.tokens[device] = add_device(self.house, device, by="test").token
        return device

    def line(self, device: str, **told: Any) -> dict[str, Any]:
        """Make one message at the clock's instant, at home unless told."""
        self.seq[device] = self.seq.get(device, 0) + 1
        made = {"type": "position", "seq": self.seq[device], "at": text(self.clock.at)}
        if told.get("type", "position") == "position":
            made |= {"lat": HOME[0], "lon": HOME[1], "accuracy_m": 8.0}
        return made | told

    def say(self, device: str, *lines: dict[str, Any]) -> Any:
        """Send over the native path and judge; gives the answer."""
        answer = self.client.post(
            "/d/v1/messages",
            content="\n".join(json.dumps(one) for one in lines),
            headers={"Authorization": f"Bearer {self.tokens[device]}"},
        )
        self.judge()
        return answer

    def event(self, device: str, code: str) -> Any:
        """Say that something happened to the device."""
        return self.say(device, self.line(device, type="event", code=code))

    def pass_time(self, span: int) -> None:
        """Move the clock and let timers fall due."""
        self.clock.at = Micros(self.clock.at + span)
        self.judge()

    def judge(self) -> None:
        """Judge what is stored."""
        self.engine.tick()
        while self.engine.step():
            pass

    def kinds(self) -> list[str]:
        """List the kinds of open alerts."""
        return [one["kind"] for one in self.alerts()]

    def alerts(self) -> list[dict[str, Any]]:
        """List open alerts as the staff API tells them."""
        answer = self.client.get("/api/v1/alerts", headers=self.staff())
        return list(answer.json()["items"])

    def staff(
        self, name: str = "olga", role: str = "supervisor", by: str = "test"
    ) -> dict[str, str]:
        """Sign a member of staff in for the API."""
        if name not in self.tokens:
            link = add_user(self.house, name, role=role, authority="ho", by=by)
            person = finish_setup(self.house, link.rpartition("/")[2], PASSWORD)
            self.tokens[name] = start_session(self.house, person, kind="api").token
        return {"Authorization": f"Bearer {self.tokens[name]}"}

    def person(self, name: str = "olga", role: str = "supervisor", by: str = "test") -> Person:
        """Give a member of staff, made on first use."""
        self.staff(name, role, by)
        found = self.house.store.read(lambda tx: tx.people.by_name(name))
        assert found is not None
        return found[0]

    def pair(self) -> tuple[Person, Person]:
        """Give two people who may decide together: an officer, and a supervisor as the second.

        Their accounts come from two administrators, and two days pass.
        """
        first = self.person("otto", "officer", by="adam")
        second = self.person("sara", "supervisor", by="eve")
        self.tokens.pop("otto"), self.tokens.pop("sara")  # their sessions end meanwhile
        self.pass_time(2 * DAY)
        return first, second


@contextmanager
def opened_rig(
    folder: Path, at: Micros | None = None, *, look_s: float = PATIENT_S
) -> Iterator[Rig]:
    """Open a house in a folder, with doors but without threads."""
    clock = HandClock(Micros(START + DAY) if at is None else at)
    lay_tables(folder)
    with open_house(folder, clock=clock, look_s=look_s) as opened:
        # Which closed alerts are looked at again is drawn by chance, and tested by itself.
        house = replace(opened, alert_sample=0.0, chance=drawn())
        engine = Engine(house)
        engine.start()
        with TestClient(Doors(house), base_url="http://127.0.0.1:8080") as client:
            yield Rig(house=house, clock=clock, folder=folder, client=client, engine=engine)


def walk_out(rig: Rig, device: str) -> None:
    """Walk from home into the exclusion zone, a fix a minute for twelve minutes."""
    for step in range(12):
        rig.pass_time(MINUTE)
        lat = HOME[0] + (0 if step < 4 else 0.025) + step * 2e-5  # a receiver is never still
        rig.say(device, rig.line(device, lat=lat, lon=HOME[1] + 0.005))


def offline_walk(rig: Rig, device: str, *, is_back: bool = True) -> None:
    """Be offline for ten hours, walk into the exclusion zone meanwhile, and upload it at once.

    Half an hour later the device is back home, or it still is there at the end.
    """
    began = rig.clock.at
    walked = [rig.line(device, at=text(Micros(began + n * MINUTE))) for n in range(600)]
    for n, line in enumerate(walked):
        is_in = 60 <= n < 90 or (n >= 60 and not is_back)
        line |= {"lat": HOME[0] + 0.025 * is_in + n % 7 * 2e-5, "lon": HOME[1] + 0.005}
    rig.say(device, walked[0])
    rig.clock.at = Micros(began + 600 * MINUTE)
    rig.say(device, *walked[1:])
