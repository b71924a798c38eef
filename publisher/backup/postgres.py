"""A PostgreSQL database as a file, by PostgreSQL's own programs, which must be installed."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from publisher.backup import facts
from publisher.backup.errors import BackupError

#: Who still reads or writes holds locks; they are given this long to end.
PRELUDE = "SET lock_timeout = '10s';"
#: What triggers call, which outlives its tables; not what an extension brought.
_OUR_FUNCTIONS = sa.text(
    "SELECT CAST(CAST(oid AS regprocedure) AS text) FROM pg_proc"
    " WHERE pronamespace = CAST(current_schema() AS regnamespace) AND NOT EXISTS"
    " (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
)


class Postgres:
    kind = "postgresql"
    file_name = "database.dump"

    def __init__(self, url: sa.URL) -> None:
        self._url = url
        self._engine = sa.create_engine(url, poolclass=sa.NullPool)

    def dump(self, file: Path) -> facts.Facts:
        """Counts and pictures are read from the very snapshot that is written to the file."""
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._engine.connect().execution_options(**options) as connection:
            snapshot = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
            told = facts.read(connection)
            with self._address() as address:
                _run(
                    "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                    f"--snapshot={snapshot}", f"--file={file}", f"--dbname={address}",
                )  # fmt: skip
        check(file)
        return told

    def is_empty(self) -> bool:
        with self._engine.connect() as connection:
            return facts.is_empty(connection)

    def replace(self, file: Path, statements: Sequence[str], *, aside: str) -> None:  # noqa: ARG002
        """Drop, load and prepare in one transaction. The old one is not kept."""
        with TemporaryDirectory() as folder, self._address() as address:
            before, content, after = (Path(folder) / f"{number}.sql" for number in range(3))
            before.write_text(f"{PRELUDE}\n{self._drop_all()}\n")
            # Unpacked first: a file that breaks off would otherwise be loaded by half.
            _run("pg_restore", "--no-owner", "--no-privileges", f"--file={content}", str(file))
            after.write_text("SET search_path = public;\n" + ";\n".join([*statements, ""]))
            _run(
                "psql", "--no-psqlrc", "--quiet", "--single-transaction",
                "--set=ON_ERROR_STOP=1", f"--dbname={address}",
                *(f"--file={each}" for each in (before, content, after)),
            )  # fmt: skip

    def _drop_all(self) -> str:
        quote = self._engine.dialect.identifier_preparer.quote
        with self._engine.connect() as connection:
            tables = [quote(name) for name in sa.inspect(connection).get_table_names()]
            functions = connection.scalars(_OUR_FUNCTIONS).all()
        drops = [f"DROP TABLE {', '.join(tables)} CASCADE;"] if tables else []
        return "\n".join([*drops, *(f"DROP FUNCTION {each};" for each in functions)])

    @contextmanager
    def _address(self) -> Iterator[str]:
        """Yield how PostgreSQL's programs reach the database; the password stays in a file,
        because everybody on a machine sees the arguments of its programs."""
        from psycopg.conninfo import make_conninfo

        parts = self._engine.dialect.create_connect_args(self._url)[1]
        password = str(parts.pop("password", "")).replace("\\", r"\\").replace(":", r"\:")
        parts.pop("context", None)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "password"
            file.touch(mode=0o600)
            file.write_text(f"*:*:*:*:{password}\n")
            yield make_conninfo(**parts, **({"passfile": str(file)} if password else {}))


def check(file: Path) -> None:
    """Read the whole file, as bringing it back would.

    :raises BackupError: if that fails
    """
    _run("pg_restore", "--file=/dev/null", str(file))


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupError(
            f"{program} is not installed (Debian: apt-get install postgresql-client)."
        )
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [path, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.strip()[-500:]}")
