"""`flask report`: the numbers of the leaders' page, printed, and the same file it offers."""

from pathlib import Path

import click
import sqlalchemy as sa
from click import Command
from flask.cli import with_appcontext

from publisher import clock
from publisher.clock import Week
from publisher.db import db, read_only
from publisher.models.places import Region
from publisher.reports import rekap, text
from publisher.workflow import reporting


@click.command("report")
@click.option("--region", "code", required=True, help="Kemendagri code, such as 33.16.")
@click.option("--week", "week_text", help="ISO week, such as 2026-W47; without it, this week.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the CSV file into this folder.",
)
@with_appcontext
def report(code: str, week_text: str | None, out: Path | None) -> None:
    """Print a region's week, office by office."""
    read_only()
    region = db.session.scalar(sa.select(Region).where(Region.code == code))
    if region is None:
        raise click.BadParameter(f"there is no region {code}", param_hint="--region")
    at = clock.now()
    made = reporting.week_report(region, _week(week_text) or Week.of(at, region.zone), at=at)
    click.echo(text.render(made), nl=False)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        path = out / rekap.file_name(made)
        path.write_bytes(rekap.render(made))
        click.echo(f"\n{path}")


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
