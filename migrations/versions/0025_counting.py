"""Let a week be counted by one look at one index, and find what came out in another week than due.

Safe while the old code runs: only indexes change, and what the old ones had and these have not is
looked up in the table meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OUT = "week IS NOT NULL"
DUE_WEEK = {
    "sqlite": "(CAST(strftime('%s', due_at) AS INTEGER) + zone_hours * 3600 + 259200) / 604800",
    "postgresql": "floor((extract(epoch FROM due_at - '1970-01-01 00:00:00+00'::timestamptz)"
    " + zone_hours * 3600 + 259200) / 604800)",
}


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _index(counted: list[str], *, of_an_office: str) -> None:
    op.create_index("ix__delivery__week", "delivery", ["week", "office_id", *counted],
                    **_where(OUT))  # fmt: skip
    op.create_index("ix__delivery__office_week", "delivery", ["office_id", "week", *counted],
                    **_where(of_an_office))  # fmt: skip


def _drop() -> None:
    op.drop_index("ix__delivery__week", table_name="delivery")
    op.drop_index("ix__delivery__office_week", table_name="delivery")


def upgrade() -> None:
    _drop()
    _index(["kind", "post_id", "account_id", "apart"], of_an_office="week >= 0")
    op.create_index("ix__delivery__moved", "delivery", ["week", "office_id", "post_id"],
                    **_where(f"week <> {DUE_WEEK[op.get_bind().dialect.name]}"))  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix__delivery__moved", table_name="delivery")
    _drop()
    _index(["post_id", "kind", "account_id", "due_at", "apart"], of_an_office=OUT)
