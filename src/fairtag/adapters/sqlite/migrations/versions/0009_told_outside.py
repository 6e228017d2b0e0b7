"""Addresses of wearers and representatives, and the notices that go there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"

GUARDS = (
    """CREATE TRIGGER outside_contacts_stay BEFORE DELETE ON outside_contacts WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'an address outside can not be deleted'); END""",
    """CREATE TRIGGER outside_contacts_hold BEFORE UPDATE ON outside_contacts BEGIN SELECT RAISE(ABORT, 'an address outside can not be changed'); END""",
    """CREATE TRIGGER outside_contacts_once BEFORE INSERT ON outside_contacts WHEN EXISTS (SELECT 1 FROM outside_contacts WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'an address outside can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the two tables and the guards of one."""
    op.create_table(
        "outside_contacts",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("whom", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "outside_notices",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.Integer(), nullable=True),
        sa.Column("is_sent", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("reference"),
    )
    for table in ("outside_contacts", "outside_notices"):
        op.create_index(op.f(f"ix_{table}_order_id"), table, ["order_id"], unique=False)
    op.create_index("outside_waiting", "outside_notices", ["sent_at", "due_at"], unique=False)
    for guard in GUARDS:
        op.execute(guard)
