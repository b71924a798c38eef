"""Millions of rows in a minute: the database itself copies one real row, again and again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from bench.stage import POSTGRESQL


def copied(table: sa.Table, changes: Mapping[str, str], *, of: str) -> tuple[str, str]:
    """Return the columns of a table, and what its copies hold in them: both for an INSERT.

    :param changes: what a column holds that differs from the row `of`
    """
    names = [column.name for column in table.columns]
    held = (changes.get(name, f'{of}."{name}"') for name in names)
    return ", ".join(f'"{name}"' for name in names), ", ".join(held)


def trust(connection: sa.Connection) -> None:
    """Ask nothing of what is written until the transaction ends: it fits together."""
    if connection.dialect.name == POSTGRESQL:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")


@contextmanager
def indexes_made_anew(connection: sa.Connection, *tables: sa.Table) -> Iterator[None]:
    """Write without indexes and make them afterwards: much quicker for millions of rows."""
    indexes = [index for table in tables for index in table.indexes]
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)
