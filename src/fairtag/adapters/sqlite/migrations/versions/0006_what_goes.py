"""What goes and what is held: erasures, holds, reviews; guards let a row go whose key is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Guards of older tables that now let a row go once two people have ended its key.
CHANGED = (
    """CREATE TRIGGER alert_acts_stay BEFORE DELETE ON alert_acts WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'what was done can not be deleted'); END""",
    """CREATE TRIGGER alerts_stay BEFORE DELETE ON alerts WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.wearer_id AND ((kind = 'finding' AND period = strftime('%Y-%m', OLD.raised_at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.raised_at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'an alert can not be deleted'); END""",
    """CREATE TRIGGER contacts_stay BEFORE DELETE ON contacts WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a contact can not be deleted'); END""",
    """CREATE TRIGGER proposals_stay BEFORE DELETE ON proposals WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.asked_at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.asked_at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a question to a second person can not be deleted'); END""",
    """CREATE TRIGGER proposal_marks_stay BEFORE DELETE ON proposal_marks WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'what became of a question can not be deleted'); END""",
)
GUARDS = (
    """CREATE TRIGGER reviews_stay BEFORE DELETE ON reviews WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.recorded_at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.recorded_at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a review can not be deleted'); END""",
    """CREATE TRIGGER reviews_hold BEFORE UPDATE ON reviews BEGIN SELECT RAISE(ABORT, 'a review can not be changed'); END""",
    """CREATE TRIGGER reviews_once BEFORE INSERT ON reviews WHEN EXISTS (SELECT 1 FROM reviews WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a review can not be replaced'); END""",
    """CREATE TRIGGER erasures_stay BEFORE DELETE ON erasures BEGIN SELECT RAISE(ABORT, 'an erasure can not be deleted'); END""",
    """CREATE TRIGGER erasures_hold BEFORE UPDATE ON erasures BEGIN SELECT RAISE(ABORT, 'an erasure can not be changed'); END""",
    """CREATE TRIGGER erasures_once BEFORE INSERT ON erasures WHEN EXISTS (SELECT 1 FROM erasures WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'an erasure can not be replaced'); END""",
    """CREATE TRIGGER erasure_marks_stay BEFORE DELETE ON erasure_marks BEGIN SELECT RAISE(ABORT, 'what became of an erasure can not be deleted'); END""",
    """CREATE TRIGGER erasure_marks_hold BEFORE UPDATE ON erasure_marks BEGIN SELECT RAISE(ABORT, 'what became of an erasure can not be changed'); END""",
    """CREATE TRIGGER erasure_marks_once BEFORE INSERT ON erasure_marks WHEN EXISTS (SELECT 1 FROM erasure_marks WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what became of an erasure can not be replaced'); END""",
    """CREATE TRIGGER erased_stay BEFORE DELETE ON erased BEGIN SELECT RAISE(ABORT, 'what was erased can not be deleted'); END""",
    """CREATE TRIGGER erased_hold BEFORE UPDATE ON erased BEGIN SELECT RAISE(ABORT, 'what was erased can not be changed'); END""",
    """CREATE TRIGGER erased_once BEFORE INSERT ON erased WHEN EXISTS (SELECT 1 FROM erased WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what was erased can not be replaced'); END""",
    """CREATE TRIGGER holds_stay BEFORE DELETE ON holds WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a hold can not be deleted'); END""",
    """CREATE TRIGGER holds_hold BEFORE UPDATE ON holds BEGIN SELECT RAISE(ABORT, 'a hold can not be changed'); END""",
    """CREATE TRIGGER holds_once BEFORE INSERT ON holds WHEN EXISTS (SELECT 1 FROM holds WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a hold can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the tables and guards, and open five guards by a hand's breadth."""
    op.create_table(
        "reviews",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Integer(), nullable=False),
        sa.Column("by_date", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_reviews_order_id"), "reviews", ["order_id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_holds_hold_id"), "holds", ["hold_id"], unique=False)
    op.create_index(op.f("ix_holds_owner"), "holds", ["owner"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("begun_at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("run_id"),
    )
    op.create_table(
        "erasure_marks",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_erasure_marks_run_id"), "erasure_marks", ["run_id"], unique=False)
    op.create_table(
        "erasure_items",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "owner", "kind", "period"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erased",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_erased_owner"), "erased", ["owner"], unique=False)
    op.create_table(
        "care",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    for guard in CHANGED:
        op.execute(f"DROP TRIGGER {guard.split()[2]}")
        op.execute(guard)
    for guard in GUARDS:
        op.execute(guard)
