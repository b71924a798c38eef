"""Keep what was posted without Siar, for its office to claim; letters of dispensations; and the
area of a camat.

Safe while the old code runs: new tables, and a column that may stay empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = (
    "layanan", "kegiatan", "program", "tanggapan_aduan", "audiensi", "siaran_langsung", "ucapan",
)  # fmt: skip
STATUSES = ("waiting", "accepted", "refused", "withdrawn")


def _where(condition: str) -> dict:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def upgrade() -> None:
    op.create_table(
        "found_post",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("account_id", "account", nullable=False),
        sa.Column("remote_id", sa.String(128), nullable=False),
        sa.Column("permalink", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("text_key", sa.BigInteger(), index=True),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.UniqueConstraint("account_id", "remote_id"),
    )
    op.create_index("ix__found_post__published", "found_post", ["account_id", "published_at"])
    _claims()
    op.create_table(
        "dispensation_file",
        _key("dispensation_id", "dispensation", primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, index=True),
        sa.Column("mime", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        _key("added_by_id", "user", nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
    )
    op.add_column("office", sa.Column("code", sa.String(13), server_default="", nullable=False))
    # Written out, because SQLite takes a key with its column and in no other way.
    op.execute(
        'ALTER TABLE "user" ADD COLUMN area_id INTEGER'
        " CONSTRAINT fk__user__area_id__office REFERENCES office (id)"
    )


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("found_post_id", "found_post", nullable=False, index=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", _words("post_kind", *KINDS), nullable=False),
        sa.Column("gist", sa.Text(), nullable=False),
        sa.Column("status", _words("claim_status", *STATUSES), nullable=False),
        _key("filed_by_id", "user", nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        _key("decided_by_id", "user"),
        sa.Column("decided_at", MOMENT),
        sa.Column("reason", sa.Text(), nullable=False),
        _key("delivery_id", "delivery", unique=True),
        sa.CheckConstraint("title <> ''", name="has_title"),
        sa.CheckConstraint(
            "(status IN ('accepted', 'refused')) = (decided_by_id IS NOT NULL)",
            name="decider_if_decided",
        ),
        sa.CheckConstraint("decided_by_id <> filed_by_id", name="four_eyes"),
        sa.CheckConstraint("status <> 'refused' OR reason <> ''", name="reason_if_refused"),
        sa.CheckConstraint(
            "(status = 'accepted') = (delivery_id IS NOT NULL)", name="delivery_if_accepted"
        ),
    )
    op.create_index(
        "uq__claim__post_standing",
        "claim",
        ["found_post_id"],
        unique=True,
        **_where("status IN ('waiting', 'accepted')"),
    )
    op.create_index("ix__claim__waiting", "claim", ["id"], **_where("status = 'waiting'"))


def downgrade() -> None:
    op.execute('ALTER TABLE "user" DROP COLUMN area_id')
    op.drop_column("office", "code")
    op.drop_table("dispensation_file")
    op.drop_table("claim")
    op.drop_table("found_post")
