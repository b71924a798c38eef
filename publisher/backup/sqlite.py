"""A SQLite database as a file. It copies itself with VACUUM INTO; `cp` would miss its log."""

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from publisher.backup import facts
from publisher.backup.errors import BackupError

IN_USE = "The database is in use. Stop web and worker of Siar first; nothing was changed."
WAIT_S = 60


class Sqlite:
    kind = "sqlite"
    file_name = "database.sqlite"

    def __init__(self, url: sa.URL) -> None:
        if not url.database or url.database == ":memory:":
            raise BackupError("A database in memory cannot be backed up.")
        self._path = Path(url.database)

    def dump(self, file: Path) -> facts.Facts:
        if not self._path.is_file():
            raise BackupError(f"There is no database at {self._path}.")
        try:
            with closing(sqlite3.connect(self._path, timeout=WAIT_S)) as connection:
                connection.execute("VACUUM INTO ?", (str(file),))
        except sqlite3.Error as error:  # the disk is full, the database damaged
            raise BackupError(f"The database could not be copied: {error}.") from error
        check(file)
        with _engine(file).connect() as connection:
            return facts.read(connection)

    def is_empty(self) -> bool:
        if not self._path.is_file():
            return True
        with _engine(self._path).connect() as connection:
            return facts.is_empty(connection)

    def replace(self, file: Path, statements: Sequence[str], *, aside: str) -> None:
        draft = self._path.with_name(f"{self._path.name}.restoring")
        shutil.copyfile(file, draft)
        draft.chmod(0o600)
        with closing(sqlite3.connect(draft)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
        if self._path.is_file():
            self._take_it_alone()
            os.link(self._path, self._path.with_name(f"{self._path.name}.{aside}"))
        draft.replace(self._path)

    def _take_it_alone(self) -> None:
        """Leave write-ahead logging, which SQLite allows to an only user.

        What was in the log is in the file afterwards, so the file can be set aside as it is.
        """
        with closing(sqlite3.connect(self._path, timeout=1)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                raise BackupError(IN_USE) from error


def check(file: Path) -> None:
    """:raises BackupError: if this is no sound database"""
    try:
        with closing(sqlite3.connect(file)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            strays = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{file} is no sound database: {error}.") from error
    if said != "ok" or strays:
        raise BackupError(f"{file} is no sound database: {strays or said}.")


def _engine(file: Path) -> sa.Engine:
    return sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool)
