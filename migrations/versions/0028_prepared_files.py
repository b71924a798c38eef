"""Keep what files of a large region are asked for, and how far each is, until a day later.

Safe while the old code runs: a new table that nothing else points to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STEPS = ("asked", "counting", "writing", "ready", "failed")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "prepared_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("region_id", sa.Integer(), sa.ForeignKey("region.id"), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("step", _words("file_step", *STEPS), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), sa.ForeignKey("user.id"), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("begun_at", MOMENT),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.CheckConstraint("(step = 'ready') = (digest <> '')", name="there_when_ready"),
        sa.UniqueConstraint("region_id", "monday", "version", "form"),
    )


def downgrade() -> None:
    op.drop_table("prepared_file")
