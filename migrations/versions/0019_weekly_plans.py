"""Let each region say when the week's plan is due, and at which hours posts are suggested.

Safe while the old code runs: columns with defaults, or that may stay empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SETTINGS = {"plan_day": "5", "plan_hour": "15", "slots_from": "8", "slots_to": "16"}
TOLD = ("plan_due_told", "plan_late_told")


def upgrade() -> None:
    for name, usual in SETTINGS.items():
        number = sa.Column(name, sa.SmallInteger(), nullable=False, server_default=usual)
        op.add_column("region", number)
    for name in TOLD:
        op.add_column("region", sa.Column(name, sa.Date()))


def downgrade() -> None:
    for name in (*TOLD, *SETTINGS):
        op.drop_column("region", name)
