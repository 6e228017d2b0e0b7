"""Who may do what: one table of every route and every role; what is not in it is refused.

Source: design.md §5. A route without a row fails the build.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi.routing import iter_route_contexts
from tests.rig import PASSWORD, Rig, walk_out
from tests.web.desk import Desk, at_desk, change, visitor

from fairtag.app import permissions
from fairtag.app.four_eyes.decide import Question, ask
from fairtag.app.openings.break_glass import break_glass
from fairtag.app.permissions import Act
from fairtag.terms.ids import OrderId

WHY = "a caller says that somebody is hurt"
# y: goes on (also when it is refused for another reason than who asks) · n: 403, and nothing
# personal · s: to the sign-in page · k: 401 · h: led to the role's own first page.
# out: signed out; dis: a disabled account's session; odd: an account with a role nobody knows;
# device: a device's credential as a token. An order's wearer has no account here.
TABLE = """
method path                                   out dis off sup cas con ins rev lia adm odd device
GET    /                                      s   s   y   y   y   y   h   h   h   h   y   s
GET    /queue/rows                            s   s   y   y   y   y   n   n   n   n   n   s
GET    /queue/changes                         s   s   y   y   y   y   n   n   n   n   n   s
GET    /alerts/{authority}                    s   s   y   y   y   n   n   n   n   n   n   s
GET    /alerts/{support}                      s   s   y   y   y   y   n   n   n   n   n   s
POST   /alerts/{authority}/open               s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/open                 s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{authority}/texts              s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/texts                s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{authority}/acknowledge        s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/acknowledge          s   s   y   y   n   y   n   n   n   n   n   s
POST   /alerts/{authority}/contacts           s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/contacts             s   s   y   y   n   y   n   n   n   n   n   s
POST   /alerts/{authority}/close              s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/close                s   s   y   y   n   y   n   n   n   n   n   s
GET    /openings                              s   s   y   y   n   n   n   n   n   n   n   s
GET    /openings/refused                      s   s   n   y   n   n   y   n   n   n   n   s
GET    /openings/ask                          s   s   y   y   n   n   n   n   n   n   n   s
POST   /openings/ask                          s   s   y   y   n   n   n   n   n   n   n   s
GET    /openings/{grant_id}                   s   s   n   y   n   n   y   n   n   n   n   s
POST   /openings/{grant_id}/read              s   s   n   y   n   n   n   n   n   n   n   s
POST   /openings/{grant_id}/delay             s   s   n   y   n   n   n   n   n   n   n   s
POST   /openings/{grant_id}/court             s   s   n   y   n   n   n   n   n   n   n   s
GET    /waiting                               s   s   y   y   y   n   n   n   n   n   n   s
GET    /waiting/{proposal_id}                 s   s   n   y   n   n   n   n   n   n   n   s
POST   /waiting/{proposal_id}                 s   s   n   y   n   n   n   n   n   n   n   s
POST   /waiting/{proposal_id}/withdraw        s   s   n   n   n   n   n   n   n   n   n   s
POST   /waiting/{proposal_id}/carry-out       s   s   n   y   n   n   n   n   n   n   n   s
GET    /life                                  s   s   y   y   n   n   y   n   n   n   n   s
POST   /life                                  s   s   y   y   n   n   n   n   n   n   n   s
GET    /life/{grant_id}                       s   s   n   y   n   n   y   n   n   n   n   s
POST   /life/{grant_id}                       s   s   n   y   n   n   y   n   n   n   n   s
GET    /interests                             s   s   y   y   y   y   y   n   n   y   n   s
POST   /interests                             s   s   y   y   y   y   y   n   n   y   n   s
POST   /alerts/{authority}/apart              s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/apart                s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{authority}/apart/read         s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/apart/read           s   s   y   y   n   n   n   n   n   n   n   s
GET    /check-ins                             s   s   y   y   n   n   n   n   n   n   n   s
POST   /check-ins                             s   s   y   y   n   n   n   n   n   n   n   s
POST   /check-ins/record                      s   s   y   y   n   n   n   n   n   n   n   s
POST   /check-ins/warn                        s   s   y   y   n   n   n   n   n   n   n   s
GET    /reconciliation                        s   s   y   y   n   y   n   n   n   n   n   s
GET    /second-looks                          s   s   y   y   n   y   n   n   n   n   n   s
POST   /second-looks                          s   s   y   y   n   y   n   n   n   n   n   s
POST   /second-looks/open                     s   s   y   y   n   y   n   n   n   n   n   s
GET    /deciding                              s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{authority}/decide/read        s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/decide/read          s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{authority}/decide             s   s   y   y   n   n   n   n   n   n   n   s
POST   /alerts/{support}/decide               s   s   y   y   n   n   n   n   n   n   n   s
GET    /reviewing                             s   s   n   n   n   n   n   y   n   n   n   s
POST   /reviewing/next                        s   s   n   n   n   n   n   y   n   n   n   s
POST   /reviewing/{case_id}                   s   s   n   n   n   n   n   y   n   n   n   s
GET    /reviewing/figures                     s   s   n   y   n   n   y   n   n   n   n   s
GET    /duty                                  s   s   y   y   y   y   y   n   n   y   n   s
GET    /contests                              s   s   y   y   y   n   n   n   n   n   n   s
GET    /complaints                            s   s   y   y   y   n   n   n   n   n   n   s
POST   /complaints                            s   s   y   y   y   n   n   n   n   n   n   s
GET    /complaints/{complaint_id}             s   s   y   y   y   n   n   n   n   n   n   s
POST   /complaints/{complaint_id}/acknowledge s   s   y   y   y   n   n   n   n   n   n   s
POST   /complaints/{complaint_id}/name        s   s   y   y   y   n   n   n   n   n   n   s
POST   /complaints/{complaint_id}/answer      s   s   n   y   y   n   n   n   n   n   n   s
GET    /disclosures                           s   s   y   y   y   n   n   n   y   n   n   s
GET    /disclosures/new                       s   s   y   y   y   n   n   n   y   n   n   s
POST   /disclosures/new                       s   s   y   y   y   n   n   n   y   n   n   s
GET    /disclosures/{disclosure_id}           s   s   y   y   y   n   n   n   y   n   n   s
POST   /disclosures/{disclosure_id}/refuse    s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/propose   s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/pack      s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/file      s   s   y   y   y   n   n   n   n   n   n   s
GET    /disclosures/emergency                 s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/emergency                 s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/said      s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/review    s   s   n   y   n   n   n   n   n   n   n   s
GET    /disclosures/access                    s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/access                    s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/identity  s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/extend    s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/withhold  s   s   y   y   y   n   n   n   n   n   n   s
POST   /disclosures/{disclosure_id}/answer    s   s   y   y   y   n   n   n   n   n   n   s
GET    /recipients                            s   s   y   y   y   n   n   n   y   n   n   s
POST   /recipients                            s   s   n   y   n   n   n   n   n   n   n   s
POST   /recipients/{proposal_id}/enter        s   s   n   y   n   n   n   n   n   n   n   s
GET    /log                                   s   s   n   y   n   n   y   n   n   n   n   s
GET    /retention                             s   s   n   y   y   n   n   n   n   n   n   s
POST   /retention/ask                         s   s   n   y   y   n   n   n   n   n   n   s
POST   /retention/carry-out                   s   s   n   y   y   n   n   n   n   n   n   s
POST   /retention/holds                       s   s   y   y   y   n   n   n   n   n   n   s
POST   /retention/holds/renew                 s   s   y   y   y   n   n   n   n   n   n   s
GET    /enrolling                             s   s   y   y   n   n   n   n   n   n   n   s
POST   /enrolling                             s   s   y   y   n   n   n   n   n   n   n   s
GET    /enrolling/{invitation_id}             s   s   y   y   n   n   n   n   n   n   n   s
POST   /enrolling/{invitation_id}/pictures    s   s   y   y   n   n   n   n   n   n   n   s
POST   /enrolling/{invitation_id}/fetch       s   s   y   y   n   n   n   n   n   n   n   s
POST   /enrolling/{invitation_id}/look        s   s   y   y   n   n   n   n   n   n   n   s
POST   /enrolling/{invitation_id}/confirm     s   s   y   y   n   n   n   n   n   n   n   s
GET    /told                                  s   s   y   y   y   n   n   n   n   n   n   s
POST   /told                                  s   s   y   y   y   n   n   n   n   n   n   s
GET    /charter                               y   y   y   y   y   y   y   y   y   y   y   y
GET    /fairness                              s   s   n   y   n   n   y   n   n   n   n   s
GET    /charter/faces                         y   y   y   y   y   y   y   y   y   y   y   y
GET    /charter/rules                         y   y   y   y   y   y   y   y   y   y   y   y
GET    /charter/rules.txt                     y   y   y   y   y   y   y   y   y   y   y   y
GET    /sign-in                               y   y   y   y   y   y   y   y   y   y   y   y
POST   /sign-in                               y   y   y   y   y   y   y   y   y   y   y   y
GET    /setup/{token}                         y   y   y   y   y   y   y   y   y   y   y   y
POST   /setup/{token}                         y   y   y   y   y   y   y   y   y   y   y   y
GET    /static                                y   y   y   y   y   y   y   y   y   y   y   y
GET    /healthz                               y   y   y   y   y   y   y   y   y   y   y   y
GET    /readyz                                y   y   y   y   y   y   y   y   y   y   y   y
GET    /metrics                               k   k   k   k   k   k   k   k   k   k   k   k
GET    /api/charter                           y   y   y   y   y   y   y   y   y   y   y   y
GET    /api/charter/faces                     y   y   y   y   y   y   y   y   y   y   y   y
GET    /api/charter/rules                     y   y   y   y   y   y   y   y   y   y   y   y
GET    /api/openapi.json                      y   y   y   y   y   y   y   y   y   y   y   y
GET    /api/v1/findings                       k   k   y   y   y   y   n   n   n   n   n   k
GET    /api/v1/alerts                         k   k   y   y   y   y   n   n   n   n   n   k
GET    /api/v1/alerts/{authority}             k   k   y   y   y   n   n   n   n   n   n   k
GET    /api/v1/alerts/{support}               k   k   y   y   y   y   n   n   n   n   n   k
POST   /api/v1/alerts/{authority}/acknowledge k   k   y   y   n   n   n   n   n   n   n   k
POST   /api/v1/alerts/{support}/acknowledge   k   k   y   y   n   y   n   n   n   n   n   k
POST   /api/v1/alerts/{authority}/close       k   k   y   y   n   n   n   n   n   n   n   k
POST   /api/v1/alerts/{support}/close         k   k   y   y   n   y   n   n   n   n   n   k
GET    /api/v1/orders                         k   k   y   y   y   n   n   n   n   n   n   k
POST   /api/v1/orders                         k   k   y   y   y   n   n   n   n   n   n   k
POST   /api/v1/orders/check                   k   k   y   y   y   n   n   n   n   n   n   k
PUT    /api/v1/orders/{order_id}/versions/{version} k k y y y n   n   n   n   n   n   k
POST   /api/v1/orders/{order_id}/{what}       k   k   y   y   y   n   n   n   n   n   n   k
POST   /api/v1/sessions                       y   y   y   y   y   y   y   y   y   y   y   y
DELETE /api/v1/sessions                       k   y   y   y   y   y   y   y   y   y   y   y
POST   /sign-out                              s   s   y   y   y   y   y   y   y   y   y   s
"""
ROLES = {
    "off": "officer",
    "sup": "supervisor",
    "cas": "caseworker",
    "con": "contractor",
    "ins": "inspector",
    "rev": "reviewer",
    "lia": "liaison",
    "adm": "admin",
    "odd": "owner",
}
FORMS = {
    "open": {"purpose": "nothing on the list"},
    "texts": {"purpose": "nothing on the list"},
    "close": {"cause": "", "reason": ""},
    "contacts": {"told": ""},
}


def rows() -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    return head[2:], [(line[0], line[1], line[2:]) for line in lines]


def everybody(rig: Rig) -> dict[str, Desk]:
    desks = {key: at_desk(rig, key, role) for key, role in ROLES.items()}
    desks["out"] = visitor(rig)
    desks["dis"] = at_desk(rig, "dis", "officer")
    change(rig, "dis", disabled_at=rig.clock.at)
    desks["device"] = visitor(rig)
    desks["device"].token = rig.tokens["D-1"]
    return desks


def two_alerts(rig: Rig) -> dict[str, str]:
    device = rig.wearer()
    walk_out(rig, device)
    rig.event(device, "battery_low")
    return {one["for"]: one["alert_id"] for one in rig.alerts()}


def answer_of(desk: Desk, method: str, path: str) -> tuple[str, str]:
    if path == "/queue/changes":
        return _begun(desk, path), ""
    if path.startswith("/api/v1/"):
        told = desk.ask(method, path, **({"content": b"{"} if method in ("POST", "PUT") else {}))
    elif method == "POST":
        told = desk.send(path, **FORMS.get(path.rpartition("/")[2], {}))
    else:
        told = desk.get(path)
    return _meaning(told.status_code, told.headers.get("location", "")), told.text


def _begun(desk: Desk, path: str) -> str:
    """Ask for a stream without an end, and go away as soon as it begins."""
    cookie = "; ".join(f"{name}={value}" for name, value in desk.client.cookies.items())
    heads: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        heads.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8080"), (b"cookie", cookie.encode())],
    }
    asyncio.run(desk.client.app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in heads[0]["headers"]}
    return _meaning(heads[0]["status"], headers.get("location", ""))


def _meaning(status: int, to: str) -> str:
    if status == 303 and to.startswith("/sign-in") and to != "/sign-in?done=out":
        return "s"
    if status == 303 and to in (
        "/log",
        "/duty",
        "/reconciliation",
        "/disclosures",
        "/reviewing",
    ):
        return "h"
    return {401: "k", 403: "n"}.get(status, "y")


def _asked_and_opened(rig: Rig) -> dict[str, str]:
    """Let somebody who is not at any of the desks break the glass, and ask for a window."""
    person = rig.person("gil", "officer", by="adam")
    grant = break_glass(
        rig.house, person, OrderId("ORD-1"), incident="", reason=WHY, password=PASSWORD
    )
    question = Question(matter="opening", about="Two hours", scope={}, order_id=OrderId("ORD-1"))
    proposal = ask(rig.house, person, question, reason=WHY)
    return {"grant_id": grant.grant_id, "proposal_id": proposal.proposal_id}


def mismatches(rig: Rig, only: str = "") -> list[str]:
    names = two_alerts(rig) | {"token": "not-a-link"}
    names |= _asked_and_opened(rig)
    names |= {"order_id": "ORD-1", "version": "1", "what": "suspend"}
    names |= {"disclosure_id": "x_none", "case_id": "v_none", "invitation_id": "i_none"}
    names |= {"complaint_id": "k_none"}
    desks = everybody(rig)
    keys, lines = rows()
    wrong = []
    for method, path, cells in lines:
        where = path.format(**names) if path != "/static" else "/static/console.css"
        for key, expected in zip(keys, cells, strict=True):
            if path in _ANYBODY or only not in ("", key):
                continue
            found, page = answer_of(desks[key], method, where)
            # An unreadable purpose is a 403 too: for the allowed, it is told beside the alert.
            if found == "n" and any(told in page for told in _BY_CONTENT):
                found = "y"
            if found != expected:
                wrong.append(f"{key}: {method} {path} is {found}, not {expected}")
            if found != "y" and ("Canaryella" in page or "53.5" in page):
                wrong.append(f"{key}: {method} {path} shows somebody")
    return wrong


# 403 for what was asked, and not for who asked.
_BY_CONTENT = (
    "choose a purpose from the list",
    "this opening is another person&#39;s (FT-734)",
    "the same administrator made both",
    "say whether it was right",
)
# Refused for their content, with tests of their own in test_sign_in.py.
_ANYBODY = ("/sign-in", "/setup/{token}", "/api/v1/sessions")


def test_every_role_gets_what_the_table_says(rig: Rig) -> None:
    assert mismatches(rig) == []


def test_negative_control_a_wider_role_is_noticed(rig: Rig, monkeypatch) -> None:
    monkeypatch.setitem(permissions.ROLES, "reviewer", frozenset(Act))

    wrong = mismatches(rig, only="rev")

    assert "rev: POST /alerts/{authority}/open is y, not n" in wrong
    assert "rev: GET /queue/changes is y, not n" in wrong


def test_every_route_has_a_row(rig: Rig) -> None:
    assert routes(rig) - in_table() == set()
    assert in_table() - routes(rig) == set()


def test_negative_control_a_new_route_is_noticed(rig: Rig) -> None:
    pages = rig.client.app._pages
    pages.add_api_route("/secret", lambda: "open", methods=["POST"])

    assert routes(rig) - in_table() == {("POST", "/secret")}


def routes(rig: Rig) -> set[tuple[str, str]]:
    found = set()
    for route in iter_route_contexts(rig.client.app._pages.routes):
        methods = getattr(route, "methods", None) or {"GET"}
        found |= {(method, route.path) for method in methods if method != "HEAD"}
    return found


def in_table() -> set[tuple[str, str]]:
    return {
        (method, path.replace("{authority}", "{alert_id}").replace("{support}", "{alert_id}"))
        for method, path, _ in rows()[1]
    }


def test_a_role_that_begins_elsewhere_is_led_there_and_nowhere_in_a_circle(rig: Rig) -> None:
    for role, home in (("inspector", "/log"), ("admin", "/duty"), ("reviewer", "/reviewing")):
        desk = at_desk(rig, role, role)

        assert desk.get("/").headers["location"] == home
        assert desk.get(home).status_code == 200


def test_a_role_without_pages_is_told_so(rig: Rig) -> None:
    two_alerts(rig)

    page = at_desk(rig, "rita", "owner").get("/").text

    assert "There is no page for your role yet" in page
    assert "W-1" not in page
