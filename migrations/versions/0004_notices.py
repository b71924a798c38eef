"""Tell those who can act, once, what happened; remember what is late, when no worker was at work,
and what checks before the time found.

Safe while the old code runs: new tables, indexes, and a column with a default. What had ended
badly before is on the board already and is not announced again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = "resolved_at IS NULL"
TOLD = "status IN ('handed_over', 'unknown', 'failed', 'missed')"


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    _watch()
    _notices()
    op.add_column(
        "delivery",
        sa.Column("noticed_fence", sa.Integer(), nullable=False, server_default=sa.text("-1")),
    )
    op.execute(f"UPDATE delivery SET noticed_fence = fence WHERE {TOLD}")
    op.create_index(
        "ix__delivery__untold", "delivery", ["id"], **_where(f"{TOLD} AND noticed_fence <> fence")
    )
    op.create_index(
        "ix__delivery__open",
        "delivery",
        ["due_at", "status"],
        **_where("status IN ('pending', 'claimed', 'sending', 'handed_over', 'unknown')"),
    )
    op.create_index(
        "ix__delivery__not_out",
        "delivery",
        ["due_at", "status"],
        **_where("status IN ('failed', 'missed', 'cancelled')"),
    )
    held = "status <> 'active' AND credentials IS NOT NULL AND retired_at IS NULL"
    op.create_index("ix__account__held", "account", ["id"], **_where(held))


def _watch() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("cause", _words("cause", "platform", "doubt", "slow"), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
    )
    op.create_index(
        "uq__incident__open",
        "incident",
        ["region_id", "platform", "cause"],
        unique=True,
        **_where("closed_at IS NULL"),
    )
    op.create_table(
        "late_delivery",
        _key("incident_id", "incident", primary_key=True),
        _key("delivery_id", "delivery", primary_key=True),
    )
    op.create_index("ix__late_delivery__delivery_id", "late_delivery", ["delivery_id"])
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("held_up", sa.Integer(), nullable=False),
    )
    op.create_index("ix__outage__ended_at", "outage", ["ended_at"])
    op.create_table(
        "preflight",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("delivery_id", "delivery", nullable=False),
        sa.Column("slot", _words("slot", "evening", "hour"), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("risks", sa.JSON(), nullable=False),
        sa.Column("risk_count", sa.Integer(), nullable=False),
        sa.UniqueConstraint("delivery_id", "slot"),
    )
    op.create_index(
        "ix__preflight__open", "preflight", ["delivery_id"], **_where("risk_count <> 0")
    )


def _notices() -> None:
    kinds = "failed missed unknown handed_over proof_waiting proof_returned reconnect paused".split()
    kinds += "risk incident outage".split()
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("kind", _words("notice_kind", *kinds), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _key("region_id", "region"),
        _key("office_id", "office"),
        _key("account_id", "account"),
        _key("delivery_id", "delivery"),
        _key("incident_id", "incident"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("resolved_at", MOMENT),
    )
    for place in ("region", "office"):
        columns = [f"{place}_id", "id"]
        op.create_index(f"ix__notice__{place}", "notice", columns)
        op.create_index(f"ix__notice__{place}_open", "notice", columns, **_where(OPEN))
    op.create_index("ix__notice__account", "notice", ["account_id", "at"])
    op.create_table(
        "notice_read",
        _key("user_id", "user", primary_key=True),
        _key("notice_id", "notice", primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "hold",
        _key("account_id", "account", primary_key=True),
        sa.Column(
            "status", _words("account_status", "active", "paused", "reconnect"), nullable=False
        ),
        sa.Column("since", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_index("ix__account__held", table_name="account")
    for name in ("not_out", "open", "untold"):
        op.drop_index(f"ix__delivery__{name}", table_name="delivery")
    op.drop_column("delivery", "noticed_fence")
    for table in (
        "hold", "notice_read", "notice", "preflight", "outage", "late_delivery", "incident",
    ):  # fmt: skip
        op.drop_table(table)
