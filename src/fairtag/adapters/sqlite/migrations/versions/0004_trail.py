"""Trails in chunks of an hour or a day, and which days of the journal still have a key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables; the rows of a store that has some lie in days whose keys are there."""
    _chunks()
    op.create_table(
        "chunk_rulings",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal_days",
        sa.Column("day", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO journal_days"
        " SELECT DISTINCT strftime('%Y-%m-%d', received_at / 1000000, 'unixepoch') FROM journal"
    )


def _chunks() -> None:
    op.create_table(
        "chunk_owners",
        sa.Column("owner", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("owner"),
    )
    op.create_index("chunk_owners_of_order", "chunk_owners", ["order_id"], unique=False)
    op.create_index("chunk_owners_named", "chunk_owners", ["device_id", "epoch"], unique=False)
    op.create_table(
        "chunks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("is_day", sa.Integer(), nullable=False),
        sa.Column("last_n", sa.Integer(), nullable=False),
        sa.Column("entries_n", sa.Integer(), nullable=False),
        sa.Column("first_s", sa.Integer(), nullable=False),
        sa.Column("last_s", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=True),
        sa.Column("span_seq", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "chunks_of_hours",
        "chunks",
        ["hour", "owner"],
        unique=False,
        sqlite_where=sa.text("is_day = 0"),
    )
    op.create_index(
        "chunks_of_days",
        "chunks",
        ["owner", "hour", "last_seq", "span_seq"],
        unique=False,
        sqlite_where=sa.text("is_day = 1"),
    )
    op.create_table("chunk_reach", sa.Column("last_n", sa.Integer(), nullable=False))
