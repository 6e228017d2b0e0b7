"""Which matcher may decide, what wearers say of themselves, and how groups fared, in counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

GUARDS = (
    """CREATE TRIGGER face_profiles_stay BEFORE DELETE ON face_profiles BEGIN SELECT RAISE(ABORT, 'a matcher that was put in force can not be deleted'); END""",
    """CREATE TRIGGER face_profiles_hold BEFORE UPDATE ON face_profiles BEGIN SELECT RAISE(ABORT, 'a matcher that was put in force can not be changed'); END""",
    """CREATE TRIGGER face_profiles_once BEFORE INSERT ON face_profiles WHEN EXISTS (SELECT 1 FROM face_profiles WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a matcher that was put in force can not be replaced'); END""",
    """CREATE TRIGGER fairness_reports_stay BEFORE DELETE ON fairness_reports BEGIN SELECT RAISE(ABORT, 'a fairness report can not be deleted'); END""",
    """CREATE TRIGGER fairness_reports_hold BEFORE UPDATE ON fairness_reports BEGIN SELECT RAISE(ABORT, 'a fairness report can not be changed'); END""",
    """CREATE TRIGGER fairness_reports_once BEFORE INSERT ON fairness_reports WHEN EXISTS (SELECT 1 FROM fairness_reports WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a fairness report can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the tables and guards."""
    op.create_table(
        "face_profiles",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "declared",
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("wearer_id"),
    )
    op.create_table(
        "fairness_reports",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("month"),
    )
    for guard in GUARDS:
        op.execute(guard)
