"""What a backup tells of the database in it."""

from dataclasses import dataclass

import sqlalchemy as sa

from publisher.backup.errors import BackupError

_REVISIONS = "alembic_version"
#: Tables that have rows as soon as a database has been used at all.
FIRST_TABLES = ("region", "user", "audit_entry")
#: Tables that name what lies in the media store, in a column `digest`.
PICTURED = ("media", "logo", "report_file", "dispensation_file")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """See `Manifest`."""

    revision: str
    rows: dict[str, int]
    media: list[str]


def read(connection: sa.Connection) -> Facts:
    """:raises BackupError: if the database was never migrated"""
    present = revision(connection)
    if present is None:
        raise BackupError("The database is not set up yet; there is nothing to back up.")
    tables = sorted(sa.inspect(connection).get_table_names())
    named = (_digests(connection, name) for name in PICTURED if name in tables)
    return Facts(
        revision=present,
        rows={name: _count(connection, name) for name in tables if name != _REVISIONS},
        media=sorted(set().union(*named)),
    )


def revision(connection: sa.Connection) -> str | None:
    """Return the migration that a database is at; None where none ever ran, or all were undone."""
    if not sa.inspect(connection).has_table(_REVISIONS):
        return None
    number: sa.ColumnClause[str] = sa.column("version_num")
    return connection.scalar(sa.select(number).select_from(sa.table(_REVISIONS)))


def is_empty(connection: sa.Connection) -> bool:
    """Return whether nobody has used the database yet."""
    there = set(sa.inspect(connection).get_table_names())
    return not any(_count(connection, name) for name in FIRST_TABLES if name in there)


def _digests(connection: sa.Connection, table: str) -> set[str]:
    digest: sa.ColumnClause[str] = sa.column("digest")
    return set(connection.scalars(sa.select(digest).select_from(sa.table(table))))


def _count(connection: sa.Connection, table: str) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0
