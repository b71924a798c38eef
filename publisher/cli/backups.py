"""Making backups while Siar runs, and bringing one back without sending anything twice."""

from datetime import datetime
from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.dialects import sqlite

from publisher import clock
from publisher.backup import BackupError, Database, Manifest, Shelf, move, open_database
from publisher.cli.schema import known_migrations, migrate
from publisher.db import db
from publisher.models import audit
from publisher.models.people import UserSession
from publisher.workflow.delivering import handing_over, pulse, restoring

FOLDER = click.Path(file_okay=False, path_type=Path)
NO_KEYS = (
    "The keys (SECRET_KEY, VAULT_KEYS) are not in it: keep them elsewhere. "
    "Without VAULT_KEYS every account must be connected again."
)


@click.command("backup")
@click.argument("folder", type=FOLDER)
@click.option("--keep", type=click.IntRange(min=1), help="Then drop all but the newest so many.")
@with_appcontext
def backup_command(folder: Path, keep: int | None) -> None:
    """Add a backup of database and pictures to FOLDER, while Siar runs.

    The keys are not in it. The exit status is 1 when a picture could not be read.
    """
    shelf = Shelf(folder)
    try:
        name, manifest = shelf.make(
            open_database(db.engine.url), current_app.extensions["media_store"], at=clock.now()
        )
    except (BackupError, OSError) as error:  # a full disk too
        raise click.ClickException(str(error)) from error
    click.echo(f"{folder / name}: {_told(manifest)}")
    for dropped in shelf.drop_all_but(keep) if keep else ():
        click.echo(f"{folder / dropped} dropped.")
    click.echo(NO_KEYS)
    if manifest.missing:
        raise click.ClickException(
            f"{len(manifest.missing)} pictures could not be read and are not in the backup, such "
            f"as {manifest.missing[0]}: {_why(manifest.missing[0])}."
        )


@click.command("restore")
@click.argument("folder", type=FOLDER)
@click.option("--from", "name", help="The name of the backup; not given: the newest.")
@click.option("--check", is_flag=True, help="Only read the backup through; change nothing.")
@click.option("--replace", is_flag=True, help="Although the database is in use already.")
@with_appcontext
def restore_command(folder: Path, name: str | None, check: bool, replace: bool) -> None:
    """Bring back a backup from FOLDER, and let nothing of it go out twice.

    Stop web, worker and senders first. What was open in the backup is looked for on its account
    before anything is sent; everybody has to sign in again.
    """
    shelf, database = Shelf(folder), open_database(db.engine.url)
    db.session.remove()
    db.engine.dispose()
    try:
        name = name or shelf.newest()
        manifest = shelf.check(name)
        _refuse_what_does_not_fit(manifest, database)
        if check:
            click.echo(f"{folder / name} is sound: {_told(manifest)}")
            return
        at = clock.now()
        if not database.is_empty():
            _refuse_to_overwrite(asked=replace, at=at)
        restored = shelf.put_back_media(manifest, current_app.extensions["media_store"])
        put_back = _put_back if manifest.kind == database.kind else _move
        put_back(shelf.database_file(name), manifest, database, at=at)
    except (BackupError, OSError) as error:  # a full disk too
        raise click.ClickException(str(error)) from error
    _settle(manifest, at=at)
    click.echo(f"{folder / name} is back: {_told(manifest)}; {restored} pictures were put back.")
    click.echo(_what_next(manifest))


def _refuse_what_does_not_fit(manifest: Manifest, database: Database) -> None:
    if manifest.revision not in known_migrations():
        raise BackupError(
            f"The backup was made by a newer Siar (schema {manifest.revision}). "
            "Install that version, then bring it back. Nothing was changed."
        )

    if manifest.kind == database.kind:
        return
    if (manifest.kind, database.kind) != ("sqlite", "postgresql"):
        raise BackupError(f"A {manifest.kind} backup cannot become a {database.kind} database.")
    if manifest.revision != known_migrations()[-1] or not database.is_empty():
        raise BackupError(
            "Moving to PostgreSQL needs an empty database, and a backup made by this very version "
            "of Siar. Nothing was changed."
        )


def _refuse_to_overwrite(*, asked: bool, at: datetime) -> None:
    if not asked:
        raise BackupError("The database is not empty. Give --replace to put the backup there.")
    at_work = pulse.worker_is_fresh(at=at) or handing_over.capacity(at=at)
    db.session.remove()
    db.engine.dispose()
    if at_work:
        raise BackupError(
            "A worker or sender was at work less than half a minute ago. Stop all of them, wait "
            "so long, and try again. Nothing was changed."
        )


def _move(file: Path, manifest: Manifest, _: Database, *, at: datetime) -> None:
    """Let a PostgreSQL begin with the rows of a SQLite."""
    migrate()
    statements = restoring.hold_back(made_at=manifest.made, at=at)
    texts = restoring.as_sql(statements, sqlite.dialect())
    move(file, db.engine, tables=db.metadata, statements=texts)


def _put_back(file: Path, manifest: Manifest, database: Database, *, at: datetime) -> None:
    statements = restoring.hold_back(made_at=manifest.made, at=at)
    database.replace(
        file,
        restoring.as_sql(statements, db.engine.dialect),
        aside=f"before-restore-{at:%Y-%m-%dT%H%M%SZ}",
    )


def _settle(manifest: Manifest, *, at: datetime) -> None:
    """Bring the rows to the present schema, and end what must not come back to life."""
    migrate()
    ended = sa.update(UserSession).where(UserSession.ended_at.is_(None)).values(ended_at=at)
    db.session.execute(ended)
    audit.record("backup.restored", "backup", at=at, made_at=manifest.made_at)
    db.session.commit()


def _why(digest: str) -> str:
    try:
        current_app.extensions["media_store"].get(digest)
    except OSError as error:
        return str(error)
    return "it can be read now, so make another backup"


def _told(manifest: Manifest) -> str:
    rows = manifest.rows
    return (
        f"{rows.get('post', 0)} posts, {rows.get('delivery', 0)} deliveries, "
        f"{rows.get('user', 0)} people, {len(manifest.kept)} pictures, "
        f"{manifest.size_bytes / 1e6:.1f} MB, schema {manifest.revision}, made {manifest.made_at}"
    )


def _what_next(manifest: Manifest) -> str:
    return (
        f"What happened after {manifest.made_at} is not in it. When the worker runs, Siar looks "
        "for every open delivery on its account before it sends anything; what was due by now and "
        "is not found waits for a person. Posts still in review may be out too: look at the "
        "accounts before you approve them."
    )


COMMANDS: tuple[click.Command, ...] = (backup_command, restore_command)
