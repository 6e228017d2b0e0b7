from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairtag.faces import error_rates as told
from fairtag.faces.error_rates import Trials
from fairtag.faces.model import Rate
from fairtag.terms.counts.intervals import share

# Six genuine and six impostor scores; every figure below was counted by hand.
GENUINE = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.2])
IMPOSTOR = np.array([0.55, 0.4, 0.3, 0.3, 0.1, 0.0])
scores = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=40).map(np.array)


def impostors(people: int, is_match) -> Trials:
    """Everybody against everybody else, once."""
    pairs = [(a, b) for a in range(people) for b in range(a + 1, people)]
    return Trials(
        scores=np.array([1.0 if is_match(a, b) else 0.0 for a, b in pairs]),
        first=np.array([a for a, _ in pairs]),
        second=np.array([b for _, b in pairs]),
    )


# Source: Clopper and Pearson 1934 as tabulated; 0 of 30,000 is the rule of three made exact.
@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (10, 100, 0.0490, 0.1762),
        (0, 30_000, 0.0, 1.2296e-4),
        (3, 200_000, 3.0934e-6, 4.3836e-5),
    ],
)
def test_independent_trials_have_the_exact_interval(errors, trials, low, high) -> None:
    rate = told.independent(errors, trials)

    assert rate.low == pytest.approx(low, rel=2e-3, abs=5e-5 if low > 1e-3 else 1e-9)
    assert rate.high == pytest.approx(high, rel=2e-3)


def test_no_trials_show_nothing() -> None:
    nobody = np.array([], dtype=np.int64)

    assert told.of_people(np.array([], dtype=bool), nobody, seed=1) == Rate(
        errors=0, trials=0, low=0.0, high=1.0
    )


def test_people_tried_once_each_are_independent() -> None:
    wrong = np.array([True] + [False] * 49)

    assert told.of_people(wrong, np.arange(50), seed=1) == told.independent(1, 50)


def test_two_people_once_each_are_independent() -> None:
    trials = Trials(scores=np.zeros(100), first=np.arange(100), second=np.arange(100, 200))

    assert told.of_pairs(trials, [0.5], seed=1) == [told.independent(0, 100)]


def test_many_pictures_of_one_person_count_no_more_than_one() -> None:
    """Ten people, a hundred pictures each, no error: it shows what ten trials show, not 1,000."""
    rate = told.of_people(np.zeros(1000, dtype=bool), np.repeat(np.arange(10), 100), seed=1)

    assert rate.trials == 1000
    assert rate.high == share(0, 10)[1]


def test_many_pictures_of_two_people_count_once() -> None:
    pairs = impostors(20, lambda _a, _b: False)
    often = Trials(
        scores=np.repeat(pairs.scores, 50),
        first=np.repeat(pairs.first, 50),
        second=np.repeat(pairs.second, 50),
    )

    (rate,) = told.of_pairs(often, [0.5], seed=1)

    assert rate.trials == 190 * 50
    assert rate.high == share(0, 190)[1]


def test_errors_that_a_few_people_cause_are_less_sure_than_as_many_scattered_ones() -> None:
    """Two of forty match everybody: 77 errors in 780. Scattered, the interval is far narrower."""
    (clustered,) = told.of_pairs(impostors(40, lambda a, _b: a < 2), [0.5], seed=1)
    scattered = told.independent(clustered.errors, clustered.trials)

    assert clustered.errors == 77
    assert clustered.high > scattered.high * 1.5
    assert clustered.low < scattered.low


def test_the_bootstrap_over_people_covers_what_is_true() -> None:
    """Beta-binomial people, mean rate 0.2: intervals of 95 % hold the truth 93 to 100 % of the
    time, and those that take every trial for independent far less often."""
    chance = np.random.default_rng(5)
    held = naive = 0
    for turn in range(120):
        ability = chance.beta(1, 4, 40)
        person = np.repeat(np.arange(40), 20)
        wrong = chance.random(800) < ability[person]
        rate = told.of_people(wrong, person, seed=turn)
        held += rate.low <= 0.2 <= rate.high
        low, high = share(rate.errors, rate.trials)
        naive += low <= 0.2 <= high
    assert held / 120 >= 0.92
    assert naive / 120 < 0.7


def test_the_same_seed_gives_the_same_interval_and_another_another() -> None:
    trials = impostors(30, lambda a, b: (a * b) % 7 == 3)

    first, second, third = (told.of_pairs(trials, [0.5], seed=n)[0] for n in (1, 1, 2))

    assert first == second
    assert first != third


def test_thresholds_are_told_together_as_alone() -> None:
    trials = impostors(12, lambda a, b: (a + b) % 3 == 0)

    together = told.of_pairs(trials, [0.0, 0.5, 2.0], seed=3)

    assert together == [told.of_pairs(trials, [one], seed=3)[0] for one in (0.0, 0.5, 2.0)]
    assert [one.errors for one in together] == [66, int((trials.scores > 0).sum()), 0]


def test_the_curve_counts_both_errors_at_each_score() -> None:
    found = told.curve(GENUINE, IMPOSTOR)

    at = list(found.thresholds).index(0.55)
    assert (found.fmr[at], found.fnmr[at]) == (1 / 6, 2 / 6)
    assert (found.fmr[0], found.fnmr[0]) == (1.0, 0.0)
    assert (found.fmr[-1], found.fnmr[-1]) == (0.0, 1.0)


def test_the_best_threshold_is_right_ten_times_of_twelve() -> None:
    accuracy, threshold = told.best_accuracy(GENUINE, IMPOSTOR)

    assert accuracy == 10 / 12
    # .5 lets .55 in and keeps .2 out: two errors; so does .6, which is stricter: half-way to .55.
    assert threshold == pytest.approx(0.575)


def test_equal_error_is_where_the_two_meet() -> None:
    rate, threshold = told.equal_error(told.curve(GENUINE, IMPOSTOR))

    assert (rate, threshold) == (1 / 6, 0.5)


def test_a_threshold_for_a_rate_needs_three_over_the_rate() -> None:
    many = np.arange(300) / 300

    assert told.threshold_at(many, 0.01) == np.nextafter(296 / 300, 1)
    assert np.count_nonzero(many >= told.threshold_at(many, 0.01)) == 3
    assert told.threshold_at(many[:-1], 0.01) is None


def test_the_needed_count_is_the_first_that_suffices() -> None:
    for limit in (1e-4, 0.02, 0.3):
        n = told.needed(limit)
        assert share(0, n)[1] <= limit < share(0, n - 1)[1]


def test_a_limit_is_met_exceeded_or_not_demonstrated() -> None:
    assert told.shown(told.independent(0, 40_000), 1e-4) == "met"
    assert told.shown(told.independent(0, 20_000), 1e-4) == "not_demonstrated"
    assert told.shown(told.independent(50, 20_000), 1e-4) == "exceeded"


def test_groups_are_compared_worst_to_best_and_to_the_mean() -> None:
    found = told.spread(
        {name: told.independent(n, 1000) for name, n in zip("abc", (10, 20, 80), strict=True)}
    )

    assert found is not None
    assert (found.worst, found.best, found.ratio) == ("c", "a", 8.0)
    assert found.to_mean == pytest.approx(80 / (10 * 20 * 80) ** (1 / 3))
    assert 1 < found.at_least < 8


def test_a_ratio_over_no_error_is_not_a_number_but_what_the_intervals_leave() -> None:
    found = told.spread({"a": told.independent(0, 100), "b": told.independent(50, 100)})

    assert found is not None
    assert (found.ratio, found.to_mean) == (None, None)
    assert found.at_least > 10
    assert told.spread({"a": told.independent(0, 100), "b": told.independent(0, 0)}) is None


@given(scores, scores)
def test_stricter_never_lets_more_impostors_in_or_fewer_people_out(genuine, impostor) -> None:
    found = told.curve(genuine, impostor)

    assert np.all(np.diff(found.fmr) <= 0)
    assert np.all(np.diff(found.fnmr) >= 0)


@given(scores, scores)
def test_no_threshold_is_better_than_the_best(genuine, impostor) -> None:
    accuracy, threshold = told.best_accuracy(genuine, impostor)

    def right(at: float) -> float:
        good = np.count_nonzero(genuine >= at) + np.count_nonzero(impostor < at)
        return good / (len(genuine) + len(impostor))

    assert right(threshold) == pytest.approx(accuracy)
    assert all(right(n / 40) <= accuracy + 1e-12 for n in range(-1, 43))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 60), st.integers(1, 12), st.integers(1, 9))
def test_an_interval_holds_its_own_rate(errors: int, people: int, each: int) -> None:
    trials = people * each
    wrong = np.arange(trials) < min(errors, trials)

    rate = told.of_people(wrong, np.arange(trials) % people, seed=1)

    assert 0 <= rate.low <= rate.errors / rate.trials <= rate.high <= 1
    assert math.isfinite(rate.high)
