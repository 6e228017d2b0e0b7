"""Grants: around an alert, another time with a second person, danger to life; and insiders."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import pytest
from tests.rig import HOME, PASSWORD, Rig, walk_out

from fairtag.alerts.model import Alert, AlertState, Cause, DutyEntry
from fairtag.app.books import Person
from fairtag.app.disable_user import disable_user
from fairtag.app.four_eyes.decide import decide
from fairtag.app.handle_alert import close
from fairtag.app.open_record import open_apart, open_evidence, open_texts
from fairtag.app.openings.break_glass import break_glass, review, tasks
from fairtag.app.openings.circles import assign, declare_interest, note_apart
from fairtag.app.openings.delay import (
    ask_court_delay,
    delay_notice,
    delays_counted,
    record_court_delay,
    renew_delay,
)
from fairtag.app.openings.grants import WindowAsked, ask_window, take_window
from fairtag.app.openings.read import read_positions
from fairtag.app.wearer.contest import contest
from fairtag.app.wearer.looks import looks_shown, read_page
from fairtag.audit.entries import Entry
from fairtag.custody.opening import Grant
from fairtag.custody.refusals import (
    BreakGlassPaused,
    CoolingOff,
    DelayRefused,
    GrantOver,
    InterestDeclared,
    ReviewsOwed,
    SecondPersonNeeded,
)
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import (
    NotPermitted,
    OpeningRefused,
    ProposalStateRefused,
    SecondPersonRefused,
    SignInRefused,
)
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

WHY = "to find out where the device was lost"
ORDER, WEARER = OrderId("ORD-1"), WearerId("W-1")


def alerted(rig: Rig) -> AlertId:
    walk_out(rig, rig.wearer())
    return next(AlertId(one["alert_id"]) for one in rig.alerts() if one["kind"] == "zone.entered")


def asked(rig: Rig, first: Person, since: int, upto: int) -> Proposal:
    told = WindowAsked(
        order_id=ORDER,
        window=Interval(start=Micros(since), end=Micros(upto)),
        purpose="prepare_court",
        case_ref="CASE-7",
    )
    return ask_window(rig.house, first, told, reason=WHY)


def agree(rig: Rig, second: Person, proposal: Proposal) -> None:
    decide(
        rig.house,
        second,
        proposal.proposal_id,
        state="agreed",
        digest=proposal.digest,
        password=PASSWORD,
    )


def last_entry(rig: Rig, what: str) -> Entry:
    log = rig.house.store.read(lambda tx: tx.audit.entries(limit=100_000))
    return next(one.entry for one in log[::-1] if one.entry.what == what)


def test_two_people_open_another_window_and_nothing_outside_it(rig: Rig) -> None:
    first, second = rig.pair()
    device = rig.wearer()
    times = []
    for minute in range(6):
        rig.pass_time(10 * MINUTE)
        times.append(rig.clock.at)
        rig.say(device, rig.line(device, lat=HOME[0] + minute * 1e-4))

    rig.pass_time(HOUR)
    proposal = asked(rig, first, times[2], times[4])
    with pytest.raises(ProposalStateRefused):
        take_window(rig.house, first, proposal.proposal_id)
    agree(rig, second, proposal)
    grant = take_window(rig.house, first, proposal.proposal_id)
    opened = read_positions(rig.house, grant.grant_id, person=first)

    assert [one.at for one in opened.positions] == times[2:4]
    assert opened.current is None
    assert (grant.second_person, grant.case_ref) == ("sara", "CASE-7")
    assert last_entry(rig, "opening.read").second_person == "sara"
    with pytest.raises(GrantOver):
        read_positions(rig.house, grant.grant_id, person=second)
    with pytest.raises(ProposalStateRefused):
        take_window(rig.house, first, proposal.proposal_id)
    rig.clock.at = Micros(rig.clock.at + HOUR)
    with pytest.raises(GrantOver, match="lease"):
        read_positions(rig.house, grant.grant_id, person=first)


def test_only_the_one_who_asked_carries_it_out(rig: Rig) -> None:
    first, second = rig.pair()
    rig.wearer()
    proposal = asked(rig, first, rig.clock.at - HOUR, rig.clock.at)
    agree(rig, second, proposal)
    with pytest.raises(NotPermitted):
        take_window(rig.house, second, proposal.proposal_id)


def test_a_lease_ends_with_the_alert_and_with_the_account(rig: Rig) -> None:
    first, second = rig.pair()
    alert = alerted(rig)
    opened = open_evidence(rig.house, alert, person=first, purpose="handle_alert")
    other = open_evidence(rig.house, alert, person=second, purpose="handle_alert")
    assert read_positions(rig.house, opened.grant.grant_id, person=first).positions

    disable_user(rig.house, "otto", by="test")
    with pytest.raises(GrantOver, match="account"):
        read_positions(rig.house, opened.grant.grant_id, person=first)
    close(rig.house, alert, person=second, cause=Cause.TEST, reason="This was a rehearsal.")
    with pytest.raises(GrantOver, match="alert"):
        read_positions(rig.house, other.grant.grant_id, person=second)


def test_an_urgent_alert_tells_where_the_device_is_now(rig: Rig) -> None:
    person = rig.person("otto", "officer")
    alert = alerted(rig)
    rig.pass_time(7 * MINUTE)
    rig.say("D-1", rig.line("D-1", lat=53.5111, accuracy_m=25.0))
    rig.pass_time(3 * MINUTE)

    current = open_evidence(rig.house, alert, person=person, purpose="handle_alert").current

    assert current is not None
    assert current.position is not None
    assert (current.position.lat, current.position.accuracy_m) == (53.5111, 25.0)
    assert current.now - current.position.at == 3 * MINUTE


def test_an_alert_without_positions_says_that_nobody_knows(rig: Rig) -> None:
    person = rig.person("otto", "officer")
    device = rig.wearer()
    rig.event(device, "strap_open")
    alert = AlertId(rig.alerts()[0]["alert_id"])

    current = open_evidence(rig.house, alert, person=person, purpose="handle_alert").current

    assert current is not None
    assert current.position is None
    assert current.heard_at == rig.clock.at


def test_an_alert_that_is_not_urgent_opens_its_own_copy_and_nothing_after_it(rig: Rig) -> None:
    person = rig.person("otto", "officer")
    device = rig.wearer()
    rig.event(device, "battery_low")
    rig.say(device, rig.line(device, lat=53.4822))
    alert = AlertId(rig.alerts()[0]["alert_id"])

    opened = open_evidence(rig.house, alert, person=person, purpose="handle_alert")

    assert opened.current is None
    assert 53.4822 not in [one.lat for one in opened.positions]


def test_break_glass_opens_one_wearer_tells_at_once_and_is_reviewed(rig: Rig) -> None:
    first, second = rig.pair()
    device = rig.wearer()
    rig.say(device, rig.line(device))
    roster = [DutyEntry(step="supervisor", user_id="sara", to="mailto:sara@example.org")]
    rig.house.store.transact(lambda tx: tx.alerts.set_duty(roster))
    with pytest.raises(SignInRefused):
        broken(rig, first, password="wrong wrong wrong")

    grant = broken(rig, first)

    assert read_positions(rig.house, grant.grant_id, person=first).positions
    notices = rig.house.store.read(lambda tx: tx.alerts.notices_due(at=rig.clock.at))
    assert [(one.to, one.urgency) for one in notices] == [("mailto:sara@example.org", "urgent")]
    told = rig.house.store.read(lambda tx: tx.alerts.get(notices[0].alert_id))
    assert (told.wearer_id, told.order_id, told.priority) == (None, None, "urgent")
    with pytest.raises(OpeningRefused):  # it opens nothing itself
        open_evidence(rig.house, told.alert_id, person=second, purpose="handle_alert")
    rig.clock.at = Micros(rig.clock.at + 30 * MINUTE)
    with pytest.raises(GrantOver):
        read_positions(rig.house, grant.grant_id, person=first)
    review(rig.house, second, grant.grant_id, verdict="justified", reason="The caller was real.")
    (task,) = rig.house.store.read(tasks)
    assert task.review is not None
    with pytest.raises(OpeningRefused, match="before"):
        review(rig.house, second, grant.grant_id, verdict="justified", reason="Once more then.")


def broken(rig: Rig, person: Person, password: str = PASSWORD, order: str = ORDER) -> Grant:
    return break_glass(
        rig.house,
        person,
        OrderId(order),
        incident="INC-1",
        reason="A caller says he is hurt.",
        password=password,
    )


def test_nobody_reviews_their_own_and_72_hours_pause_it(rig: Rig) -> None:
    first, second = rig.pair()
    rig.wearer()
    grant = broken(rig, second)
    with pytest.raises(SecondPersonRefused):
        review(rig.house, second, grant.grant_id, verdict="justified", reason="I was right.")
    with pytest.raises(NotPermitted):
        review(rig.house, first, grant.grant_id, verdict="justified", reason="She was right.")
    rig.clock.at = Micros(rig.clock.at + 72 * HOUR - 1)
    broken(rig, second)
    rig.clock.at = Micros(rig.clock.at + 1)
    with pytest.raises(BreakGlassPaused):
        broken(rig, second)
    broken(rig, first)  # another person still may


def test_three_openings_that_nobody_reviewed_leave_the_next_to_a_colleague(rig: Rig) -> None:
    first, second = rig.pair()
    for number in range(1, 6):
        rig.wearer(number)
    grants = [broken(rig, first, order=f"ORD-{number}") for number in range(1, 4)]
    with pytest.raises(ReviewsOwed) as refusal:
        broken(rig, first, order="ORD-4")
    assert "another officer" in refusal.value.officer
    (look,) = rig.house.store.read(lambda tx: tx.openings.looks(is_refused=True))
    assert (look.person, look.wearer_id, look.refused) == ("otto", "W-4", "FT-860")
    broken(rig, second, order="ORD-4")  # another person still may

    told = {"verdict": "justified", "reason": "The caller was real."}
    review(rig.house, second, grants[0].grant_id, **told)

    broken(rig, first, order="ORD-5")
    with pytest.raises(ReviewsOwed):
        broken(rig, first, order="ORD-4")


def test_negative_control_without_the_limit_a_loop_opens_everybody(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairtag.custody.standing.UNREVIEWED", 1000)
    with pytest.raises(pytest.fail.Exception):
        test_three_openings_that_nobody_reviewed_leave_the_next_to_a_colleague(rig)


def test_thirty_ex_partners_are_stopped_and_each_is_on_the_list(rig: Rig) -> None:
    """Ten who declared it, ten who did not and have no such wearer, ten by another way."""
    alert = alerted(rig)
    rig.person("sara", "supervisor")
    assign(rig.house, ORDER, "sara", by="test")
    roster = [DutyEntry(step="first", user_id="sara", to="mailto:sara@example.org")]
    rig.house.store.transact(lambda tx: tx.alerts.set_duty(roster))
    people = [staff(rig, f"ex-{n}") for n in range(30)]
    for one in people[:10]:
        declare_interest(rig.house, one, "W-1")
        with pytest.raises(InterestDeclared):
            open_evidence(rig.house, alert, person=one, purpose="handle_alert")
    for one in people[10:20]:
        with pytest.raises(SecondPersonNeeded):
            open_evidence(rig.house, alert, person=one, purpose="handle_alert")
    for n, one in enumerate(people[20:]):
        declare_interest(rig.house, one, "W-1")
        with pytest.raises(OpeningRefused):
            by_another_way(rig, n, one, alert)

    looks = rig.house.store.read(lambda tx: tx.openings.looks(is_refused=True))
    assert {one.person for one in looks} == {one.user_id for one in people}
    assert all(one.grant_id is None for one in looks)
    assert rig.house.store.read(lambda tx: tx.openings.granted()) == []


def staff(rig: Rig, name: str) -> Person:
    """Make an account of an officer without the slow hash of a password."""
    person = Person(
        user_id=name, name=name, role="officer", authority_id="ho", created_at=rig.clock.at
    )
    rig.house.store.transact(
        lambda tx: tx.people.add(person, setup_hash=name.encode(), expires_at=rig.clock.at)
    )
    return person


def by_another_way(rig: Rig, n: int, person: Person, alert: AlertId) -> None:
    ways = (
        lambda: open_texts(rig.house, alert, person=person, purpose="handle_alert"),
        lambda: open_apart(rig.house, alert, person=person, purpose="protect_person"),
        lambda: asked(rig, person, rig.clock.at - HOUR, rig.clock.at),
    )
    ways[n % len(ways)]()


def test_negative_control_without_the_interest_they_would_look(rig: Rig, monkeypatch) -> None:
    alert = alerted(rig)
    person = staff(rig, "ex-1")
    declare_interest(rig.house, person, "W-1")
    book = type(rig.house.store.read(lambda tx: tx.circles))
    monkeypatch.setattr(book, "knows", lambda *_: False)

    assert open_evidence(rig.house, alert, person=person, purpose="handle_alert").positions


def test_an_interest_ends_a_lease_and_a_second_persons_counts_too(rig: Rig) -> None:
    first, second = rig.pair()
    alert = alerted(rig)
    opened = open_evidence(rig.house, alert, person=first, purpose="handle_alert")
    proposal = asked(rig, first, rig.clock.at - HOUR, rig.clock.at)
    agree(rig, second, proposal)
    admin = rig.person("adam", "admin")
    declare_interest(rig.house, admin, "W-1", of_user="sara")
    with pytest.raises(InterestDeclared):
        take_window(rig.house, first, proposal.proposal_id)
    declare_interest(rig.house, first, "W-1")
    with pytest.raises(InterestDeclared):
        read_positions(rig.house, opened.grant.grant_id, person=first)
    with pytest.raises(NotPermitted):
        declare_interest(rig.house, first, "W-1", of_user="adam")


def thousand_alerts(rig: Rig) -> list[AlertId]:
    rig.wearer()
    found = [AlertId(f"a_{n}") for n in range(1000)]

    def work(tx: object) -> None:
        for n, name in enumerate(found):
            tx.alerts.put(alert_of(rig, name, n))  # type: ignore[attr-defined]

    rig.house.store.transact(work)
    return found


def alert_of(rig: Rig, name: AlertId, n: int) -> Alert:
    return Alert(
        alert_id=name,
        order_id=ORDER,
        wearer_id=WearerId(f"W-{n}"),
        condition_id=None,
        device_id=None,
        kind="zone.entered",
        recipient="authority",
        priority="urgent",
        state=AlertState.RAISED,
        raised_at=rig.clock.at,
        began_at=rig.clock.at,
    )


def count_opened(rig: Rig, person: Person, alerts: Sequence[AlertId]) -> int:
    done = 0
    for name in alerts:
        try:
            open_evidence(rig.house, name, person=person, purpose="handle_alert")
        except SecondPersonNeeded:
            return done
        done += 1
    return done


def test_a_loop_over_a_thousand_stops_at_the_budget_of_a_shift(rig: Rig) -> None:
    alerts, person = thousand_alerts(rig), staff(rig, "loop")

    assert count_opened(rig, person, alerts) <= 41
    rig.clock.at = Micros(rig.clock.at + 12 * HOUR)
    assert count_opened(rig, person, alerts[100:]) == 40


def test_negative_control_without_a_budget_the_loop_goes_on(rig: Rig, monkeypatch) -> None:
    monkeypatch.setattr("fairtag.custody.standing.OPENINGS_A_SHIFT", 10_000)
    alerts, person = thousand_alerts(rig)[:60], staff(rig, "loop")
    assert count_opened(rig, person, alerts) == 60


def test_a_lease_that_runs_is_no_second_opening(rig: Rig) -> None:
    alert, person = alerted(rig), staff(rig, "oona")
    names = {
        open_evidence(rig.house, alert, person=person, purpose="handle_alert").grant.grant_id
        for _ in range(3)
    }
    assert len(names) == 1
    assert len(rig.house.store.read(lambda tx: tx.openings.looks(person="oona"))) == 3


def test_the_same_wearer_again_and_again_without_an_alert_takes_a_pause(rig: Rig) -> None:
    alert, person = alerted(rig), staff(rig, "oona")
    close(rig.house, alert, person=person, cause=Cause.TEST, reason="This was a rehearsal.")
    for _ in range(3):
        open_texts(rig.house, alert, person=person, purpose="review_handling")
        rig.clock.at = Micros(rig.clock.at + HOUR)
    with pytest.raises(CoolingOff):
        open_texts(rig.house, alert, person=person, purpose="review_handling")
    with pytest.raises(CoolingOff):
        asked(rig, person, rig.clock.at - HOUR, rig.clock.at)
    rig.clock.at = Micros(rig.clock.at + DAY)
    open_texts(rig.house, alert, person=person, purpose="review_handling")


def test_a_delay_hides_the_look_then_shows_it_with_the_delay(rig: Rig) -> None:
    first, second = rig.pair()
    alert = alerted(rig)
    opened = open_evidence(
        rig.house, alert, person=first, purpose="handle_alert", delay_for="danger"
    )
    name = opened.grant.grant_id
    assert seen(rig) == []
    with pytest.raises(DelayRefused, match="supervisor"):
        renew_delay(rig.house, first, name, reason="danger")
    renew_delay(rig.house, second, name, reason="inquiry")
    rig.clock.at = Micros(rig.clock.at + 6 * DAY)
    (shown,) = seen(rig)
    assert (shown.staff, shown.delayed_for) == ("otto", "danger")
    with pytest.raises(DelayRefused):
        delay_notice(rig.house, second, name, reason="danger")
    counted = rig.house.store.read(lambda tx: delays_counted(tx, now=rig.clock.at))
    assert counted == {"openings": 1, "renewed": 1, "by_court": 0, "standing": 0}


def test_nothing_is_hidden_that_the_wearer_has_seen(rig: Rig) -> None:
    person = rig.pair()[0]
    alert = alerted(rig)
    read_page(rig.house, WEARER)  # nobody had looked yet
    unseen = open_evidence(rig.house, alert, person=person, purpose="handle_alert")
    assert delay_notice(rig.house, person, unseen.grant.grant_id, reason="danger")
    seen_of = open_evidence(rig.house, alert, person=person, purpose="check_equipment")
    assert [one.staff for one in read_page(rig.house, WEARER).looks] == ["otto"]

    with pytest.raises(DelayRefused, match="seen it already"):
        delay_notice(rig.house, person, seen_of.grant.grant_id, reason="danger")

    assert len(seen(rig)) == 1


def seen(rig: Rig) -> list:
    return list(rig.house.store.read(lambda tx: looks_shown(tx, WEARER, now=rig.clock.at)))


def test_a_court_delays_longer_by_two_people(rig: Rig) -> None:
    first, second = rig.pair()
    alert = alerted(rig)
    opened = open_evidence(
        rig.house, alert, person=first, purpose="handle_alert", delay_for="inquiry"
    )
    until = Micros(rig.clock.at + 90 * DAY)
    proposal = ask_court_delay(
        rig.house, first, opened.grant.grant_id, until=until, court_ref="Leeds 12", reason=WHY
    )
    with pytest.raises(ProposalStateRefused):
        record_court_delay(rig.house, first, proposal.proposal_id)
    agree(rig, second, proposal)
    record_court_delay(rig.house, first, proposal.proposal_id)
    rig.clock.at = Micros(until - 1)
    assert seen(rig) == []
    rig.clock.at = until
    assert len(seen(rig)) == 1


def test_a_note_about_somebody_else_opens_to_a_logged_reader_and_names_no_wearer(
    rig: Rig,
) -> None:
    alert, person = alerted(rig), staff(rig, "oona")
    note_apart(rig.house, person, alert, told="Maryanne Canarywit lives next door")
    held = b"".join(path.read_bytes() for path in rig.folder.rglob("*") if path.is_file())
    assert b"Canarywit" not in held

    (note,) = open_apart(rig.house, alert, person=person, purpose="protect_person")

    assert note.text == "Maryanne Canarywit lives next door"
    log = rig.house.store.read(lambda tx: tx.audit.entries(limit=100_000))
    about = [one.entry for one in log if one.entry.what.startswith("third-person")]
    assert len(about) == 2
    assert {one.wearer_id for one in about} == {None}
    assert {one.order_id for one in about} == {None}


@pytest.mark.parametrize("table", ["grants", "looks", "interests", "notice_delays", "contests"])
def test_what_was_opened_can_not_be_bent_by_sql(rig: Rig, table: str) -> None:
    alert, person = alerted(rig), staff(rig, "oona")
    open_evidence(rig.house, alert, person=person, purpose="handle_alert", delay_for="danger")
    declare_interest(rig.house, person, "W-9")
    if table == "contests":
        contest(rig.house, WEARER, text="This is wrong.")
    column = "granted_at" if table == "grants" else "at"
    with sqlite3.connect(rig.folder / "fairtag.db") as db:
        for told in ("UPDATE {table} SET {column} = 1", "DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(told.format(table=table, column=column))
    db.close()
