"""The journal's index by order is a table that is written for many rows at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

GONE = """CREATE TRIGGER journal_gone AFTER DELETE ON journal BEGIN DELETE FROM journal_orders WHERE order_id = OLD.order_id AND last_at = OLD.last_at AND n = OLD.n; END"""


def upgrade() -> None:
    """Make the tables, write into them what the index says, and let the index go."""
    op.create_table(
        "journal_orders",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("last_at", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "last_at", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal_indexed",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.execute(
        "INSERT INTO journal_orders SELECT order_id, last_at, n FROM journal ORDER BY order_id, last_at, n"
    )
    op.execute("INSERT INTO journal_indexed SELECT 1, coalesce(max(n), 0) FROM journal")
    op.drop_index("journal_past", "journal")
    op.execute(GONE)
