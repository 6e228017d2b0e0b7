"""Decisions about alerts: by a named person, signed off, resting on what was read."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
import pytest
from tests.reviewers import (
    KeptPrompts,
    enrol,
    kept_prompts,
    never_known,
    prompted,
    unaccounted,
    unconfirmed,
)
from tests.rig import HOME, PASSWORD, Rig, walk_out

from fairtag.alerts.model import Cause
from fairtag.app.books import Person
from fairtag.app.deciding.basis import ToRead, news, read_to_decide
from fairtag.app.deciding.decide import Said, decide_alert
from fairtag.app.deciding.pictures import see_pictures
from fairtag.app.deciding.state import state
from fairtag.app.deciding.told import check_ins_told, decisions_told
from fairtag.app.deciding.waiting import undecided
from fairtag.app.handle_alert import close
from fairtag.app.openings.circles import declare_interest
from fairtag.app.wearer.contest import contest
from fairtag.review.deciding import Change, Decision
from fairtag.review.refusals import DecisionRefused, DecisionStale, StatementRefused
from fairtag.review.sign_off import SignOff
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.errors import NotPermitted, SignInRefused
from fairtag.terms.ids import AlertId, DeviceId, WearerId
from fairtag.terms.instants import HOUR, MINUTE, Micros

WHY = "The bus route runs through it; the wearer was on the bus."
EXCUSE = "Says that the driver took another way. The timetable shows no such way."
SAYS = "I was on the bus and it took another way."
W = WearerId("W-1")


@pytest.fixture
def prompts(monkeypatch: pytest.MonkeyPatch) -> KeptPrompts:
    return kept_prompts(monkeypatch)


def zone_alert(rig: Rig) -> AlertId:
    walk_out(rig, rig.wearer())
    return AlertId(rig.alerts()[0]["alert_id"])


def said(read: ToRead, outcome: str = "excused", **told: str) -> Said:
    made = {"outcome": outcome, "reason": WHY, "basis_digest": read.basis.digest} | told
    return Said(**made)


def decided(
    rig: Rig, alert: AlertId, person: Person, outcome: str = "excused", **told: str
) -> Decision:
    read = read_to_decide(rig.house, alert, person=person)
    return decide_alert(
        rig.house, alert, said(read, outcome, **told), person=person, given=PASSWORD
    )


def told_of(rig: Rig) -> Any:
    return rig.house.store.read(lambda tx: decisions_told(tx, W))


def is_new(rig: Rig, made: Decision) -> frozenset[Change]:
    return rig.house.store.read(lambda tx: news(tx, made))


def test_a_decision_says_what_was_found_on_what_by_whom(rig: Rig) -> None:
    alert, olga = zone_alert(rig), rig.person()

    made = decided(rig, alert, olga, "non_compliance", excuse=EXCUSE)

    assert made.sign_off is not None
    assert made.sign_off.digest == made.digest
    assert made.sign_off.method == "password"
    (finding,) = made.basis.findings
    assert finding == (rig.house.store.read(lambda tx: tx.alerts.get(alert)).findings[0], 1)
    (told,) = told_of(rig)
    assert (told.outcome, told.reason, told.excuse, told.by) == (
        "non_compliance",
        WHY,
        EXCUSE,
        "olga",
    )
    assert unaccounted(rig) is None


def test_its_words_are_sealed_and_gone_from_every_file(rig: Rig) -> None:
    alert = zone_alert(rig)
    decided(rig, alert, rig.person())

    held = b"".join(one.read_bytes() for one in rig.folder.rglob("*") if one.is_file())
    assert WHY.encode() not in held


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"given": "wrong wrong wrong"}, SignInRefused),
        ({"outcome": "guilty"}, DecisionRefused),
        ({"reason": "because"}, DecisionRefused),
        ({"outcome": "non_compliance"}, DecisionRefused),
        ({"outcome": "non_compliance", "excuse": "none"}, DecisionRefused),
        ({"basis_digest": "0" * 64}, DecisionStale),
    ],
)
def test_what_is_missing_is_refused(rig: Rig, told: dict[str, str], error: type[Exception]) -> None:
    alert, olga = zone_alert(rig), rig.person()
    read = read_to_decide(rig.house, alert, person=olga)
    given = told.pop("given", PASSWORD)

    with pytest.raises(error):
        decide_alert(rig.house, alert, said(read, **told), person=olga, given=given)

    assert rig.house.store.read(lambda tx: tx.decisions.decisions()) == []


def test_who_has_not_opened_what_was_written_does_not_decide(rig: Rig) -> None:
    alert, olga = zone_alert(rig), rig.person()
    read = read_to_decide(rig.house, alert, person=rig.person("oleg", "officer"))

    with pytest.raises(DecisionStale):
        decide_alert(rig.house, alert, said(read), person=olga, given=PASSWORD)


def test_what_the_wearer_writes_meanwhile_must_be_read_too(rig: Rig) -> None:
    alert, olga = zone_alert(rig), rig.person()
    read = read_to_decide(rig.house, alert, person=olga)
    rig.pass_time(MINUTE)
    contest(rig.house, W, text=SAYS)

    with pytest.raises(DecisionStale):
        decide_alert(rig.house, alert, said(read), person=olga, given=PASSWORD)
    again = read_to_decide(rig.house, alert, person=olga)
    assert [one.text for one in again.said] == [SAYS]
    assert decide_alert(rig.house, alert, said(again), person=olga, given=PASSWORD)


def test_knowing_the_digest_is_not_having_read(rig: Rig) -> None:
    """Negative control of the digest alone: it is right here, and still nothing is decided."""
    alert, olga = zone_alert(rig), rig.person()
    read = read_to_decide(rig.house, alert, person=olga)
    rig.pass_time(MINUTE)
    contest(rig.house, W, text=SAYS)
    known = read_to_decide(rig.house, alert, person=rig.person("oleg", "officer"))

    assert known.basis.digest != read.basis.digest
    with pytest.raises(DecisionStale, match="open what the wearer wrote"):
        decide_alert(rig.house, alert, said(known), person=olga, given=PASSWORD)


@pytest.mark.parametrize("role", ["contractor", "caseworker", "inspector", "reviewer", "admin"])
def test_other_roles_do_not_decide(rig: Rig, role: str) -> None:
    alert = zone_alert(rig)
    person = rig.person(role[:4], role)

    with pytest.raises(NotPermitted):
        read_to_decide(rig.house, alert, person=person)


def test_an_officer_of_another_office_does_not_decide(rig: Rig) -> None:
    alert, olga = zone_alert(rig), rig.person()
    stranger = msgspec.structs.replace(olga, authority_id="contractor-room")

    with pytest.raises(DecisionRefused, match="authority"):
        read_to_decide(rig.house, alert, person=stranger)


def test_who_knows_the_wearer_does_not_decide(rig: Rig) -> None:
    alert, olga = zone_alert(rig), rig.person()
    read = read_to_decide(rig.house, alert, person=olga)
    declare_interest(rig.house, olga, "W-1")

    with pytest.raises(DecisionRefused):
        decide_alert(rig.house, alert, said(read), person=olga, given=PASSWORD)


def test_a_support_matter_is_no_question_about_the_wearer(rig: Rig) -> None:
    rig.event(rig.wearer(), "battery_low")
    alert = AlertId(rig.alerts()[0]["alert_id"])

    with pytest.raises(DecisionRefused):
        read_to_decide(rig.house, alert, person=rig.person())


class Stolen:
    """Signs with what somebody signed for something else."""

    def __init__(self, sign_off: SignOff) -> None:
        self._sign_off = sign_off

    def sign(self, *_told: object, **_more: object) -> SignOff:
        return self._sign_off


def test_a_sign_off_is_of_one_decision_one_person_and_now(rig: Rig) -> None:
    alert, olga = zone_alert(rig), rig.person()
    read = read_to_decide(rig.house, alert, person=olga)
    right = {"by": "olga", "method": "password", "at": rig.clock.at}

    def signed(**told: Any) -> None:
        signing = Stolen(SignOff(**(right | told)))
        decide_alert(rig.house, alert, said(read), person=olga, given="", signing=signing)

    first = decided(rig, alert, olga)
    rig.pass_time(MINUTE)
    for told in (
        {"digest": "0" * 64},
        {"digest": first.digest, "by": "otto"},
        {"digest": first.digest, "at": Micros(rig.clock.at - HOUR)},
    ):
        with pytest.raises(DecisionRefused):
            signed(**told)


def test_a_decision_is_made_once_and_a_supervisor_sets_it_right(rig: Rig) -> None:
    alert, oleg = zone_alert(rig), rig.person("oleg", "officer")
    first = decided(rig, alert, oleg)

    with pytest.raises(DecisionRefused, match="nothing has changed"):
        decided(rig, alert, oleg, "no_violation")
    second = decided(rig, alert, rig.person(), "no_violation")

    assert second.follows == first.decision_id
    assert [(one.outcome, one.is_replaced) for one in told_of(rig)] == [
        ("no_violation", False),
        ("excused", True),
    ]


def test_evidence_that_is_withdrawn_opens_the_decision_again(rig: Rig) -> None:
    """The device had lain at home all the while; what it had kept comes in later."""
    device = rig.wearer()
    walk_out(rig, device)
    alert = AlertId(rig.alerts()[0]["alert_id"])
    olga = rig.person()
    made = decided(rig, alert, olga, "non_compliance", excuse=EXCUSE)
    assert is_new(rig, made) == frozenset()
    name = made.basis.findings[0][0]
    finding = rig.house.store.read(lambda tx: tx.verdicts.latest(name))
    gone = msgspec.structs.replace(finding, rev=finding.rev + 1, state="withdrawn")
    rig.house.store.transact(lambda tx: tx.verdicts.add(gone, wearer_id=W))

    assert is_new(rig, made) == {Change.EVIDENCE}
    assert told_of(rig)[0].is_open_again
    (waiting,) = undecided(rig.house, olga)
    assert (waiting.alert.alert_id, waiting.changes) == (alert, {Change.EVIDENCE})
    again = decided(rig, alert, olga, "no_violation")
    assert again.follows == made.decision_id
    assert undecided(rig.house, olga) == ()


def test_an_end_that_comes_later_changes_nothing(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    alert = AlertId(rig.alerts()[0]["alert_id"])
    made = decided(rig, alert, rig.person())
    for _ in range(8):
        rig.pass_time(MINUTE)
        rig.say(device, rig.line(device, lat=HOME[0], lon=HOME[1] + _ * 2e-5))

    found = rig.house.store.read(lambda tx: tx.verdicts.latest(made.basis.findings[0][0]))
    assert (found.rev > 1, found.state) == (True, "closed")
    assert is_new(rig, made) == frozenset()


def test_a_contest_opens_the_decision_again(rig: Rig) -> None:
    alert = zone_alert(rig)
    made = decided(rig, alert, rig.person(), "non_compliance", excuse=EXCUSE)
    contest(rig.house, W, text=SAYS)

    assert is_new(rig, made) == {Change.SAID}


def test_what_is_handed_to_the_authority_waits(rig: Rig) -> None:
    alert, olga = zone_alert(rig), rig.person()
    close(rig.house, alert, person=olga, cause=Cause.REFERRED, reason="The facts come by day.")

    assert [one.alert.alert_id for one in undecided(rig.house, olga)] == [alert]
    decided(rig, alert, olga)
    assert undecided(rig.house, olga) == ()


def test_a_wearer_says_what_happened_and_it_is_read_first(rig: Rig, prompts: KeptPrompts) -> None:
    rig.wearer()
    enrol(rig)
    never_known(rig)
    prompted(rig, prompts)
    _, alert = unconfirmed(rig)
    (shown,) = rig.house.store.read(lambda tx: check_ins_told(tx, W, now=rig.clock.at))
    assert (shown.stands, shown.statements) == ("not_confirmed", 0)
    state(rig.house, "ci-1", text=SAYS, wearer_id=W)
    olga = rig.person()

    read = read_to_decide(rig.house, AlertId(alert), person=olga)

    assert [one.text for one in read.said] == [SAYS]
    assert [one for one, _ in read.looks] == ["no_match", "no_match"]
    assert see_pictures(rig.house, AlertId(alert), person=olga).first
    made = decided(rig, AlertId(alert), olga)
    assert len(made.basis.statements) == 1
    assert unaccounted(rig) is None


def test_a_statement_is_the_wearers_own(rig: Rig, prompts: KeptPrompts) -> None:
    rig.wearer()
    rig.wearer(2)
    prompted(rig, prompts)

    for told in ({"wearer_id": WearerId("W-2")}, {"device_id": DeviceId("D-2")}, {}):
        with pytest.raises(UnknownCheckIn):
            state(rig.house, "ci-1", text=SAYS, **told)
    with pytest.raises(StatementRefused):
        state(rig.house, "ci-1", text="  ", wearer_id=W)


def test_a_device_sends_what_its_wearer_says(rig: Rig, prompts: KeptPrompts) -> None:
    rig.wearer()
    prompted(rig, prompts)

    def send(path: str, body: str) -> Any:
        headers = {"Authorization": f"Bearer {rig.tokens['D-1']}"}
        return rig.client.post(f"/d/v1/check-ins/{path}/statement", content=body, headers=headers)

    assert send("ci-1", '{"text": "I was ill."}').status_code == 200
    assert send("ci-9", '{"text": "I was ill."}').status_code == 404
    assert send("ci-1", "{").json()["code"] == "FT-844"
    (kept,) = rig.house.store.read(lambda tx: tx.decisions.statements(check_in_id="ci-1"))
    assert rig.house.store.read(lambda tx: tx.decisions.words(kept.statement_id)) == "I was ill."


COPY = (
    "INSERT INTO decisions SELECT NULL, 'e_x', alert_id, {by}, {digest}, owner, at, {body},"
    " sealed FROM decisions"
)
BODY = "CAST(body AS TEXT)"
DIGEST = "'x'"
SIGNED = f"json_set({BODY}, '$.sign_off.digest', 'x')"
SQL = {
    "without a sign-off": COPY.format(
        by="by", digest=DIGEST, body=f"json_remove({BODY}, '$.sign_off')"
    ),
    "with another's sign-off": COPY.format(
        by="'oleg'", digest=DIGEST, body=f"json_set({SIGNED}, '$.by', 'oleg')"
    ),
    "with a sign-off of another decision": COPY.format(by="by", digest=DIGEST, body=BODY),
    "by a machine": COPY.format(
        by="'machine'",
        digest=DIGEST,
        body=f"json_set({SIGNED}, '$.by', 'machine', '$.sign_off.by', 'machine')",
    ),
    "twice by one sign-off": COPY.format(by="by", digest="digest", body=BODY),
    "another way": "UPDATE decisions SET body = json_set(CAST(body AS TEXT), '$.outcome', 'x')",
    "away": "DELETE FROM decisions",
}


@pytest.mark.parametrize("how", SQL)
def test_the_database_does_not_decide(rig: Rig, how: str) -> None:
    decided(rig, zone_alert(rig), rig.person())
    rig.person("oleg", "officer")
    with sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None) as db:
        db.execute("BEGIN")
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(SQL[how])
        db.execute("ROLLBACK")
        guards = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        db.execute("BEGIN")
        for (name,) in guards:
            db.execute(f"DROP TRIGGER {name}")
        if how != "twice by one sign-off":
            assert db.execute(SQL[how]).rowcount > 0  # negative control
        db.execute("ROLLBACK")
