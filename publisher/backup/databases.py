"""Taking a database as a file while others use it, and putting such a file in its place.

Putting back happens in one step, together with statements that must hold before anybody sees
what was put back: there is no moment at which a worker could send from a restored database
that does not yet know it was restored.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from publisher.backup import postgres, sqlite
from publisher.backup.facts import Facts
from publisher.backup.postgres import Postgres
from publisher.backup.sqlite import Sqlite

#: How the file of each kind of database is found sound, or refused.
CHECKS = {Sqlite.kind: sqlite.check, Postgres.kind: postgres.check}


class Database(Protocol):
    """One kind of database. Every method raises `BackupError`, and then has changed nothing."""

    kind: str
    file_name: str

    def dump(self, file: Path) -> Facts:
        """Write the database to `file` as it stands at one moment; no writer has to wait."""

    def is_empty(self) -> bool:
        """Return whether nobody has used the database yet."""

    def replace(self, file: Path, statements: Sequence[str], *, aside: str) -> None:
        """Put `file` in the database's place, with `statements` carried out on it.

        :param aside: what is added to the name of the old one, where it can be kept
        """


def open_database(url: sa.URL) -> Database:
    """Return the database that `url` names."""
    return Sqlite(url) if url.get_backend_name() == "sqlite" else Postgres(url)
