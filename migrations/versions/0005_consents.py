"""Remember who was sent to a platform to let us in, and who handed an account over to whom.

Safe while the old code runs: new tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    op.create_table(
        "consent_errand",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("state_hash", sa.String(64), nullable=False, unique=True),
        _key("account_id", "account", nullable=False),
        _key("user_id", "user", nullable=False),
        _key("session_id", "user_session", nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False, index=True),
        sa.Column("used_at", MOMENT),
    )
    op.create_table(
        "custody",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("account_id", "account", nullable=False, index=True),
        _key("giver_id", "user"),
        _key("taker_id", "user", nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _key("noted_by_id", "user", nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("custody")
    op.drop_table("consent_errand")
