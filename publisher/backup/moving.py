"""From SQLite to PostgreSQL: the same rows, in another kind of database.

For an installation that outgrows its machine. Everything is copied in one transaction, so the new
database has all of it or nothing.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

AT_ONCE = 1000


def move(file: Path, target: sa.Engine, *, tables: sa.MetaData, statements: Sequence[str]) -> None:
    """Copy the rows of a SQLite database to a PostgreSQL of the same schema that has none yet.

    :param tables: the schema of both
    :param statements: carried out on a copy of `file` before
    """
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "rows.sqlite"
        shutil.copyfile(file, copy)
        with closing(sqlite3.connect(copy)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
        source = sa.create_engine(f"sqlite:///{copy}", poolclass=sa.NullPool)
        with source.connect() as rows, target.begin() as there:
            for table in tables.sorted_tables:
                _copy(table, rows, there)


def _copy(table: sa.Table, source: sa.Connection, target: sa.Connection) -> None:
    """Copy one table. What points within it is filled in when all of its rows are there."""
    inside = [key.parent for key in table.foreign_keys if key.column.table is table]
    insert = table.insert().values({column.name: _value(column) for column in table.columns})
    reading = source.execution_options(yield_per=AT_ONCE).execute(sa.select(table))
    for batch in reading.mappings().partitions(AT_ONCE):
        target.execute(
            insert, [{**row, **{column.name: None for column in inside}} for row in batch]
        )
    for column in inside:
        _point(table, column, source.execute(_pointing(table, column)), target)
    if "id" in table.columns:
        name = target.dialect.identifier_preparer.format_table(table)
        last = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"  # noqa: S608
        target.exec_driver_sql(f"{last} HAVING max(id) IS NOT NULL")


def _value(column: sa.Column[object]) -> sa.BindParameter[object]:
    """Return the parameter for a column; nothing stays nothing, also where JSON has a null."""
    kind = sa.JSON(none_as_null=True) if isinstance(column.type, sa.JSON) else column.type
    return sa.bindparam(column.name, type_=kind)


def _pointing(table: sa.Table, column: sa.Column[object]) -> sa.Select[Any, Any]:
    return sa.select(table.c.id, column).where(column.is_not(None))


def _point(
    table: sa.Table,
    column: sa.Column[object],
    rows: Iterable[Sequence[Any]],
    target: sa.Connection,
) -> None:
    pairs = [{"the_id": row[0], "the_other": row[1]} for row in rows]
    if pairs:
        change = sa.update(table).where(table.c.id == sa.bindparam("the_id"))
        target.execute(change.values({column.name: sa.bindparam("the_other")}), pairs)
