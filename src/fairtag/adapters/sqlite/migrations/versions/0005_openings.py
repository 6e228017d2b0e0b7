"""Who opened what by which grant, who knows whom, and what the wearer sees and says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

GUARDS = (
    """CREATE TRIGGER interests_stay BEFORE DELETE ON interests BEGIN SELECT RAISE(ABORT, 'an interest can not be deleted'); END""",
    """CREATE TRIGGER interests_hold BEFORE UPDATE ON interests BEGIN SELECT RAISE(ABORT, 'an interest can not be changed'); END""",
    """CREATE TRIGGER interests_once BEFORE INSERT ON interests WHEN EXISTS (SELECT 1 FROM interests WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'an interest can not be replaced'); END""",
    """CREATE TRIGGER assignments_stay BEFORE DELETE ON assignments BEGIN SELECT RAISE(ABORT, 'an assignment can not be deleted'); END""",
    """CREATE TRIGGER assignments_hold BEFORE UPDATE ON assignments BEGIN SELECT RAISE(ABORT, 'an assignment can not be changed'); END""",
    """CREATE TRIGGER assignments_once BEFORE INSERT ON assignments WHEN EXISTS (SELECT 1 FROM assignments WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'an assignment can not be replaced'); END""",
    """CREATE TRIGGER third_person_notes_stay BEFORE DELETE ON third_person_notes WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'third_person' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a note kept apart can not be deleted'); END""",
    """CREATE TRIGGER third_person_notes_hold BEFORE UPDATE ON third_person_notes BEGIN SELECT RAISE(ABORT, 'a note kept apart can not be changed'); END""",
    """CREATE TRIGGER third_person_notes_once BEFORE INSERT ON third_person_notes WHEN EXISTS (SELECT 1 FROM third_person_notes WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a note kept apart can not be replaced'); END""",
    """CREATE TRIGGER grants_stay BEFORE DELETE ON grants WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.wearer_id AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.granted_at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.granted_at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a grant can not be deleted'); END""",
    """CREATE TRIGGER grants_hold BEFORE UPDATE ON grants BEGIN SELECT RAISE(ABORT, 'a grant can not be changed'); END""",
    """CREATE TRIGGER grants_once BEFORE INSERT ON grants WHEN EXISTS (SELECT 1 FROM grants WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a grant can not be replaced'); END""",
    """CREATE TRIGGER looks_stay BEFORE DELETE ON looks BEGIN SELECT RAISE(ABORT, 'a look can not be deleted'); END""",
    """CREATE TRIGGER looks_hold BEFORE UPDATE ON looks BEGIN SELECT RAISE(ABORT, 'a look can not be changed'); END""",
    """CREATE TRIGGER looks_once BEFORE INSERT ON looks WHEN EXISTS (SELECT 1 FROM looks WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a look can not be replaced'); END""",
    """CREATE TRIGGER grant_reviews_stay BEFORE DELETE ON grant_reviews WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = (SELECT g.wearer_id FROM grants AS g WHERE g.grant_id = OLD.grant_id LIMIT 1) AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a review can not be deleted'); END""",
    """CREATE TRIGGER grant_reviews_hold BEFORE UPDATE ON grant_reviews BEGIN SELECT RAISE(ABORT, 'a review can not be changed'); END""",
    """CREATE TRIGGER grant_reviews_once BEFORE INSERT ON grant_reviews WHEN EXISTS (SELECT 1 FROM grant_reviews WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a review can not be replaced'); END""",
    """CREATE TRIGGER notice_delays_stay BEFORE DELETE ON notice_delays WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.wearer_id AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a delay can not be deleted'); END""",
    """CREATE TRIGGER notice_delays_hold BEFORE UPDATE ON notice_delays BEGIN SELECT RAISE(ABORT, 'a delay can not be changed'); END""",
    """CREATE TRIGGER notice_delays_once BEFORE INSERT ON notice_delays WHEN EXISTS (SELECT 1 FROM notice_delays WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a delay can not be replaced'); END""",
    """CREATE TRIGGER contests_stay BEFORE DELETE ON contests WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.wearer_id AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'what a wearer contests can not be deleted'); END""",
    """CREATE TRIGGER contests_hold BEFORE UPDATE ON contests BEGIN SELECT RAISE(ABORT, 'what a wearer contests can not be changed'); END""",
    """CREATE TRIGGER contests_once BEFORE INSERT ON contests WHEN EXISTS (SELECT 1 FROM contests WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what a wearer contests can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "assignments",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("is_assigned", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_assignments_order_id"), "assignments", ["order_id"], unique=False)
    op.create_table(
        "contests",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("contest_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("contest_id"),
    )
    op.create_index(op.f("ix_contests_alert_id"), "contests", ["alert_id"], unique=False)
    op.create_index(op.f("ix_contests_wearer_id"), "contests", ["wearer_id"], unique=False)
    op.create_table(
        "grant_reviews",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("grant_id"),
    )
    op.create_table(
        "grants",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("granted_at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("grant_id"),
    )
    op.create_index("grants_of", "grants", ["person", "granted_at"], unique=False)
    op.create_table(
        "interests",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index("interests_of", "interests", ["user_id", "wearer_id"], unique=False)
    op.create_table(
        "looks",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=True),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_looks_wearer_id"), "looks", ["wearer_id"], unique=False)
    op.create_index("looks_of", "looks", ["person", "at"], unique=False)
    op.create_table(
        "notice_delays",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_notice_delays_grant_id"), "notice_delays", ["grant_id"], unique=False)
    op.create_index(
        op.f("ix_notice_delays_wearer_id"), "notice_delays", ["wearer_id"], unique=False
    )
    op.create_table(
        "third_person_notes",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(
        op.f("ix_third_person_notes_order_id"), "third_person_notes", ["order_id"], unique=False
    )
    op.create_table(
        "wearer_codes",
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("wearer_id"),
    )
    op.create_table(
        "wearer_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    for guard in GUARDS:
        op.execute(guard)
