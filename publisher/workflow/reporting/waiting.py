"""What stands beside the figures of a report: what waits for a person, and the region's logo."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.deliveries import Delivery
from publisher.models.looks import Logo, Look
from publisher.models.places import Office
from publisher.models.posts import Post, PostStatus
from publisher.reports.snapshot import Decisions
from publisher.workflow.reporting.rows import IN_TROUBLE, Scope, Whose, ask

SOON = timedelta(hours=24)


def beside(scope: Scope, *, at: datetime, today: date) -> tuple[Decisions, str]:
    """Return how much waits for a person, and the digest of the region's logo ("": it has none);
    in one query."""
    given = scope.given | {"now": at, "soon": at + SOON, "today": today, "region": scope.region.id}
    row = ask(_question(scope.whose), given).one()
    decisions = Decisions(
        reviews=row[0],
        reviews_overdue=row[1],
        reviews_soon=row[2],
        deliveries=row[3],
        unconnected_offices=row[4],
    )
    return decisions, row[5] or ""


@cache
def _question(whose: Whose) -> sa.Select[*tuple[Any, ...]]:
    now: sa.BindParameter[datetime] = sa.bindparam("now")
    soon: sa.BindParameter[datetime] = sa.bindparam("soon")
    waiting = sa.select(sa.func.count()).select_from(Post)
    waiting = waiting.where(whose(Post.office_id), Post.status == PostStatus.IN_REVIEW)
    parts: Sequence[sa.Select[Any]] = (
        waiting,
        waiting.where(Post.planned_at < now),
        waiting.where(Post.planned_at >= now, Post.planned_at < soon),
        sa.select(sa.func.count())
        .select_from(Delivery)
        .where(whose(Delivery.office_id), Delivery.status.in_(IN_TROUBLE)),
        _unconnected(whose),
        _logo(),
    )
    return sa.select(*(part.scalar_subquery() for part in parts))


def _logo() -> sa.Select[Any]:
    region: sa.BindParameter[int] = sa.bindparam("region")
    query = sa.select(Logo.digest).join(Look, Look.logo_id == Logo.id)
    return query.where(Look.region_id == region, Look.office_id.is_(None))


def _unconnected(whose: Whose) -> sa.Select[Any]:
    today: sa.BindParameter[date] = sa.bindparam("today")
    usable = sa.exists().where(
        Account.office_id == Office.id,
        Account.standing == Standing.UTAMA,
        Account.retired_at.is_(None),
        Account.status != AccountStatus.RECONNECT,
    )
    return (
        sa.select(sa.func.count())
        .select_from(Office)
        .where(whose(Office.id), ~usable)
        .where(sa.or_(Office.valid_from.is_(None), Office.valid_from <= today))
        .where(sa.or_(Office.valid_to.is_(None), Office.valid_to >= today))
    )
