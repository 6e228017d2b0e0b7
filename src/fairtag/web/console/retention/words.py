"""With which words do the pages name when a hold ends?"""

from __future__ import annotations

from fairtag.terms.instants import DAY, Micros
from fairtag.web.console.show import when


def last_day(at: Micros) -> str:
    """Write an end as its last day when it falls between two days: who typed it typed that day.

    Example:
        >>> last_day(Micros(1783209600000000)), last_day(Micros(1783209660000000))
        ('until the end of Sat 4 Jul 2026 (UTC)', 'until Sun 5 Jul 2026, 00:01 (UTC)')
    """
    if at % DAY:
        return f"until {when(at)} (UTC)"
    return f"until the end of {when(Micros(at - 1)).partition(',')[0]} (UTC)"
