"""Ask for a weekly minimum as a decree does, and count a week from an index alone.

Rules for kinds of offices, how binding they are, what counts; working days by decree and by
office; exemptions; what was taken down, and what says the same. Safe while the old code runs:
columns with defaults, new tables, indexes, and a trigger that numbers weeks. Contents that say the
same are noticed from now on; what is past keeps its numbers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OUT = "week IS NOT NULL"
COUNTED = ["post_id", "kind", "account_id", "due_at", "apart"]
PROVED = "{0}permalink <> '' OR {0}proved_by_id IS NOT NULL"
#: 259,200 seconds: 1 January 1970 was a Thursday.
WEEKS = {
    "sqlite": "(CAST(strftime('%s', {0}published_at) AS INTEGER)"
    " + {0}zone_hours * 3600 + 259200) / 604800",
    "postgresql": "floor((extract(epoch FROM {0}published_at)"
    " + {0}zone_hours * 3600 + 259200) / 604800)::integer",
}
MOVING = "published_at, permalink, proved_by_id, zone_hours"
OFFICE_KINDS = "sekretariat inspektorat dinas badan satuan rsud kecamatan kelurahan desa".split()


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    op.add_column("region", sa.Column("closed_through", sa.Date()))
    _rules()
    _calendar()
    _dispensations()
    _standing_out()
    _deliveries()


def _rules() -> None:
    with op.batch_alter_table("quota_rule") as table:
        table.add_column(sa.Column("office_kind", _words("office_kind", *OFFICE_KINDS)))
        table.add_column(
            sa.Column(
                "binding",
                _words("binding", "wajib", "imbauan", "pantau"),
                nullable=False,
                server_default="wajib",
            )
        )
        table.add_column(sa.Column("channels", sa.JSON()))
        table.add_column(sa.Column("kinds", sa.JSON()))
        table.add_column(
            sa.Column("prorated", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.create_check_constraint(
            op.f("ck__quota_rule__one_scope"), "office_id IS NULL OR office_kind IS NULL"
        )


def _calendar() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _key("set_by_id", "user", nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        _key("ended_by_id", "user"),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ender_if_ended"),
    )
    op.create_index(
        "uq__calendar_day__now",
        "calendar_day",
        ["region_id", "day"],
        unique=True,
        **_where("ended_at IS NULL"),
    )
    op.create_table(
        "work_pattern",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("office_id", "office", nullable=False),
        sa.Column("weekdays", sa.String(7), nullable=False),
        sa.Column("rests_on_holidays", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        _key("set_by_id", "user", nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name="ends_after_it_starts"
        ),
    )
    op.create_index("ix__work_pattern__office", "work_pattern", ["office_id", "valid_from"])


def _dispensations() -> None:
    op.create_table(
        "dispensation",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("office_id", "office", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        _key("granted_by_id", "user", nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        _key("revoked_by_id", "user"),
        sa.Column("revoked_at", MOMENT),
        sa.Column("revoked_because", sa.Text(), nullable=False),
        sa.CheckConstraint("valid_from <= valid_to", name="ends_after_it_starts"),
        sa.CheckConstraint("reason <> ''", name="has_reason"),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoker_if_revoked"
        ),
    )
    op.create_index("ix__dispensation__office", "dispensation", ["office_id", "valid_from"])


def _standing_out() -> None:
    op.create_table(
        "takedown",
        _key("delivery_id", "delivery", primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _key("noted_by_id", "user", nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.CheckConstraint("reason <> ''", name="has_reason"),
    )
    op.create_table(
        "twin",
        _key("post_id", "post", primary_key=True),
        _key("other_id", "post", primary_key=True),
        sa.Column("noted_at", MOMENT, nullable=False),
    )


def _deliveries() -> None:
    for column in (
        sa.Column("kind", sa.String(32), nullable=False, server_default="kegiatan"),
        sa.Column("zone_hours", sa.SmallInteger(), nullable=False, server_default=sa.text("7")),
        sa.Column("apart", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("week", sa.Integer()),
    ):
        op.add_column("delivery", column)
    op.execute(
        "UPDATE delivery SET kind = (SELECT post.kind FROM post WHERE post.id = post_id)"
        " WHERE post_id IN (SELECT id FROM post WHERE kind <> 'kegiatan')"
    )
    for zone, hours in (("Asia/Makassar", 8), ("Asia/Jayapura", 9)):
        op.execute(
            f"UPDATE delivery SET zone_hours = {hours} WHERE office_id IN (SELECT office.id"
            f" FROM office JOIN region ON region.id = region_id WHERE zone = '{zone}')"
        )
    op.execute(
        "UPDATE delivery SET apart = true WHERE post_id IN"
        " (SELECT post_id FROM delivery GROUP BY post_id HAVING min(due_at) <> max(due_at))"
    )
    _let_the_database_number_weeks()
    op.create_index(
        "ix__delivery__week", "delivery", ["week", "office_id", *COUNTED], **_where(OUT)
    )
    op.create_index(
        "ix__delivery__office_week", "delivery", ["office_id", "week", *COUNTED], **_where(OUT)
    )
    op.create_index(
        "ix__delivery__apart", "delivery", ["week", "office_id"], **_where(f"{OUT} AND apart")
    )

    op.create_index("ix__account__unofficial", "account", ["id"], **_where("standing <> 'utama'"))


def _week(row: str = "") -> str:
    number = WEEKS[op.get_bind().dialect.name]
    return f"CASE WHEN {PROVED} THEN {number} END".format(row)


def _let_the_database_number_weeks() -> None:
    """The week follows from other columns; nobody else writes it, so it never differs.

    Not a generated column: on such a one, no index of SQLite is a covering one.
    """
    op.execute(f"UPDATE delivery SET week = {_week()} WHERE published_at IS NOT NULL")
    if op.get_bind().dialect.name == "sqlite":
        for when, name in (("INSERT", "insert"), (f"UPDATE OF {MOVING}", "update")):
            op.execute(
                f"CREATE TRIGGER delivery_week_{name} AFTER {when} ON delivery"
                f" WHEN NEW.week IS NOT {_week('NEW.')}"
                f" BEGIN UPDATE delivery SET week = {_week('NEW.')} WHERE id = NEW.id; END"
            )
        return
    op.execute(
        "CREATE FUNCTION delivery_week() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN NEW.week := {_week('NEW.')}; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER delivery_week BEFORE INSERT OR UPDATE OF {MOVING} ON delivery"
        " FOR EACH ROW EXECUTE FUNCTION delivery_week()"
    )


def _forget_the_numbering() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER delivery_week_insert")
        op.execute("DROP TRIGGER delivery_week_update")
        return
    op.execute("DROP TRIGGER delivery_week ON delivery")
    op.execute("DROP FUNCTION delivery_week()")


def downgrade() -> None:
    _forget_the_numbering()
    op.drop_index("ix__account__unofficial", table_name="account")
    for name in ("apart", "office_week", "week"):
        op.drop_index(f"ix__delivery__{name}", table_name="delivery")
    for name in ("week", "apart", "zone_hours", "kind"):
        op.drop_column("delivery", name)
    for table in ("twin", "takedown", "dispensation", "work_pattern", "calendar_day"):
        op.drop_table(table)
    op.execute("DELETE FROM quota_rule WHERE office_kind IS NOT NULL OR binding <> 'wajib'")
    with op.batch_alter_table("quota_rule") as table:
        for name in ("one_scope", "binding", "office_kind"):
            table.drop_constraint(op.f(f"ck__quota_rule__{name}"), type_="check")
        for name in ("prorated", "kinds", "channels", "binding", "office_kind"):
            table.drop_column(name)
    op.drop_column("region", "closed_through")
