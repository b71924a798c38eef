"""Tell people by e-mail and Telegram, and mail the reports of closed weeks.

Safe while the old code runs: new tables, and a column of notices that may stay empty. What was
told in the app before, and weeks closed before, are mailed to nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CHANNELS = ("mail", "telegram", "off")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column("notice", sa.Column("passed_on_at", MOMENT))
    op.execute("UPDATE notice SET passed_on_at = at")
    op.create_index("ix__notice__new", "notice", ["id"], **_where("passed_on_at IS NULL"))
    _tables()
    op.execute("INSERT INTO week_mailed SELECT id, closed_at FROM closed_week")


def _tables() -> None:
    op.create_table(
        "report_recipient",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        _key("added_by_id", "user", nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT),
        sa.Column("left_at", MOMENT),
        sa.Column("refused_at", MOMENT),
    )
    op.create_index(
        "uq__report_recipient__now", "report_recipient", ["region_id", "address"], unique=True,
        **_where("removed_at IS NULL"),
    )  # fmt: skip
    _letters()
    op.create_table(
        "letter_notice",
        _key("user_id", "user", primary_key=True),
        _key("notice_id", "notice", primary_key=True),
        _key("letter_id", "letter", nullable=False, index=True),
    )
    op.create_table(
        "letter_setting",
        _key("user_id", "user", primary_key=True),
        sa.Column("at_once", _words("channel", *CHANNELS), nullable=False),
        sa.Column("digest", _words("channel_of_digest", *CHANNELS), nullable=False),
        sa.Column("digest_hour", sa.SmallInteger(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("whatsapp", sa.String(15), nullable=False),
        sa.Column("telegram_chat", sa.String(32)),
        sa.Column("telegram_name", sa.Text(), nullable=False),
        sa.Column("telegram_since", MOMENT),
        sa.Column("code_hash", sa.String(64), unique=True),
        sa.Column("code_until", MOMENT),
        sa.Column("refused_address", sa.String(254)),
        sa.Column("refused_at", MOMENT),
    )
    op.create_table(
        "digest_round",
        _key("region_id", "region", primary_key=True),
        sa.Column("through", MOMENT, nullable=False),
    )
    op.create_table(
        "week_mailed",
        _key("closed_week_id", "closed_week", primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "bot_reading",
        sa.Column("bot", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_update", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", MOMENT),
    )


def _letters() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("kind", _words("letter_kind", "now", "digest", "week"), nullable=False),
        sa.Column("channel", _words("channel", *CHANNELS), nullable=False),
        _key("user_id", "user"),
        _key("recipient_id", "report_recipient"),
        _key("closed_week_id", "closed_week"),
        sa.Column("day", sa.Date()),
        sa.Column(
            "status",
            _words(
                "letter_status", "waiting", "claimed", "sending", "sent", "unsure", "refused",
                "given_up", "dropped",
            ),
            nullable=False,
        ),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (recipient_id IS NULL)", name="to_one"),
        sa.CheckConstraint(
            "(status IN ('waiting', 'claimed', 'sending')) = (ended_at IS NULL)",
            name="end_if_ended",
        ),
        sa.CheckConstraint(
            "(status IN ('claimed', 'sending')) = (lease_until IS NOT NULL)",
            name="lease_if_claimed",
        ),
    )  # fmt: skip
    op.create_index("ix__letter__open", "letter", ["next_at", "id"], **_where("ended_at IS NULL"))
    op.create_index("ix__letter__user", "letter", ["user_id", "kind", "id"])
    op.create_index("ix__letter__recipient", "letter", ["recipient_id"])
    op.create_index(
        "ix__letter__week", "letter", ["closed_week_id"], **_where("closed_week_id IS NOT NULL")
    )


def downgrade() -> None:
    for table in (
        "bot_reading", "week_mailed", "digest_round", "letter_setting", "letter_notice", "letter",
        "report_recipient",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix__notice__new", "notice")
    op.drop_column("notice", "passed_on_at")
