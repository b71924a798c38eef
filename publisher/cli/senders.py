"""The senders of the distributed engine: one process per platform, watched by one parent."""

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from publisher import clock
from publisher.cli.running import ROOT, begin_logging
from publisher.db import db
from publisher.platforms import SENDING
from publisher.workflow.delivering import claiming

log = logging.getLogger(__name__)

#: How long a child may take to let what it sends come to its end.
DRAIN_S = 90
WATCH_S = 0.5
#: How often to look whether another platform has come into use; one whose process died rests
#: as long.
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
    begin_logging(app)
    if len(platforms) != 1:
        _run_apart(platforms, threads)
        return
    from publisher.engine import tune_interpreter
    from publisher.engine.sender import Sender

    tune_interpreter()
    raise SystemExit(Sender(app, platforms[0], threads=threads).run())


def _run_apart(named: tuple[str, ...], threads: int) -> None:
    """Run a process per platform until a signal comes, then end all.

    Without names: for each platform from its first connected account on. One that dies is started
    again after a rest, and no other notices.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    children: dict[str, subprocess.Popen[bytes]] = {}
    look_at = 0.0
    while not ended.wait(WATCH_S):
        for platform in [each for each, child in children.items() if child.poll() is not None]:
            status = children.pop(platform).returncode
            log.error("sender of %s ended (%s), starting again in %s s", platform, status, LOOK_S)
            look_at = clock.running_s() + LOOK_S
        if clock.running_s() >= look_at:
            look_at = clock.running_s() + LOOK_S
            wanted = set(named or _in_use()) - children.keys()
            children |= {platform: _start(platform, threads) for platform in wanted}
    for child in children.values():
        child.terminate()
    _wait_for(children.values())


def _wait_for(children: Iterable["subprocess.Popen[bytes]"]) -> None:
    """Let all come to their end within the same time; kill who takes longer. What it was sending
    is then looked for on its account."""
    give_up = clock.running_s() + DRAIN_S
    for child in children:
        try:
            child.wait(max(0, give_up - clock.running_s()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


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
