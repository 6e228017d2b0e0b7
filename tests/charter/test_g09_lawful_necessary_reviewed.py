"""Guarantee 9: no order without its reasons, and none goes on that nobody reviews."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.rig import HOME, Rig, order_of
from tests.web.desk import at_desk
from tests.web.test_portal import come_in
from typer.testing import CliRunner

from fairtag.alerts.model import DutyEntry
from fairtag.app.escalate_alerts import send_notices
from fairtag.app.judging import clean_replay
from fairtag.app.outside.tell import send_outside
from fairtag.app.ports import Notice
from fairtag.app.put_order import mark_order, put_order
from fairtag.app.reviews import clock as reviewing
from fairtag.app.reviews.clock import see_reviews
from fairtag.app.reviews.record import record_review
from fairtag.app.set_duty import set_duty
from fairtag.app.trail.compact import compact
from fairtag.cli import app
from fairtag.orders.inforce import is_kept
from fairtag.orders.read import check
from fairtag.orders.scheme import read_scheme, seed_scheme
from fairtag.review.clock import lapses_at, over_at
from fairtag.terms.errors import Busy, OrderConflict, UsageError
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text
from fairtag.web.portal import shown, words

NEEDED = (
    "legal_basis",
    "legal_regime",
    "necessity",
    "proportionality",
    "less_intrusive_considered",
    "vulnerability_assessed_at",
    "review",
    "ends_at",
)


def put(folder: Path, order: dict[str, object]) -> tuple[int, str]:
    file = folder / "order.json"
    file.write_text(json.dumps(order))
    done = CliRunner().invoke(app, ["order", "put", str(file), "--data", str(folder / "data")])
    return done.exit_code, done.output


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("told", ["absent", "empty"])
def test_without_it_the_order_is_refused_by_name(tmp_path: Path, name: str, told: str) -> None:
    order = order_of()
    if told == "absent":
        del order[name]
    else:
        order[name] = ""
    code, output = put(tmp_path, order)
    assert code == 1
    assert f"$.{name}" in output


@pytest.mark.parametrize("name", ["kind", "by", "instrument"])
def test_a_review_has_a_kind_a_date_and_an_instrument(tmp_path: Path, name: str) -> None:
    order = order_of()
    del order["review"][name]
    code, output = put(tmp_path, order)
    assert code == 1
    assert "$.review" in output


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("told", [" ", "n/a", "tbc", "-", None])
def test_a_blank_is_no_reason(tmp_path: Path, name: str, told: str | None) -> None:
    code, output = put(tmp_path, order_of(**{name: told}))
    assert code == 1
    assert f"$.{name}" in output


def test_the_staff_api_refuses_it_too(rig: Rig) -> None:
    for name in NEEDED:
        order = order_of()
        del order[name]
        answer = rig.client.post("/api/v1/orders", json=order, headers=rig.staff())
        assert answer.status_code == 422
        assert f"$.{name}" in {one["path"] for one in answer.json()["problems"]}
    assert rig.house.store.read(lambda tx: tx.orders.facts()) == []


def test_an_administrative_order_is_reviewed_within_three_months(tmp_path: Path) -> None:
    """From Monday 2 November 2026; the shipped scheme says three months, the code four."""
    order = order_of(ends_at="2027-10-01T00:00:00Z")
    order["review"]["by"] = "2027-02-03"
    code, output = put(tmp_path, order)
    assert code == 1
    assert "$.review.by" in output


def test_no_scheme_stretches_the_review_beyond_four_months() -> None:
    loose = {"format": "fairtag-scheme/1", "allowed": [], "review_months": 5}
    with pytest.raises(UsageError, match="review_months"):
        read_scheme(json.dumps(loose).encode())


def test_negative_control_such_a_scheme_would_let_the_order_through() -> None:
    order = order_of(ends_at="2027-10-01T00:00:00Z")
    order["review"]["by"] = "2027-09-01"
    document = json.dumps(order).encode()
    assert [one.path for one in check(document, scheme=seed_scheme())] == ["$.review.by"]
    broken = msgspec.structs.replace(seed_scheme(), review_months=12)
    assert check(document, scheme=broken) == []


def test_nobody_outside_the_scheme_is_monitored(tmp_path: Path) -> None:
    code, output = put(tmp_path, order_of(cohort="asylum_seeker"))
    assert code == 1
    assert "$.cohort" in output


def test_a_real_persons_order_is_not_taken_in_a_rehearsal(tmp_path: Path) -> None:
    code, output = put(tmp_path, order_of(simulated=False))
    assert code == 1
    assert "$.simulated" in output


def test_negative_control_a_whole_order_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert put(tmp_path, order_of())[0] == 0
    monkeypatch.setenv("FAIRTAG_ROOT_FILE_ALLOWED", "yes")
    real = order_of(2, simulated=False)
    assert put(tmp_path, real)[0] == 0


BY = "2027-01-15"  # a Friday; the day is over at midnight, London time being GMT
OVER, LAPSES = over_at(BY, "Europe/London"), lapses_at(BY, "Europe/London")
LONG = {"ends_at": "2027-12-01T00:00:00Z"}
ONE = OrderId("ORD-1")
WHY = "Looked at again: it is still needed and nothing less would do."


def kinds(rig: Rig) -> list[tuple[str, str]]:
    found = rig.house.store.read(lambda tx: tx.alerts.listed(states=["raised", "acknowledged"]))
    return sorted((one.kind, one.recipient) for one in found if one.kind.startswith("review."))


def told(rig: Rig, kind: str) -> list[str]:
    """List what was done about the newest alert of a kind."""
    last = rig.house.store.read(lambda tx: tx.alerts.last_about(kind, order_id=ONE, device_id=None))
    assert last is not None
    return [act.what for act in rig.house.store.read(lambda tx: tx.alerts.acts(last.alert_id))]


def come_to(rig: Rig, at: int) -> None:
    rig.clock.at = Micros(at)
    see_reviews(rig.house)
    rig.judge()


def kept(rig: Rig) -> int:
    entries = rig.house.store.read(lambda tx: tx.journal.after(0, limit=1000))
    return sum(len(one.messages) for one in entries)


def with_standing(why: str = "court") -> dict[str, object]:
    """Give an order whose exclusion zone stands on; its curfew does not."""
    conditions = order_of()["conditions"]
    conditions[1]["stands"] = why
    return LONG | {"conditions": conditions}


def walk_in(rig: Rig, device: str) -> None:
    for step in range(12):
        rig.clock.at = Micros(rig.clock.at + MINUTE)
        lat = HOME[0] + (0 if step < 4 else 0.025) + step * 2e-5
        rig.say(device, rig.line(device, lat=lat, lon=HOME[1] + 0.005))


def found(rig: Rig) -> list[str]:
    feed = rig.house.store.read(lambda tx: tx.verdicts.feed(after=0, limit=500))
    return sorted({one.kind for _, one in feed if one.recipient == "authority"})


def reviewed(rig: Rig, by_date: str = "2027-04-01") -> None:
    record_review(rig.house, ONE, by_date=by_date, reason=WHY, by="olga", scheme=seed_scheme())


def test_a_warning_comes_at_28_14_7_and_1_days_with_an_owner(rig: Rig) -> None:
    rig.wearer(**LONG)
    come_to(rig, OVER - 28 * DAY - 1)
    assert kinds(rig) == []
    for count, days in enumerate((28, 14, 7, 1), start=1):
        for hours in (0, 1, 20):  # a round more tells nothing more
            come_to(rig, OVER - days * DAY + hours * HOUR)
            assert len(told(rig, "review.due")) == count
    assert kinds(rig) == [("review.due", "support")]


def test_a_review_in_time_lets_the_order_run_and_starts_the_clock_again(rig: Rig) -> None:
    device = rig.wearer(**LONG)
    come_to(rig, OVER - 7 * DAY)
    reviewed(rig)
    come_to(rig, LAPSES + HOUR)
    assert rig.say(device, rig.line(device)).status_code == 200
    assert (kept(rig), kinds(rig)) == (1, [("review.due", "support")])
    come_to(rig, over_at("2027-04-01", "Europe/London") - DAY)
    assert len(told(rig, "review.due")) == 2


def test_a_week_overdue_recording_and_judging_stop_and_people_are_told(rig: Rig) -> None:
    device = rig.wearer(**LONG)
    come_to(rig, LAPSES - MINUTE)
    rig.say(device, rig.line(device))
    come_to(rig, LAPSES + HOUR)
    assert rig.say(device, rig.line(device)).status_code == 410
    assert kept(rig) == 1
    assert ("review.overdue", "authority") in kinds(rig)
    alert = rig.house.store.read(
        lambda tx: tx.alerts.last_about("review.overdue", order_id=ONE, device_id=None)
    )
    assert alert is not None
    assert "whoever represents" in alert.words["en"]
    walk_in(rig, device)
    assert (kept(rig), found(rig)) == (1, [])
    facts = rig.house.store.read(lambda tx: tx.orders.facts(order_id=ONE))[0]
    assert facts.lapsed_since == LAPSES


def test_the_stop_counts_from_its_day_also_when_the_service_slept(rig: Rig) -> None:
    device = rig.wearer(**LONG)
    late = text(Micros(LAPSES + HOUR))
    rig.clock.at = Micros(LAPSES + 2 * DAY)
    see_reviews(rig.house)
    assert rig.say(device, rig.line(device, at=late)).status_code == 410
    before = text(Micros(LAPSES - HOUR))
    assert rig.say(device, rig.line(device, at=before)).status_code == 200


@pytest.mark.parametrize("way", ["review", "version"])
def test_a_recorded_review_lets_monitoring_go_on(rig: Rig, way: str) -> None:
    device = rig.wearer(**LONG)
    come_to(rig, LAPSES + DAY)
    if way == "review":
        reviewed(rig)
    else:
        again = order_of(version=2, supersedes=1, **LONG)
        again["review"]["by"] = "2027-04-01"
        put_order(rig.house, json.dumps(again).encode(), scheme=seed_scheme(), by="olga")
    rig.clock.at = Micros(rig.clock.at + HOUR)
    rig.judge()
    walk_in(rig, device)
    assert (kept(rig), found(rig)) == (12, ["zone.entered"])
    see_reviews(rig.house)
    assert rig.house.store.read(lambda tx: tx.orders.facts(order_id=ONE))[0].lapsed_since is None


def left_after_two_days(rig: Rig) -> int:
    """Walk into a zone that stands on while the review is overdue; count what is kept of it."""
    device = rig.wearer(**with_standing())
    come_to(rig, LAPSES + HOUR)
    walk_in(rig, device)
    assert (kept(rig), found(rig)) == (12, ["zone.entered"])
    come_to(rig, LAPSES + 2 * DAY)
    while compact(rig.house):
        pass
    return kept(rig)


def test_what_is_judged_on_is_not_kept_beyond_its_alert(rig: Rig) -> None:
    assert left_after_two_days(rig) == 0


def test_negative_control_a_trail_that_goes_on_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairtag.app.trail.kinds.is_kept", lambda *_: True)
    assert left_after_two_days(rig) == 12


@pytest.mark.parametrize("why", ["court", "protects_person"])
def test_what_a_court_made_or_protects_a_person_is_judged_on_without_a_trail(
    rig: Rig, why: str
) -> None:
    device = rig.wearer(**with_standing(why))
    come_to(rig, LAPSES + HOUR)
    walk_in(rig, device)
    assert found(rig) == ["zone.entered"]
    ruling = rig.house.store.read(lambda tx: tx.orders.rulings(ONE))[-1]
    assert not is_kept(ruling, rig.clock.at)
    assert is_kept(ruling, Micros(LAPSES - 1))
    # The alert keeps what it rests on.
    alerts = rig.house.store.read(lambda tx: tx.alerts.open_for(ONE))
    name = next(one.alert_id for one in alerts if one.kind == "zone.entered")
    assert b'"lat' in rig.house.store.read(lambda tx: tx.alerts.evidence(name))
    # And it is told again every day.
    for count in (2, 3):
        come_to(rig, rig.clock.at + DAY)
        assert len(told(rig, "review.overdue")) == count


def test_beside_a_standing_condition_the_others_are_not_judged(rig: Rig) -> None:
    """On Tuesday 26 January 2027 from 19:00 the curfew binds, and the wearer is out."""
    device = rig.wearer(**with_standing())
    come_to(rig, LAPSES + HOUR)
    rig.clock.at = Micros(LAPSES + 3 * DAY + 19 * HOUR)
    for _ in range(30):
        rig.clock.at = Micros(rig.clock.at + MINUTE)
        rig.say(device, rig.line(device, lat=HOME[0] - 0.02))
    assert found(rig) == []


def test_a_courts_own_review_stops_nothing_and_is_told_every_day(rig: Rig) -> None:
    review = {"kind": "court", "by": BY, "instrument": "Order of the court"}
    device = rig.wearer(**LONG, review=review)
    for days in (0, 1, 9):
        come_to(rig, OVER + days * DAY + HOUR)
    assert rig.say(device, rig.line(device)).status_code == 200
    assert len(told(rig, "review.overdue")) == 3


def test_an_order_that_ended_is_not_warned_about(rig: Rig) -> None:
    rig.wearer(**LONG)
    mark_order(rig.house, ONE, "end", at=Micros(OVER - 40 * DAY), by="test", reason="Revoked")
    come_to(rig, LAPSES + DAY)
    assert kinds(rig) == []


@pytest.mark.parametrize("by_date", ["2027-06-01", "2027-01-10", "soon"])
def test_the_next_review_is_within_the_schemes_months(rig: Rig, by_date: str) -> None:
    rig.wearer(**LONG)
    rig.clock.at = Micros(OVER - 5 * DAY)
    with pytest.raises(OrderConflict):
        reviewed(rig, by_date)


LAWYER, OWN = "mailto:advice@lawyer.example", "https://127.0.0.1:9/own"


class Heard:
    """Takes what leaves the house, to whom; refuses while `is_shut`."""

    def __init__(self) -> None:
        self.notices: list[tuple[str, Notice]] = []
        self.is_shut = False

    def send(self, notice: Notice, *, to: str) -> None:
        if self.is_shut:
            raise Busy("the mail server is away")
        self.notices.append((to, notice))


def heard(rig: Rig) -> Heard:
    """Send round as the service does."""
    made = Heard()
    rig.house = replace(rig.house, notifier_for=lambda _: made)
    return made


def named(rig: Rig, **addresses: str) -> None:
    """Write addresses down on the staff's page; an empty one takes the former back."""
    desk = at_desk(rig, f"olaf-{rig.clock.at}", "officer")
    for whom, to in addresses.items():
        answer = desk.send("/told", order="ORD-1", whom=whom, to=to)
        assert answer.headers["location"] == "/told?order=ORD-1"


def round_of(rig: Rig, at: int) -> None:
    come_to(rig, at)
    send_notices(rig.house)
    send_outside(rig.house)


def unlike_the_charter(rig: Rig) -> list[str]:
    """Let a review lapse; tells who of authority, wearer and representative was not told."""
    rig.wearer(**LONG)
    made, person = heard(rig), rig.person()
    set_duty(rig.house, [DutyEntry(step="first", user_id="olga", to="mailto:o@h.example")], by="t")
    named(rig, representative=LAWYER, wearer=OWN)
    round_of(rig, LAPSES - HOUR)
    too_early = [to for to, _ in made.notices if to in (LAWYER, OWN)]
    for hours in (1, 2, 30):  # a round more tells nobody again
        round_of(rig, LAPSES + hours * HOUR)
    wrong = [f"{to} was told too early" for to in too_early]
    told = [to for to, _ in made.notices]
    wrong += [
        f"{to} was told {told.count(to)} times"
        for to in ("mailto:o@h.example", LAWYER, OWN)
        if told.count(to) != 1
    ]
    page = come_in(rig).page().text
    if words.WORDS["not_judged"] not in page or BY not in page:
        wrong.append("the wearer's page does not say so")
    if person.disabled_at is None and not any(kind == "review.overdue" for kind, _ in kinds(rig)):
        wrong.append("the authority has no alert")
    return wrong


def test_authority_wearer_and_representative_are_told_by_the_system(rig: Rig) -> None:
    assert unlike_the_charter(rig) == []


def test_negative_control_a_system_that_tells_nobody_outside_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "see_outside", lambda *_: 0)
    assert unlike_the_charter(rig) == [f"{to} was told 0 times" for to in (LAWYER, OWN)]


def test_negative_control_a_page_that_is_silent_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "_stopped", lambda _: "")
    assert unlike_the_charter(rig) == ["the wearer's page does not say so"]


def test_a_notice_outside_carries_a_random_reference_the_urgency_and_a_link(rig: Rig) -> None:
    rig.wearer(**LONG)
    made = heard(rig)
    named(rig, representative=LAWYER)
    round_of(rig, LAPSES + HOUR)
    ((to, notice),) = made.notices
    assert (to, notice.urgency, notice.link) == (LAWYER, "normal", f"{rig.house.address}/my")
    assert re.fullmatch(r"n_[a-z2-7]{24}", notice.reference)
    # Staff find the order by it, nobody else does; and the address is in no file.
    found = at_desk(rig, "sue", "supervisor").get(f"/told?reference={notice.reference}").text
    assert "ORD-1: Whoever represents the wearer" in found
    files = [path for path in rig.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if b"lawyer.example" in path.read_bytes()]
    log = rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    (entry,) = [one.entry for one in log if one.entry.what == "outside.told"]
    assert entry.details["reference"] == notice.reference


def test_a_notice_that_can_not_be_handed_over_waits_and_the_wearer_reads_so(rig: Rig) -> None:
    rig.wearer(**LONG)
    made = heard(rig)
    made.is_shut = True
    named(rig, representative=LAWYER)
    round_of(rig, LAPSES + HOUR)
    assert words.WORDS["told_waits"] in come_in(rig).page().text
    made.is_shut = False
    round_of(rig, LAPSES + 2 * HOUR)
    assert [to for to, _ in made.notices] == [LAWYER]
    page = come_in(rig).page().text
    assert words.WHOM["representative"] in page
    assert words.WORDS["told_waits"] not in page


def test_an_address_that_comes_late_is_told_late_and_one_taken_back_is_not(rig: Rig) -> None:
    rig.wearer(**LONG)
    made = heard(rig)
    round_of(rig, LAPSES + HOUR)
    assert words.WORDS["nobody_told"] in come_in(rig).page().text
    named(rig, representative=LAWYER)
    round_of(rig, LAPSES + 2 * HOUR)
    assert [to for to, _ in made.notices] == [LAWYER]
    named(rig, representative="")
    reviewed(rig)
    round_of(rig, rig.clock.at + HOUR)
    assert len(made.notices) == 1


def test_who_was_told_of_the_stop_is_told_that_it_goes_on(rig: Rig) -> None:
    rig.wearer(**LONG)
    made = heard(rig)
    named(rig, representative=LAWYER)
    round_of(rig, LAPSES + HOUR)
    reviewed(rig)
    for hours in (1, 2):
        round_of(rig, rig.clock.at + hours * HOUR)
    assert [to for to, _ in made.notices] == [LAWYER, LAWYER]
    assert len({notice.reference for _, notice in made.notices}) == 2
    assert words.WORDS["not_judged"] not in come_in(rig).page().text


def test_what_stands_on_is_said_to_the_wearer_too(rig: Rig) -> None:
    rig.wearer(**with_standing())
    come_to(rig, LAPSES + HOUR)
    page = come_in(rig).page().text
    assert words.WORDS["standing"] in page
    assert words.WORDS["not_judged"] not in page


@pytest.mark.parametrize("to", ["lawyer@example.org", "http://lawyer.example", "mailto:a@b c"])
def test_an_address_that_can_not_work_is_refused(rig: Rig, to: str) -> None:
    rig.wearer(**LONG)
    answer = at_desk(rig, "olaf", "officer").send(
        "/told", order="ORD-1", whom="representative", to=to
    )
    assert answer.status_code == 422
    assert rig.house.store.read(lambda tx: tx.outside.contacts(ONE)) == []


def test_a_courts_order_is_reviewed_when_the_court_says(tmp_path: Path) -> None:
    order = order_of(ends_at="2027-10-01T00:00:00Z")
    order["review"] = {"kind": "court", "by": "2027-09-01", "instrument": "Order of the court"}
    assert put(tmp_path, order)[0] == 0


def test_a_warning_is_given_to_whoever_is_first_on_duty(rig: Rig) -> None:
    rig.wearer(**LONG)
    rig.person()
    set_duty(rig.house, [DutyEntry(step="first", user_id="olga", to="mailto:o@h.example")], by="t")
    come_to(rig, OVER - 28 * DAY)
    last = rig.house.store.read(
        lambda tx: tx.alerts.last_about("review.due", order_id=ONE, device_id=None)
    )
    assert last is not None
    assert last.owner == "olga"


def test_a_replay_of_the_journal_judges_the_lapse_the_same(rig: Rig) -> None:
    device = rig.wearer(**with_standing())
    come_to(rig, LAPSES - HOUR)
    walk_in(rig, device)
    come_to(rig, LAPSES + HOUR)
    walk_in(rig, device)
    reviewed(rig)
    rig.clock.at = Micros(rig.clock.at + HOUR)
    rig.judge()
    walk_in(rig, device)
    assert sorted(clean_replay(rig.house)) == rig.engine.digest_input()


def test_negative_control_a_clock_that_does_not_stop_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = rig.wearer(**LONG)
    monkeypatch.setattr(reviewing, "_stop", lambda *_: 0)
    come_to(rig, LAPSES + HOUR)
    assert rig.say(device, rig.line(device)).status_code == 200
    assert kept(rig) == 1
