"""When reviewers can't decide all that orders want, everybody has a fair share."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fairtag.rules.prompts.share import shares

CHANCES = [bytes([n]) for n in range(60)]
WANTED = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 5), max_size=9)


@settings(deadline=None)
@given(wanted=WANTED, capacity=st.integers(-3, 50), chance=st.binary(max_size=8))
def test_all_that_can_be_decided_is_given_and_nobody_has_two_less_than_another(
    wanted: dict[str, int], capacity: int, chance: bytes
) -> None:
    given_ = shares(wanted, capacity=capacity, chance=chance)

    assert given_.keys() == wanted.keys()
    assert sum(given_.values()) == max(0, min(capacity, sum(wanted.values())))
    for one, most in wanted.items():
        assert 0 <= given_[one] <= most
        assert given_[one] == most or given_[one] >= max(given_.values()) - 1


def test_enough_for_all_gives_all() -> None:
    assert shares({"a": 5, "b": 1}, capacity=6, chance=b"") == {"a": 5, "b": 1}
    assert shares({"a": 5, "b": 1}, capacity=99, chance=b"") == {"a": 5, "b": 1}
    assert shares({}, capacity=5, chance=b"x") == {}


def test_nobody_can_decide_so_nobody_is_asked() -> None:
    for capacity in (0, -1):
        assert shares({"a": 5}, capacity=capacity, chance=b"") == {"a": 0}


def test_the_last_one_goes_to_anybody_by_chance_and_the_same_chance_says_the_same() -> None:
    wanted = {"a": 1, "b": 1, "c": 1}

    def lucky(chance: bytes) -> str:
        (one,) = (name for name, most in shares(wanted, capacity=1, chance=chance).items() if most)
        return one

    assert {lucky(one) for one in CHANCES} == set(wanted)
    assert [lucky(one) for one in CHANCES] == [lucky(one) for one in CHANCES]
    turned = dict(reversed(wanted.items()))
    assert all(
        shares(turned, capacity=1, chance=one) == shares(wanted, capacity=1, chance=one)
        for one in CHANCES
    )
