"""The access log's tree, its checkpoints, and what witnesses wrote under them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# What no code of ours may do, the database itself refuses.
GUARDS = (
    """CREATE TRIGGER log_tiles_stay BEFORE DELETE ON log_tiles BEGIN SELECT RAISE(ABORT, 'a tree only grows: nothing is deleted'); END""",
    """CREATE TRIGGER log_tiles_grow BEFORE UPDATE ON log_tiles WHEN substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes OR NEW.level IS NOT OLD.level OR NEW.n IS NOT OLD.n BEGIN SELECT RAISE(ABORT, 'a tree only grows'); END""",
    """CREATE TRIGGER log_checkpoints_stay BEFORE DELETE ON log_checkpoints BEGIN SELECT RAISE(ABORT, 'a checkpoint can not be deleted'); END""",
    """CREATE TRIGGER log_checkpoints_hold BEFORE UPDATE ON log_checkpoints BEGIN SELECT RAISE(ABORT, 'a checkpoint can not be changed'); END""",
    """CREATE TRIGGER log_checkpoints_once BEFORE INSERT ON log_checkpoints WHEN EXISTS (SELECT 1 FROM log_checkpoints WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a checkpoint can not be replaced'); END""",
    """CREATE TRIGGER log_cosignatures_stay BEFORE DELETE ON log_cosignatures BEGIN SELECT RAISE(ABORT, 'a cosignature can not be deleted'); END""",
    """CREATE TRIGGER log_cosignatures_hold BEFORE UPDATE ON log_cosignatures BEGIN SELECT RAISE(ABORT, 'a cosignature can not be changed'); END""",
    """CREATE TRIGGER log_cosignatures_once BEFORE INSERT ON log_cosignatures WHEN EXISTS (SELECT 1 FROM log_cosignatures WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a cosignature can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_log_checkpoints_size"), "log_checkpoints", ["size"], unique=False)
    op.create_table(
        "log_cosignatures",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_log_cosignatures_size"), "log_cosignatures", ["size"], unique=False)
    for guard in GUARDS:
        op.execute(guard)
