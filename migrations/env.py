"""Runs the migrations on the database of the present app. Models are read for `check` alone."""

from alembic import context
from flask import current_app

from publisher.db import UtcDateTime, db


def render_item(kind, item, _autogen_context):
    """Write our column type as the plain type it is in the database."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            compare_type=True,
            render_as_batch=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if not current_app:
    raise RuntimeError("run through `flask db …`")
run()
