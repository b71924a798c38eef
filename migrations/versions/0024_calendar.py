"""Let a region keep themes that come back: every week on a day, or every year on a date.

Safe while the old code runs: a new table that nothing else points to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    op.create_table(
        "theme_day",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False, index=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("weekday", sa.SmallInteger()),
        sa.Column("month", sa.SmallInteger()),
        sa.Column("day", sa.SmallInteger()),
        _key("set_by_id", "user", nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        _key("ended_by_id", "user"),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint("name <> ''", name="has_name"),
        sa.CheckConstraint("(weekday IS NULL) = (month IS NOT NULL)", name="weekly_or_yearly"),
        sa.CheckConstraint("(month IS NULL) = (day IS NULL)", name="day_of_month"),
        sa.CheckConstraint(
            "weekday BETWEEN 1 AND 7 OR month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31",
            name="some_day",
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ender_if_ended"),
    )


def downgrade() -> None:
    op.drop_table("theme_day")
