"""What two people decide together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

GUARDS = (
    """CREATE TRIGGER proposals_stay BEFORE DELETE ON proposals BEGIN SELECT RAISE(ABORT, 'a question to a second person can not be deleted'); END""",
    """CREATE TRIGGER proposals_hold BEFORE UPDATE ON proposals BEGIN SELECT RAISE(ABORT, 'a question to a second person can not be changed'); END""",
    """CREATE TRIGGER proposals_once BEFORE INSERT ON proposals WHEN EXISTS (SELECT 1 FROM proposals WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a question to a second person can not be replaced'); END""",
    """CREATE TRIGGER proposal_marks_stay BEFORE DELETE ON proposal_marks BEGIN SELECT RAISE(ABORT, 'what became of a question can not be deleted'); END""",
    """CREATE TRIGGER proposal_marks_hold BEFORE UPDATE ON proposal_marks BEGIN SELECT RAISE(ABORT, 'what became of a question can not be changed'); END""",
    """CREATE TRIGGER proposal_marks_once BEFORE INSERT ON proposal_marks WHEN EXISTS (SELECT 1 FROM proposal_marks WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what became of a question can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the two tables and their guards."""
    op.create_table(
        "proposals",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("proposal_id"),
    )
    op.create_table(
        "proposal_marks",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(
        op.f("ix_proposal_marks_proposal_id"), "proposal_marks", ["proposal_id"], unique=False
    )
    for guard in GUARDS:
        op.execute(guard)
