"""The schema of the database: `flask db …`, and bringing it to the newest migration.

Alembic comes with Mako, and Mako with what colours the source code in its errors: 9 MB that
neither the web nor a worker needs. They are loaded where a migration is really run.
"""

import logging
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo

from publisher.backup import facts
from publisher.db import db

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


class _Schema(click.Command):
    """Stands for Flask-Migrate's group of commands, which is loaded when it is named."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        from flask_migrate.cli import db as group

        above = parent or click.get_current_context()
        prepare(above.ensure_object(ScriptInfo).load_app())
        return group.make_context(info_name, args, parent, **extra)


COMMANDS: tuple[click.Command, ...] = (_Schema("db", help="Perform database migrations."),)


def prepare(app: Flask) -> None:
    """Let Flask-Migrate know where the migrations of this app are."""
    from flask_migrate import Migrate

    if "migrate" not in app.extensions:
        Migrate(app, db, directory=str(MIGRATIONS))


def migrate() -> None:
    """Bring the database of the present app to the newest migration, if it is not there. That of a
    newer Siar is left as it is: migrations are written so that older code can run beside them, and
    whoever goes back a version must be able to start it."""
    with db.engine.connect() as connection:
        present = facts.revision(connection)
    known = known_migrations()
    if present == known[-1]:
        return
    if present and present not in known:
        log.warning("the database is that of a newer Siar (schema %s), used as it is", present)
        return
    from flask_migrate import upgrade

    logging.getLogger("alembic").setLevel(logging.WARNING)
    prepare(current_app._get_current_object())  # type: ignore[attr-defined]
    upgrade()


def known_migrations() -> list[str]:
    """Return all revisions by their file names, without loading all of Alembic's machinery."""
    files = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
    return [file.name.partition("_")[0] for file in files]
