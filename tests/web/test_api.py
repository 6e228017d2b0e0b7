"""The staff API: exactly the contract's paths, one shape of refusal, and no junk that breaks it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rig import Rig, walk_out
from tests.web.desk import Desk, at_desk, visitor

FINDING = {
    "format",
    "finding_id",
    "rev",
    "order_id",
    "condition_id",
    "kind",
    "state",
    "cause",
    "part_of",
    "began_at",
    "ended_at",
    "decided_at",
    "late",
    "certainty",
    "evidence",
    "rule",
    "settings",
    "tzdata",
    "for",
    "priority",
    "words",
}


@pytest.fixture
def desk(rig: Rig) -> Desk:
    walk_out(rig, rig.wearer())
    return at_desk(rig, "oona", "officer")


def refused(answer: Any, status: int, code: str) -> None:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert set(told) == {"code", "what", "do"}
    assert all(isinstance(one, str) and one for one in told.values())


def test_findings_are_the_contracts_records_and_the_feed_goes_on_from_a_number(desk: Desk) -> None:
    whole = desk.ask("GET", "/api/v1/findings?after=0").json()
    assert [one["n"] for one in whole["items"]] == sorted({one["n"] for one in whole["items"]})
    assert all(set(one["finding"]) >= FINDING for one in whole["items"])

    rest = desk.ask("GET", f"/api/v1/findings?after={whole['items'][0]['n']}").json()
    assert rest["items"] == whole["items"][1:]
    assert rest["next"] == whole["next"]
    over = desk.ask("GET", f"/api/v1/findings?after={whole['next']}").json()
    assert over == {"items": [], "next": whole["next"]}


def test_alerts_are_listed_by_state(desk: Desk) -> None:
    def ids(state: str) -> list[str]:
        listed = desk.ask("GET", f"/api/v1/alerts?state={state}").json()["items"]
        return [one["alert_id"] for one in listed]

    (alert,) = ids("raised")
    assert ids("") == ids("open") == [alert]
    desk.ask("POST", f"/api/v1/alerts/{alert}/acknowledge")
    assert (ids("raised"), ids("acknowledged"), ids("closed")) == ([], [alert], [])
    told = {"cause": "equipment", "reason": "The receiver was broken."}
    desk.ask("POST", f"/api/v1/alerts/{alert}/close", json=told)
    assert (ids("acknowledged"), ids("closed"), ids("open")) == ([], [alert], [])


def test_each_refusal_has_one_shape_and_says_what_to_do(rig: Rig, desk: Desk) -> None:
    (alert,) = (one["alert_id"] for one in rig.alerts())
    close = f"/api/v1/alerts/{alert}/close"
    refused(visitor(rig).ask("GET", "/api/v1/alerts"), 401, "FT-601")
    refused(desk.ask("GET", "/api/v1/alerts?state=lost"), 422, "FT-001")
    refused(desk.ask("GET", "/api/v1/findings?after=-1"), 422, "FT-001")
    refused(desk.ask("GET", "/api/v1/findings?after=9999999999999999999999"), 422, "FT-001")
    refused(desk.ask("GET", "/api/v1/alerts/a_unknown"), 404, "FT-502")
    refused(desk.ask("POST", "/api/v1/alerts/a_unknown/acknowledge"), 404, "FT-502")
    refused(desk.ask("POST", close, content=b"{"), 422, "FT-001")
    refused(desk.ask("POST", close, json={"cause": "guilty", "reason": "x" * 20}), 422, "FT-001")
    refused(desk.ask("POST", close, json={"cause": "recovered", "reason": "x" * 20}), 422, "FT-503")
    refused(desk.ask("POST", close, json={"cause": "test", "reason": "short"}), 422, "FT-503")
    refused(desk.ask("POST", close, content=b" " * 70_000), 413, "FT-202")
    refused(desk.ask("GET", "/api/v1/nowhere"), 404, "FT-002")
    refused(desk.ask("PUT", "/api/v1/alerts"), 405, "FT-002")
    assert rig.alerts()[0]["state"] == "raised"


def test_of_two_people_one_takes_an_alert(rig: Rig, desk: Desk) -> None:
    (alert,) = (one["alert_id"] for one in rig.alerts())
    path = f"/api/v1/alerts/{alert}/acknowledge"
    assert desk.ask("POST", path).json()["acknowledged_by"] == "oona"
    assert desk.ask("POST", path).status_code == 200  # again by the same person: the same answer

    refused(at_desk(rig, "omar", "officer").ask("POST", path), 409, "FT-501")


def test_a_contractor_sees_matters_of_support_only(rig: Rig, desk: Desk) -> None:
    rig.event("D-1", "battery_low")
    contractor = at_desk(rig, "carl", "contractor")

    alerts = contractor.ask("GET", "/api/v1/alerts").json()["items"]
    findings = contractor.ask("GET", "/api/v1/findings").json()["items"]

    assert {one["for"] for one in alerts} == {"support"}
    assert {one["finding"]["for"] for one in findings} == {"support"}
    assert len(desk.ask("GET", "/api/v1/alerts").json()["items"]) == 2


def test_the_description_names_the_refusals_and_the_token(rig: Rig) -> None:
    told = rig.client.get("/api/openapi.json").json()

    closing = told["paths"]["/api/v1/alerts/{alert_id}/close"]["post"]
    assert set(closing["requestBody"]["content"]["application/json"]["schema"]["properties"]) == {
        "cause",
        "reason",
    }
    assert {"401", "403", "422"} <= set(closing["responses"])
    assert closing["security"] == [{"HTTPBearer": []}]
    assert "HTTPValidationError" not in json.dumps(told)


PATHS = st.sampled_from(
    [
        "/api/v1/alerts",
        "/api/v1/findings",
        "/api/v1/sessions",
        "/api/v1/orders",
        "/api/v1/alerts/{}",
        "/api/v1/alerts/{}/acknowledge",
        "/api/v1/alerts/{}/close",
        "/alerts/{}",
        "/alerts/{}/open",
        "/alerts/{}/texts",
        "/alerts/{}/close",
        "/alerts/{}/contacts",
        "/sign-in",
        "/setup/{}",
        "/log",
        "/",
        "/{}",
    ]
)
NAMES = st.text(max_size=80) | st.sampled_from(["a_x", "..", "%00", "\x00", "a" * 65, "é", "%ff"])
JUNK = (
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["cause", "reason", "name", "password", "x"]), inner)
        ),
        max_leaves=8,
    ).map(lambda told: json.dumps(told).encode())
    | st.sampled_from([b"[" * 100_000, b'{"cause":NaN}', b"\xff\xfe", b'{"name":"\\ud800"}'])
)
KINDS = st.sampled_from(
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain; charset=latin-77",
        "",
    ]
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    told=st.fixed_dictionaries(
        {
            "method": st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "BREW"]),
            "path": PATHS,
            "name": NAMES,
            "params": st.dictionaries(
                st.sampled_from(["after", "state", "limit", "before", "closed", "to"]), NAMES
            ),
            "content": JUNK,
            "kind": KINDS,
            "is_in": st.booleans(),
        }
    )
)
def test_junk_is_refused_and_never_breaks_anything(
    junk_desks: tuple[Desk, Desk], told: dict[str, Any]
) -> None:
    desk = junk_desks[told["is_in"]]
    headers = {"Content-Type": told["kind"]}
    if desk.token:
        headers["Authorization"] = f"Bearer {desk.token}"

    answer = desk.client.request(
        told["method"],
        told["path"].format(_quoted(told["name"])),
        params=told["params"],
        content=told["content"],
        headers=headers,
        follow_redirects=False,
    )

    assert answer.status_code < 500


def _quoted(name: str) -> str:
    """Write a name as a path can carry it; every byte of it."""
    return "".join(f"%{byte:02x}" for byte in name.encode("utf-8", "surrogatepass"))


@pytest.fixture
def junk_desks(rig: Rig) -> tuple[Desk, Desk]:
    return visitor(rig), at_desk(rig, "sue", "supervisor")


def test_negative_control_an_answer_of_ours_that_breaks_is_seen(
    rig: Rig, desk: Desk, monkeypatch
) -> None:
    (alert,) = (one["alert_id"] for one in rig.alerts())
    monkeypatch.setattr("fairtag.web.console.api._read", lambda *_: {}["missing"])

    answer = desk.ask("POST", f"/api/v1/alerts/{alert}/close", json={})

    assert answer.status_code == 500
