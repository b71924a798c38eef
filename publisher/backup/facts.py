"""What a backup tells of the database in it."""

from dataclasses import dataclass

import sqlalchemy as sa

from publisher.backup.errors import BackupError

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
    tables = sorted(sa.inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        raise BackupError("The database is not set up yet; there is nothing to back up.")
    named = (_digests(connection, name) for name in PICTURED if name in tables)
    return Facts(
        revision=connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one(),
        rows={name: _count(connection, name) for name in tables if name != "alembic_version"},
        media=sorted(set().union(*named)),
    )


def is_empty(connection: sa.Connection) -> bool:
    """Return whether nobody has used the database yet."""
    there = set(sa.inspect(connection).get_table_names())
    return not any(_count(connection, name) for name in FIRST_TABLES if name in there)


def _digests(connection: sa.Connection, table: str) -> set[str]:
    digest: sa.ColumnClause[str] = sa.column("digest")
    return set(connection.scalars(sa.select(digest).select_from(sa.table(table))))


def _count(connection: sa.Connection, table: str) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0
