"""Orders by hand and over the staff API: stored, varied, suspended, ended; devices handed on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.rig import HOME, START, Rig, order_of, walk_out
from typer.testing import CliRunner

from fairtag.app.add_device import add_device
from fairtag.app.books import ActivationFacts
from fairtag.app.run_service import Pulse
from fairtag.cli import app
from fairtag.orders.scheme import read_scheme
from fairtag.terms.errors import FairtagError
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text
from fairtag.web.site import Site

PROBATION = {
    "format": "fairtag-scheme/1",
    "allowed": [
        {
            "authority_kind": "probation",
            "legal_basis_pattern": "^Criminal Justice Act 2003",
            "cohorts": ["licence"],
        }
    ],
}
OF_PROBATION = {
    "authority": {"id": "nps", "name": "Probation", "kind": "probation"},
    "legal_basis": "Criminal Justice Act 2003 s. 62",
    "cohort": "licence",
}


def invoke(*words: object) -> tuple[int, str, str]:
    """Run a command in this process; a refusal is told as `main` tells it."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, FairtagError):
        return 2, done.stdout, f"fairtag: {done.exception.code} {done.exception}\n"
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def write(folder: Path, told: Any, name: str = "order.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(told))
    return file


class TestByHand:
    def test_check_answers_yes_no_or_unreadable(self, tmp_path: Path) -> None:
        assert invoke("order", "check", write(tmp_path, order_of()))[:2] == (0, "")

        bad = write(tmp_path, order_of(necessity="", ends_at=None))
        code, out, _ = invoke("order", "check", bad)
        assert code == 1
        paths = [line.partition(":")[0] for line in out.splitlines()]
        assert paths == ["$.ends_at", "$.necessity"]

    def test_the_command_itself_ends_with_two_and_one_line(self, tmp_path: Path) -> None:
        told = [sys.executable, "-m", "fairtag", "order", "check", str(tmp_path / "none.json")]
        done = subprocess.run(told, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"fairtag: FT-001 {told[-1]}: No such file or directory\n"

    @pytest.mark.parametrize("content", [None, b"", b'{"format": ', b"\xff\xfe"])
    def test_what_can_not_be_read_is_one_line_and_no_traceback(
        self, tmp_path: Path, content: bytes | None
    ) -> None:
        file = tmp_path / "order.json"
        if content is not None:
            file.write_bytes(content)
        for words in (("order", "check", file), ("order", "put", file, "--data", tmp_path / "d")):
            code, out, err = invoke(*words)
            assert (code, out, err.count("\n")) == (2, "", 1)
            assert str(file) in err

    def test_a_folder_is_no_order(self, tmp_path: Path) -> None:
        code, _, err = invoke("order", "check", tmp_path)
        assert code == 2
        assert "directory" in err

    def test_problems_as_json_repeat_nothing_personal(self, tmp_path: Path) -> None:
        order = order_of(necessity="", cohort="asylum_seeker", Canaryella=1)
        order["wearer"]["date_of_birth"] = "1991-02-30"
        code, out, err = invoke("order", "check", write(tmp_path, order), "--json")
        assert code == 1
        assert {one["path"] for one in json.loads(out)} == {
            "$",
            "$.cohort",
            "$.necessity",
            "$.wearer.date_of_birth",
        }
        for secret in ("Canaryella", "Sealington", "1991", "Freedonian"):
            assert secret not in out + err

    def test_the_same_version_again_changes_nothing_and_another_text_is_refused(
        self, tmp_path: Path
    ) -> None:
        data = ("--data", tmp_path / "data")
        first = invoke("order", "put", write(tmp_path, order_of()), *data)
        assert json.loads(first[1]) == {"order_id": "ORD-1", "version": 1}
        assert invoke("order", "put", write(tmp_path, order_of()), *data) == first

        code, out, _ = invoke("order", "put", write(tmp_path, order_of(necessity="Else.")), *data)
        assert code == 1
        assert "other content" in out

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"version": 3, "supersedes": 2}, "next version"),
            ({"version": 2, "supersedes": 1, "wearer": order_of(2)["wearer"]}, "another wearer"),
        ],
    )
    def test_a_version_follows_the_one_before_and_stays_with_the_wearer(
        self, tmp_path: Path, change: dict[str, Any], why: str
    ) -> None:
        data = ("--data", tmp_path / "data")
        invoke("order", "put", write(tmp_path, order_of()), *data)
        code, out, _ = invoke("order", "put", write(tmp_path, order_of(**change)), *data)
        assert code == 1
        assert why in out

    def test_suspend_resume_and_end_say_what_makes_no_sense(self, tmp_path: Path) -> None:
        data = ("--data", tmp_path / "data", "--reason", "ward stay")
        invoke("order", "put", write(tmp_path, order_of()), *data[:2])

        def mark(what: str, day: int) -> int:
            at = text(Micros(START + day * DAY))
            return invoke("order", what, "ORD-1", "--at", at, *data)[0]

        assert mark("resume", 5) == 1  # nothing to resume
        assert mark("suspend", 5) == 0
        assert mark("suspend", 6) == 1
        assert mark("resume", 7) == 0
        assert mark("end", 20) == 0
        assert mark("end", 25) == 1  # an end only comes earlier
        assert mark("suspend", 22) == 1

    def test_a_mark_needs_an_instant_a_reason_and_an_order(self, tmp_path: Path) -> None:
        file = write(tmp_path, order_of())
        data = ("--data", tmp_path / "data")
        invoke("order", "put", file, *data)
        at = text(START)
        for order, when, reason in (
            ("ORD-1", "2026-11-05", "ward"),
            ("ORD-1", "soon", "ward"),
            ("ORD-1", at, "  "),
            ("ORD-9", at, "ward"),
        ):
            words = ("order", "end", order, "--at", when, "--reason", reason)
            code, _, err = invoke(*words, *data)
            assert (code, err.count("\n")) == (2, 1)


class TestScheme:
    def test_a_deployments_scheme_decides_for_check_and_put(self, tmp_path: Path) -> None:
        scheme = ("--scheme", write(tmp_path, PROBATION, "scheme.json"))
        data = ("--data", tmp_path / "data")
        theirs, seeds = order_of(**OF_PROBATION), order_of()
        for command in (("check",), ("put", *data)):
            for order, with_scheme, code in (
                (theirs, (), 1),
                (theirs, scheme, 0),
                (seeds, scheme, 1),
            ):
                verb, *rest = command
                file = write(tmp_path, order)
                assert invoke("order", verb, file, *rest, *with_scheme)[0] == code

    def test_a_looser_scheme_stops_every_command_with_one_line(self, tmp_path: Path) -> None:
        loose = write(tmp_path, PROBATION | {"review_months": 5}, "scheme.json")
        data = tmp_path / "data"
        file = write(tmp_path, order_of())
        for words in (
            ("order", "check", file),
            ("order", "put", file, "--data", data),
            ("serve", "--data", data, "--port", "0"),
        ):
            code, out, err = invoke(*words, "--scheme", loose)
            assert (code, out, err.count("\n")) == (2, "", 1)
            assert "review_months" in err
        assert not data.exists()

    def test_the_staff_api_stores_under_the_scheme_of_the_service(self, rig: Rig) -> None:
        site = Site(rig.house, Pulse(), scheme=read_scheme(json.dumps(PROBATION).encode()))
        with TestClient(site, base_url="http://127.0.0.1:8080") as client:
            staff = rig.staff()
            theirs, seeds = order_of(**OF_PROBATION), order_of(2)
            assert client.post("/api/v1/orders", json=theirs, headers=staff).status_code == 201
            assert client.post("/api/v1/orders", json=seeds, headers=staff).status_code == 422


class TestStaffApi:
    def test_a_refusal_lists_all_problems(self, rig: Rig) -> None:
        order = order_of(necessity="", ends_at="never")
        answer = rig.client.post("/api/v1/orders", json=order, headers=rig.staff())
        assert answer.status_code == 422
        told = answer.json()
        assert told["code"] == "FT-101"
        assert [one["path"] for one in told["problems"]] == ["$.ends_at", "$.necessity"]
        assert all(one["do"] for one in told["problems"])
        assert "Canaryella" not in answer.text

    def test_whatever_is_sent_as_an_order_has_an_answer(self, rig: Rig) -> None:
        for body in (b"", b"{", b"\xff", b"[" * 100_000, b"null", b"[]", b"{}"):
            for method, path in (
                ("POST", "/api/v1/orders"),
                ("PUT", "/api/v1/orders/ORD-1/versions/1"),
            ):
                answer = rig.client.request(method, path, content=body, headers=rig.staff())
                assert answer.status_code == 422
                assert answer.json()["code"] in ("FT-001", "FT-101")

    def test_a_check_stores_nothing(self, rig: Rig) -> None:
        staff = rig.staff()
        good = rig.client.post("/api/v1/orders/check", json=order_of(), headers=staff)
        assert good.json() == {"problems": []}
        bad = rig.client.post("/api/v1/orders/check", json=order_of(necessity=""), headers=staff)
        assert [one["path"] for one in bad.json()["problems"]] == ["$.necessity"]
        assert rig.client.get("/api/v1/orders", headers=staff).json() == {"items": []}

    def test_a_version_is_put_under_its_own_address_only(self, rig: Rig) -> None:
        staff = rig.staff()
        wrong = rig.client.put("/api/v1/orders/ORD-2/versions/1", json=order_of(), headers=staff)
        assert wrong.status_code == 409
        for _ in range(2):  # sent again, it is the same
            answer = rig.client.put(
                "/api/v1/orders/ORD-1/versions/1", json=order_of(), headers=staff
            )
            assert answer.status_code == 201
        (stored,) = rig.client.get("/api/v1/orders", headers=staff).json()["items"]
        assert (stored["order_id"], stored["version"], stored["wearer_id"]) == ("ORD-1", 1, "W-1")
        assert "Canaryella" not in json.dumps(stored)

    def test_suspend_resume_and_end_are_driven_from_outside(self, rig: Rig) -> None:
        device, staff = rig.wearer(), rig.staff()

        def mark(what: str, at: int, order: str = "ORD-1") -> int:
            told = {"at": text(Micros(at)), "reason": "ward stay"}
            path = f"/api/v1/orders/{order}/{what}"
            return rig.client.post(path, json=told, headers=staff).status_code

        now = rig.clock.at
        assert mark("resume", now) == 409
        assert mark("suspend", now) == 200
        rig.pass_time(HOUR)
        walk_out(rig, device)  # nothing is recorded or judged
        assert rig.kinds() == []
        assert mark("resume", rig.clock.at) == 200
        walk_out(rig, device)
        assert rig.kinds() == ["zone.entered"]
        assert mark("end", rig.clock.at) == 200
        assert mark("end", rig.clock.at, order="ORD-9") == 404
        rig.pass_time(MINUTE)
        assert rig.say(device, rig.line(device)).status_code == 410

    def test_who_may_not_store_orders_is_refused_and_nothing_changes(self, rig: Rig) -> None:
        rig.wearer()
        told = {"at": text(rig.clock.at), "reason": "ward stay"}
        for role in ("inspector", "admin", "contractor", "reviewer", "liaison", None):
            staff = {} if role is None else rig.staff(role, role)
            for method, path, body in (
                ("GET", "/api/v1/orders", None),
                ("POST", "/api/v1/orders", order_of(2)),
                ("POST", "/api/v1/orders/check", order_of(2)),
                ("PUT", "/api/v1/orders/ORD-2/versions/1", order_of(2)),
                ("POST", "/api/v1/orders/ORD-1/suspend", told),
                ("POST", "/api/v1/orders/ORD-1/end", told),
            ):
                answer = rig.client.request(method, path, json=body, headers=staff)
                assert answer.status_code == (401 if role is None else 403), (role, path)
        facts = rig.house.store.read(lambda tx: tx.orders.facts())
        assert [(one.order_id, one.ends_at) for one in facts] == [("ORD-1", START + 60 * DAY)]

    def test_each_change_is_in_the_log_with_who_made_it(self, rig: Rig) -> None:
        staff = rig.staff()
        rig.client.post("/api/v1/orders", json=order_of(), headers=staff)
        told = {"at": text(Micros(rig.clock.at + HOUR)), "reason": "ward stay"}
        rig.client.post("/api/v1/orders/ORD-1/suspend", json=told, headers=staff)
        log = rig.house.store.read(lambda tx: tx.audit.entries())
        changes = [one.entry for one in log if one.entry.order_id == "ORD-1"]
        assert [(one.what, one.details) for one in changes] == [
            ("order.put", {"version": "1"}),
            ("collection.begins", {"devices": "D-1"}),
            ("order.suspend", {"from": told["at"]}),
        ]
        people = rig.house.store.read(lambda tx: tx.people.listed())
        assert {one.actor for one in changes} == {people[0].user_id}
        assert "ward stay" not in str(changes)

    def test_a_mark_that_says_too_little_is_refused(self, rig: Rig) -> None:
        rig.wearer()
        for body in (
            {},
            {"at": "soon", "reason": "x"},
            {"at": text(START)},
            {"at": 5, "reason": "x"},
            {"at": text(START), "reason": " "},
        ):
            answer = rig.client.post("/api/v1/orders/ORD-1/end", json=body, headers=rig.staff())
            assert answer.status_code == 422


def handed_on(rig: Rig, *, is_renewed: bool) -> tuple[str, Micros]:
    """Let a device go from wearer 1 to wearer 2 now; gives the former credential."""
    rig.wearer(1)
    rig.say("D-1", rig.line("D-1"))
    rig.pass_time(MINUTE)
    former, now = rig.tokens["D-1"], rig.clock.at
    told = {"at": text(now), "reason": "served"}
    rig.client.post("/api/v1/orders/ORD-1/end", json=told, headers=rig.staff())
    second = order_of(2, starts_at=text(now))
    second["devices"][0]["device_id"] = "D-1"
    stored = rig.client.post("/api/v1/orders", json=second, headers=rig.staff())
    assert stored.json()["needs_new_credential"] == ["D-1"]
    rig.pass_time(MINUTE)
    if is_renewed:
        rig.tokens["D-1"] = add_device(rig.house, "D-1", by="test").token
    return former, now


class TestVersions:
    def test_the_version_in_force_when_something_happened_decides(self, rig: Rig) -> None:
        """A zone that a variation brings is not held against the time before it."""
        first = order_of(1)
        first["conditions"] = [first["conditions"][2]]  # the trail only
        device = rig.wearer(1, conditions=first["conditions"])
        walk_out(rig, device)
        assert rig.kinds() == []
        varied = order_of(1, version=2, supersedes=1)
        assert rig.client.post("/api/v1/orders", json=varied, headers=rig.staff()).is_success
        late = [
            rig.line(device, at=text(Micros(rig.clock.at - n * MINUTE)), lat=HOME[0] + 0.025)
            | {"lon": HOME[1] + 0.005}
            for n in range(10, 0, -1)
        ]
        rig.say(device, *late)
        assert rig.kinds() == []
        rig.pass_time(MINUTE)
        walk_out(rig, device)
        assert rig.kinds() == ["zone.entered"]


class TestHandingOn:
    def test_two_wearers_never_wear_one_device_at_a_time(self, rig: Rig) -> None:
        rig.wearer(1)
        second = order_of(2)
        second["devices"][0]["device_id"] = "D-1"
        answer = rig.client.post("/api/v1/orders", json=second, headers=rig.staff())
        assert answer.status_code == 409

    def test_a_device_lent_out_in_a_suspension_is_not_taken_back_by_its_end(self, rig: Rig) -> None:
        rig.wearer(1)
        told = {"at": text(rig.clock.at), "reason": "ward stay"}
        assert rig.client.post("/api/v1/orders/ORD-1/suspend", json=told, headers=rig.staff())
        second = order_of(2, starts_at=text(rig.clock.at))
        second["devices"][0]["device_id"] = "D-1"
        stored = rig.client.post("/api/v1/orders", json=second, headers=rig.staff())
        assert stored.status_code == 201
        told["at"] = text(Micros(rig.clock.at + DAY))
        back = rig.client.post("/api/v1/orders/ORD-1/resume", json=told, headers=rig.staff())
        assert back.status_code == 409

    def test_a_variation_that_takes_anothers_device_is_refused(self, rig: Rig) -> None:
        rig.wearer(1)
        rig.wearer(2)
        varied = order_of(1, version=2, supersedes=1)
        varied["devices"].append(order_of(2)["devices"][0])
        answer = rig.client.post("/api/v1/orders", json=varied, headers=rig.staff())
        assert answer.status_code == 409
        facts = rig.house.store.read(lambda tx: tx.orders.facts())
        assert {one.order_id: one.version for one in facts} == {"ORD-1": 1, "ORD-2": 1}

    def test_a_former_wearers_credential_says_nothing_about_the_next(self, rig: Rig) -> None:
        handed_on(rig, is_renewed=False)
        answer = rig.say("D-1", rig.line("D-1"))
        assert answer.status_code == 200
        assert answer.json()["quarantined"] == [{"seq": 2, "why": "former_credential"}]
        walk_out(rig, "D-1")
        assert "zone.entered" not in rig.kinds()

    def test_after_a_new_credential_the_device_serves_the_next_wearer(self, rig: Rig) -> None:
        former, _ = handed_on(rig, is_renewed=True)
        assert rig.say("D-1", rig.line("D-1")).json()["quarantined"] == []
        walk_out(rig, "D-1")
        assert {one["order_id"] for one in rig.alerts()} == {"ORD-2"}
        rig.tokens["D-1"] = former
        assert rig.say("D-1", rig.line("D-1")).status_code == 401

    @pytest.mark.parametrize("is_renewed", [True, False])
    def test_late_data_of_the_former_wearer_are_the_former_wearers(
        self, rig: Rig, *, is_renewed: bool
    ) -> None:
        _, changed = handed_on(rig, is_renewed=is_renewed)
        late = rig.line("D-1", at=text(Micros(changed - HOUR)))
        assert rig.say("D-1", late).json()["quarantined"] == []
        for order, count in (("ORD-1", 2), ("ORD-2", 0)):
            entries = rig.house.store.read(
                lambda tx, order=order: [
                    one
                    for one in tx.journal.after(0, limit=100)
                    if one.order_id == order and one.what == "messages"
                ]
            )
            assert len(entries) == count, order

    def test_the_same_wearers_next_order_needs_no_new_credential(self, rig: Rig) -> None:
        rig.wearer(1)
        now = rig.clock.at
        told = {"at": text(now), "reason": "varied"}
        rig.client.post("/api/v1/orders/ORD-1/end", json=told, headers=rig.staff())
        again = order_of(1, order_id="ORD-1b", starts_at=text(now))
        stored = rig.client.post("/api/v1/orders", json=again, headers=rig.staff())
        assert stored.json()["needs_new_credential"] == []
        assert rig.say("D-1", rig.line("D-1")).json()["quarantined"] == []

    def test_an_ended_order_is_not_revived_by_a_version(self, rig: Rig) -> None:
        rig.wearer(1)
        told = {"at": text(rig.clock.at), "reason": "served"}
        rig.client.post("/api/v1/orders/ORD-1/end", json=told, headers=rig.staff())
        again = order_of(1, version=2, supersedes=1)
        assert rig.client.post("/api/v1/orders", json=again, headers=rig.staff()).status_code == 409

    def test_negative_control_without_the_mark_the_next_wearers_trail_would_grow(
        self, rig: Rig
    ) -> None:
        """Take the mark away as a careless change would, and see the wrong trail grow."""
        handed_on(rig, is_renewed=False)

        def serving(tx: Any) -> list[ActivationFacts]:
            return list(tx.devices.serving("D-1"))

        assert [one.is_handed_on for one in rig.house.store.read(serving)] == [False, True]
        rig.house.store.transact(
            lambda tx: tx.devices.add("D-1", token_hash=b"x" * 32, at=rig.clock.at, kind="device")
        )
        assert [one.is_handed_on for one in rig.house.store.read(serving)] == [False, False]


class TestPrompts:
    def test_five_check_ins_a_day_are_a_persons_over_all_orders(self, rig: Rig) -> None:
        def prompting(number: int, most: int) -> dict[str, Any]:
            order = order_of(number)
            order["wearer"] = order_of(1)["wearer"]
            order["conditions"].append(
                {
                    "id": "p1",
                    "kind": "check_in",
                    "modality": "human_call",
                    "max_per_day": most,
                    "allowed": [{"from": "09:00", "to": "20:00"}],
                }
            )
            return order

        def put(order: dict[str, Any]) -> int:
            return rig.client.post("/api/v1/orders", json=order, headers=rig.staff()).status_code

        assert put(prompting(1, 3)) == 201
        assert put(prompting(2, 3)) == 409
        assert put(prompting(2, 2)) == 201


class TestInstallation:
    def test_installed_needs_a_visit_an_activation_a_self_test_and_a_first_fix(
        self, tmp_path: Path
    ) -> None:
        data = ("--data", tmp_path / "data")
        order = order_of(starts_at="2026-01-05T00:00:00Z", ends_at="2026-03-05T00:00:00Z")
        order |= {
            "vulnerability_assessed_at": "2026-01-04",
            "review": {"kind": "administrative", "by": "2026-03-01", "instrument": "Policy 1"},
        }
        assert invoke("order", "put", write(tmp_path, order), *data)[0] == 0
        assert invoke("device", "add", "D-1", *data)[0] == 0
        at = ("--order", "ORD-1", "--at", "2026-01-05T10:00:00Z")
        left = ["visit", "activation", "self_test", "first_fix"]
        for step in ("visit", "activation", "self_test"):
            left.remove(step)
            told = invoke("device", "step", "D-1", step, *at, *data)[2]
            assert told == f"D-1: still missing: {', '.join(left)}\n"
        assert invoke("device", "step", "D-1", "first_fix", *at, *data)[0] == 2  # not a person's

    def test_the_first_valid_position_is_the_last_step(self, rig: Rig) -> None:
        device = rig.wearer()

        def steps() -> list[str]:
            return [one.step for one in rig.house.store.read(lambda tx: tx.devices.steps())]

        rig.event(device, "power_on")
        assert steps() == []
        rig.say(device, rig.line(device, lat=None, lon=None))
        assert steps() == []
        rig.say(device, rig.line(device, lat=HOME[0]))
        assert steps() == ["first_fix"]

    @pytest.mark.parametrize(
        ("device", "order", "at"),
        [
            ("D-1", "ORD-9", "2026-11-02T10:00:00Z"),
            ("D-9", "ORD-1", "2026-11-02T10:00:00Z"),
            ("D-1", "ORD-1", "2099-11-02T10:00:00Z"),
            ("D-1", "ORD-1", "yesterday"),
        ],
    )
    def test_a_step_is_of_a_device_of_the_order_and_has_been_done(
        self, tmp_path: Path, device: str, order: str, at: str
    ) -> None:
        data = ("--data", tmp_path / "data")
        invoke("order", "put", write(tmp_path, order_of()), *data)
        words = ("device", "step", device, "visit", "--order", order, "--at", at)
        code, _, err = invoke(*words, *data)
        assert (code, err.count("\n")) == (2, 1)
