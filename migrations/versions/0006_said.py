"""Let the same words be found again on any account, however long the history is.

Safe while the old code runs: a new table only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "said",
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), primary_key=True),
        sa.Column("platform", sa.String(32), primary_key=True),
        sa.Column("text_key", sa.BigInteger(), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("said")
