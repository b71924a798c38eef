"""Let posts need decisions before their approval: the signature of their office's head.

Safe while the old code runs: new tables, and columns that may be null. The old code asks for no
signature, though: what a region asks for holds once every process runs the new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    for name in ("acts_from", "acts_until"):
        op.add_column("user", sa.Column(name, sa.Date()))
    _decisions()
    _rules()
    _links()


def _decisions() -> None:
    op.create_table(
        "needed_decision",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("post_id", "post", nullable=False),
        sa.Column("stage", _words("stage", "head", "first", "second"), nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("remind_at", MOMENT),
        sa.Column("late_at", MOMENT),
        sa.Column("answer", _words("answer", "given", "returned", "passed")),
        sa.Column("answered_at", MOMENT),
        _key("answered_by_id", "user"),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.UniqueConstraint("post_id", "stage", "submitted_at", "digest"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="time_if_answered"),
        sa.CheckConstraint(
            "(answer IN ('given', 'returned')) = (answered_by_id IS NOT NULL)"
            " OR (answer IS NULL AND answered_by_id IS NULL)",
            name="somebody_if_decided",
        ),
    )
    open_ones = sa.text("answer IS NULL")
    op.create_index(
        "ix__needed_decision__open",
        "needed_decision",
        ["stage", "post_id"],
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )


def _rules() -> None:
    op.create_table(
        "sign_off_rule",
        _key("region_id", "region", primary_key=True),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("vacant", _words("vacant", "go_on", "deputy", "wait"), nullable=False),
        _key("deputy_id", "user"),
        sa.Column("late_hours", sa.SmallInteger(), nullable=False),
        sa.Column("link_hours", sa.SmallInteger(), nullable=False),
        _key("set_by_id", "user", nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
    )
    op.create_table(
        "sign_off_exception",
        _key("office_id", "office", primary_key=True),
        sa.Column("asked", sa.Boolean(), nullable=False),
        _key("deputy_id", "user"),
        _key("set_by_id", "user", nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
    )


def _links() -> None:
    op.create_table(
        "sign_off_link",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("need_id", "needed_decision", nullable=False, index=True),
        _key("person_id", "user", nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        _key("made_by_id", "user"),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("used_at", MOMENT),
    )


def downgrade() -> None:
    for table in ("sign_off_link", "sign_off_exception", "sign_off_rule", "needed_decision"):
        op.drop_table(table)
    for name in ("acts_until", "acts_from"):
        op.drop_column("user", name)
