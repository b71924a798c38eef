"""Let a region stop all its publishing, and keep who did, why, and how it went on.

Safe while the old code runs: a new table, further kinds of notices, and an index over those. The
old code does not know of stops, though: a stop holds once every worker runs the new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = [
    "failed", "missed", "unknown", "handed_over", "proof_waiting", "proof_returned", "reconnect",
    "paused", "risk", "incident", "outage", "objection_filed", "objection_answered",
    "closing_held",
]  # fmt: skip
OF_STOPS = ["stopped", "resumed"]


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    op.create_table(
        "stop",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False, index=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=False),
        _key("stopped_by_id", "user", nullable=False),
        sa.Column("resumed_at", MOMENT),
        _key("resumed_by_id", "user"),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
        sa.CheckConstraint(
            "(resumed_at IS NULL) = (resumed_by_id IS NULL)", name="resumed_by_somebody"
        ),
    )
    op.create_index(
        "uq__stop__region_now", "stop", ["region_id"], unique=True, **_where("resumed_at IS NULL")
    )
    _notices(KINDS + OF_STOPS)
    op.create_index(
        "ix__notice__stops",
        "notice",
        ["region_id", "id"],
        **_where("kind IN ('stopped', 'resumed')"),
    )


def _notices(kinds: list[str]) -> None:
    """Let notices be of these kinds. SQLite writes the table anew, and would not let go of it
    while something points to it."""
    anew = op.get_bind().dialect.name == "sqlite"
    if anew:
        op.execute("CREATE TEMPORARY TABLE notice_read_kept AS SELECT * FROM notice_read")
        op.execute("DELETE FROM notice_read")
    with op.batch_alter_table("notice") as table:
        table.drop_constraint(op.f("ck__notice__notice_kind"), type_="check")
        written = ", ".join(f"'{kind}'" for kind in kinds)
        table.create_check_constraint(op.f("ck__notice__notice_kind"), f"kind IN ({written})")
    if anew:
        op.execute("INSERT INTO notice_read SELECT * FROM notice_read_kept")
        op.execute("DROP TABLE notice_read_kept")


def downgrade() -> None:
    op.drop_index("ix__notice__stops", "notice")
    op.execute(
        "DELETE FROM notice_read WHERE notice_id IN"
        " (SELECT id FROM notice WHERE kind IN ('stopped', 'resumed'))"
    )
    op.execute("DELETE FROM notice WHERE kind IN ('stopped', 'resumed')")
    _notices(KINDS)
    op.drop_table("stop")
