"""What wearers complain of, and what is done about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

GUARDS = (
    """CREATE TRIGGER complaints_stay BEFORE DELETE ON complaints WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a complaint can not be deleted'); END""",
    """CREATE TRIGGER complaints_hold BEFORE UPDATE ON complaints BEGIN SELECT RAISE(ABORT, 'a complaint can not be changed'); END""",
    """CREATE TRIGGER complaints_once BEFORE INSERT ON complaints WHEN EXISTS (SELECT 1 FROM complaints WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a complaint can not be replaced'); END""",
    """CREATE TRIGGER complaint_steps_stay BEFORE DELETE ON complaint_steps WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'what was done about a complaint can not be deleted'); END""",
    """CREATE TRIGGER complaint_steps_hold BEFORE UPDATE ON complaint_steps BEGIN SELECT RAISE(ABORT, 'what was done about a complaint can not be changed'); END""",
    """CREATE TRIGGER complaint_steps_once BEFORE INSERT ON complaint_steps WHEN EXISTS (SELECT 1 FROM complaint_steps WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what was done about a complaint can not be replaced'); END""",
    """CREATE TRIGGER complaint_steps_honest BEFORE INSERT ON complaint_steps WHEN json_extract(CAST(NEW.body AS TEXT), '$.complaint_id') IS NOT NEW.complaint_id OR json_extract(CAST(NEW.body AS TEXT), '$.what') IS NOT NEW.what OR json_extract(CAST(NEW.body AS TEXT), '$.by') IS NOT NEW.by OR json_extract(CAST(NEW.body AS TEXT), '$.about') IS NOT NEW.about BEGIN SELECT RAISE(ABORT, 'what was done about a complaint says one thing'); END""",
    """CREATE TRIGGER complaint_steps_other BEFORE INSERT ON complaint_steps WHEN NEW.what = 'answered' AND (EXISTS (SELECT 1 FROM complaints AS c WHERE c.complaint_id = NEW.complaint_id AND c.about = NEW.by) OR EXISTS (SELECT 1 FROM complaint_steps AS s WHERE s.complaint_id = NEW.complaint_id AND s.what = 'named' AND s.about = NEW.by)) BEGIN SELECT RAISE(ABORT, 'whoever a complaint is about does not answer it'); END""",
)


def upgrade() -> None:
    """Make the two tables and their guards."""
    op.create_table(
        "complaints",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("complaint_id"),
    )
    op.create_table(
        "complaint_steps",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("complaint_id", "what", "about"),
    )
    for table in ("complaints", "complaint_steps"):
        op.create_index(op.f(f"ix_{table}_owner"), table, ["owner"], unique=False)
    for guard in GUARDS:
        op.execute(guard)
