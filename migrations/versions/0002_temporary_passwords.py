"""Remember whose password was made up for them, so that they choose their own first.

Safe while the old code runs: the new column has a default, and nothing else reads it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "user",
        sa.Column(
            "password_is_temporary", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )


def downgrade() -> None:
    op.drop_column("user", "password_is_temporary")
