"""Let a region name the time before an election, its blocked words and its checklist.

Safe while the old code runs: a new table. The old code asks for no second reviewer, though: such
a time holds once every process runs the new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "neutrality",
        sa.Column("region_id", sa.Integer(), sa.ForeignKey("region.id"), primary_key=True),
        sa.Column("starts_at", MOMENT),
        sa.Column("ends_at", MOMENT),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), sa.ForeignKey("user.id"), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_or_neither"),
        sa.CheckConstraint("starts_at IS NULL OR starts_at < ends_at", name="ends_after_start"),
    )


def downgrade() -> None:
    op.drop_table("neutrality")
