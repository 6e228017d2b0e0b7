"""Guarantee 2: the system raises alerts, a person decides, and an adverse picture takes two people.

Two machines try whatever traffic, timers, clicks, tokens, forms, files and single administrators
can do, in any order. What people signed is counted beside; after every step the store must hold
exactly that. Each has a broken twin in which one wall is taken away: it must be caught.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.reviewers import NOTE, answered, enrol, never_known
from tests.rig import PASSWORD, Rig, opened_rig, order_of, walk_out
from tests.web.desk import at_desk

from fairtag.app.books import Person
from fairtag.app.deciding.basis import basis_of, read_to_decide
from fairtag.app.deciding.decide import Said, decide_alert
from fairtag.app.escalate_alerts import escalate
from fairtag.app.four_eyes.decide import Question, ask, decide
from fairtag.app.house import House
from fairtag.app.reconcile import reconcile
from fairtag.app.reviewing.deal import deal
from fairtag.app.reviewing.look import look
from fairtag.app.reviewing.overdue import see_reviews_overdue
from fairtag.app.reviewing.signing import PasswordSigning
from fairtag.app.sign_in import add_user, finish_setup
from fairtag.review import photos
from fairtag.review.deciding import Outcome, is_decidable
from fairtag.review.four_eyes import STANDS, Matter
from fairtag.review.photos import ADVERSE
from fairtag.review.sign_off import SignOff
from fairtag.terms.errors import FairtagError, SecondPersonRefused
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text

WHY = "This is what was found, and it is written out."
OUTCOMES = st.sampled_from([one.value for one in Outcome])
ROLES = {
    "off": "officer",
    "sup": "supervisor",
    "cas": "caseworker",
    "con": "contractor",
    "ins": "inspector",
    "rev": "reviewer",
    "lia": "liaison",
    "adm": "admin",
}
QUICK = settings(
    max_examples=12,
    stateful_step_count=18,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a found sequence is told as it is: to shorten it takes minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One house for all examples: each has a wearer of its own in it."""
    with opened_rig(tmp_path_factory.mktemp("g02") / "data") as rig:
        never_known(rig)
        for name, maker in (("rita", "adam"), ("rob", "eve"), ("ravi", "carl")):
            rig.person(name, "reviewer", by=maker)
        rig.person("olga", "supervisor", by="eve")
        rig.person("otto", "officer", by="adam")
        rig.pass_time(2 * DAY)
        yield rig


class Adversary(RuleBasedStateMachine):
    """Does everything but sign off; a person signs off now and then, and is counted."""

    rig: ClassVar[Rig]
    numbers: ClassVar[Iterator[int]] = iter(range(1, 10_000))

    @initialize()
    def begin(self) -> None:
        self.number = next(self.numbers)
        self.wearer, self.order = f"W-{self.number}", f"ORD-{self.number}"
        now = self.rig.clock.at
        ends = {"starts_at": text(Micros(now - HOUR)), "ends_at": text(Micros(now + 40 * DAY))}
        self.device = self.rig.wearer(self.number, **ends)
        walk_out(self.rig, self.device)
        self.desks = {key: at_desk(self.rig, key, role) for key, role in ROLES.items()}
        self.signed: list[tuple[str, str, str]] = []  # alert, who, outcome
        self.check_ins = 0

    def alerts(self) -> list[AlertId]:
        def work(tx: Any) -> list[AlertId]:
            states = ["raised", "acknowledged", "closed"]
            found = tx.alerts.listed(states=states, limit=100_000)
            return [one.alert_id for one in found if one.order_id == self.order]

        return self.rig.house.store.read(work)

    def theirs(self) -> AlertId:
        """Give an alert that could be decided about."""

        names = self.alerts()

        def work(tx: Any) -> AlertId:
            found = [tx.alerts.get(one) for one in names]
            return next(one.alert_id for one in found if is_decidable(one))

        return self.rig.house.store.read(work)

    def form(self, outcome: str, **told: str) -> dict[str, str]:
        """Fill the form as whoever knows everything but the password would."""

        name = self.theirs()
        digest = self.rig.house.store.read(lambda tx: basis_of(tx, tx.alerts.get(name)).digest)
        return {"outcome": outcome, "reason": WHY, "excuse": WHY, "basis": digest} | told

    @rule(code=st.sampled_from(["strap_open", "sos", "battery_low", "fault", "strap_closed"]))
    def traffic(self, code: str) -> None:
        self.rig.pass_time(MINUTE)
        self.rig.event(self.device, code)

    @rule(kind=st.sampled_from(["decision", "finding", "non_compliance", "alert.decide"]))
    def traffic_that_claims_to_decide(self, kind: str) -> None:
        line = self.rig.line(self.device, type=kind, alert_id=self.theirs(), outcome=kind)
        self.rig.say(self.device, line)

    @rule(state=st.sampled_from(["answered", "expired_shown", "shown"]))
    def receipts(self, state: str) -> None:
        told = {"check_in_id": f"x-{self.number}", "condition_id": "c1", "state": state}
        line = self.rig.line(self.device, type="check_in", result="no_match", **told)
        self.rig.say(self.device, line)

    @rule(span=st.sampled_from([MINUTE, 10 * MINUTE, HOUR]))
    def time(self, span: int) -> None:
        self.rig.pass_time(span)
        since = Micros(self.rig.clock.at - span)
        escalate(self.rig.house)
        reconcile(self.rig.house, since=since)
        see_reviews_overdue(self.rig.house)

    @rule(
        key=st.sampled_from(sorted(ROLES)), outcome=OUTCOMES, given=st.sampled_from(["", "token"])
    )
    def a_page_without_the_password(self, key: str, outcome: str, given: str) -> None:
        desk = self.desks[key]
        name = self.theirs()
        desk.send(f"/alerts/{name}/decide/read")
        password = desk.token if given else ""
        desk.send(f"/alerts/{name}/decide", **self.form(outcome, password=password))

    @rule(key=st.sampled_from(sorted(ROLES)), outcome=OUTCOMES)
    def a_token_instead_of_a_person(self, key: str, outcome: str) -> None:
        desk, name = self.desks[key], self.theirs()
        form = self.form(outcome, password=desk.token)
        for path in (f"/api/v1/alerts/{name}/decide", f"/alerts/{name}/decide"):
            desk.ask("POST", path, json=form)
            desk.ask("POST", path, data=form)

    @rule(outcome=OUTCOMES)
    def a_device(self, outcome: str) -> None:
        headers = {"Authorization": f"Bearer {self.rig.tokens[self.device]}"}
        for path in (f"/alerts/{self.theirs()}/decide", "/d/v1/decisions", "/d/v1/messages"):
            self.rig.client.post(path, json=self.form(outcome), headers=headers)

    @rule(outcome=OUTCOMES)
    def many_at_once(self, outcome: str) -> None:
        names = self.alerts()
        form = self.form(outcome, password=PASSWORD) | {"alert_ids": ",".join(names)}
        for path in ("/alerts/decide", f"/alerts/{','.join(names)}/decide", "/deciding"):
            self.desks["sup"].send(path, **form)

    @rule(outcome=OUTCOMES)
    def a_file(self, outcome: str) -> None:
        made = order_of(self.number, version=2, supersedes=1)
        made["decisions"] = [{"alert_id": self.theirs(), "outcome": outcome, "by": "olga"}]
        self.desks["cas"].ask("POST", "/api/v1/orders", content=json.dumps(made).encode())

    @rule(cause=st.sampled_from(["referred", "excused", "false_location", "non_compliance"]))
    def closing(self, cause: str) -> None:
        told = {"cause": cause, "reason": WHY}
        for name in self.alerts():
            self.desks["sup"].ask("POST", f"/api/v1/alerts/{name}/close", json=told)

    @rule(outcome=OUTCOMES, by=st.sampled_from(["olga", "otto"]), when=st.sampled_from([0, HOUR]))
    def somebody_elses_sign_off(self, outcome: str, by: str, when: int) -> None:
        person = self.rig.person("otto", "officer", by="adam")
        at = Micros(self.rig.clock.at - when)
        told = SignOff(by=by, method="password", digest="0" * 64, at=at)
        self.decides(person, outcome, given="", signing=_Given(told))

    @rule(outcome=OUTCOMES, name=st.sampled_from(["olga", "otto"]))
    def a_person_signs(self, outcome: str, name: str) -> None:
        found = self.rig.house.store.read(lambda tx: tx.people.by_name(name))
        alert = self.theirs()
        if self.decides(found[0], outcome, given=PASSWORD):
            self.signed.append((alert, name, outcome))

    def decides(self, person: Person, outcome: str, **told: Any) -> bool:
        alert = self.theirs()
        with suppress(FairtagError):
            read = read_to_decide(self.rig.house, alert, person=person)
            said = Said(outcome=outcome, reason=WHY, excuse=WHY, basis_digest=read.basis.digest)
            decide_alert(self.rig.house, alert, said, person=person, **told)
            return True
        return False

    @invariant()
    def the_store_holds_what_people_signed(self) -> None:
        if not hasattr(self, "number"):
            return
        made = self.rig.house.store.read(lambda tx: tx.decisions.decisions())
        mine = [one for one in made if one.order_id == self.order]
        assert [(one.alert_id, one.by, one.outcome.value) for one in mine] == self.signed
        for one in mine:
            assert one.sign_off is not None
            assert (one.sign_off.by, one.sign_off.method) == (one.by, "password")


class _Given:
    """Signs with what it was given."""

    def __init__(self, told: SignOff) -> None:
        self._told = told

    def sign(self, *_told: object, **_more: object) -> SignOff:
        return self._told


def run(machine: type[Adversary], rig: Rig) -> None:
    machine.rig = rig
    run_state_machine_as_test(machine, settings=QUICK)


def test_no_sequence_without_a_sign_off_reaches_a_decision(lived: Rig) -> None:
    run(Adversary, lived)

    made = lived.house.store.read(lambda tx: tx.decisions.decisions())
    assert {one.outcome for one in made} == {*Outcome}  # people do decide, and everything


def test_negative_control_a_door_that_lets_a_token_decide_is_caught(
    lived: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lets_anything(
        _self: object, house: House, person: Person, *, digest: str, given: str
    ) -> SignOff:
        del given
        return SignOff(by=person.user_id, method="password", digest=digest, at=house.clock.now())

    monkeypatch.setattr(PasswordSigning, "sign", lets_anything)

    with pytest.raises(AssertionError):
        run(Adversary, lived)


class OneAdministrator:
    """One administrator who makes accounts, takes others over, and lets them say the worst."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.names: list[str] = []

    def makes(self, name: str, *, by: str = "mal") -> Person:
        """Make a reviewer, or give an old one a new way in: whoever has it can sign in."""
        link = add_user(self.rig.house, name, role="reviewer", authority="ho", by=by)
        finish_setup(self.rig.house, link.rpartition("/")[2], PASSWORD)
        self.names.append(name)
        return self.person(name)

    def person(self, name: str) -> Person:
        found = self.rig.house.store.read(lambda tx: tx.people.by_name(name))
        assert found is not None
        return found[0]

    def says_the_worst(self, outcome: str) -> None:
        """Let every account that is in this one hand answer whatever it is dealt."""
        for name in self.names:
            with suppress(FairtagError):
                pair = deal(self.rig.house, self.person(name))
                if pair is not None:
                    told = {"outcome": outcome, "note": NOTE, "given": PASSWORD}
                    look(self.rig.house, self.person(name), pair.case_id, **told)


@pytest.mark.parametrize("matter", sorted(STANDS))
def test_one_administrator_alone_agrees_to_nothing(rig: Rig, matter: Matter) -> None:
    """Every matter of two people: own accounts, one of an own account, one taken over."""
    rig.person("sara", "supervisor", by="eve")
    for name, role, by in (
        ("mal-1", "supervisor", "mal"),
        ("mal-2", "supervisor", "mal-1"),
        ("mal-3", "supervisor", "mal-2"),
        ("sara", "supervisor", "mal"),
    ):
        link = add_user(rig.house, name, role=role, authority="ho", by=by)
        finish_setup(rig.house, link.rpartition("/")[2], PASSWORD)
    rig.pass_time(2 * DAY)
    mal = OneAdministrator(rig)
    first = mal.person("mal-1")
    question = Question(matter=matter, about="All of it", scope={})

    for name in ("mal-1", "mal-2", "mal-3", "sara"):
        asked = ask(rig.house, first, question, reason=WHY)
        told = {"state": "agreed", "digest": asked.digest, "password": PASSWORD}
        with pytest.raises(SecondPersonRefused):
            decide(rig.house, mal.person(name), asked.proposal_id, **told)  # type: ignore[arg-type]


def test_an_account_younger_than_a_day_is_nobodys_second_person(rig: Rig) -> None:
    first = rig.person("otto", "officer", by="adam")
    rig.pass_time(2 * DAY)
    second = rig.person("sara", "supervisor", by="eve")
    question = Question(matter="opening", about="Two hours", scope={})

    def agrees() -> None:
        asked = ask(rig.house, first, question, reason=WHY)
        told = {"state": "agreed", "digest": asked.digest, "password": PASSWORD}
        decide(rig.house, second, asked.proposal_id, **told)  # type: ignore[arg-type]

    rig.pass_time(23 * HOUR)
    with pytest.raises(SecondPersonRefused):
        agrees()
    rig.pass_time(2 * HOUR)
    agrees()  # the check can see


def ends(rig: Rig) -> list[object]:
    made = rig.house.store.read(lambda tx: tx.photo_reviews.reviews())
    return [one.settles for one in made if one.settles in ADVERSE]


def one_hand(rig: Rig, outcome: str) -> None:
    """Let one administrator try: own accounts, accounts made by own accounts, one taken over."""
    rig.person("rob", "reviewer", by="eve")
    rig.pass_time(2 * DAY)
    mal = OneAdministrator(rig)
    for name in ("mal-1", "mal-2"):
        mal.makes(name)
    mal.makes("mal-3", by="mal-1")
    mal.makes("mal-1-again", by="mal-3")
    mal.makes("rob")  # its set-up link is renewed: from now on it is mal's
    for _ in range(4):
        mal.says_the_worst(outcome)
        rig.pass_time(DAY)


@pytest.mark.parametrize("outcome", sorted(ADVERSE))
def test_one_administrator_alone_completes_no_four_eyes_act(rig: Rig, outcome: str) -> None:
    rig.wearer()
    enrol(rig)
    never_known(rig)
    answered(rig)

    one_hand(rig, outcome)

    assert len(rig.house.store.read(lambda tx: tx.photo_reviews.reviews())) >= 1
    assert ends(rig) == []
    assert "checkin.identity_unconfirmed" not in rig.kinds()


def test_negative_control_without_the_rule_of_two_people_one_hand_does_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.wearer()
    enrol(rig)
    never_known(rig)
    answered(rig)
    monkeypatch.setattr(photos, "demand_two", lambda *_told, **_more: None)

    one_hand(rig, "no_match")

    assert ends(rig) == ["no_match"]
    assert "checkin.identity_unconfirmed" in rig.kinds()
