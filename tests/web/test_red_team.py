"""Who was in this area? Every role, route and order operation is asked; none of them tells.

A thousand wearers, half of them inside a chosen area in the past, each with coordinates of their
own: an answer that holds some names its wearer. Source: charter, 'what we do not build', and G3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pyrage import x25519
from tests.rig import START, Rig, opened_rig, order_of
from tests.web.desk import Desk, at_desk, visitor
from tests.web.test_permissions import ROLES, routes

from fairtag.adapters.parcels.folder import unseal
from fairtag.alerts.model import AlertState, Cause
from fairtag.app.disclosure import deliver
from fairtag.app.handle_alert import close
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.app.wearer.sign_in import give_code
from fairtag.intake.messages import Event, EventCode, Position
from fairtag.orders.read import reopen
from fairtag.terms.ids import AlertId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import HOUR, MINUTE, Micros, text

MANY = 1000
ASKED = 20  # wearers for whom an area is drawn afterwards, half of them were inside
# Latitudes from 51 to 52 by the wearer's number, longitude within the area for every second one.
AREA = [[10.0, 50.0], [11.0, 50.0], [11.0, 53.0], [10.0, 53.0], [10.0, 50.0]]
CANARY = re.compile(r"\b51\.(\d{3})\d*")
TRAIL = [{"id": "t1", "kind": "trail"}]
OPENS = re.compile(r"^/alerts/\{alert_id\}/open$|^/openings/\{grant_id\}/read$|^/life$")


def is_inside(number: int) -> bool:
    return number % 2 == 0


def zoned(number: int, version: int = 2) -> dict[str, Any]:
    """Give a later version with the area drawn in."""
    zone = {
        "id": "x9",
        "kind": "exclusion_zone",
        "area": {"type": "Polygon", "coordinates": [AREA]},
        "buffer_m": 0,
        "timetable": [],
    }
    before = None if version == 1 else version - 1
    return order_of(number, version=version, supersedes=before, conditions=[*TRAIL, zone])


def positions(number: int, at: Micros) -> tuple[Position, ...]:
    """Say where a wearer was for half an hour: within the area or a degree beside it."""
    lon = 10.5 if is_inside(number) else 12.5
    return tuple(
        Position(
            device_id=DeviceId(f"D-{number}"),
            seq=minute + 1,
            at=Micros(at + minute * MINUTE),
            received_at=Micros(at + minute * MINUTE),
            lat=51 + number / MANY + minute * 1e-6,
            lon=lon,
            accuracy_m=8.0,
        )
        for minute in range(30)
    )


def store(number: int, document: dict[str, Any], tx: Transaction) -> None:
    """Store an order and what its device said in the past, straight into the books."""
    source = json.dumps(document).encode()
    tx.orders.put(reopen(source, recorded_at=Micros(START + HOUR)))
    told = positions(number, Micros(START + 2 * HOUR))
    tx.journal.append(
        JournalEntry(
            what="messages",
            order_id=OrderId(f"ORD-{number}"),
            wearer_id=WearerId(f"W-{number}"),
            device_id=DeviceId(f"D-{number}"),
            received_at=told[-1].received_at,
            told=told,
        )
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A house of a thousand wearers; one of them has an alert."""
    with opened_rig(tmp_path_factory.mktemp("many") / "data") as rig:
        rig.house.store.transact(
            lambda tx: [
                store(number, order_of(number, conditions=TRAIL), tx) for number in range(1, MANY)
            ]
        )
        rig.judge()
        yield rig


def findings(rig: Rig) -> list[Any]:
    found = rig.house.store.read(lambda tx: tx.verdicts.feed(after=0, limit=10_000))
    return [one for _, one in found if one.kind.startswith("zone.")]


def test_an_area_drawn_afterwards_tells_nothing_about_the_past(many: Rig) -> None:
    desk = at_desk(many, "draws", "supervisor")
    before = desk.ask("GET", "/api/v1/findings").text
    for number in range(1, ASKED + 1):
        document = json.dumps(zoned(number)).encode()
        checked = desk.ask("POST", "/api/v1/orders/check", content=document)
        path = f"/api/v1/orders/ORD-{number}/versions/2"
        put = desk.ask("PUT", path, content=document)
        assert put.status_code in (200, 201), put.text
        assert str(AREA[0][0]) not in checked.text
    for what in ("suspend", "resume"):
        many.pass_time(MINUTE)
        told = {"at": text(many.clock.at), "reason": "A rehearsal of the red team."}
        for number in range(1, ASKED + 1):
            desk.ask("POST", f"/api/v1/orders/ORD-{number}/{what}", json=told)
    many.pass_time(HOUR)

    assert findings(many) == []
    after = desk.ask("GET", "/api/v1/findings").text
    assert '"zone.' not in after
    known = json.loads(before)["items"]
    assert json.loads(after)["items"][: len(known)] == known


def test_negative_control_an_area_known_beforehand_tells_the_inside_ones(rig: Rig) -> None:
    rig.house.store.transact(
        lambda tx: [store(number, zoned(number, 1), tx) for number in range(1, ASKED + 1)]
    )
    rig.judge()

    inside = {f"ORD-{number}" for number in range(1, ASKED + 1) if is_inside(number)}
    assert {one.order_id for one in findings(rig)} == inside


def an_alert(rig: Rig, number: int) -> AlertId:
    """Let a device call for help; give the newest alert about it."""
    told = Position(
        device_id=DeviceId(f"D-{number}"),
        seq=100 + rig.clock.at % 1000,
        at=rig.clock.at,
        received_at=rig.clock.at,
        lat=51 + number / MANY,
        lon=10.5,
        accuracy_m=8.0,
    )
    help_ = Event(
        device_id=told.device_id,
        seq=(told.seq or 0) + 1,
        at=told.at,
        received_at=told.at,
        code=EventCode.SOS,
    )
    entry = JournalEntry(
        what="messages",
        order_id=OrderId(f"ORD-{number}"),
        wearer_id=WearerId(f"W-{number}"),
        device_id=told.device_id,
        received_at=told.at,
        told=(told, help_),
    )
    rig.house.store.transact(lambda tx: tx.journal.append(entry))
    rig.judge()
    states = (AlertState.RAISED, AlertState.ACKNOWLEDGED)
    found = rig.house.store.read(lambda tx: tx.alerts.listed(states=states))
    return next(one.alert_id for one in found if one.order_id == f"ORD-{number}")


KEY = x25519.Identity.generate()  # of whoever asks, in the place of a wearer's
FORMS = {
    "purpose": "handle_alert",
    "order": "ORD-501",
    "reason": "A caller says he is hurt.",
    "public_key": str(KEY.to_public()),
    "asked_by": "the wearer",
    "how": "known to staff in person",
}


def told_to(rig: Rig, role: str, desk: Desk, alert: AlertId) -> dict[str, str]:
    """Ask every route as one role; gives each answer by method and path."""
    names = {"alert_id": alert, "grant_id": "g_none", "proposal_id": "p_none", "token": "none"}
    names |= {
        "disclosure_id": "d_none",
        "recipient_id": "none",
        "run_id": "none",
        "hold_id": "none",
    }
    names |= {"invitation_id": "i_none", "case_id": "c_none", "check_in_id": "ci_none"}
    names |= {"complaint_id": "k_none"}
    names |= {"order_id": "ORD-502", "version": "3", "what": "suspend"}
    answers = {}
    for method, path in sorted(routes(rig)):
        if path in ("/queue/changes", "/static", "/sign-out", "/sign-in", "/setup/{token}"):
            continue  # a stream without an end, files, and the ways in and out
        where = path.format(**names)
        if path.startswith("/api/"):
            body = {} if method == "GET" else {"content": json.dumps(zoned(502, 3)).encode()}
            if where == "/api/v1/sessions":
                continue
            answer = desk.ask(method, where, **body)
        else:
            answer = desk.get(where) if method == "GET" else desk.send(where, **FORMS)
        if (method, path) == ("POST", "/disclosures/access") and answer.is_redirect:
            names["disclosure_id"] = answer.headers["location"].rpartition("/")[2]
        answers[f"{role}: {method} {path}"] = answer.text
    return answers


# By which forms one person may try to get a wearer's own package, after asking for it.
ALONE = (
    ("identity", "answer", "file"),
    ("identity", "pack", "file"),
    ("identity", "propose", "answer", "file"),
    ("identity", "propose", "pack", "file"),
    ("identity", "withhold", "answer", "file"),
)


def taken_alone(desk: Desk) -> str:
    """Ask for a wearer's own data with a key of one's own; gives all that came, opened."""
    came = []
    for steps in ALONE:
        path = desk.send("/disclosures/access", **FORMS).headers.get("location", "/disclosures/x")
        withheld = {"log": "DPA 2018 Sch. 2 para. 16", "why_withheld": FORMS["reason"]}
        answers = [desk.send(f"{path}/{one}", **FORMS, **withheld) for one in steps]
        came += [opened(one.content) for one in answers]
    return "\n".join(came)


def opened(answer: bytes) -> str:
    """Open what is a package for the key; a page is a page."""
    if answer.startswith(b"age-encryption.org/"):
        answer = b"\n".join(unseal(answer, str(KEY)).values())
    return answer.decode(errors="replace")


def wearers_in(answer: str) -> set[str]:
    return set(CANARY.findall(answer))


def wrong(answers: dict[str, str]) -> list[str]:
    """Find answers with places that no opening asked for, or with places of two wearers."""
    return [
        where
        for where, answer in answers.items()
        if (found := wearers_in(answer))
        and (len(found) > 1 or not OPENS.search(where.rpartition(" ")[2]))
    ]


def test_no_role_and_no_route_shows_a_place_without_an_opening_or_two_wearers(many: Rig) -> None:
    alert = an_alert(many, 501)
    answers: dict[str, str] = {}
    for key, role in ROLES.items():
        answers |= told_to(many, role, at_desk(many, f"red-{key}", role), alert)
    answers |= told_to(many, "nobody", visitor(many), alert)
    wearer = visitor(many).client
    code = give_code(many.house, "W-502", by="test").code
    wearer.post("/my/sign-in", data={"reference": "W-502", "code": code})
    answers |= {f"wearer: GET {path}": wearer.get(path).text for path in ("/my", "/my/proof/1")}

    assert wrong(answers) == []
    opened = {where for where, answer in answers.items() if wearers_in(answer)}
    assert opened == {
        f"{role}: POST /alerts/{{alert_id}}/open" for role in ("officer", "supervisor")
    }
    person = many.person("otto", "officer")
    close(many.house, alert, person=person, cause=Cause.TEST, reason="The red team was here.")


def test_nobody_alone_gets_a_record_by_asking_for_it_in_the_wearers_place(many: Rig) -> None:
    for key, role in ROLES.items():
        desk = at_desk(many, f"alone-{key}", role)
        assert wearers_in(taken_alone(desk)) == set(), role


def test_negative_control_a_record_that_one_person_takes_is_found(
    many: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        deliver, "carry_out", lambda tx, name, *_, **__: (tx.proposals.get(name)[0], "")
    )
    desk = at_desk(many, "takes", "officer")
    assert wearers_in(taken_alone(desk)) == {"501"}


def test_negative_control_a_list_of_last_places_is_found(many: Rig) -> None:
    alert = an_alert(many, 503)
    desk = at_desk(many, "reads", "officer")
    pages = many.client.app._pages
    many_places = " ".join(f"51.{number:03}00" for number in range(500, 504))
    pages.add_api_route("/near", lambda: many_places, methods=["GET"])
    try:
        assert wrong(told_to(many, "officer", desk, alert)) == ["officer: GET /near"]
    finally:
        pages.router.routes.pop()
