"""Keep how the posters of a region and of each office look, and their emblems.

Safe while the old code runs: new tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OF_THE_REGION = sa.text("office_id IS NULL")


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), **options)


def _one_of_the_region(name: str, table: str, columns: list[str]) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        sqlite_where=OF_THE_REGION,
        postgresql_where=OF_THE_REGION,
    )


def upgrade() -> None:
    op.create_table(
        "logo",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        _key("office_id", "office"),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        _key("uploaded_by_id", "user", nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.UniqueConstraint("office_id", "digest"),
    )
    _one_of_the_region("uq__logo__region_digest", "logo", ["region_id", "digest"])
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("region_id", "region", nullable=False),
        _key("office_id", "office", unique=True),
        sa.Column("name", sa.Text()),
        sa.Column("brand", sa.String(7)),
        sa.Column("accent", sa.String(7)),
        sa.Column("motif", sa.String(32)),
        _key("logo_id", "logo"),
        sa.Column("hashtag", sa.Text()),
        sa.Column("invitation", sa.Text()),
        sa.Column("whatsapp", sa.Text()),
        sa.Column("link", sa.Text()),
        sa.Column("holds_for_all", sa.Boolean(), server_default=sa.false(), nullable=False),
        _key("set_by_id", "user", nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("office_id IS NULL OR NOT holds_for_all", name="region_holds_for_all"),
        sa.CheckConstraint("(brand IS NULL) = (accent IS NULL)", name="colours_together"),
    )
    _one_of_the_region("uq__look__region", "look", ["region_id"])


def downgrade() -> None:
    op.drop_table("look")
    op.drop_table("logo")
