"""What the first store holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# What no code of ours may do, the database itself refuses.
GUARDS = (
    """CREATE TRIGGER alert_acts_hold BEFORE UPDATE ON alert_acts BEGIN SELECT RAISE(ABORT, 'what was done can not be changed'); END""",
    """CREATE TRIGGER alert_acts_once BEFORE INSERT ON alert_acts WHEN EXISTS (SELECT 1 FROM alert_acts WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what was done can not be replaced'); END""",
    """CREATE TRIGGER alert_acts_stay BEFORE DELETE ON alert_acts BEGIN SELECT RAISE(ABORT, 'what was done can not be deleted'); END""",
    """CREATE TRIGGER alerts_ahead BEFORE UPDATE ON alerts WHEN CASE NEW.state WHEN 'raised' THEN 0 WHEN 'acknowledged' THEN 1 ELSE 2 END < CASE OLD.state WHEN 'raised' THEN 0 WHEN 'acknowledged' THEN 1 ELSE 2 END BEGIN SELECT RAISE(ABORT, 'an alert only moves forward'); END""",
    """CREATE TRIGGER alerts_begin BEFORE INSERT ON alerts WHEN NEW.state <> 'raised' OR json_extract(CAST(NEW.body AS TEXT), '$.alert_id') IS NOT NEW.alert_id OR json_extract(CAST(NEW.body AS TEXT), '$.kind') IS NOT NEW.kind OR json_extract(CAST(NEW.body AS TEXT), '$.recipient') IS NOT NEW.recipient OR json_extract(CAST(NEW.body AS TEXT), '$.priority') IS NOT NEW.priority OR json_extract(CAST(NEW.body AS TEXT), '$.state') IS NOT NEW.state BEGIN SELECT RAISE(ABORT, 'an alert begins as raised'); END""",
    """CREATE TRIGGER alerts_by_people BEFORE UPDATE ON alerts WHEN NEW.state = 'closed' AND coalesce(json_extract(CAST(NEW.body AS TEXT), '$.closed_by'), '') = '' AND NEW.kind NOT IN ('battery.dead', 'battery.low', 'checkin.needs_review', 'contact.lost') BEGIN SELECT RAISE(ABORT, 'only a named person closes this alert'); END""",
    """CREATE TRIGGER alerts_closed_for_good BEFORE UPDATE ON alerts WHEN OLD.state = 'closed' AND (json_extract(CAST(NEW.body AS TEXT), '$.closed_by') IS NOT json_extract(CAST(OLD.body AS TEXT), '$.closed_by') OR json_extract(CAST(NEW.body AS TEXT), '$.closed_at') IS NOT json_extract(CAST(OLD.body AS TEXT), '$.closed_at') OR json_extract(CAST(NEW.body AS TEXT), '$.cause') IS NOT json_extract(CAST(OLD.body AS TEXT), '$.cause')) BEGIN SELECT RAISE(ABORT, 'how an alert was closed can not be changed'); END""",
    """CREATE TRIGGER alerts_honest BEFORE UPDATE ON alerts WHEN json_extract(CAST(NEW.body AS TEXT), '$.alert_id') IS NOT NEW.alert_id OR json_extract(CAST(NEW.body AS TEXT), '$.kind') IS NOT NEW.kind OR json_extract(CAST(NEW.body AS TEXT), '$.recipient') IS NOT NEW.recipient OR json_extract(CAST(NEW.body AS TEXT), '$.priority') IS NOT NEW.priority OR json_extract(CAST(NEW.body AS TEXT), '$.state') IS NOT NEW.state BEGIN SELECT RAISE(ABORT, 'an alert says one thing'); END""",
    """CREATE TRIGGER alerts_once BEFORE INSERT ON alerts WHEN EXISTS (SELECT 1 FROM alerts WHERE alert_id = NEW.alert_id) BEGIN SELECT RAISE(ABORT, 'an alert can not be replaced'); END""",
    """CREATE TRIGGER alerts_stay BEFORE DELETE ON alerts BEGIN SELECT RAISE(ABORT, 'an alert can not be deleted'); END""",
    """CREATE TRIGGER alerts_taken BEFORE UPDATE ON alerts WHEN NEW.state = 'acknowledged' AND coalesce(json_extract(CAST(NEW.body AS TEXT), '$.acknowledged_by'), '') = '' BEGIN SELECT RAISE(ABORT, 'somebody takes an alert'); END""",
    """CREATE TRIGGER alerts_urgent BEFORE UPDATE ON alerts WHEN CASE NEW.priority WHEN 'urgent' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END > CASE OLD.priority WHEN 'urgent' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END BEGIN SELECT RAISE(ABORT, 'an alert does not become less urgent'); END""",
    """CREATE TRIGGER alerts_whose BEFORE UPDATE ON alerts WHEN NEW.alert_id IS NOT OLD.alert_id OR NEW.order_id IS NOT OLD.order_id OR NEW.wearer_id IS NOT OLD.wearer_id OR NEW.recipient IS NOT OLD.recipient OR NEW.raised_at IS NOT OLD.raised_at BEGIN SELECT RAISE(ABORT, 'what an alert is about can not be changed'); END""",
    """CREATE TRIGGER contacts_hold BEFORE UPDATE ON contacts BEGIN SELECT RAISE(ABORT, 'a contact can not be changed'); END""",
    """CREATE TRIGGER contacts_once BEFORE INSERT ON contacts WHEN EXISTS (SELECT 1 FROM contacts WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a contact can not be replaced'); END""",
    """CREATE TRIGGER contacts_stay BEFORE DELETE ON contacts BEGIN SELECT RAISE(ABORT, 'a contact can not be deleted'); END""",
    """CREATE TRIGGER log_hold BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'an entry can not be changed'); END""",
    """CREATE TRIGGER log_once BEFORE INSERT ON log WHEN EXISTS (SELECT 1 FROM log WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'an entry can not be replaced'); END""",
    """CREATE TRIGGER log_stay BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'an entry can not be deleted'); END""",
)


def upgrade() -> None:
    """Make every table, index and guard."""
    op.create_table(
        "activations",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("order_ends_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "start"),
    )
    op.create_index(op.f("ix_activations_order_id"), "activations", ["order_id"], unique=False)
    op.create_index(op.f("ix_activations_wearer_id"), "activations", ["wearer_id"], unique=False)
    op.create_table(
        "alert_acts",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_alert_acts_alert_id"), "alert_acts", ["alert_id"], unique=False)
    op.create_table(
        "alert_evidence",
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
    )
    op.create_table(
        "alert_findings",
        sa.Column("finding_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("finding_id", "alert_id"),
    )
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("wearer_id", sa.String(), nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("raised_at", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
    )
    op.create_index("alerts_about", "alerts", ["kind", "order_id", "device_id"], unique=False)
    op.create_index("alerts_open", "alerts", ["state", "order_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_contacts_order_id"), "contacts", ["order_id"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_credentials_device_id"), "credentials", ["device_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("registered_at", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.Integer(), nullable=True),
        sa.Column("heard_at", sa.Integer(), nullable=True),
        sa.Column("fixed_at", sa.Integer(), nullable=True),
        sa.Column("battery_pct", sa.Float(), nullable=True),
        sa.Column("unordered", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("upto", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("device_id"),
    )
    op.create_table(
        "duty",
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("step"),
    )
    op.create_table(
        "findings",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("decided_at", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_findings_finding_id"), "findings", ["finding_id"], unique=False)
    op.create_table(
        "gateways",
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("devices", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("gateway_id"),
    )
    op.create_table(
        "held",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "epoch", "first"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "house",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "install_steps",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "device_id", "step"),
    )
    op.create_table(
        "journal",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("first_seq", sa.Integer(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sqlite_autoincrement=True,
    )
    op.create_index("journal_past", "journal", ["order_id", "last_at"], unique=False)
    op.create_table(
        "judged",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "log",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index(op.f("ix_log_wearer_id"), "log", ["wearer_id"], unique=False)
    op.create_table(
        "named",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_marks",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_order_marks_order_id"), "order_marks", ["order_id"], unique=False)
    op.create_table(
        "order_versions",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("starts_at", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.Integer(), nullable=False),
        sa.Column("review_by", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asks", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("order_id", "version"),
    )
    op.create_index(
        "order_versions_asking",
        "order_versions",
        ["wearer_id"],
        unique=False,
        sqlite_where=sa.text("asks = 1"),
    )
    op.create_index(
        op.f("ix_order_versions_wearer_id"), "order_versions", ["wearer_id"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("due_at", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index("outbox_waiting", "outbox", ["sent_at", "due_at"], unique=False)
    op.create_table(
        "people",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "quarantine",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("goes_at", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_quarantine_device_id"), "quarantine", ["device_id"], unique=False)
    op.create_index(op.f("ix_quarantine_goes_at"), "quarantine", ["goes_at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("idle_until", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "setups",
        sa.Column("setup_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("setup_hash"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "states",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rulings", sa.LargeBinary(), nullable=True),
        sa.Column("still", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("order_id"),
    )
    for guard in GUARDS:
        op.execute(guard)
