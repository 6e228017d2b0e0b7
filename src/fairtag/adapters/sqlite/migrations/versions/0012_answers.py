"""Answers with their pictures, what people decided about them, enrolled pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

GUARDS = (
    """CREATE TRIGGER answers_stay BEFORE DELETE ON answers WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.wearer_id AND ((kind = 'finding' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'an answer can not be deleted'); END""",
    """CREATE TRIGGER answers_hold BEFORE UPDATE ON answers BEGIN SELECT RAISE(ABORT, 'an answer can not be changed'); END""",
    """CREATE TRIGGER answers_once BEFORE INSERT ON answers WHEN EXISTS (SELECT 1 FROM answers WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'an answer can not be replaced'); END""",
    """CREATE TRIGGER answer_decisions_stay BEFORE DELETE ON answer_decisions WHEN NOT EXISTS (SELECT 1 FROM erased WHERE owner = OLD.owner AND ((kind = 'finding' AND period = strftime('%Y-%m', OLD.at / 1000000, 'unixepoch')) OR (kind = '*' AND OLD.at <= erased.at))) BEGIN SELECT RAISE(ABORT, 'what people decided about an answer can not be deleted'); END""",
    """CREATE TRIGGER answer_decisions_hold BEFORE UPDATE ON answer_decisions BEGIN SELECT RAISE(ABORT, 'what people decided about an answer can not be changed'); END""",
    """CREATE TRIGGER answer_decisions_once BEFORE INSERT ON answer_decisions WHEN EXISTS (SELECT 1 FROM answer_decisions WHERE n = NEW.n) BEGIN SELECT RAISE(ABORT, 'what people decided about an answer can not be replaced'); END""",
)


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "answers",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("check_in_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("is_sampled", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("answer_id"),
    )
    op.create_index(op.f("ix_answers_check_in_id"), "answers", ["check_in_id"], unique=False)
    op.create_index(op.f("ix_answers_wearer_id"), "answers", ["wearer_id"], unique=False)
    op.create_table(
        "answer_pictures",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(
        op.f("ix_answer_pictures_answer_id"), "answer_pictures", ["answer_id"], unique=False
    )
    op.create_index(op.f("ix_answer_pictures_period"), "answer_pictures", ["period"], unique=False)
    op.create_table(
        "answer_decisions",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(
        op.f("ix_answer_decisions_answer_id"), "answer_decisions", ["answer_id"], unique=False
    )
    op.create_table(
        "frame_names",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("whose", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(
        op.f("ix_frame_names_wearer_id_name"), "frame_names", ["wearer_id", "name"], unique=False
    )
    op.create_table(
        "enrolments",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.String(), nullable=False),
        sa.Column("invitation_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("picture_id"),
    )
    op.create_index(
        op.f("ix_enrolments_invitation_id"), "enrolments", ["invitation_id"], unique=False
    )
    op.create_index(op.f("ix_enrolments_period"), "enrolments", ["period"], unique=False)
    op.create_index(op.f("ix_enrolments_wearer_id"), "enrolments", ["wearer_id"], unique=False)
    op.create_table(
        "enrolled_templates",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(
        op.f("ix_enrolled_templates_period"), "enrolled_templates", ["period"], unique=False
    )
    op.create_index(
        op.f("ix_enrolled_templates_picture_id"), "enrolled_templates", ["picture_id"], unique=False
    )
    op.create_index(
        op.f("ix_enrolled_templates_wearer_id"), "enrolled_templates", ["wearer_id"], unique=False
    )
    op.create_table(
        "enrolment_invitations",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.String(), nullable=False),
        sa.Column("wearer_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("invitation_id"),
    )
    op.create_index(
        op.f("ix_enrolment_invitations_wearer_id"),
        "enrolment_invitations",
        ["wearer_id"],
        unique=False,
    )
    for guard in GUARDS:
        op.execute(guard)
