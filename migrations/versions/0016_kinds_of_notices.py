"""Let notices tell of a post, of the week's plan, of sign-offs, of claims and of closed weeks.

Safe while the old code runs: further kinds, and a column that may stay empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = [
    "failed", "missed", "unknown", "handed_over", "proof_waiting", "proof_returned", "reconnect",
    "paused", "risk", "incident", "outage", "objection_filed", "objection_answered",
    "closing_held", "stopped", "resumed",
]  # fmt: skip
NEW = [
    "returned", "plan_due", "plan_late", "sign_off_asked", "sign_off_answered", "sign_off_late",
    "claim_filed", "claim_answered", "week_closed",
]  # fmt: skip


def upgrade() -> None:
    with _notices(KINDS + NEW) as table:
        table.add_column(sa.Column("post_id", sa.Integer()))
        table.create_foreign_key(op.f("fk__notice__post_id__post"), "post", ["post_id"], ["id"])


class _notices:
    """Change the table of notices, of these kinds. SQLite writes it anew, and would not let go
    of it while something points to it."""

    def __init__(self, kinds: list[str]) -> None:
        self.written = ", ".join(f"'{kind}'" for kind in kinds)
        self.anew = op.get_bind().dialect.name == "sqlite"
        self.batch = op.batch_alter_table("notice")

    def __enter__(self):
        if self.anew:
            op.execute("CREATE TEMPORARY TABLE notice_read_kept AS SELECT * FROM notice_read")
            op.execute("DELETE FROM notice_read")
        table = self.batch.__enter__()
        name = op.f("ck__notice__notice_kind")
        table.drop_constraint(name, type_="check")
        table.create_check_constraint(name, f"kind IN ({self.written})")
        return table

    def __exit__(self, *raised) -> None:
        self.batch.__exit__(*raised)
        if self.anew:
            op.execute("INSERT INTO notice_read SELECT * FROM notice_read_kept")
            op.execute("DROP TABLE notice_read_kept")


def downgrade() -> None:
    gone = ", ".join(f"'{kind}'" for kind in NEW)
    op.execute(
        "DELETE FROM notice_read WHERE notice_id IN"
        f" (SELECT id FROM notice WHERE kind IN ({gone}))"  # noqa: S608: words of this file
    )
    op.execute(f"DELETE FROM notice WHERE kind IN ({gone})")  # noqa: S608
    with _notices(KINDS) as table:
        table.drop_constraint(op.f("fk__notice__post_id__post"), type_="foreignkey")
        table.drop_column("post_id")
