"""Prompts with their limits, open hours, draws, pauses; outages, inboxes, calls for a review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

GUARDS = (
    """CREATE TRIGGER prompt_hours_stay BEFORE DELETE ON prompt_hours WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.wearer_id AND ((kind = 'finding' AND period = strftime('%Y-%m', OLD.start / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.start <= erased.at))) BEGIN SELECT RAISE(ABORT, 'when a person may be asked can not be deleted'); END""",
    """CREATE TRIGGER prompt_hours_hold BEFORE UPDATE ON prompt_hours BEGIN SELECT RAISE(ABORT, 'when a person may be asked can not be changed'); END""",
    """CREATE TRIGGER prompt_hours_once BEFORE INSERT ON prompt_hours WHEN EXISTS (SELECT 1 FROM prompt_hours WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'when a person may be asked can not be replaced'); END""",
    """CREATE TRIGGER prompt_hours_open BEFORE INSERT ON prompt_hours WHEN NOT fairtag_is_open(NEW."waking_day", NEW."time_zone", NEW."protected", NEW."start", NEW."end", NEW."day_start", NEW."day_end", NEW."local_day") BEGIN SELECT RAISE(ABORT, 'these hours are not open'); END""",
    """CREATE TRIGGER prompt_hours_rest BEFORE INSERT ON prompt_hours WHEN EXISTS (SELECT 1 FROM prompt_hours o WHERE o.wearer_id = NEW.wearer_id AND o.start > NEW.start - 172800000000 AND o.start < NEW."end" + 172800000000 AND o.waking_day <> NEW.waking_day AND o.start < NEW."end" + 32400000000 AND o."end" > NEW.start - 32400000000) BEGIN SELECT RAISE(ABORT, 'nine hours lie between two days of being asked'); END""",
    """CREATE TRIGGER prompt_hours_day BEFORE INSERT ON prompt_hours WHEN EXISTS (SELECT 1 FROM prompt_hours o WHERE o.wearer_id = NEW.wearer_id AND o.start > NEW.start - 172800000000 AND o.start < NEW."end" + 172800000000 AND o.waking_day = NEW.waking_day AND (o.start < NEW."end" AND o."end" > NEW.start OR max(o."end", NEW."end") - min(o.start, NEW.start) > 54000000000)) BEGIN SELECT RAISE(ABORT, 'a day of being asked has fifteen hours at most'); END""",
    """CREATE TRIGGER prompts_once BEFORE INSERT ON prompts WHEN EXISTS (SELECT 1 FROM prompts WHERE check_in_id = NEW.check_in_id) BEGIN SELECT RAISE(ABORT, 'a prompt can not be replaced'); END""",
    """CREATE TRIGGER prompts_begin BEFORE INSERT ON prompts WHEN NEW.state <> 'scheduled' OR NEW.is_void <> 0 BEGIN SELECT RAISE(ABORT, 'a prompt begins as scheduled'); END""",
    """CREATE TRIGGER prompts_whose BEFORE INSERT ON prompts WHEN NOT EXISTS (SELECT 1 FROM order_versions v WHERE v.order_id = NEW.order_id AND v.wearer_id = NEW.wearer_id) BEGIN SELECT RAISE(ABORT, 'a prompt is for the wearer of its order'); END""",
    """CREATE TRIGGER prompts_window BEFORE INSERT ON prompts WHEN NEW.until - NEW.at < 900000000 OR typeof(NEW.at) <> 'integer' OR typeof(NEW.until) <> 'integer' OR typeof(NEW.gap) <> 'integer' BEGIN SELECT RAISE(ABORT, 'there are fifteen minutes to answer at least'); END""",
    """CREATE TRIGGER prompts_hours BEFORE INSERT ON prompts WHEN NOT EXISTS (SELECT 1 FROM prompt_hours h WHERE h.wearer_id = NEW.wearer_id AND h.start > NEW.at - 86400000000 AND h.start <= NEW.at AND h."end" >= NEW.until AND h.local_day = NEW.local_day AND h.time_zone = NEW.time_zone) BEGIN SELECT RAISE(ABORT, 'nobody is asked at a protected hour'); END""",
    """CREATE TRIGGER prompts_paused BEFORE INSERT ON prompts WHEN EXISTS (SELECT 1 FROM prompt_pauses p WHERE p.owner = NEW.wearer_id AND p.start < NEW.until AND (p.ask_until IS NULL OR p.ask_until > NEW.at) AND (p.ended_at IS NULL OR p.ended_at > NEW.at)) BEGIN SELECT RAISE(ABORT, 'nobody is asked in a pause'); END""",
    """CREATE TRIGGER prompts_near BEFORE INSERT ON prompts WHEN EXISTS (SELECT 1 FROM prompts o WHERE o.wearer_id = NEW.wearer_id AND o.at BETWEEN NEW.at - 172800000000 AND NEW.at + 172800000000 AND (o.at < NEW.until AND o.until > NEW.at OR abs(o.at - NEW.at) < max(o.gap, NEW.gap, 900000000))) BEGIN SELECT RAISE(ABORT, 'this is too near another prompt'); END""",
    """CREATE TRIGGER prompts_day BEFORE INSERT ON prompts WHEN EXISTS (SELECT 1 FROM prompt_hours h WHERE h.wearer_id = NEW.wearer_id AND h.start BETWEEN NEW.at - 172800000000 AND NEW.at + 172800000000 AND h.day_start < NEW.until AND h.day_end > NEW.at AND (SELECT count(*) FROM prompts p WHERE p.wearer_id = NEW.wearer_id AND p.at > h.day_start - 86400000000 AND p.until > h.day_start AND p.at < h.day_end) >= 5) BEGIN SELECT RAISE(ABORT, 'this would be the sixth in a day'); END""",
    """CREATE TRIGGER prompts_sixth BEFORE INSERT ON prompts WHEN EXISTS (SELECT 1 FROM (SELECT NEW.at AS at, NEW.until AS until UNION ALL SELECT o.at, o.until FROM prompts o WHERE o.wearer_id = NEW.wearer_id AND o.at > NEW.at - 172800000000 AND o.at <= NEW.at) f WHERE NEW.at < f.until + 86400000000 AND (SELECT count(*) FROM prompts p WHERE p.wearer_id = NEW.wearer_id AND p.at >= f.at AND p.at < f.until + 86400000000) >= 5) BEGIN SELECT RAISE(ABORT, 'this would be the sixth in 24 hours'); END""",
    """CREATE TRIGGER prompts_late BEFORE INSERT ON prompts WHEN NEW.kind = 'drawn' AND EXISTS (SELECT 1 FROM prompt_hours h JOIN prompt_draws d ON d.wearer_id = h.wearer_id AND d.waking_day = h.waking_day WHERE h.wearer_id = NEW.wearer_id AND h.start > NEW.at - 86400000000 AND h.start <= NEW.at AND h."end" >= NEW.until) BEGIN SELECT RAISE(ABORT, 'this day was drawn already'); END""",
    """CREATE TRIGGER prompts_said BEFORE INSERT ON prompts WHEN EXISTS (SELECT 1 FROM order_versions v WHERE v.wearer_id = NEW.wearer_id AND v.recorded_at > NEW.at) BEGIN SELECT RAISE(ABORT, 'what the orders say was said later'); END""",
    """CREATE TRIGGER prompts_stay BEFORE DELETE ON prompts WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.wearer_id AND ((kind = 'finding' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a prompt stays'); END""",
    """CREATE TRIGGER prompts_hold BEFORE UPDATE ON prompts WHEN NEW."check_in_id" IS NOT OLD."check_in_id" OR NEW."wearer_id" IS NOT OLD."wearer_id" OR NEW."order_id" IS NOT OLD."order_id" OR NEW."condition_id" IS NOT OLD."condition_id" OR NEW."device_id" IS NOT OLD."device_id" OR NEW."modality" IS NOT OLD."modality" OR NEW."kind" IS NOT OLD."kind" OR NEW."local_day" IS NOT OLD."local_day" OR NEW."time_zone" IS NOT OLD."time_zone" OR NEW."at" IS NOT OLD."at" OR NEW."until" IS NOT OLD."until" OR NEW."gap" IS NOT OLD."gap" OR NEW."nonce" IS NOT OLD."nonce" OR NEW."drawn" IS NOT OLD."drawn" BEGIN SELECT RAISE(ABORT, 'a prompt does not move'); END""",
    """CREATE TRIGGER prompts_ahead BEFORE UPDATE ON prompts WHEN (CASE NEW.state WHEN 'scheduled' THEN 0 WHEN 'delivered' THEN 1 WHEN 'shown' THEN 2 WHEN 'answered' THEN 4 WHEN 'expired_shown' THEN 3 WHEN 'not_delivered' THEN 3 WHEN 'device_off' THEN 3 WHEN 'refused_by_limit' THEN 3 ELSE -1 END <= CASE OLD.state WHEN 'scheduled' THEN 0 WHEN 'delivered' THEN 1 WHEN 'shown' THEN 2 WHEN 'answered' THEN 4 WHEN 'expired_shown' THEN 3 WHEN 'not_delivered' THEN 3 WHEN 'device_off' THEN 3 WHEN 'refused_by_limit' THEN 3 ELSE -1 END AND NEW.state IS NOT OLD.state) OR NEW.is_void < OLD.is_void BEGIN SELECT RAISE(ABORT, 'a prompt only goes on'); END""",
    """CREATE TRIGGER prompt_draws_stay BEFORE DELETE ON prompt_draws WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.wearer_id AND ((kind = 'finding' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'the draw of a day can not be deleted'); END""",
    """CREATE TRIGGER prompt_draws_hold BEFORE UPDATE ON prompt_draws BEGIN SELECT RAISE(ABORT, 'the draw of a day can not be changed'); END""",
    """CREATE TRIGGER prompt_draws_once BEFORE INSERT ON prompt_draws WHEN EXISTS (SELECT 1 FROM prompt_draws WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'the draw of a day can not be replaced'); END""",
    """CREATE TRIGGER prompt_draws_again BEFORE INSERT ON prompt_draws WHEN EXISTS (SELECT 1 FROM prompt_draws WHERE n = NEW.n OR (wearer_id = NEW.wearer_id AND waking_day = NEW.waking_day)) BEGIN SELECT RAISE(ABORT, 'a day is drawn once'); END""",
    """CREATE TRIGGER prompt_pauses_once BEFORE INSERT ON prompt_pauses WHEN EXISTS (SELECT 1 FROM prompt_pauses WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a pause can not be replaced'); END""",
    """CREATE TRIGGER prompt_pauses_named BEFORE INSERT ON prompt_pauses WHEN EXISTS (SELECT 1 FROM prompt_pauses WHERE pause_id = NEW.pause_id) BEGIN SELECT RAISE(ABORT, 'a pause can not be replaced'); END""",
    """CREATE TRIGGER prompt_pauses_begin BEFORE INSERT ON prompt_pauses WHEN NEW.ended_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a pause begins open'); END""",
    """CREATE TRIGGER prompt_pauses_stay BEFORE DELETE ON prompt_pauses WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.recorded_at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.recorded_at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a pause stays'); END""",
    """CREATE TRIGGER prompt_pauses_hold BEFORE UPDATE ON prompt_pauses WHEN NEW."n" IS NOT OLD."n" OR NEW."pause_id" IS NOT OLD."pause_id" OR NEW."owner" IS NOT OLD."owner" OR NEW."kind" IS NOT OLD."kind" OR NEW."start" IS NOT OLD."start" OR NEW."ask_until" IS NOT OLD."ask_until" OR NEW."free_until" IS NOT OLD."free_until" OR NEW."recorded_at" IS NOT OLD."recorded_at" OR NEW."alert_id" IS NOT OLD."alert_id" OR NEW."sealed" IS NOT OLD."sealed" OR coalesce(NEW.ended_by, '') = '' OR OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL BEGIN SELECT RAISE(ABORT, 'a pause is ended, by a named person'); END""",
    """CREATE TRIGGER outages_stay BEFORE DELETE ON outages BEGIN SELECT RAISE(ABORT, 'an outage can not be deleted'); END""",
    """CREATE TRIGGER outages_hold BEFORE UPDATE ON outages BEGIN SELECT RAISE(ABORT, 'an outage can not be changed'); END""",
    """CREATE TRIGGER outages_once BEFORE INSERT ON outages WHEN EXISTS (SELECT 1 FROM outages WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'an outage can not be replaced'); END""",
    """CREATE TRIGGER review_calls_stay BEFORE DELETE ON review_calls WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'text' AND period = strftime('%Y-%m', OLD.recorded_at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.recorded_at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'a call for a review can not be deleted'); END""",
    """CREATE TRIGGER review_calls_hold BEFORE UPDATE ON review_calls BEGIN SELECT RAISE(ABORT, 'a call for a review can not be changed'); END""",
    """CREATE TRIGGER review_calls_once BEFORE INSERT ON review_calls WHEN EXISTS (SELECT 1 FROM review_calls WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'a call for a review can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "prompt_hours",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("waking_day", sa.String(), nullable=False),
        sa.Column("local_day", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("day_start", sa.Integer(), nullable=False),
        sa.Column("day_end", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("protected", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "prompts",
        sa.Column("check_in_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("condition_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("local_day", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("gap", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("drawn", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_void", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("check_in_id"),
    )
    op.create_table(
        "prompt_draws",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("waking_day", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("not_asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "prompt_pauses",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("pause_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("ask_until", sa.Integer(), nullable=True),
        sa.Column("free_until", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.Integer(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "outages",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "device_inbox",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_calls",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Integer(), nullable=False),
        sa.Column("by_date", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(
        op.f("ix_prompt_hours_once"), "prompt_hours", ["wearer_id", "start"], unique=True
    )
    op.create_index(op.f("ix_prompts_at"), "prompts", ["at"], unique=False)
    op.create_index(op.f("ix_prompts_device_id"), "prompts", ["device_id"], unique=False)
    op.create_index(op.f("ix_prompts_drawn"), "prompts", ["drawn"], unique=False)
    op.create_index(op.f("ix_prompts_local_day"), "prompts", ["local_day"], unique=False)
    op.create_index(op.f("ix_prompts_once"), "prompts", ["wearer_id", "at"], unique=True)
    op.create_index(
        op.f("ix_prompt_draws_once"), "prompt_draws", ["wearer_id", "waking_day"], unique=True
    )
    op.create_index(
        op.f("ix_prompt_draws_waking_day"), "prompt_draws", ["waking_day"], unique=False
    )
    op.create_index(op.f("ix_prompt_pauses_once"), "prompt_pauses", ["pause_id"], unique=True)
    op.create_index(op.f("ix_prompt_pauses_owner"), "prompt_pauses", ["owner"], unique=False)
    op.create_index(
        op.f("ix_device_inbox_once"), "device_inbox", ["device_id", "kind", "ref"], unique=True
    )
    op.create_index(op.f("ix_review_calls_order_id"), "review_calls", ["order_id"], unique=False)
    for guard in GUARDS:
        op.execute(guard)
