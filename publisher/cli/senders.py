"""The senders of the distributed engine: one process per platform, watched by one parent."""

import signal
import subprocess
import sys
import threading

import click
from flask import current_app
from flask.cli import with_appcontext

from publisher.cli.running import ROOT, begin_logging
from publisher.platforms import SENDING

#: How long a child may take to let what it sends come to its end.
DRAIN_S = 90


@click.command("sender")
@click.argument("platforms", nargs=-1, type=click.Choice(sorted(SENDING)))
@click.option("--threads", type=click.IntRange(1, 512), help="Per platform; SENDER_THREADS.")
@with_appcontext
def sender_command(platforms: tuple[str, ...], threads: int | None) -> None:
    """Send what a worker hands over (ENGINE_URL), until SIGTERM.

    Each platform gets a process of its own, so that a slow one keeps nobody else waiting; name
    platforms to run only those here. Any number of senders may run, on any number of machines.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if not app.config.get("ENGINE_URL"):
        raise click.ClickException("ENGINE_URL is not set: the worker sends by itself.")
    threads = threads or app.config["SENDER_THREADS"]
    if len(platforms) != 1:
        raise SystemExit(_run_apart(platforms or SENDING, threads))
    from publisher.engine import tune_interpreter
    from publisher.engine.sender import Sender

    begin_logging(app)
    tune_interpreter()
    Sender(app, platforms[0], threads=threads).run()


def _run_apart(platforms: tuple[str, ...], threads: int) -> int:
    """Run a process per platform; when a signal comes or one ends, end all. Return the status.

    Nothing is started anew here: what runs us (systemd) does that, with everything it knows.
    """
    ended = threading.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        signal.signal(number, lambda *_: ended.set())
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "sender", "--threads", str(threads)]
    children = [
        subprocess.Popen([*command, platform], cwd=ROOT)  # noqa: S603 - ourselves
        for platform in platforms
    ]
    while not ended.wait(0.5) and all(child.poll() is None for child in children):
        pass
    asked = ended.is_set()
    for child in children:
        child.terminate()
    for child in children:
        child.wait(DRAIN_S)
    return 0 if asked else 1


COMMANDS: tuple[click.Command, ...] = (sender_command,)
