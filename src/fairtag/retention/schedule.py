"""What goes when, counted from what, and by whose leave? One table; a setting may only shorten.

Units: spans in days, instants in µs UTC.
Source: charter G5; design.md §5. DPA 2018 s.39 (kept no longer than is needed, with time limits
for review) and UK GDPR Art. 5(1)(e) ask for such a table; the numbers are the charter's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fairtag.custody.kinds import RecordKind
from fairtag.retention.refusals import RetentionTooLong
from fairtag.terms.instants import DAY, Micros

# Six years of 365 days are a day or two less than six of the calendar: never longer.
RECORD_DAYS = 6 * 365
TRAIL_DAYS = 90
PASSING_DAYS = 7  # contract §3: without a trail condition positions go after 7 days
QUARANTINE_DAYS = 14  # contract §6
STATE_DAYS = 8  # late data are taken for 7 days after an order's end (contract §6)
MATCHED_PHOTO_DAYS = 7
DECLARED_DAYS = 62  # two months: the last month's counts are made by then
NO_MATCH_DAYS = 28  # after the people's decision: as long as it can be contested
UNDECIDED_DAYS = 28  # after the wearer's last order, or receipt: then nothing is left to decide by
ENROLLED_DAYS = 28  # after the wearer's last order: as long as an answer can be contested
ANSWER_DAYS = 28  # how long a complaint, contest or access request holds after its answer

QUARANTINED_FOR = 7 * DAY  # keys wait locked so long before they are destroyed; design.md §5
# A wearer's whole record: 7 days locked, at most 30 until the last copy of the keystore can't be
# read any more, and 3 in which two people find the time. Final before the date, not after it.
RECORD_LEAD = 40 * DAY
FINAL_AFTER = 30 * DAY

Since = Literal["basis", "wearer", "period"]
By = Literal["machine", "two people", "compaction"]
Outcome = Literal["match", "no_match", "match_with_concern", "cant_tell", "refer"]
# Pictures that nobody has to decide about any more; what people were concerned about stays with
# the record.
GO_BY_THEMSELVES: tuple[Outcome, ...] = ("match", "no_match", "cant_tell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When one kind of record goes, and why then."""

    days: int
    since: Since  # end of the order's legal basis, of the wearer's last one, or of the key's period
    by: By
    why: str


_RECORD = "It shows what was ordered, decided and done. Claims may be brought for six years"
_SIX_YEARS = f"{_RECORD} (Limitation Act 1980 s.2, s.5; charter G5)."
_ENROLLED = Rule(
    days=ENROLLED_DAYS,
    since="wearer",
    by="machine",
    why="Once nobody is asked any more there is nothing to compare with; a contest keeps it.",
)

RULES: dict[RecordKind, Rule] = {
    RecordKind.JOURNAL: Rule(
        days=0,
        since="period",
        by="compaction",
        why="What devices said goes as soon as it stands in a trail.",
    ),
    RecordKind.TRAIL: Rule(
        days=TRAIL_DAYS,
        since="basis",
        by="two people",
        why="The order asks for a trail; what nobody opened in 90 days is not needed (charter G5).",
    ),
    RecordKind.PASSING: Rule(
        days=PASSING_DAYS,
        since="period",
        by="machine",
        why="No trail was ordered; late data are judged again for 7 days.",
    ),
    RecordKind.QUARANTINE: Rule(
        days=QUARANTINE_DAYS,
        since="period",
        by="machine",
        why="Bad content is kept for as long as a fault is looked for.",
    ),
    RecordKind.STATE: Rule(
        days=STATE_DAYS,
        since="wearer",
        by="machine",
        why="The judge's memory serves nothing once late data are taken no more.",
    ),
    RecordKind.DECLARED: Rule(
        days=DECLARED_DAYS,
        since="wearer",
        by="machine",
        why="Said freely, for counts by the month; the last month is counted by then (charter G8).",
    ),
    RecordKind.PHOTO: Rule(
        days=RECORD_DAYS,
        since="basis",
        by="two people",
        why="Sooner after a match or no match; what people found stays with the record (G5).",
    ),
    RecordKind.ENROLMENT: _ENROLLED,
    RecordKind.TEMPLATE: _ENROLLED,
} | dict.fromkeys(
    (
        RecordKind.ORDER,
        RecordKind.EVIDENCE,
        RecordKind.FINDING,
        RecordKind.TEXT,
        RecordKind.AUDIT_TEXT,
        RecordKind.THIRD_PERSON,
    ),
    Rule(days=RECORD_DAYS, since="basis", by="two people", why=_SIX_YEARS),
)
# Which setting of a deployment shortens which kinds. None shortens passing positions: late data are
# judged again for as long, and findings would go for want of what is erased.
SETTINGS: dict[str, tuple[RecordKind, ...]] = {
    "retain_record_days": tuple(
        kind for kind, rule in RULES.items() if rule.days == RECORD_DAYS and rule.since == "basis"
    ),
    "retain_trail_days": (RecordKind.TRAIL,),
    "retain_quarantine_days": (RecordKind.QUARANTINE,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The table in force: the code's, shortened by settings."""

    rules: tuple[tuple[RecordKind, Rule], ...] = tuple(RULES.items())

    def rule(self, kind: RecordKind) -> Rule:
        """Give the rule of a kind; there is one for each."""
        return dict(self.rules)[kind]


def scheduled(days: dict[str, int]) -> Schedule:
    """Shorten the table by a deployment's settings.

    Raises: RetentionTooLong when one asks for more than the code allows, or for less than a day.
    """
    rules = dict(RULES)
    for name, told in days.items():
        for kind in SETTINGS[name]:
            most = RULES[kind].days
            if not 1 <= told <= most:
                raise RetentionTooLong(f"{name} = {told}: write 1 to {most}; it can only shorten")
            rule = rules[kind]
            rules[kind] = Rule(days=told, since=rule.since, by=rule.by, why=rule.why)
    return Schedule(rules=tuple(rules.items()))


def undecided_until(received_at: Micros, basis_end: Micros | None) -> Micros:
    """Tell how long an answer that nobody can look at waits for pictures to hold it against.

    Then it ends as 'can't tell', and its pictures go as those of any other such answer.
    Example:
        >>> undecided_until(Micros(0), None) // DAY, undecided_until(Micros(0), Micros(DAY)) // DAY
        (28, 29)
    """
    end = received_at if basis_end is None else basis_end
    return Micros(max(received_at, end) + UNDECIDED_DAYS * DAY)


def photo_goes_at(outcome: Outcome, *, decided_at: Micros, basis_end: Micros | None) -> Micros:
    """Tell when the picture of a check-in goes; `basis_end` None while the order runs.

    What still waits for people (`refer`) counts as seen today: its clock begins with a decision.
    Example:
        >>> photo_goes_at("match", decided_at=Micros(0), basis_end=None) // DAY
        7
        >>> photo_goes_at("no_match", decided_at=Micros(0), basis_end=None) // DAY
        28
    """
    if outcome == "match":
        return Micros(decided_at + MATCHED_PHOTO_DAYS * DAY)
    if outcome in ("no_match", "cant_tell"):
        return Micros(decided_at + NO_MATCH_DAYS * DAY)
    end = decided_at if basis_end is None else basis_end
    return Micros(max(decided_at, end) + RECORD_DAYS * DAY)
