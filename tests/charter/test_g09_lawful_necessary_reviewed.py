"""Guarantee 9: no order without its reasons, and none goes on that nobody reviews."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from tests.rig import HOME, Rig, order_of
from typer.testing import CliRunner

from fairtag.app.judging import clean_replay
from fairtag.app.put_order import mark_order, put_order
from fairtag.app.reviews import clock as reviewing
from fairtag.app.reviews.clock import see_reviews
from fairtag.app.reviews.record import record_review
from fairtag.app.trail.compact import compact
from fairtag.cli import app
from fairtag.orders.inforce import is_kept
from fairtag.orders.read import check
from fairtag.orders.scheme import read_scheme, seed_scheme
from fairtag.review.clock import lapses_at, over_at
from fairtag.terms.errors import OrderConflict, UsageError
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text

NOT_YET_PROVED = "the wearer and whoever represents them are told by a person, not by the system"

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


def test_a_real_persons_order_waits_for_the_proofs(tmp_path: Path) -> None:
    order = order_of()
    del order["simulated"]
    code, output = put(tmp_path, order)
    assert code == 1
    assert "simulated" in output


def test_negative_control_a_whole_order_is_taken(tmp_path: Path) -> None:
    assert put(tmp_path, order_of())[0] == 0


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
    assert "the wearer and whoever represents them" in alert.words["en"]
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
    monkeypatch.setattr("fairtag.app.trail.compact.is_kept", lambda *_: True)
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
