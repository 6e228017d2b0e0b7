from __future__ import annotations

import math

import pytest

from fairtag.terms.counts import intervals


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [  # Source: Garwood 1936, as in the tables of exact Poisson limits, 95 % two-sided
        (0, 0.0, 3.689),
        (1, 0.0253, 5.572),
        (2, 0.2422, 7.225),
        (5, 1.623, 11.668),
        (10, 4.795, 18.390),
        (50, 37.11, 65.92),
        (100, 81.36, 121.63),
    ],
)
def test_a_rate_has_the_published_poisson_limits(count: int, low: float, high: float) -> None:
    assert intervals.rate(count, 1.0) == pytest.approx((low, high), rel=5e-4, abs=1e-4)
    assert intervals.rate(count, 200.0) == pytest.approx((low / 200, high / 200), rel=1e-3)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [  # Source: Clopper and Pearson 1934, as in the tables of exact binomial limits, 95 %
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (4, 20, 0.0573, 0.4366),
        (0, 1000, 0.0, 0.003682),
        (200, 200, 0.98172, 1.0),
    ],
)
def test_a_share_has_the_published_binomial_limits(
    count: int, of: int, low: float, high: float
) -> None:
    assert intervals.share(count, of) == pytest.approx((low, high), abs=6e-5)


def test_large_counts_stay_exact() -> None:
    low, high = intervals.rate(10_000, 1.0)  # nearly normal: 10,000 ± 1.96 · 100
    assert low == pytest.approx(9_805, abs=2)
    assert high == pytest.approx(10_198, abs=2)
    assert intervals.share(50_000, 100_000) == pytest.approx((0.4969, 0.5031), abs=1e-4)


def test_what_was_not_looked_at_may_be_anything() -> None:
    assert intervals.rate(0, 0.0) == (0.0, math.inf)
    assert intervals.share(0, 0) == (0.0, 1.0)
    assert intervals.quantile([], 0.95) is None
    assert intervals.quantile_bounds([], 0.95) == (-math.inf, math.inf)


def test_a_quantile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(1, 101)]
    assert intervals.quantile(values, 0.5) == 50.0
    assert intervals.quantile(values, 0.95) == 95.0
    assert intervals.quantile([7.0], 0.95) == 7.0


@pytest.mark.parametrize(("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (100, 40, 61)])
def test_a_median_has_the_published_ranks(n: int, low: int, high: int) -> None:
    """Source: tables of order statistics for the median, 95 % at least."""
    values = [float(k) for k in range(1, n + 1)]

    assert intervals.quantile_bounds(values, 0.5) == (low, high)


def test_few_values_bound_no_p95_from_above() -> None:
    low, high = intervals.quantile_bounds([float(n) for n in range(1, 31)], 0.95)
    assert (low, high) == (26.0, math.inf)
