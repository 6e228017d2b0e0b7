"""Which tables hold what people looked at and decided, and what does the database itself refuse?

Charter G2 against careless code and direct SQL: an adverse answer has its sign-off, an adverse end
has two people, a decision has a named officer's sign-off of exactly itself, and nobody's check-in
is 'not confirmed' without such an end.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, Integer, LargeBinary, String, Table, UniqueConstraint, event

from fairtag.adapters.sqlite.alerts import alerts
from fairtag.adapters.sqlite.answers.book import answer_decisions
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.permissions import ROLES, Act
from fairtag.review.photos import ADVERSE
from fairtag.rules.finding import Kind

photo_cases = Table(
    "photo_cases",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("case_id", String, nullable=False, unique=True),
    Column("answer_id", String, nullable=False, index=True),
    Column("owner", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
photo_deals = Table(
    "photo_deals",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("case_id", String, nullable=False, index=True),
    Column("by", String, nullable=False, index=True),
    Column("owner", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("until", Integer, nullable=False),
)
photo_reviews = Table(
    "photo_reviews",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("review_id", String, nullable=False, unique=True),
    Column("case_id", String, nullable=False),
    Column("by", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("settles", String),
    Column("alert_id", String, index=True),
    Column("owner", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("case_id", "by"),  # nobody looks twice
)
decisions = Table(
    "decisions",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("decision_id", String, nullable=False, unique=True),
    Column("alert_id", String, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("digest", String, nullable=False, unique=True),  # a sign-off decides once
    Column("owner", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
statements = Table(
    "statements",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("statement_id", String, nullable=False, unique=True),
    Column("check_in_id", String, nullable=False, index=True),
    Column("order_id", String, nullable=False, index=True),
    Column("owner", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

_ADVERSE = ", ".join(f"'{one}'" for one in sorted(ADVERSE))
_DECIDERS = ", ".join(f"'{role}'" for role, acts in sorted(ROLES.items()) if Act.DECIDE in acts)
_UNCONFIRMED = Kind.CHECKIN_IDENTITY_UNCONFIRMED


def _said(name: str) -> str:
    return f"json_extract(CAST(NEW.body AS TEXT), '$.{name}')"


def _refuse(table: Table, name: str, when: str, told: str) -> None:
    made = f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{told}'); END"
    event.listen(table, "after_create", DDL(made))  # type: ignore[no-untyped-call]


def _unlike(*names: str) -> str:
    return " OR ".join(f"{_said(name)} IS NOT NEW.{name}" for name in names)


_UNSIGNED = f"{_said('sign_off.by')} IS NOT NEW.by OR coalesce({_said('sign_off.digest')}, '') = ''"
_ALONE = (
    f"NEW.outcome NOT IN ({_ADVERSE}) OR NOT EXISTS (SELECT 1 FROM photo_reviews AS r"  # noqa: S608
    " WHERE r.case_id = NEW.case_id AND r.by IS NOT NEW.by"
    f" AND r.outcome IN ({_ADVERSE}))"
)
_NOBODY = (
    "NOT EXISTS (SELECT 1 FROM people AS p WHERE p.user_id = NEW.by AND p.disabled_at IS NULL"  # noqa: S608
    f" AND p.role IN ({_DECIDERS}))"
)
_UNSETTLED = (
    "NOT EXISTS (SELECT 1 FROM photo_reviews AS r WHERE r.alert_id = NEW.alert_id"  # noqa: S608
    f" AND r.settles IN ({_ADVERSE}))"
)

_UNSAID = (
    "NOT EXISTS (SELECT 1 FROM photo_reviews AS r JOIN photo_cases AS c ON c.case_id = r.case_id"  # noqa: S608
    f" WHERE c.answer_id = NEW.answer_id AND r.settles IN ({_ADVERSE}))"
)

# Of a wearer somebody still has to look at: undecided, and not answered again.
_WAITS = (
    "EXISTS (SELECT 1 FROM answers AS a WHERE a.wearer_id = NEW.wearer_id AND a.result = 'refer'"
    " AND NOT EXISTS (SELECT 1 FROM answer_decisions AS d WHERE d.answer_id = a.answer_id)"
    " AND NOT EXISTS (SELECT 1 FROM answers AS b WHERE b.check_in_id = a.check_in_id"
    " AND b.n > a.n))"
)

for _table, _what in (
    (photo_cases, "a pair of pictures"),
    (photo_deals, "to whom a pair was given"),
    (photo_reviews, "what a person said of a pair"),
    (decisions, "a decision"),
    (statements, "what a wearer said"),
):
    keep_as_written(_table, _what)
_refuse(
    photo_reviews,
    "photo_reviews_honest",
    f"INSERT ON photo_reviews WHEN {_unlike('case_id', 'by', 'outcome', 'settles', 'alert_id')}",
    "what a person said of a pair says one thing",
)
_refuse(
    photo_reviews,
    "photo_reviews_signed",
    f"INSERT ON photo_reviews WHEN NEW.outcome IN ({_ADVERSE}) AND ({_UNSIGNED})",
    "an adverse answer needs a sign-off of its own",
)
_refuse(
    photo_reviews,
    "photo_reviews_two",
    f"INSERT ON photo_reviews WHEN NEW.settles IN ({_ADVERSE}) AND ({_ALONE})",
    "an adverse end needs two people",
)
_refuse(
    decisions,
    "decisions_honest",
    f"INSERT ON decisions WHEN {_unlike('alert_id', 'by')}",
    "a decision says one thing",
)
_refuse(
    decisions,
    "decisions_signed",
    f"INSERT ON decisions WHEN {_UNSIGNED} OR {_said('sign_off.digest')} IS NOT NEW.digest",
    "a decision needs a sign-off of exactly itself",
)
_refuse(
    decisions,
    "decisions_by_people",
    f"INSERT ON decisions WHEN {_NOBODY}",
    "only a named person of the authority decides",
)
_refuse(
    answer_decisions,
    "answer_decisions_two",
    f"INSERT ON answer_decisions WHEN NEW.outcome IN ({_ADVERSE}) AND {_UNSAID}",
    "an adverse end needs two people",
)
_refuse(
    alerts,
    "alerts_pictures_wait",
    f"UPDATE ON alerts WHEN NEW.kind = '{Kind.CHECKIN_NEEDS_REVIEW}' AND NEW.state = 'closed'"
    f" AND coalesce({_said('closed_by')}, '') = '' AND OLD.state IS NOT 'closed' AND {_WAITS}",
    "people still have to look at a check-in",
)
for _name, _when in (
    ("raised", "INSERT ON alerts WHEN"),
    ("turned", "UPDATE OF kind ON alerts WHEN OLD.kind IS NOT NEW.kind AND"),
):
    _refuse(
        alerts,
        f"alerts_unconfirmed_{_name}",
        f"{_when} NEW.kind = '{_UNCONFIRMED}' AND {_UNSETTLED}",
        "nobody is unconfirmed before two people said so",
    )
