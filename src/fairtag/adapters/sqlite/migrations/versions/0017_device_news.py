"""Whose credential, order or gateway changed, so that what is kept in memory is dropped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"

GUARDS = (
    """CREATE TRIGGER credentials_told_insert AFTER INSERT ON credentials BEGIN INSERT INTO device_news (device_id) VALUES (NEW.device_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
    """CREATE TRIGGER credentials_told_update AFTER UPDATE ON credentials BEGIN INSERT INTO device_news (device_id) VALUES (NEW.device_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
    """CREATE TRIGGER credentials_told_delete AFTER DELETE ON credentials BEGIN INSERT INTO device_news (device_id) VALUES (OLD.device_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
    """CREATE TRIGGER gateways_told_insert AFTER INSERT ON gateways BEGIN INSERT INTO device_news (device_id) VALUES (NEW.gateway_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
    """CREATE TRIGGER gateways_told_update AFTER UPDATE ON gateways BEGIN INSERT INTO device_news (device_id) VALUES (NEW.gateway_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
    """CREATE TRIGGER gateways_told_delete AFTER DELETE ON gateways BEGIN INSERT INTO device_news (device_id) VALUES (OLD.gateway_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
    """CREATE TRIGGER activations_told_insert AFTER INSERT ON activations BEGIN INSERT INTO device_news (device_id) VALUES (NEW.device_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
    """CREATE TRIGGER activations_told_update AFTER UPDATE ON activations BEGIN INSERT INTO device_news (device_id) VALUES (NEW.device_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
    """CREATE TRIGGER activations_told_delete AFTER DELETE ON activations BEGIN INSERT INTO device_news (device_id) VALUES (OLD.device_id); DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - 10000; END""",
)


def upgrade() -> None:
    """Make the table and what fills it."""
    op.create_table(
        "device_news",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sqlite_autoincrement=True,
    )
    for guard in GUARDS:
        op.execute(guard)
