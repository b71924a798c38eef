"""How much the watch has found, over all regions; for monitoring."""

import sqlalchemy as sa

from publisher.db import db
from publisher.models.watch import Incident
from publisher.workflow.watching import timetable


def open_incidents() -> int:
    query = sa.select(sa.func.count()).select_from(Incident).where(Incident.closed_at.is_(None))
    return db.session.scalar(query) or 0


def risky() -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(timetable.is_risky())) or 0
