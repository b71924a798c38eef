"""Keep the posters of a post as what they say, with the way back through their edits.

Safe while the old code runs: new tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _key(column: str, target: str, **options) -> sa.Column:
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{target}.id"), nullable=False, **options)


def upgrade() -> None:
    op.create_table(
        "poster",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("office_id", "office", index=True),
        _key("post_id", "post", index=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("shapes", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=False),
        sa.Column("rendered", sa.JSON(), nullable=False),
        sa.Column("rendered_key", sa.String(64), nullable=False),
        _key("made_by_id", "user"),
        sa.Column("made_at", MOMENT, nullable=False),
        _key("edited_by_id", "user"),
        sa.Column("edited_at", MOMENT, nullable=False),
        sa.Column("page", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "poster_photo",
        sa.Column("poster_id", sa.Integer(), sa.ForeignKey("poster.id"), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True, index=True),
    )
    op.create_table(
        "poster_step",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("poster_id", "poster", index=True),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=False),
        _key("by_id", "user"),
        sa.Column("at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("poster_step")
    op.drop_table("poster_photo")
    op.drop_table("poster")
