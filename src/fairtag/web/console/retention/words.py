"""With which words do the pages name kinds of record, and when a hold ends?"""

from __future__ import annotations

from fairtag.custody.kinds import RecordKind
from fairtag.terms.instants import DAY, Micros
from fairtag.web.console.show import when

KINDS: dict[str, str] = {
    RecordKind.JOURNAL: "what devices said, as it came",
    RecordKind.ORDER: "orders",
    RecordKind.TRAIL: "location trails",
    RecordKind.PASSING: "positions without a trail",
    RecordKind.EVIDENCE: "positions of alerts",
    RecordKind.STATE: "memory of the judge",
    RecordKind.FINDING: "findings",
    RecordKind.QUARANTINE: "messages in quarantine",
    RecordKind.TEXT: "notes and reasons",
    RecordKind.AUDIT_TEXT: "texts of the access log",
    RecordKind.THIRD_PERSON: "notes about third persons",
    RecordKind.PHOTO: "pictures of check-ins",
    RecordKind.ENROLMENT: "enrolled pictures",
    RecordKind.TEMPLATE: "face templates",
    RecordKind.DECLARED: "what wearers said of themselves",
}


def last_day(at: Micros) -> str:
    """Write an end as its last day when it falls between two days: who typed it typed that day.

    Example:
        >>> last_day(Micros(1783209600000000)), last_day(Micros(1783209660000000))
        ('until the end of Sat 4 Jul 2026 (UTC)', 'until Sun 5 Jul 2026, 00:01 (UTC)')
    """
    if at % DAY:
        return f"until {when(at)} (UTC)"
    return f"until the end of {when(Micros(at - 1)).partition(',')[0]} (UTC)"
