"""How is a number of the rule said to a person? Whole units; nothing is rounded unless it says so.

Units: seconds, metres and metres a second in; natural log-odds; shares and probabilities.
"""

from __future__ import annotations

import math

from fairtag.rules.finding import MOST_CERTAIN

_MINUTE_S, _HOUR_S = 60, 3600
_KM = 1000.0
_KMH = 3.6
_STEPS = (9, 8, 7, 6, 5, 4, 3, 2.5, 2, 1.5, 1)  # numbers that people say after 'about 1 in'
_ONE_IN = 10  # a greater doubt is said as 'so many in ten'


def number(value: float) -> str:
    """Write a number as it is, with commas between thousands.

    Example:
        >>> number(5000.0), number(0.25), number(3)
        ('5,000', '0.25', '3')
    """
    return f"{value:,.12g}"


def count(value: float, noun: str) -> str:
    """Count things.

    Example:
        >>> count(1, "position"), count(3, "position")
        ('1 position', '3 positions')
    """
    return f"{number(value)} {noun}" + ("" if value == 1 else "s")


def times(value: float) -> str:
    """Say how often, or how many times as much.

    Example:
        >>> times(1), times(2), times(1.5)
        ('once', 'twice', '1.5 times')
    """
    return {1.0: "once", 2.0: "twice"}.get(float(value), f"{number(value)} times")


def span(seconds: float) -> str:
    """Say how long, in hours, minutes and seconds.

    Example:
        >>> span(900), span(90), span(3600), span(0)
        ('15 minutes', '1 minute 30 seconds', '1 hour', '0 seconds')
    """
    minutes, left = divmod(seconds, _MINUTE_S)
    hours, minutes = divmod(minutes, _HOUR_S // _MINUTE_S)
    parts = ((hours, "hour"), (minutes, "minute"), (round(left, 6), "second"))
    return " ".join(count(one, unit) for one, unit in parts if one) or "0 seconds"


def metres(value: float) -> str:
    """Say how far.

    Example:
        >>> metres(25.0), metres(2000.0), metres(2500.0), metres(0.5)
        ('25 m', '2 km', '2.5 km', '0.5 m')
    """
    return f"{number(value / _KM)} km" if value >= _KM else f"{number(value)} m"


def pace(mps: float) -> str:
    """Say how fast, exactly and as people know it.

    Example:
        >>> pace(0.7), pace(120.0)
        ('0.7 m/s (2.5 km/h)', '120 m/s (432 km/h)')
    """
    return f"{number(mps)} m/s ({number(round(mps * _KMH, 1))} km/h)"


def percent(share: float) -> str:
    """Say a share.

    Example:
        >>> percent(0.25), percent(0.02)
        ('25 %', '2 %')
    """
    return f"{number(round(100 * share, 9))} %"


def odds(nats: float) -> str:
    """Say log-odds as odds, rounded to two digits; whose they are says the sentence.

    Example:
        >>> odds(5.0), odds(-2.0), odds(11.0), odds(13.0)
        ('about 150 to 1', 'about 7 to 1', 'about 60,000 to 1', 'about 440,000 to 1')
    """
    exact = math.exp(abs(nats))
    digits = 2 if exact > _ONE_IN else 1
    return f"about {number(float(f'{exact:.{digits}g}'))} to 1"


def chance(certainty: float) -> str:
    """Say how likely it is that something sure by so much is wrong; rounded towards doubt.

    Example:
        >>> chance(1.0), chance(0.997), chance(0.95), chance(0.8), chance(0.27)
        ('about 1 in 1,000', 'about 1 in 300', 'about 1 in 20', 'about 2 in 10', 'about 8 in 10')
    """
    doubt = round(1 - min(certainty, MOST_CERTAIN), 6)
    if doubt * _ONE_IN > 1:
        return f"about {min(_ONE_IN - 1, math.ceil(doubt * _ONE_IN))} in {_ONE_IN}"
    one_in = round(1 / doubt, 6)
    scale = 10 ** math.floor(math.log10(one_in))
    step = next(one for one in _STEPS if one * scale <= one_in)
    return f"about 1 in {number(step * scale)}"
