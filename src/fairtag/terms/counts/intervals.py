"""How sure is a count, a share or a quantile? Exact two-sided intervals, in plain Python.

The bounds are found by halving on the exact distribution, so that nothing is approximated where
counts are small. An interval of 95 % leaves 2.5 % on either side: its upper end is the one-sided
97.5 % bound, which is stricter than a one-sided 95 % bound.
Source: Garwood 1936 for the Poisson mean; Clopper and Pearson 1934 for the binomial share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

LEVEL = 0.95
_HALVINGS = 200
_NOTHING = 1e-20  # of the largest term: below what a double can add

Bounds = tuple[float, float]


def rate(count: int, exposure: float, *, level: float = LEVEL) -> Bounds:
    """Bound the events per unit of exposure, of which `count` were seen.

    Example:
        >>> [round(bound, 2) for bound in rate(0, 1.0)]
        [0.0, 3.69]
    """
    if exposure <= 0:
        return 0.0, math.inf
    tail = (1 - level) / 2
    most = 10.0 + 10.0 * count  # far beyond any bound: 3.7 for none, and ever nearer to the count
    low = 0.0
    if count > 0:
        low = _root(lambda mean: 1 - _poisson(count - 1, mean) - tail, 0.0, float(count))
    high = _root(lambda mean: tail - _poisson(count, mean), float(count), most)
    return low / exposure, high / exposure


def share(count: int, of: int, *, level: float = LEVEL) -> Bounds:
    """Bound the probability of what happened `count` times in `of` trials.

    Example:
        >>> [round(bound, 3) for bound in share(10, 10)]
        [0.692, 1.0]
    """
    if of == 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low, high = 0.0, 1.0
    if count > 0:
        low = _root(lambda p: 1 - _binomial(count - 1, of, p) - tail, 0.0, 1.0)
    if count < of:
        high = _root(lambda p: tail - _binomial(count, of, p), 0.0, 1.0)
    return low, high


def quantile(values: Sequence[float], q: float) -> float | None:
    """Give the smallest value that at least this share of the values does not exceed.

    Example:
        >>> quantile([3.0, 1.0, 2.0], 0.5), quantile([], 0.5)
        (2.0, None)
    """
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(q * len(values) - 1e-9) - 1)]


def quantile_bounds(values: Sequence[float], q: float, *, level: float = LEVEL) -> Bounds:
    """Bound a quantile by order statistics; infinite where there are too few values to say.

    Source: the number of values below the quantile is binomial (Thompson 1936).
    """
    ranked, n, tail = sorted(values), len(values), (1 - level) / 2
    below = [_binomial(k, n, q) for k in range(n + 1)] if n else []
    low = sum(1 for p in below if p <= tail)  # ranks that are too low to be excluded above
    high = next((k for k, p in enumerate(below) if p >= 1 - tail), n) + 1
    return (
        ranked[low - 1] if low > 0 else -math.inf,
        ranked[high - 1] if n and high <= n else math.inf,
    )


def _poisson(count: int, mean: float) -> float:
    """Tell the probability of at most `count` events."""
    if mean <= 0:
        return 1.0
    first = min(count, int(mean))
    start = math.exp(first * math.log(mean) - mean - math.lgamma(first + 1))
    return _summed(start, first, count, lambda k: mean / k)


def _binomial(count: int, of: int, p: float) -> float:
    """Tell the probability of at most `count` in `of` trials."""
    if p <= 0 or count >= of:
        return 1.0
    if p >= 1:
        return 0.0
    first = min(count, int(p * of))
    ways = math.lgamma(of + 1) - math.lgamma(first + 1) - math.lgamma(of - first + 1)
    start = math.exp(ways + first * math.log(p) + (of - first) * math.log1p(-p))
    odds = p / (1 - p)
    return _summed(start, first, count, lambda k: odds * (of - k + 1) / k)


def _summed(start: float, first: int, last: int, ratio: Callable[[int], float]) -> float:
    """Sum the terms from 0 to `last`; `ratio(k)` is term k over term k - 1.

    `first`, whose term is `start`, is the largest of them: both ways they only fall, and the sum
    ends where they no longer count.
    """
    terms, term = [start], start
    for k in range(first, 0, -1):
        term /= ratio(k)
        terms.append(term)
        if term < _NOTHING * start:
            break
    term = start
    for k in range(first + 1, last + 1):
        term *= ratio(k)
        terms.append(term)
        if term < _NOTHING * start:
            break
    return min(1.0, math.fsum(terms))


def _root(rises: Callable[[float], float], low: float, high: float) -> float:
    """Find where a rising function passes zero."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rises(middle) < 0 else (low, middle)
    return (low + high) / 2
