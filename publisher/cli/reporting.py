"""`flask report`: the numbers of the leaders' page, printed, and all the files it offers."""

import json
from pathlib import Path

import click
import sqlalchemy as sa
from click import Command
from flask import current_app
from flask.cli import with_appcontext

from publisher import clock
from publisher.clock import Week
from publisher.db import db, read_only
from publisher.models.places import Region
from publisher.reports import frozen, text
from publisher.reports.forms import FORMS
from publisher.reports.snapshot import WeekReport
from publisher.workflow import closing, reporting


@click.command("report")
@click.option("--region", "code", required=True, help="Kemendagri code, such as 33.16.")
@click.option("--week", "week_text", help="ISO week, such as 2026-W47; without it, this week.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the report in all its forms into this folder.",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _parameter, wanted: _tell_schema(context) if wanted else None,
    help="Print the schema of the JSON file, and end.",
)
@with_appcontext
def report(code: str, week_text: str | None, out: Path | None) -> None:
    """Print a region's week, office by office."""
    read_only()
    region = db.session.scalar(sa.select(Region).where(Region.code == code))
    if region is None:
        raise click.BadParameter(f"there is no region {code}", param_hint="--region")
    at = clock.now()
    week = _week(week_text) or Week.of(at, region.zone)
    closed = closing.latest(region, week)
    made = (
        closing.read(closed, newest=closed.version)
        if closed
        else reporting.week_report(region, week, at=at)
    )
    click.echo(text.render(made), nl=False)
    if out is not None:
        _write(made, out)


def _tell_schema(context: click.Context) -> None:
    click.echo(json.dumps(frozen.schema(), indent=2, ensure_ascii=False))
    context.exit()


def _write(made: WeekReport, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    click.echo("")
    store = current_app.extensions["media_store"]
    for form in FORMS.values():
        path = out / form.file_name(made)
        path.write_bytes(form.render(made, store))
        click.echo(path)


def _week(week_text: str | None) -> Week | None:
    if week_text is None:
        return None
    try:
        return reporting.read_week(week_text)
    except ValueError as error:
        raise click.BadParameter(
            f"{week_text!r} is not an ISO week such as 2026-W47", param_hint="--week"
        ) from error


COMMANDS: tuple[Command, ...] = (report,)
