"""Keep what is planned with an account, when one is called dormant, and what citizens may read.

Safe while the old code runs: columns that may be empty or have defaults, and a new table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("status = 'open'")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    op.add_column(
        "region",
        sa.Column("dormant_days", sa.Integer(), server_default=sa.text("28"), nullable=False),
    )
    op.add_column("region", sa.Column("public_since", MOMENT))
    op.add_column("account", sa.Column("standing_at", MOMENT))
    op.create_table(
        "account_plan",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("account_id", "account", nullable=False),
        sa.Column("aim", _words("plan_aim", "revive", "merge", "close"), nullable=False),
        _key("responsible_id", "user", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "status",
            _words("plan_status", "open", "done", "withdrawn"),
            nullable=False,
        ),
        _key("made_by_id", "user", nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        _key("ended_by_id", "user"),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_note", sa.Text(), nullable=False),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="end_if_ended"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ender_if_ended"),
    )
    op.create_index("ix__account_plan__account", "account_plan", ["account_id", "id"])
    op.create_index(
        "uq__account_plan__open",
        "account_plan",
        ["account_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("account_plan")
    op.drop_column("account", "standing_at")
    op.drop_column("region", "public_since")
    op.drop_column("region", "dormant_days")
