"""Looks at pictures, decisions about alerts, and what wearers say about check-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

GUARDS = (
    """CREATE TRIGGER alerts_pictures_wait BEFORE UPDATE ON alerts WHEN NEW.kind = 'checkin.needs_review' AND NEW.state = 'closed' AND coalesce(json_extract(CAST(NEW.body AS TEXT), '$.closed_by'), '') = '' AND OLD.state IS NOT 'closed' AND EXISTS (SELECT 1 FROM answers AS a WHERE a.wearer_id = NEW.wearer_id AND a.result = 'refer' AND NOT EXISTS (SELECT 1 FROM answer_decisions AS d WHERE d.answer_id = a.answer_id) AND NOT EXISTS (SELECT 1 FROM answers AS b WHERE b.check_in_id = a.check_in_id AND b.n > a.n)) BEGIN SELECT RAISE(ABORT, 'people still have to look at a check-in'); END""",
    """CREATE TRIGGER alerts_unconfirmed_raised BEFORE INSERT ON alerts WHEN NEW.kind = 'checkin.identity_unconfirmed' AND NOT EXISTS (SELECT 1 FROM photo_reviews AS r WHERE r.alert_id = NEW.alert_id AND r.settles IN ('match_with_concern', 'no_match')) BEGIN SELECT RAISE(ABORT, 'nobody is unconfirmed before two people said so'); END""",
    """CREATE TRIGGER alerts_unconfirmed_turned BEFORE UPDATE OF kind ON alerts WHEN OLD.kind IS NOT NEW.kind AND NEW.kind = 'checkin.identity_unconfirmed' AND NOT EXISTS (SELECT 1 FROM photo_reviews AS r WHERE r.alert_id = NEW.alert_id AND r.settles IN ('match_with_concern', 'no_match')) BEGIN SELECT RAISE(ABORT, 'nobody is unconfirmed before two people said so'); END""",
    """CREATE TRIGGER answer_decisions_two BEFORE INSERT ON answer_decisions WHEN NEW.outcome IN ('match_with_concern', 'no_match') AND NOT EXISTS (SELECT 1 FROM photo_reviews AS r JOIN photo_cases AS c ON c.case_id = r.case_id WHERE c.answer_id = NEW.answer_id AND r.settles IN ('match_with_concern', 'no_match')) BEGIN SELECT RAISE(ABORT, 'an adverse end needs two people'); END""",
    """CREATE TRIGGER photo_cases_stay BEFORE DELETE ON photo_cases WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a pair of pictures can not be deleted'); END""",
    """CREATE TRIGGER photo_cases_hold BEFORE UPDATE ON photo_cases BEGIN SELECT RAISE(ABORT, 'a pair of pictures can not be changed'); END""",
    """CREATE TRIGGER photo_cases_once BEFORE INSERT ON photo_cases WHEN EXISTS (SELECT 1 FROM photo_cases WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a pair of pictures can not be replaced'); END""",
    """CREATE TRIGGER photo_deals_stay BEFORE DELETE ON photo_deals WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'to whom a pair was given can not be deleted'); END""",
    """CREATE TRIGGER photo_deals_hold BEFORE UPDATE ON photo_deals BEGIN SELECT RAISE(ABORT, 'to whom a pair was given can not be changed'); END""",
    """CREATE TRIGGER photo_deals_once BEFORE INSERT ON photo_deals WHEN EXISTS (SELECT 1 FROM photo_deals WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'to whom a pair was given can not be replaced'); END""",
    """CREATE TRIGGER photo_reviews_stay BEFORE DELETE ON photo_reviews WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'what a person said of a pair can not be deleted'); END""",
    """CREATE TRIGGER photo_reviews_hold BEFORE UPDATE ON photo_reviews BEGIN SELECT RAISE(ABORT, 'what a person said of a pair can not be changed'); END""",
    """CREATE TRIGGER photo_reviews_once BEFORE INSERT ON photo_reviews WHEN EXISTS (SELECT 1 FROM photo_reviews WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what a person said of a pair can not be replaced'); END""",
    """CREATE TRIGGER photo_reviews_honest BEFORE INSERT ON photo_reviews WHEN json_extract(CAST(NEW.body AS TEXT), '$.case_id') IS NOT NEW.case_id OR json_extract(CAST(NEW.body AS TEXT), '$.by') IS NOT NEW.by OR json_extract(CAST(NEW.body AS TEXT), '$.outcome') IS NOT NEW.outcome OR json_extract(CAST(NEW.body AS TEXT), '$.settles') IS NOT NEW.settles OR json_extract(CAST(NEW.body AS TEXT), '$.alert_id') IS NOT NEW.alert_id BEGIN SELECT RAISE(ABORT, 'what a person said of a pair says one thing'); END""",
    """CREATE TRIGGER photo_reviews_signed BEFORE INSERT ON photo_reviews WHEN NEW.outcome IN ('match_with_concern', 'no_match') AND (json_extract(CAST(NEW.body AS TEXT), '$.sign_off.by') IS NOT NEW.by OR coalesce(json_extract(CAST(NEW.body AS TEXT), '$.sign_off.digest'), '') = '') BEGIN SELECT RAISE(ABORT, 'an adverse answer needs a sign-off of its own'); END""",
    """CREATE TRIGGER photo_reviews_two BEFORE INSERT ON photo_reviews WHEN NEW.settles IN ('match_with_concern', 'no_match') AND (NEW.outcome NOT IN ('match_with_concern', 'no_match') OR NOT EXISTS (SELECT 1 FROM photo_reviews AS r WHERE r.case_id = NEW.case_id AND r.by IS NOT NEW.by AND r.outcome IN ('match_with_concern', 'no_match'))) BEGIN SELECT RAISE(ABORT, 'an adverse end needs two people'); END""",
    """CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a decision can not be deleted'); END""",
    """CREATE TRIGGER decisions_hold BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'a decision can not be changed'); END""",
    """CREATE TRIGGER decisions_once BEFORE INSERT ON decisions WHEN EXISTS (SELECT 1 FROM decisions WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a decision can not be replaced'); END""",
    """CREATE TRIGGER decisions_honest BEFORE INSERT ON decisions WHEN json_extract(CAST(NEW.body AS TEXT), '$.alert_id') IS NOT NEW.alert_id OR json_extract(CAST(NEW.body AS TEXT), '$.by') IS NOT NEW.by BEGIN SELECT RAISE(ABORT, 'a decision says one thing'); END""",
    """CREATE TRIGGER decisions_signed BEFORE INSERT ON decisions WHEN json_extract(CAST(NEW.body AS TEXT), '$.sign_off.by') IS NOT NEW.by OR coalesce(json_extract(CAST(NEW.body AS TEXT), '$.sign_off.digest'), '') = '' OR json_extract(CAST(NEW.body AS TEXT), '$.sign_off.digest') IS NOT NEW.digest BEGIN SELECT RAISE(ABORT, 'a decision needs a sign-off of exactly itself'); END""",
    """CREATE TRIGGER decisions_by_people BEFORE INSERT ON decisions WHEN NOT EXISTS (SELECT 1 FROM people AS p WHERE p.user_id = NEW.by AND p.disabled_at IS NULL AND p.role IN ('officer', 'supervisor')) BEGIN SELECT RAISE(ABORT, 'only a named person of the authority decides'); END""",
    """CREATE TRIGGER statements_stay BEFORE DELETE ON statements WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'what a wearer said can not be deleted'); END""",
    """CREATE TRIGGER statements_hold BEFORE UPDATE ON statements BEGIN SELECT RAISE(ABORT, 'what a wearer said can not be changed'); END""",
    """CREATE TRIGGER statements_once BEFORE INSERT ON statements WHEN EXISTS (SELECT 1 FROM statements WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what a wearer said can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the five tables and their guards."""
    op.create_table(
        "photo_cases",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("case_id"),
    )
    op.create_table(
        "photo_deals",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "photo_reviews",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("settles", sa.String(), nullable=True),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("case_id", "by"),
        sa.UniqueConstraint("review_id"),
    )
    op.create_table(
        "decisions",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("decision_id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "statements",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.String(), nullable=False),
        sa.Column("check_in_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("statement_id"),
    )
    for table, column in (
        ("photo_cases", "answer_id"),
        ("photo_cases", "owner"),
        ("photo_deals", "case_id"),
        ("photo_deals", "by"),
        ("photo_reviews", "alert_id"),
        ("decisions", "alert_id"),
        ("decisions", "owner"),
        ("statements", "check_in_id"),
        ("statements", "order_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for guard in GUARDS:
        op.execute(guard)
