"""Keep a reviewer's marks, what a region's posts are checked by, and how a picture looks.

Safe while the old code runs: new tables, and a column that it leaves empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REASONS = [
    "foto_buram", "belum_5w1h", "data_pribadi", "salah_ketik", "logo_identitas",
    "belum_ada_manfaat", "lainnya",
]  # fmt: skip


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    _marks()
    _yardsticks()
    op.add_column("media", sa.Column("likeness", sa.String(32), nullable=True))


def _marks() -> None:
    reason = sa.Enum(
        *REASONS, native_enum=False, create_constraint=True, name="return_reason", length=32
    )
    op.create_table(
        "return_mark",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("post_id", "post", nullable=False, index=True),
        sa.Column("reason", reason, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("x", sa.SmallInteger()),
        sa.Column("y", sa.SmallInteger()),
        _key("noted_by_id", "user", nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        _key("event_id", "post_event"),
        sa.Column("done_at", MOMENT),
        _key("done_by_id", "user"),
        sa.CheckConstraint("(quote <> '') <> (digest <> '')", name="sentence_or_spot"),
        sa.CheckConstraint(
            "(digest <> '') = (x IS NOT NULL) AND (x IS NULL) = (y IS NULL)", name="spot_is_whole"
        ),
        sa.CheckConstraint("x BETWEEN 0 AND 1000 AND y BETWEEN 0 AND 1000", name="spot_inside"),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
        sa.CheckConstraint("done_at IS NULL OR event_id IS NOT NULL", name="done_once_sent"),
    )


def _yardsticks() -> None:
    op.create_table(
        "rubric_weight",
        _key("region_id", "region", primary_key=True),
        sa.Column("point", sa.String(32), primary_key=True),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 0 AND 100", name="weight_sensible"),
    )
    op.create_table(
        "hotline",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        _key("office_id", "office"),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        _key("added_by_id", "user", nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.UniqueConstraint("region_id", "number", "office_id"),
    )
    op.create_table(
        "known_word",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        sa.Column("word", sa.String(40), nullable=False),
        _key("added_by_id", "user", nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.UniqueConstraint("region_id", "word"),
    )


def downgrade() -> None:
    op.drop_column("media", "likeness")
    for table in ("known_word", "hotline", "rubric_weight", "return_mark"):
        op.drop_table(table)
