"""What waits for a person when a report is made, in one query."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.deliveries import Delivery
from publisher.models.places import Office
from publisher.models.posts import Post, PostStatus
from publisher.reports.snapshot import Decisions
from publisher.workflow.reporting.rows import IN_TROUBLE, Scope

SOON = timedelta(hours=24)


def decisions(scope: Scope, *, at: datetime, today: date) -> Decisions:
    """Return how much waits for a person, in one query."""
    waiting = sa.select(sa.func.count()).select_from(Post)
    waiting = waiting.where(scope.covers(Post.office_id), Post.status == PostStatus.IN_REVIEW)
    parts: Sequence[sa.Select[Any]] = (
        waiting,
        waiting.where(Post.planned_at < at),
        waiting.where(Post.planned_at >= at, Post.planned_at < at + SOON),
        sa.select(sa.func.count())
        .select_from(Delivery)
        .where(scope.covers(Delivery.office_id), Delivery.status.in_(IN_TROUBLE)),
        _unconnected(scope, today),
    )
    row = db.session.execute(sa.select(*(part.scalar_subquery() for part in parts))).one()
    return Decisions(
        reviews=row[0],
        reviews_overdue=row[1],
        reviews_soon=row[2],
        deliveries=row[3],
        unconnected_offices=row[4],
    )


def _unconnected(scope: Scope, today: date) -> sa.Select[Any]:
    usable = sa.exists().where(
        Account.office_id == Office.id,
        Account.standing == Standing.UTAMA,
        Account.retired_at.is_(None),
        Account.status != AccountStatus.RECONNECT,
    )
    return (
        sa.select(sa.func.count())
        .select_from(Office)
        .where(scope.covers(Office.id), ~usable)
        .where(sa.or_(Office.valid_from.is_(None), Office.valid_from <= today))
        .where(sa.or_(Office.valid_to.is_(None), Office.valid_to >= today))
    )
