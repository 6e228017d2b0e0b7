"""How little is enough, who may be told on which ground, and by when a wearer is answered."""

from __future__ import annotations

import pytest

from fairtag.disclosure.access_clock import (
    IDENTITY_FRESH,
    REGIMES,
    demand_extension,
    demand_identified,
    due_on,
    is_identity_fresh,
    regime_of,
)
from fairtag.disclosure.course import Step
from fairtag.disclosure.emergency import REVIEWED_WITHIN, review_state
from fairtag.disclosure.gateways import AUTHORITIES, GATEWAYS, JUDGES, Kind
from fairtag.disclosure.recipients import Recipient, Standing, demand_sound, gateway_for
from fairtag.disclosure.refusals import DisclosureRefused, RecipientRefused
from fairtag.disclosure.scope import Category, Scope, demand_scope, is_replayable
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

ORDER = Interval(start=Micros(100 * DAY), end=Micros(200 * DAY))
NOW = Micros(150 * DAY)
KEY = "age17xkhp4fjg08cyvecgthcu3qaerf6xmrwz88fu55jk4gh4mht65zqglkhvn"


def scope(start: int = 100, end: int = 110, *categories: Category) -> Scope:
    return Scope(
        wearer_id=WearerId("W-1"),
        order_id=OrderId("ORD-1"),
        window=Interval(start=Micros(start * DAY), end=Micros(end * DAY)),
        categories=frozenset(categories or {Category.FINDINGS}),
    )


def body(kind: Kind = Kind.POLICE, *gateways: str, key: str = KEY) -> Recipient:
    return Recipient(
        recipient_id="r1",
        name="A body",
        kind=kind,
        public_key=key,
        contact="0161 000",
        gateways=gateways or ("crime",),
    )


@pytest.mark.parametrize("kind", [Kind.POLICE, Kind.HOME_OFFICE, Kind.JUSTICE])
def test_an_authority_gets_fourteen_days_and_not_a_moment_more(kind: Kind) -> None:
    demand_scope(scope(100, 114), kind=kind, order=ORDER, now=NOW)
    with pytest.raises(DisclosureRefused, match="14 days"):
        demand_scope(scope(100, 115), kind=kind, order=ORDER, now=NOW)


@pytest.mark.parametrize("kind", [*JUDGES, Kind.LAWYER, Kind.WEARER, Kind.REGULATOR])
def test_courts_and_the_wearers_side_may_need_it_whole(kind: Kind) -> None:
    demand_scope(scope(100, 150), kind=kind, order=ORDER, now=NOW)


@pytest.mark.parametrize(("start", "end"), [(99, 101), (149, 151), (110, 110), (111, 110)])
def test_a_window_lies_in_the_order_and_in_the_past(start: int, end: int) -> None:
    told = Interval(start=Micros(start * DAY), end=Micros(max(start, end) * DAY))
    bad = Scope(
        wearer_id=WearerId("W-1"), order_id=OrderId("O"), window=told, categories={Category.LOG}
    )
    with pytest.raises(DisclosureRefused):
        demand_scope(bad, kind=Kind.COURT, order=ORDER, now=NOW)


@pytest.mark.parametrize("one", [Category.FINDINGS, Category.POSITIONS])
def test_what_speaks_for_the_wearer_goes_with_it(one: Category) -> None:
    assert {Category.FINDINGS, Category.DEVICE, Category.SAID} <= scope(100, 110, one).told


@pytest.mark.parametrize("one", [Category.IDENTITY, Category.ORDER, Category.LOG])
def test_what_says_nothing_about_conduct_brings_nothing_along(one: Category) -> None:
    assert scope(100, 110, one).told == {one}


def test_judging_again_needs_the_order_and_everything_from_its_start() -> None:
    both = (Category.ORDER, Category.POSITIONS)
    assert is_replayable(scope(100, 110, *both), ORDER)
    assert not is_replayable(scope(101, 110, *both), ORDER)
    assert not is_replayable(scope(100, 110, Category.POSITIONS), ORDER)
    assert not is_replayable(scope(100, 110, Category.ORDER), ORDER)


def test_each_gateway_names_its_law_and_what_must_be_shown() -> None:
    for one in GATEWAYS.values():
        assert one.source
        assert one.wants
        assert one.kinds
    assert {kind for one in GATEWAYS.values() for kind in one.kinds} == set(Kind)


def test_the_lawyer_stands_on_equal_terms() -> None:
    for code in ("court_order", "proceedings", "criminal_proceedings"):
        assert Kind.LAWYER in GATEWAYS[code].kinds
    for code in ("access_gdpr", "access_part3"):
        assert GATEWAYS[code].kinds.isdisjoint(AUTHORITIES)


@pytest.mark.parametrize(
    "bad",
    [
        body(Kind.POLICE, "access_gdpr"),
        body(Kind.LAWYER, "crime"),
        body(key="age1short"),
        body(key="ssh-ed25519 AAAA"),
        body(key=KEY.upper()),
    ],
)
def test_a_body_that_is_not_sound_stays_out(bad: Recipient) -> None:
    with pytest.raises(RecipientRefused):
        demand_sound(bad)


def test_only_who_is_registered_for_a_gateway_relies_on_it() -> None:
    demand_sound(body())
    assert gateway_for(body(), "crime") is GATEWAYS["crime"]
    for told in ("court_order", "nothing", ""):
        with pytest.raises(RecipientRefused):
            gateway_for(body(), told)
    ended = Recipient(**{name: getattr(body(), name) for name in ("recipient_id", "name", "kind",
        "public_key", "contact", "gateways")}, standing=Standing.ENDED)  # fmt: skip
    with pytest.raises(RecipientRefused, match="no more"):
        gateway_for(ended, "crime")


@pytest.mark.parametrize(
    ("asked", "regime", "is_extended", "due"),
    [
        ("2026-11-05", "uk_gdpr", False, "2026-12-05"),
        ("2026-01-31", "uk_gdpr", False, "2026-02-28"),
        ("2028-01-31", "uk_part3", False, "2028-02-29"),  # a leap year
        ("2026-12-31", "eu_gdpr", True, "2027-03-31"),
        ("2026-11-30", "uk_gdpr", True, "2027-02-28"),
        ("2026-11-05", "uk_part3", True, "2026-12-05"),
        ("2026-11-05", "other:NAME", True, "2026-12-05"),  # what we don't know is strict
    ],
)
def test_dates_of_an_answer(asked: str, regime: str, is_extended: bool, due: str) -> None:  # noqa: FBT001
    assert due_on(asked, regime_of(regime), is_extended=is_extended) == due


@pytest.mark.parametrize(
    ("today", "regime", "reason"),
    [
        ("2026-12-06", "uk_gdpr", "a long enough reason to read"),
        ("2026-12-01", "uk_part3", "a long enough reason to read"),
        ("2026-12-01", "uk_gdpr", "too short"),
    ],
)
def test_no_more_time_late_unlawfully_or_without_a_reason(
    today: str, regime: str, reason: str
) -> None:
    with pytest.raises(DisclosureRefused):
        demand_extension("2026-11-05", today, REGIMES[regime], reason=reason)
    demand_extension("2026-11-05", "2026-12-05", REGIMES["uk_gdpr"], reason="x" * 20)


def test_an_identity_is_fresh_for_a_day() -> None:
    assert is_identity_fresh(NOW, NOW)
    assert is_identity_fresh(Micros(NOW - IDENTITY_FRESH), NOW)
    assert not is_identity_fresh(Micros(NOW - IDENTITY_FRESH - 1), NOW)
    assert not is_identity_fresh(Micros(NOW + 1), NOW)


def looked_at(at: int, by: str = "otto") -> Step:
    return Step(
        disclosure_id="x_1",
        what="identity_checked",
        by=by,
        at=Micros(at),
        facts={"how": "passport or identity card"},
    )


def test_the_newest_look_at_who_asks_counts_and_none_is_none() -> None:
    assert demand_identified([looked_at(0), looked_at(NOW, "nora")], NOW).by == "nora"
    for steps in ([], [looked_at(NOW - IDENTITY_FRESH - 1)]):
        with pytest.raises(DisclosureRefused, match="look who asks"):
            demand_identified(steps, NOW)


def test_a_review_is_overdue_after_a_day_and_done_is_done() -> None:
    late = Micros(NOW + REVIEWED_WITHIN)
    assert review_state(NOW, reviewed_at=None, now=Micros(late - 1)) == "due"
    assert review_state(NOW, reviewed_at=None, now=late) == "overdue"
    assert review_state(NOW, reviewed_at=late, now=late) == "done"
