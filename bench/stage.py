"""A Siar of its own for a benchmark: an empty database, practice platforms, worker processes.

Workers are processes, started with `flask worker` and settings from the environment as on any
machine; the benchmark itself only fills the database, waits and asks the platforms.
"""

import base64
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask import Flask

import config
from bench.broker import redis
from bench.postgres import postgres
from publisher import create_app
from publisher.cli.schema import migrate
from publisher.db import db
from publisher.practice.controls import PracticeProcess

#: What a benchmark calls the databases.
SQLITE, POSTGRESQL = "sqlite", "postgresql"
#: PostgreSQL with senders of their own behind a Redis.
CELERY = "postgresql+celery"


#: Alembic knows one migration at a time in a process.
_migrating = threading.Lock()


@dataclass(frozen=True)
class Stage:
    app: Flask
    practice: PracticeProcess
    folder: Path
    database: str
    environment: dict[str, str]


@contextmanager
def stage(
    database: str = SQLITE, *, latency_ms: float = 0, threads: int = 64, tls: bool = False
) -> Iterator[Stage]:
    """Set up a Siar whose platforms answer in `latency_ms`; gone afterwards.

    :param threads: how many each worker sends with
    """
    logging.disable(logging.INFO)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="siar-bench-")))
        options = ["--latency-ms", str(latency_ms), *(["--tls"] if tls else [])]
        practice = stack.enter_context(PracticeProcess(folder / "practice", 0, *options))
        address = f"sqlite:///{folder / 'bench.sqlite'}"
        if database != SQLITE:
            address = stack.enter_context(postgres())
        environment = _environment(folder, address, practice, threads)
        if database == CELERY:
            environment["ENGINE_URL"] = stack.enter_context(redis(folder))
        if tls:
            environment["PLATFORM_GATEWAY_CA"] = str(folder / "practice/tls/certificate.pem")
        app = create_app(config.load(environment, root=folder) | {"WTF_CSRF_ENABLED": False})
        with app.app_context():
            with _migrating:
                migrate()
            try:
                yield Stage(app, practice, folder, database, environment)
            finally:
                db.session.remove()
                db.engine.dispose()


def _environment(
    folder: Path, address: str, practice: PracticeProcess, threads: int
) -> dict[str, str]:
    # Every setting is given, else a developer's own .env would have its say.
    return dict.fromkeys(config.SETTINGS, "") | {
        "SECRET_KEY": "bench" * 8,
        "VAULT_KEYS": "bench:" + base64.b64encode(b"b" * 32).decode(),
        "DATABASE_URL": address,
        "MEDIA_URL": str(folder / "media"),
        "PLATFORM_GATEWAY": practice.url,
        "PUBLIC_URL": "http://localhost",
        "SENDER_THREADS": str(threads),
        "SPACING_S": "0",
        "DEMO": "0",
        "LOG_LEVEL": "ERROR",
        "PATH": os.environ.get("PATH", ""),
    }


def tidy() -> None:
    """Do at once what a database's own housekeeping does before long: statistics, and room."""
    db.session.commit()
    if db.engine.dialect.name == POSTGRESQL:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
    else:
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
        db.session.remove()
        with db.engine.connect().execution_options(read_only=True) as connection:
            connection.rollback()  # no transaction may be open
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
