"""Keep when a delivery first came into doubt, and let one remote post prove one delivery only.

Safe while the old code runs: the new column may be null, and nothing else reads it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column("delivery", sa.Column("doubtful_since", sa.DateTime(timezone=True)))
    op.create_index(
        "uq__delivery__account_remote_id",
        "delivery",
        ["account_id", "remote_id"],
        unique=True,
        **_where("remote_id IS NOT NULL"),
    )
    op.create_index(
        "ix__delivery__published", "delivery", ["published_at"], **_where("status = 'published'")
    )


def downgrade() -> None:
    op.drop_index("ix__delivery__published", table_name="delivery")
    op.drop_index("uq__delivery__account_remote_id", table_name="delivery")
    op.drop_column("delivery", "doubtful_since")
