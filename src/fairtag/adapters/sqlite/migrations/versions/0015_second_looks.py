"""Closed alerts that a second person looks at, blind to the first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"

GUARDS = (
    """CREATE TRIGGER second_looks_stay BEFORE DELETE ON second_looks WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a second look can not be deleted'); END""",
    """CREATE TRIGGER second_looks_hold BEFORE UPDATE ON second_looks BEGIN SELECT RAISE(ABORT, 'a second look can not be changed'); END""",
    """CREATE TRIGGER second_looks_once BEFORE INSERT ON second_looks WHEN EXISTS (SELECT 1 FROM second_looks WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a second look can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the table and its guards."""
    op.create_table(
        "second_looks",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("alert_id", "what"),
    )
    for guard in GUARDS:
        op.execute(guard)
