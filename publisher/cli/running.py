"""Commands that run Siar: the web with its worker, the worker alone, one round of deliveries."""

import gc
import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from publisher.cli.schema import migrate
from publisher.storage import fault

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent.parent

#: The first pages come first.
WARM_UP_AFTER_S = 3


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Run the clock and the senders as a process of their own, until SIGTERM."""
    from publisher.engine import tune_interpreter
    from publisher.worker import Worker

    begin_logging(_app())
    _warn_of_media(_app())
    _warn_of_broker(_app())
    tune_interpreter()
    worker = Worker(_app())
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    worker.start()
    ended.wait()
    worker.stop()


@click.command("deliver")
@click.option("--once", is_flag=True, required=True, expose_value=False, help="Then end.")
@with_appcontext
def deliver_command() -> None:
    """Send what is due now, and wait until it is sent."""
    from publisher.worker import Worker

    worker = Worker(_app())
    if not worker.settle():
        raise click.ClickException("Another worker is at work on this database.")
    worker.engine.send_all_due()
    worker.checker.watch()
    worker.stop()


@click.command("serve")
@click.option("--demo", is_flag=True, help="Load demo data when empty; run the practice platforms.")
@with_appcontext
def serve_command(demo: bool) -> None:
    """Migrate the database and run web and worker in this process, until Ctrl-C."""
    import waitress

    app = _app()
    begin_logging(app)
    _warn_of_media(app)
    with practice(app) if demo else _nothing() as timelines:
        migrate()
        if demo:
            _load_demo(timelines)
        server = waitress.create_server(
            app, host=app.config["HOST"], port=app.config["PORT"], threads=8, ident="Siar"
        )
        gc.freeze()  # what start-up made stays; no collection need walk it again
        where = timelines()
        with _worker(app):
            _say_where(app, where)
            signal.signal(signal.SIGTERM, _interrupt)
            try:
                server.run()
            finally:
                server.close()


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]


def begin_logging(app: Flask) -> None:
    logging.basicConfig(level=app.config["LOG_LEVEL"], format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _warn_of_media(app: Flask) -> None:
    """Say at once what is wrong with the store; the work goes on, and asks again each time."""
    if found := fault(app.extensions["media_store"]):
        log.warning("MEDIA_URL: pictures can be neither read nor kept: %s", found)


def _warn_of_broker(app: Flask) -> None:
    """Say at once that nothing can be handed over, not when something is due."""
    if not app.config.get("ENGINE_URL"):
        return
    from publisher.engine import distributed

    if found := distributed.fault(distributed.celery_app(app.config["ENGINE_URL"])):
        log.warning("ENGINE_URL: nothing can be handed over to senders: %s", found)


def _load_demo(timelines: Callable[[], str | None]) -> None:
    from publisher import demo
    from publisher.db import db

    needed, there = demo.is_needed(), demo.is_there()
    db.session.rollback()  # a transaction left open would keep the worker from writing
    if needed:
        click.echo("Memuat data contoh Kabupaten Blora …")
        timelines()
        demo.load(_app())
    elif not there:
        raise click.ClickException(
            "This database holds real data; the demo needs one of its own. Nothing was changed."
        )


@contextmanager
def _worker(app: Flask) -> Iterator[None]:
    if not app.config["EMBEDDED_WORKER"]:
        yield
        return
    from publisher.worker import Worker

    worker = Worker(app)
    worker.start(warm_up_after_s=WARM_UP_AFTER_S)
    try:
        yield
    finally:
        worker.stop()


@contextmanager
def _nothing() -> Iterator[Callable[[], None]]:
    yield lambda: None


@contextmanager
def practice(app: Flask) -> Iterator[Callable[[], str]]:
    """Run the practice platforms as a process of their own.

    They start beside us: what is yielded waits until they answer and returns their address.
    """
    port, data = str(app.config["PRACTICE_PORT"]), str(ROOT / app.config["PRACTICE_DATA"])
    command = [
        sys.executable, "-m", "publisher.practice", "--exit-with-parent",
        "--port", port, "--data", data,
        "--public-url", app.config["PUBLIC_URL"],
        "--public-at", f"http://127.0.0.1:{app.config['PORT']}",
    ]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own module with our own settings
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )

    @cache
    def address() -> str:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise click.ClickException(f"The practice platforms did not start on port {port}.")
        return str(json.loads(line)["url"])

    try:
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def _say_where(app: Flask, timelines: str | None) -> None:
    address = f"http://{app.config['HOST']}:{app.config['PORT']}"
    click.echo(f"\nSiar: {address}")
    if timelines:
        click.echo(f"Linimasa latihan: {timelines}")
        from publisher import demo

        for line in demo.sign_in_lines():
            click.echo(line)
    click.echo("Ctrl-C untuk berhenti.\n")


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


COMMANDS: tuple[click.Command, ...] = (worker_command, deliver_command, serve_command)
