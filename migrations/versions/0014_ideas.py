"""Let offices share posters as templates, and remember who took them up.

Safe while the old code runs: new tables only. They follow the posters, to which they point.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
THERE = sa.text("ended_at IS NULL")
KINDS = (
    "layanan", "kegiatan", "program", "tanggapan_aduan", "audiensi", "siaran_langsung", "ucapan",
)  # fmt: skip


def _key(column: str, target: str, *, ondelete: str | None = None, **options) -> sa.Column:
    key = sa.ForeignKey(f"{target}.id", ondelete=ondelete)
    return sa.Column(column, sa.Integer(), key, **options)


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="post_kind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "idea",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("office_id", "office", nullable=False, index=True),
        _key("post_id", "post", nullable=False, index=True),
        _key("poster_id", "poster", ondelete="SET NULL"),
        sa.Column("kind", kind, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("worked", sa.Text(), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        _key("shared_by_id", "user", nullable=False),
        sa.Column("shared_at", MOMENT, nullable=False),
        sa.Column("featured_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        _key("ended_by_id", "user"),
        sa.Column("ended_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        sa.CheckConstraint("featured_at IS NULL OR ended_at IS NULL", name="featured_while_there"),
    )
    op.create_index(
        "uq__idea__poster_now",
        "idea",
        ["poster_id"],
        unique=True,
        sqlite_where=THERE,
        postgresql_where=THERE,
    )
    op.create_table(
        "idea_use",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("idea_id", "idea", nullable=False, index=True),
        _key("office_id", "office", nullable=False),
        _key("post_id", "post", nullable=False),
        _key("poster_id", "poster", ondelete="SET NULL", index=True),
        _key("used_by_id", "user", nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("idea_use")
    op.drop_table("idea")
