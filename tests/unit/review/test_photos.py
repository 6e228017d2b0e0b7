"""What looks at two pictures add up to, and who may look next."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from fairtag.review.four_eyes import Account
from fairtag.review.photos import (
    ADVERSE,
    Outcome,
    PhotoCase,
    PhotoReview,
    counted,
    is_overdue,
    refusal_of,
    settled,
)
from fairtag.terms.instants import DAY, Micros

M, N, C, T = Outcome.MATCH, Outcome.NO_MATCH, Outcome.CONCERN, Outcome.CANT_TELL
NOW = Micros(100 * DAY)


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ([], None),
        ([M], M),
        ([T], T),
        ([N], None),
        ([C], None),
        ([N, N], N),
        ([C, C], C),
        ([N, C], C),  # in doubt the milder word
        ([C, N], C),
        ([N, M], None),
        ([N, T], None),
        ([N, M, M], M),
        ([N, M, N], N),
        ([C, M, N], C),
        ([N, M, T], T),
        ([N, T, M], T),
        ([N, T, T], T),
        ([C, T, C], C),
    ],
)
def test_what_looks_add_up_to(said: list[Outcome], end: Outcome | None) -> None:
    assert settled(said) == end


def test_nothing_adverse_follows_from_fewer_than_two_and_three_always_end() -> None:
    for length in (1, 2, 3):
        for said in product(Outcome, repeat=length):
            end = settled(said)
            adverse = sum(one in ADVERSE for one in said)
            assert (end in ADVERSE) == (adverse >= 2)
            assert length < 3 or end is not None


def test_who_looked_in_which_order_changes_no_end() -> None:
    for said in product(Outcome, repeat=3):
        if sum(one in ADVERSE for one in said) >= 1:
            assert len({settled(one) for one in permutations(said)}) == 1


def account(name: str, by: str, **told: object) -> Account:
    made = {"made_at": Micros(NOW - 2 * DAY), "is_open": True} | told
    return Account(user_id=name, made_by=by, **made)  # type: ignore[arg-type]


PEOPLE = {
    one.user_id: one
    for one in (
        account("rita", "adam"),
        account("rob", "eve"),
        account("rosa", "adam"),
        account("new", "carl", made_at=NOW),
        account("gone", "carl", is_open=False),
    )
}


def said(by: str, outcome: Outcome = N) -> PhotoReview:
    return PhotoReview(review_id=by, case_id="v", by=by, at=NOW, outcome=outcome)


@pytest.mark.parametrize(
    ("who", "earlier", "why"),
    [
        ("rob", ["rita"], None),
        ("rita", [], None),
        ("new", [], None),
        ("rita", ["rita"], "twice"),
        ("rosa", ["rita"], "same administrator"),
        ("rob", ["rita", "rob"], "twice"),
        ("new", ["rita"], "24 hours"),
        ("gone", [], "closed"),
        ("nobody", [], "closed"),
        ("rosa", ["gone"], None),  # a look by a closed account counts for nothing
    ],
)
def test_who_may_look(who: str, earlier: list[str], why: str | None) -> None:
    found = refusal_of(who, [said(one) for one in earlier], accounts=PEOPLE, now=NOW)

    assert (found is None) == (why is None)
    assert found is None or why is None or why in found


def test_looks_of_closed_accounts_do_not_count() -> None:
    looks = [said("gone"), said("rita"), said("nobody")]
    assert [one.by for one in counted(looks, PEOPLE)] == ["rita"]


def test_a_day_is_too_long_for_a_check_in_and_never_for_a_known_pair() -> None:
    case = PhotoCase(case_id="v", kind="check_in", made_at=NOW, waits_since=NOW)
    known = PhotoCase(case_id="v", kind="known_same", made_at=NOW, waits_since=NOW)

    assert not is_overdue(case, now=Micros(NOW + DAY - 1))
    assert is_overdue(case, now=Micros(NOW + DAY))
    assert not is_overdue(known, now=Micros(NOW + 9 * DAY))


def test_an_answer_is_named_by_all_that_it_says() -> None:
    names = {
        said("rita").digest,
        said("rob").digest,
        said("rita", C).digest,
        PhotoReview(review_id="x", case_id="v", by="rita", at=NOW, outcome=N, note="n").digest,
    }
    assert len(names) == 4
