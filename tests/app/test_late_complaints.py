"""A complaint that nobody answers in time: who may answer is told daily, the wearer once."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tests.app.test_complaints import ANSWER, W, letter
from tests.rig import Rig
from tests.web.test_portal import come_in

from fairtag.alerts.model import Alert, AlertState, Cause, DutyEntry
from fairtag.app import run_service
from fairtag.app.complaints import late as lateness
from fairtag.app.complaints.answer import answer_complaint, name_person
from fairtag.app.complaints.late import KIND, see_complaints_late
from fairtag.app.complaints.record import complain
from fairtag.app.escalate_alerts import send_notices
from fairtag.app.handle_alert import close
from fairtag.app.outside.name import name_contact
from fairtag.app.outside.tell import send_outside
from fairtag.app.ports import Notice
from fairtag.app.set_duty import set_duty
from fairtag.review.clock import over_at
from fairtag.review.complaints.model import Complaint
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, HOUR, Micros
from fairtag.web.portal import words

ONE = OrderId("ORD-1")
# A letter of Monday 2 November 2026 is answered by Monday 30 November, in London.
OVER = over_at("2026-11-30", "Europe/London")
OTTO, SARA, CARA = (f"mailto:{name}@h.example" for name in ("otto", "sara", "cara"))
LAWYER, OWN = "mailto:advice@lawyer.example", "mailto:own@mail.example"


class Post:
    """Takes what leaves the house, to whom."""

    def __init__(self, rig: Rig) -> None:
        self.notices: list[tuple[str, Notice]] = []
        rig.house = replace(rig.house, notifier_for=lambda _: self)

    def send(self, notice: Notice, *, to: str) -> None:
        self.notices.append((to, notice))

    def taken(self) -> list[str]:
        found, self.notices = [to for to, _ in self.notices], []
        return sorted(found)


def desk(rig: Rig, *, about: str = "") -> tuple[Post, Complaint]:
    """Give a roster of an officer, a supervisor and a caseworker, and a complaint by letter."""
    post = Post(rig)
    rig.wearer()
    people = {
        name: rig.person(name, role)
        for name, role in (("otto", "officer"), ("cara", "caseworker"), ("sara", "supervisor"))
    }
    roster = (("first", "otto", OTTO), ("second", "cara", CARA), ("supervisor", "sara", SARA))
    set_duty(
        rig.house,
        [DutyEntry(step=step, user_id=name, to=to) for step, name, to in roster],  # type: ignore[arg-type]
        by="test",
    )
    for whom, to in (("wearer", OWN), ("representative", LAWYER)):
        name_contact(rig.house, ONE, whom=whom, to=to, by="test")
    return post, letter(rig, people["otto"], about=about)


def come_to(rig: Rig, at: int) -> None:
    rig.clock.at = Micros(at)
    see_complaints_late(rig.house)
    send_notices(rig.house)
    send_outside(rig.house)


def matter(rig: Rig) -> Alert | None:
    return rig.house.store.read(lambda tx: tx.alerts.last_about(KIND, order_id=ONE, device_id=None))


def untold(rig: Rig, post: Post) -> list[str]:
    """Let a complaint about cara become late; tells who was told wrongly, or not."""
    wrong = []
    come_to(rig, OVER - 1)
    wrong += [f"{to} too early" for to in post.taken()]
    come_to(rig, OVER)
    come_to(rig, OVER + HOUR)  # a round more tells nobody again
    told = post.taken()
    wrong += [f"{to} not" for to in (OTTO, SARA, LAWYER, OWN) if told.count(to) != 1]
    wrong += [f"{to} though it is about her" for to in told if to == CARA]
    if matter(rig) is None or matter(rig).owner != "sara":  # type: ignore[union-attr]
        wrong.append("nobody has it who may answer")
    page = come_in(rig).page().text
    if words.WORDS["complaint_late"] not in page:
        wrong.append("the wearer's page does not say so")
    if words.WORDS["told_stopped"].split("{who}")[1].split("(")[0] in page:
        wrong.append("the wearer's page says that recording stopped")
    return wrong


def test_the_day_after_its_time_whoever_may_answer_and_the_wearer_are_told(rig: Rig) -> None:
    post, _ = desk(rig, about="cara")

    assert untold(rig, post) == []


@pytest.mark.parametrize(
    ("broken", "noticed"),
    [
        ("raise_or_remind", {f"{OTTO} not", f"{SARA} not", "nobody has it who may answer"}),
        ("queue_late", {f"{LAWYER} not", f"{OWN} not"}),
        ("told_of", {f"{CARA} though it is about her", "nobody has it who may answer"}),
    ],
)
def test_negative_control_a_round_that_forgets_somebody_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, broken: str, noticed: set[str]
) -> None:
    post, _ = desk(rig, about="cara")
    instead = {
        "raise_or_remind": lambda *_, **__: None,
        "queue_late": lambda *_: 0,
        "told_of": lambda roster, _: list(roster),
    }
    monkeypatch.setattr(lateness, broken, instead[broken])

    assert set(untold(rig, post)) == noticed


def test_it_is_told_every_day_until_it_is_answered_also_when_the_alert_is_closed(rig: Rig) -> None:
    post, made = desk(rig)
    come_to(rig, OVER)
    assert post.taken() == sorted([CARA, LAWYER, OTTO, OWN, SARA])
    come_to(rig, OVER + DAY)
    assert post.taken() == sorted([CARA, OTTO, SARA])  # the wearer's side was told
    first = matter(rig)
    assert first is not None
    rig.clock.at = Micros(OVER + DAY + HOUR)
    otto = rig.person("otto", "officer")
    close(rig.house, first.alert_id, person=otto, cause=Cause.DUPLICATE, reason="Known here.")
    come_to(rig, OVER + 2 * DAY - 1)
    assert post.taken() == []
    come_to(rig, OVER + 2 * DAY)
    again = matter(rig)
    assert again is not None
    assert again.alert_id != first.alert_id
    assert post.taken() == sorted([CARA, OTTO, SARA])

    answer_complaint(
        rig.house,
        rig.person("sam", "supervisor"),
        made.complaint_id,
        outcome="upheld",
        text=ANSWER,
    )
    come_to(rig, OVER + 3 * DAY)

    assert post.taken() == []
    over = matter(rig)
    assert over is not None
    assert (over.alert_id, over.is_over, over.state) == (again.alert_id, True, AlertState.RAISED)


def test_a_second_one_that_becomes_late_is_told_for_itself(rig: Rig) -> None:
    post, _ = desk(rig)
    rig.clock.at = Micros(rig.clock.at + DAY + HOUR)  # Wednesday 4 November
    complain(rig.house, W, text="Nobody rings back.")
    come_to(rig, OVER)
    post.taken()

    come_to(rig, OVER + 2 * DAY)

    assert post.taken() == sorted([CARA, LAWYER, OTTO, OWN, SARA])
    told = matter(rig)
    assert told is not None
    assert "2 complaints" in told.words["en"]
    assert "2026-11-30, 2026-12-02" in told.words["en"]


def test_when_it_is_about_everybody_on_duty_they_are_told_all_the_same(rig: Rig) -> None:
    """A notice says nothing but a reference; and silence would serve whoever it is about."""
    post, made = desk(rig, about="otto")
    for name in ("sara", "cara"):
        name_person(rig.house, rig.person(), made.complaint_id, about=name)

    come_to(rig, OVER)

    assert post.taken() == sorted([CARA, LAWYER, OTTO, OWN, SARA])
    assert all("/alerts/" in one.link or one.link.endswith("/my") for _, one in post.notices)


def test_the_running_service_looks_for_late_complaints(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_service, "_CARE_S", 0.05)
    desk(rig)
    rig.clock.at = OVER

    with run_service.running(rig.house):
        for _ in range(1_200):
            if matter(rig) is not None:
                break
            time.sleep(0.1)

    assert matter(rig) is not None
