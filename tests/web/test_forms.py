"""Forms of our own pages only, safe headers on every answer, nothing inline, nothing kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.rig import PASSWORD, Rig, walk_out
from tests.web.desk import Desk, at_desk, found_csrf, visitor

from fairtag.app.run_service import Pulse
from fairtag.app.sign_in import add_user, finish_setup
from fairtag.bootstrap import open_house
from fairtag.web import guards
from fairtag.web.site import Site

POSTS = ("open", "texts", "acknowledge", "contacts", "close")
PAGES = (
    "/",
    "/?closed=true",
    "/reconciliation",
    "/duty",
    "/log",
    "/charter",
    "/charter/rules",
    "/sign-in",
    "/nowhere",
)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\bstyle=|\son\w+=|javascript:"
)


def raised(rig: Rig) -> str:
    walk_out(rig, rig.wearer())
    return str(rig.alerts()[0]["alert_id"])


def test_every_form_needs_the_secret_of_its_session(rig: Rig) -> None:
    alert, desk, other = (
        raised(rig),
        at_desk(rig, "oona", "officer"),
        at_desk(rig, "omar", "officer"),
    )
    paths = [f"/alerts/{alert}/{what}" for what in POSTS] + ["/sign-out"]
    for csrf in ("", "x", other.csrf, "é"):
        for path in paths:
            answer = desk.client.post(path, data={"csrf": csrf}, follow_redirects=False)
            assert answer.status_code == 403, (path, csrf)
    assert rig.alerts()[0]["state"] == "raised"
    assert desk.get("/").status_code == 200


def test_a_form_of_another_site_is_refused_even_with_the_secret(rig: Rig) -> None:
    alert, desk = raised(rig), at_desk(rig, "oona", "officer")
    path, form = f"/alerts/{alert}/acknowledge", {"csrf": desk.csrf}
    for headers in (
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://["},
    ):
        assert desk.client.post(path, data=form, headers=headers).status_code == 403, headers
    assert rig.alerts()[0]["state"] == "raised"

    ours = {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}
    assert (
        desk.client.post(path, data=form, headers=ours, follow_redirects=False).status_code == 303
    )


def test_nobody_is_signed_in_by_another_site(rig: Rig) -> None:
    rig.staff()
    form = {"name": "olga", "password": PASSWORD}

    answer = visitor(rig).client.post(
        "/sign-in", data=form, headers={"Origin": "https://elsewhere.example"}
    )

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_negative_control_without_the_guard_another_site_gets_in(rig: Rig, monkeypatch) -> None:
    monkeypatch.setattr(guards, "_is_foreign", lambda *_: False)
    alert, desk = raised(rig), at_desk(rig, "oona", "officer")

    desk.client.post(
        f"/alerts/{alert}/acknowledge", data={"csrf": desk.csrf}, headers={"Origin": "null"}
    )

    assert rig.alerts()[0]["state"] == "acknowledged"


def answers(rig: Rig) -> list[Any]:
    alert, desk, out = raised(rig), at_desk(rig, "sue", "supervisor"), visitor(rig)
    form = {"purpose": "handle_alert"}
    return [
        *(desk.get(path) for path in PAGES),
        *(out.get(path) for path in PAGES),
        desk.get(f"/alerts/{alert}"),
        desk.send(f"/alerts/{alert}/open", **form),
        desk.send(f"/alerts/{alert}/open", purpose="none"),
        desk.send(f"/alerts/{alert}/close"),
        desk.ask("GET", "/api/v1/alerts"),
        out.ask("GET", "/api/v1/alerts"),
        out.get("/api/v1/nowhere"),
        out.get("/setup/x"),
    ]


def test_every_answer_is_kept_nowhere_and_runs_nothing_of_its_own(rig: Rig) -> None:
    for answer in answers(rig):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, answer.url
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        if "html" in answer.headers.get("content-type", ""):
            assert INLINE.search(answer.text) is None, answer.url


def test_negative_control_inline_script_and_style_are_noticed() -> None:
    for page in ("<script>x</script>", '<p style="x">', '<a onclick="x">', "<a href=javascript:x>"):
        assert INLINE.search(page)
    assert INLINE.search('<script src="/static/queue.js" defer></script>') is None


def test_an_error_of_ours_is_a_page_without_its_text(rig: Rig, monkeypatch) -> None:
    desk = at_desk(rig, "oona", "officer")

    def broken(*_: object, **__: object) -> None:
        message = "Canaryella at 53.505"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("fairtag.web.console.lists.rows", broken)
    page = desk.get("/reconciliation")
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert "Canaryella" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]

    monkeypatch.setattr("fairtag.web.console.api._queue_of", broken)
    told = desk.ask("GET", "/api/v1/alerts")
    assert (told.status_code, told.json()["code"]) == (500, "FT-000")
    assert "Canaryella" not in told.text


def test_what_goes_wrong_is_logged_by_kind_and_place_only(rig: Rig, monkeypatch, capsys) -> None:
    def broken(*_: object, **__: object) -> None:
        message = "Canaryella at 53.505"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("fairtag.web.console.lists.rows", broken)
    at_desk(rig, "oona", "officer").get("/reconciliation")

    told = "".join(capsys.readouterr())
    assert "ZeroDivisionError" in told
    assert "Canaryella" not in told


def test_the_cookie_is_for_this_house_only(rig: Rig) -> None:
    rig.staff()
    desk = visitor(rig)
    answer = desk.client.post(
        "/sign-in", data={"name": "olga", "password": PASSWORD}, follow_redirects=False
    )

    flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)


def test_over_tls_the_cookie_is_bound_to_host_and_tls(tmp_path) -> None:
    with open_house(tmp_path / "tls", address="https://tags.example") as house:
        link = add_user(house, "olga", role="officer", authority="ho", by="test")
        finish_setup(house, link.rpartition("/")[2], PASSWORD)
        client = TestClient(Site(house, Pulse()), base_url="https://tags.example")
        # A proxy in front may name another host; the origin is still the address of the house.
        headers = {"Host": "inner:8080", "Origin": "https://tags.example"}
        form = {"name": "olga", "password": PASSWORD}
        answer = client.post("/sign-in", data=form, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-fairtag_session=")
    assert "Secure" in cookie


def test_a_sign_in_leads_to_an_alert_or_home_and_nowhere_else(rig: Rig) -> None:
    alert = raised(rig)
    rig.staff()
    for to, home in (
        (f"/alerts/{alert}", f"/alerts/{alert}"),
        ("https://elsewhere.example", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        (f"/alerts/{alert}@elsewhere.example", "/"),
        (f"/alerts/{alert}\n", "/"),
        ("/sign-out", "/"),
        ("javascript:alert(1)", "/"),
    ):
        form = {"name": "olga", "password": PASSWORD, "to": to}
        answer = visitor(rig).client.post("/sign-in", data=form, follow_redirects=False)
        assert answer.headers["location"] == home, to


def test_a_session_that_ended_in_the_middle_of_a_form_leads_back_to_the_alert(rig: Rig) -> None:
    alert = raised(rig)

    answer = visitor(rig).send(f"/alerts/{alert}/close", cause="test", reason="long words typed")

    assert answer.headers["location"] == f"/sign-in?to=/alerts/{alert}"


@pytest.mark.parametrize("path", ["/alerts/%00", "/alerts/..%2f..%2fetc", "/alerts/" + "x" * 5000])
def test_odd_references_are_not_found(rig: Rig, path: str) -> None:
    assert at_desk(rig, "oona", "officer").get(path).status_code == 404


def test_what_was_typed_is_not_lost_when_a_closing_is_refused(rig: Rig) -> None:
    alert, desk = raised(rig), at_desk(rig, "oona", "officer")

    page = desk.send(f"/alerts/{alert}/close", cause="excused", reason="<b>short")

    assert page.status_code == 422
    assert '<option value="excused" selected>' in page.text
    assert "&lt;b&gt;short" in page.text


def test_a_form_with_a_wrong_field_is_told_on_a_page(rig: Rig) -> None:
    alert, desk = raised(rig), at_desk(rig, "oona", "officer")

    page = desk.send(f"/alerts/{alert}/contacts", how="dream", reached="perhaps", told="x" * 9000)

    assert page.status_code == 422
    assert "The form could not be read" in page.text


def test_a_refusal_does_not_end_in_a_dead_end(rig: Rig) -> None:
    inspector = at_desk(rig, "ines", "inspector")
    refused = inspector.get("/queue/rows")
    assert refused.status_code == 403
    assert 'href="/"' in refused.text
    assert inspector.client.get("/").status_code == 200

    lost = visitor(rig).get("/nowhere")
    assert lost.status_code == 404
    assert "There is no such page" in lost.text
    assert 'href="/sign-in"' in lost.text


def test_the_secret_of_the_forms_is_not_the_secret_of_the_session(rig: Rig) -> None:
    desk: Desk = at_desk(rig, "oona", "officer")

    assert desk.client.cookies["fairtag_session"] not in desk.get("/").text
    assert found_csrf(desk) not in ("", desk.client.cookies["fairtag_session"])
