"""What people decide about a wearer who is asked: pictures, statements, holds, calls, pauses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests import checkins, reviewers
from tests.rig import PASSWORD, Rig

from fairtag.adapters.sqlite.log.rows import WATCHED
from fairtag.alerts.model import AlertState
from fairtag.app.books import Person
from fairtag.app.checkins.ask import ask_now, record_call
from fairtag.app.checkins.pause import ask_for_help
from fairtag.app.deciding.basis import read_to_decide
from fairtag.app.deciding.decide import Said, decide_alert
from fairtag.app.deciding.state import state as tell
from fairtag.app.disclosure.emergency import Call, open_minimum, record_said
from fairtag.app.four_eyes.decide import Question, ask, withdraw
from fairtag.app.matching.profiles import take_out
from fairtag.app.ports import Transaction
from fairtag.app.retention.hold import place_hold
from fairtag.app.reviewing.again import draw
from fairtag.app.reviews.record import record_review
from fairtag.disclosure.emergency import Ground
from fairtag.orders.scheme import seed_scheme
from fairtag.retention.holds import Hold
from fairtag.rules.prompts.refusals import PromptRefused
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros

REVIEWERS = (("rita", "carl"), ("rob", "cleo"))
LONG = "a life was in danger and the family had rung"


def decided(rig: Rig) -> None:
    """Do once what each watched table is for."""
    told(rig)
    settled(rig)
    checkins.asked(rig, 5)
    checkins.plan(rig)
    looked_at(rig, checkins.prompts(rig, "W-5")[0].check_in_id)
    ask_for_help(rig.house, DeviceId("D-5"), kind="call_me", at=None)
    rig.house.store.transact(partial(_drawn, now=rig.clock.at))


def _drawn(tx: Transaction, *, now: Micros) -> None:
    draw(tx, tx.alerts.listed(states=[*AlertState])[0], now=now)


def two_people(rig: Rig) -> tuple[Person, Person]:
    """Give two who may decide together; made at the first call, which is a day before the rest."""
    staff = (("oona", "officer", "adam"), ("sara", "supervisor", "eve"))
    for name, role, by in (*staff, *((name, "reviewer", by) for name, by in REVIEWERS)):
        if rig.house.store.read(lambda tx, name=name: tx.people.by_name(name)) is None:
            rig.person(name, role, by=by)
    found = {one.name: one for one in rig.house.store.read(lambda tx: tx.people.listed())}
    return found["oona"], found["sara"]


def looked_at(rig: Rig, check_in: str) -> None:
    """Let two people find another person in a picture, the wearer write, an officer decide."""
    _, sara = two_people(rig)
    people = {one.name: one for one in rig.house.store.read(lambda tx: tx.people.listed())}
    first, second = (people[name] for name, _ in REVIEWERS)
    reviewers.enrol(rig, 5)
    reviewers.never_known(rig)
    reviewers.answered(rig, 5, check_in=check_in)
    reviewers.says(rig, first, "no_match")
    alert = reviewers.says(rig, second, "no_match").alert_id
    assert alert is not None
    tell(rig.house, check_in, text="My face was bandaged.", wearer_id=WearerId("W-5"))
    read = read_to_decide(rig.house, alert, person=sara)
    found = Said(outcome="no_violation", reason=LONG, basis_digest=read.basis.digest)
    decide_alert(rig.house, alert, found, person=sara, given=PASSWORD)
    take_out(rig.house, sara, password=PASSWORD)


def told(rig: Rig) -> None:
    """Tell the police by voice, and write down what was said."""
    oona, _ = two_people(rig)
    call = Call(recipient="GMP", called_back="101", incident="GMP-2", ground=Ground.LIFE)
    shown = open_minimum(rig.house, oona, OrderId("ORD-1"), call)
    record_said(rig.house, oona, shown.disclosure_id, said=LONG, to="PC 123")


def settled(rig: Rig) -> None:
    """Ask a second person, place a hold and record a review."""
    asked = Question(matter="opening", about="Two hours", scope={})
    oona, _ = two_people(rig)
    ask(rig.house, oona, asked, reason="to find the device")
    proposal = ask(rig.house, oona, asked, reason="to find it again")
    withdraw(rig.house, oona, proposal.proposal_id)
    hold = Hold(
        hold_id="h_1",
        wearer_id=WearerId("W-1"),
        why="court_order",
        since=rig.clock.at,
        until=Micros(rig.clock.at + 30 * DAY),
        by="olga",
        case="High Court, CO/1/2032",
    )
    place_hold(rig.house, hold, person=None, by="olga")
    record_review(
        rig.house,
        OrderId("ORD-1"),
        by_date="2027-01-20",
        reason="The grounds stand as they did.",
        by="olga",
        scheme=seed_scheme(),
    )


def asks(rig: Rig, officer: Person) -> None:
    """Let a wearer be asked: one question runs out on the screen, a call is answered, more wait."""
    device = checkins.asked(rig, 6, checkins.check_in(max_per_day=1))
    checkins.plan(rig)
    prompt = checkins.prompts(rig, "W-6")[0]
    checkins.go_to(rig, prompt.at)
    assert prompt.check_in_id in checkins.shown(rig, device)
    for state in ("delivered", "shown"):
        checkins.receipt(rig, device, prompt.check_in_id, state)
    checkins.expire(rig, device, prompt)
    for _ in range(24):
        checkins.go_to(rig, rig.clock.at + HOUR)
        try:
            call = ask_now(rig.house, officer, OrderId("ORD-6"), reason=LONG, is_call=True)
        except PromptRefused:
            continue
        record_call(rig.house, officer, call.check_in_id, went="spoke")
        return
    raise AssertionError("nobody may ring for a day")


# What a copy of a row needs besides another last part of its key, so that no table refuses it.
UNIQUE = {
    "grants": ("grant_id",),
    "grant_reviews": ("grant_id",),
    "disclosures": ("disclosure_id",),
    "prompts": ("at",),
    "prompt_hours": ("start",),
    "prompt_pauses": ("pause_id",),
    "contests": ("contest_id",),
    "complaints": ("complaint_id",),
    "complaint_steps": ("complaint_id",),
    "answers": ("answer_id",),
    "photo_cases": ("case_id",),
    "photo_reviews": ("review_id", "by"),
    "decisions": ("decision_id", "digest"),
    "statements": ("statement_id",),
    "second_looks": ("alert_id",),
    "outside_notices": ("reference",),
    "notice_delays": ("grant_id",),
}
NUMBERS = ("n", "version", "at", "start")


def copy_of(table: str, names: Sequence[str], tail: int) -> str:
    """Give the columns of a row's copy under another key, as SQL."""
    keys = next(one.key for one in WATCHED if one.table == table)
    other = {keys[-1], "name", "proposal_id", *UNIQUE.get(table, ())}
    return ", ".join(
        (f'"{name}" + {tail}' if name in NUMBERS else f"\"{name}\" || '-{tail}'")
        if name in other
        else f'"{name}"'
        for name in names
    )
