"""Make a library of the pictures: what each shows, who took it, on what consent it may go out.

Safe while the old code runs: every new column has a default. The columns bring their own checks
along, so that SQLite need not build `media` anew under the rows that point to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = "'foto', 'logo', 'poster', 'bukti'"
CONSENTS = (
    "'belum_diperiksa', 'tanpa_orang', 'kegiatan_publik', 'persetujuan_tertulis', "
    "'persetujuan_wali'"
)
TEXTS = ("title", "description", "taken_by", "place", "tags", "file_name", "consent_note")
SCREENSHOTS = """
    UPDATE media SET kind = 'bukti'
    WHERE id IN (SELECT screenshot_id FROM proof)
      AND id NOT IN (SELECT media_id FROM post_picture)
"""


def upgrade() -> None:
    _add(f"kind VARCHAR(32) DEFAULT 'foto' NOT NULL {_check('media_kind', f'kind IN ({KINDS})')}")
    for name in TEXTS:
        _add(f"{name} TEXT DEFAULT '' NOT NULL")
    among = _check("consent", f"consent IN ({CONSENTS})")
    _add(f"consent VARCHAR(32) DEFAULT 'belum_diperiksa' NOT NULL {among}")
    documented = "consent NOT IN ('persetujuan_tertulis', 'persetujuan_wali')"
    kept = _check("kept_if_documented", f"{documented} OR consent_kept_at <> ''")
    _add(f"consent_kept_at TEXT DEFAULT '' NOT NULL {kept}")
    op.add_column("media", sa.Column("taken_on", sa.Date()))
    op.add_column("media", sa.Column("archived_at", sa.DateTime(timezone=True)))
    op.add_column("media", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.execute(SCREENSHOTS)


def _add(column: str) -> None:
    op.execute(f"ALTER TABLE media ADD COLUMN {column}")


def _check(name: str, holds: str) -> str:
    return f"CONSTRAINT ck__media__{name} CHECK ({holds})"


def downgrade() -> None:
    for name in ("version", "archived_at", "taken_on", "consent_kept_at", "consent"):
        op.drop_column("media", name)
    for name in (*reversed(TEXTS), "kind"):
        op.drop_column("media", name)
