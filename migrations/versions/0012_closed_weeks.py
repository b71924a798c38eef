"""Close weeks: when and by whom, what was frozen, in which files; and what offices
objected.

Safe while the old code runs: columns with defaults, new tables, and further kinds of notices.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = ["failed", "missed", "unknown", "handed_over", "proof_waiting", "proof_returned"]
KINDS += ["reconnect", "paused", "risk", "incident", "outage"]
OF_WEEKS = ["objection_filed", "objection_answered", "closing_held"]
FIXED = "A closed week never changes"


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    for name, default in (("closing_day", "2"), ("closing_hour", "12"), ("objection_days", "1")):
        op.add_column(
            "region",
            sa.Column(name, sa.SmallInteger(), nullable=False, server_default=sa.text(default)),
        )
    op.add_column("region", sa.Column("closing_from", sa.Date()))
    _closed_weeks()
    _objections()
    _notices(KINDS + OF_WEEKS)


def _closed_weeks() -> None:
    op.create_table(
        "closed_week",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        _key("closed_by_id", "user"),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.UniqueConstraint("region_id", "monday", "version"),
        sa.CheckConstraint("version >= 1", name="counted_from_one"),
        sa.CheckConstraint(
            "version = 1 OR (reason <> '' AND closed_by_id IS NOT NULL)", name="corrected_by_whom"
        ),
    )
    _let_nobody_change("closed_week")
    op.create_table(
        "report_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("closed_week_id", "closed_week", nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.UniqueConstraint("closed_week_id", "form"),
    )
    _let_nobody_change("report_file")


def _let_nobody_change(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{FIXED}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_fixed() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{FIXED}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_fixed()"
    )


def _objections() -> None:
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("office_id", "office", nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        _key("filed_by_id", "user", nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("deadline", MOMENT, nullable=False),
        sa.Column(
            "status",
            _words("objection_status", "open", "accepted", "declined", "lapsed"),
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), nullable=False),
        _key("answered_by_id", "user"),
        sa.Column("answered_at", MOMENT),
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.CheckConstraint(
            "(status = 'open') = (answered_by_id IS NULL)", name="answerer_if_answered"
        ),
        sa.CheckConstraint("status = 'open' OR answer <> ''", name="answer_if_answered"),
    )
    op.create_index(
        "uq__objection__open",
        "objection",
        ["office_id", "monday"],
        unique=True,
        **_where("status = 'open'"),
    )
    op.create_index("ix__objection__office", "objection", ["office_id", "monday"])


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
    notice = sa.table("notice", sa.column("id"), sa.column("kind"))
    read = sa.table("notice_read", sa.column("notice_id"))
    of_weeks = sa.select(notice.c.id).where(notice.c.kind.in_(OF_WEEKS))
    op.execute(sa.delete(read).where(read.c.notice_id.in_(of_weeks)))
    op.execute(sa.delete(notice).where(notice.c.kind.in_(OF_WEEKS)))
    _notices(KINDS)
    for table in ("objection", "report_file", "closed_week"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("report_file", "closed_week"):
            op.execute(f"DROP FUNCTION {table}_fixed()")
    for name in ("closing_from", "objection_days", "closing_hour", "closing_day"):
        op.drop_column("region", name)
