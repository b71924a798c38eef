"""Commands for the demo: fill an empty database with a lived-in kabupaten."""

import contextlib
from collections.abc import Iterator
from urllib.error import URLError

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from publisher.cli.running import practice
from publisher.cli.schema import migrate
from publisher.db import db
from publisher.errors import PublisherError
from publisher.practice.controls import Controls

demo = AppGroup("demo", help="The demo: example data and practice platforms.")

COMMANDS: tuple[click.Command, ...] = (demo,)


@demo.command("load")
@click.option("--force", is_flag=True, help="Outside demo mode (DEMO=1) too.")
def load_demo(force: bool) -> None:
    """Fill an empty database and the practice platforms with example data."""
    from publisher import demo as content

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    migrate()
    try:
        with _practice_platforms(app):
            content.load(app, force=force)
    except PublisherError as error:
        db.session.rollback()
        click.echo(str(error), err=True)
        raise SystemExit(1) from error
    click.echo("Data contoh Kabupaten Blora dimuat.")
    for line in content.sign_in_lines():
        click.echo(line)


@contextlib.contextmanager
def _practice_platforms(app: Flask) -> Iterator[None]:
    """Use the practice platforms that run already, or run them meanwhile."""
    gateway = app.config["PLATFORM_GATEWAY"]
    if gateway is None or _answers(gateway):
        yield
        return
    with practice(app) as ready:
        ready()
        yield


def _answers(gateway: str) -> bool:
    try:
        Controls(gateway).accounts()
    except URLError:
        return False
    return True
