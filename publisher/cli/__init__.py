"""The `flask` commands: what an operator types, and what `make run` starts."""

from flask import Flask

from publisher.cli import backups, demo, keys, registry, reporting, running, schema, senders


def init_app(app: Flask) -> None:
    """Register every command of every part."""
    for part in (schema, registry, reporting, running, keys, backups, senders, demo):
        for command in part.COMMANDS:
            app.cli.add_command(command)
