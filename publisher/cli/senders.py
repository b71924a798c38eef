"""The senders of the distributed engine: one process per platform, watched by one parent."""

import signal
import subprocess
import sys
import threading

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from publisher import clock
from publisher.cli.running import ROOT, begin_logging
from publisher.db import db
from publisher.platforms import SENDING
from publisher.workflow.delivering import claiming

#: How long a child may take to let what it sends come to its end.
DRAIN_S = 90
WATCH_S = 0.5
#: How often to look whether another platform has come into use.
LOOK_S = 10


@click.command("sender")
@click.argument("platforms", nargs=-1, type=click.Choice(sorted(SENDING)))
@click.option("--threads", type=click.IntRange(1, 512), help="Per platform; SENDER_THREADS.")
@with_appcontext
def sender_command(platforms: tuple[str, ...], threads: int | None) -> None:
    """Send what a worker hands over (ENGINE_URL), until SIGTERM.

    Each platform with a connected account gets a process of its own, so that a slow one keeps
    nobody else waiting; name platforms to run only those here. Any number of senders may run,
    on any number of machines.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if not app.config.get("ENGINE_URL"):
        raise click.ClickException("ENGINE_URL is not set: the worker sends by itself.")
    threads = threads or app.config["SENDER_THREADS"]
    if len(platforms) != 1:
        raise SystemExit(_run_apart(platforms, threads))
    from publisher.engine import tune_interpreter
    from publisher.engine.sender import Sender

    begin_logging(app)
    tune_interpreter()
    Sender(app, platforms[0], threads=threads).run()


def _run_apart(named: tuple[str, ...], threads: int) -> int:
    """Run a process per platform; when a signal comes or one ends, end all. Return the status.

    Without names: for each platform from its first connected account on. Nothing is started
    anew here: what runs us (systemd) does that, with everything it knows.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    children: dict[str, subprocess.Popen[bytes]] = {}
    look_at = 0.0
    while not ended.wait(WATCH_S) and all(child.poll() is None for child in children.values()):
        if clock.running_s() >= look_at:
            look_at = clock.running_s() + LOOK_S
            wanted = set(named or _in_use()) - children.keys()
            children |= {platform: _start(platform, threads) for platform in wanted}
    asked = ended.is_set()
    for child in children.values():
        child.terminate()
    for child in children.values():
        child.wait(DRAIN_S)
    return 0 if asked else 1


def _in_use() -> set[str]:
    """Return the platforms of accounts that Siar sends to; none while the database is away."""
    try:
        return set(SENDING) & set(claiming.drivers_in_use())
    except OperationalError:
        return set()
    finally:
        db.session.remove()


def _start(platform: str, threads: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "sender", "--threads", str(threads)]
    return subprocess.Popen([*command, platform], cwd=ROOT)  # noqa: S603 - ourselves


COMMANDS: tuple[click.Command, ...] = (sender_command,)
