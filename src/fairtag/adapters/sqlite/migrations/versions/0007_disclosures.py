"""Disclosures, their steps and their recipients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

GUARDS = (
    """CREATE TRIGGER recipients_stay BEFORE DELETE ON recipients BEGIN SELECT RAISE(ABORT, 'the register of recipients can not be deleted'); END""",
    """CREATE TRIGGER recipients_hold BEFORE UPDATE ON recipients BEGIN SELECT RAISE(ABORT, 'the register of recipients can not be changed'); END""",
    """CREATE TRIGGER recipients_once BEFORE INSERT ON recipients WHEN EXISTS (SELECT 1 FROM recipients WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'the register of recipients can not be replaced'); END""",
    """CREATE TRIGGER disclosures_stay BEFORE DELETE ON disclosures WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a disclosure can not be deleted'); END""",
    """CREATE TRIGGER disclosures_hold BEFORE UPDATE ON disclosures BEGIN SELECT RAISE(ABORT, 'a disclosure can not be changed'); END""",
    """CREATE TRIGGER disclosures_once BEFORE INSERT ON disclosures WHEN EXISTS (SELECT 1 FROM disclosures WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a disclosure can not be replaced'); END""",
    """CREATE TRIGGER disclosure_steps_stay BEFORE DELETE ON disclosure_steps WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'what became of a disclosure can not be deleted'); END""",
    """CREATE TRIGGER disclosure_steps_hold BEFORE UPDATE ON disclosure_steps BEGIN SELECT RAISE(ABORT, 'what became of a disclosure can not be changed'); END""",
    """CREATE TRIGGER disclosure_steps_once BEFORE INSERT ON disclosure_steps WHEN EXISTS (SELECT 1 FROM disclosure_steps WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what became of a disclosure can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the three tables and their guards."""
    op.create_table(
        "recipients",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "disclosures",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("disclosure_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("disclosure_id"),
    )
    op.create_table(
        "disclosure_steps",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("disclosure_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    for table, column in (
        ("recipients", "recipient_id"),
        ("disclosures", "owner"),
        ("disclosure_steps", "disclosure_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for guard in GUARDS:
        op.execute(guard)
