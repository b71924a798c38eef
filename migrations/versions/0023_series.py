"""Let drafts recur, let plans come as files, and let calendar programs read what is planned.

Safe while the old code runs: new tables alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _series()
    _plan_files()
    _calendar_feeds()


def _series() -> None:
    status = _words("series_status", "active", "paused", "ended")
    outcome = _words("day_outcome", "made", "skipped", "holiday", "past")
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("office_id", "office", nullable=False, index=True),
        _key("owner_id", "user", nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("halted_because", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("every_weeks", sa.SmallInteger()),
        sa.Column("weekday", sa.SmallInteger()),
        sa.Column("month_day", sa.SmallInteger()),
        sa.Column("local_time", sa.Time(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("ahead_days", sa.SmallInteger(), nullable=False),
        sa.Column("skips_holidays", sa.Boolean(), nullable=False),
        sa.Column("template", sa.JSON(), nullable=False),
        sa.Column("account_ids", sa.JSON(), nullable=False),
        sa.Column("next_day", sa.Date()),
        sa.Column("make_at", MOMENT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(month_day IS NULL) = (weekday IS NOT NULL)"
            " AND (weekday IS NULL) = (every_weeks IS NULL)",
            name="by_week_or_month",
        ),
        sa.CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="ends_after_it_starts"),
        sa.CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="end_if_ended"),
    )
    op.create_index("ix__series__due", "series", ["make_at"], **_where("status = 'active'"))
    op.create_table(
        "series_day",
        _key("series_id", "series", primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("outcome", outcome, nullable=False),
        _key("post_id", "post", index=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("(outcome = 'made') = (post_id IS NOT NULL)", name="post_if_made"),
    )


def _plan_files() -> None:
    status = _words("plan_file_status", "checked", "used", "undone")
    op.create_table(
        "plan_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        _key("office_id", "office"),
        _key("uploaded_by_id", "user", nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("status", status, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.CheckConstraint("(status = 'checked') = (content IS NOT NULL)", name="kept_until_used"),
        sa.CheckConstraint("(status = 'checked') = (used_at IS NULL)", name="time_if_used"),
    )
    op.create_index("ix__plan_file__uploader", "plan_file", ["uploaded_by_id", "id"])
    op.create_table(
        "plan_row",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("file_id", "plan_file", nullable=False, index=True),
        _key("office_id", "office", nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        _key("post_id", "post", nullable=False, index=True),
        sa.UniqueConstraint("office_id", "key"),
    )


def _calendar_feeds() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        _key("office_id", "office"),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        _key("made_by_id", "user", nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        _key("revoked_by_id", "user"),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_by_somebody"
        ),
    )
    for whose, column, more in (
        ("office", "office_id", ""),
        ("region", "region_id", " AND office_id IS NULL"),
    ):
        op.create_index(
            f"uq__calendar_feed__{whose}_now", "calendar_feed", [column], unique=True,
            **_where(f"revoked_at IS NULL{more}"),
        )  # fmt: skip


def downgrade() -> None:
    for table in ("calendar_feed", "plan_row", "plan_file", "series_day", "series"):
        op.drop_table(table)
