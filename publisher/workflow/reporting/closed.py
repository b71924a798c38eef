"""What closed weeks were closed with. A heat map shows that, whatever became of the rows since."""

from collections.abc import Collection

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.places import Region
from publisher.models.weeks import ClosedWeek
from publisher.reports import frozen
from publisher.reports.snapshot import Tally


def frozen_figures(region: Region, weeks: Collection[Week]) -> dict[Week, dict[int, Tally]]:
    """Return by week and office the figures of the newest version; open weeks are not in it."""
    query = (
        sa.select(ClosedWeek.monday, ClosedWeek.figures)
        .where(ClosedWeek.region_id == region.id)
        .where(ClosedWeek.monday.in_([week.monday for week in weeks]))
        .order_by(ClosedWeek.version)
    )
    newest = {row.monday: row.figures for row in db.session.execute(query)}
    return {Week.of_day(monday): frozen.figures_from_json(text) for monday, text in newest.items()}
