"""Signs of life: is a worker at work, since when not, and how much waits. For people and machines.

Cheap at any age of the history: open deliveries are counted in the index of what is open, ended
ones only of the last day.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import UtcDateTime, db
from publisher.models.audit import Heartbeat
from publisher.models.deliveries import NEVER, OPEN, Delivery, DeliveryStatus, status_is
from publisher.models.watch import Outage

#: A worker writes its heartbeat every few seconds; one older than this is not at work.
HEARTBEAT_STALE = timedelta(seconds=30)
#: Senders of the distributed engine beat too, but are no workers: their names begin so.
SENDER = "sender:"
#: Heartbeats of workers that are gone are kept so long.
KEPT = timedelta(days=1)
DAY = timedelta(days=1)


def beat(name: str, *, at: datetime) -> None:
    """Write down that a worker is alive, and, if none was for a while, since when not."""
    last = last_heartbeat(at=at)
    if last is not None and at - last > HEARTBEAT_STALE:
        _note_outage(last, at)
    if db.session.get(Heartbeat, name) is None:
        db.session.add(Heartbeat(name=name, at=at))
    else:
        db.session.execute(sa.update(Heartbeat).where(Heartbeat.name == name).values(at=at))
    old = sa.delete(Heartbeat).where(Heartbeat.at < at - KEPT)
    db.session.execute(old)


def _note_outage(began_at: datetime, ended_at: datetime) -> None:
    held_up = sa.select(sa.func.count()).where(
        status_is(Delivery.status, *OPEN), Delivery.due_at <= ended_at, Delivery.next_at < NEVER
    )
    db.session.add(
        Outage(began_at=began_at, ended_at=ended_at, held_up=db.session.scalar(held_up) or 0)
    )


def last_heartbeat(*, at: datetime) -> datetime | None:
    """Return the latest sign of life; one from the future tells of a clock, not of a worker."""
    latest = sa.select(sa.func.max(Heartbeat.at, type_=UtcDateTime()))
    workers = latest.where(~Heartbeat.name.startswith(SENDER))
    return db.session.scalar(workers.where(Heartbeat.at <= at + HEARTBEAT_STALE))


def worker_is_fresh(*, at: datetime) -> bool:
    """Return whether a worker was at work just now."""
    last = last_heartbeat(at=at)
    return last is not None and at - last <= HEARTBEAT_STALE


def count_open() -> dict[str, int]:
    """Return how many deliveries of all regions stand in each status that is not the end."""
    return _counted(OPEN, status_is(Delivery.status, *OPEN))


def count_ended(*, at: datetime) -> dict[str, int]:
    """Return how many ended in each way within the last day: by publication, or by due time."""
    not_out = (DeliveryStatus.FAILED, DeliveryStatus.MISSED, DeliveryStatus.CANCELLED)
    within = sa.and_(Delivery.due_at > at - DAY, Delivery.due_at <= at)
    published = sa.and_(
        status_is(Delivery.status, DeliveryStatus.PUBLISHED), Delivery.published_at > at - DAY
    )
    return _counted(not_out, sa.and_(status_is(Delivery.status, *not_out), within)) | _counted(
        (DeliveryStatus.PUBLISHED,), published
    )


def _counted(
    statuses: tuple[DeliveryStatus, ...], condition: sa.ColumnElement[bool]
) -> dict[str, int]:
    query = sa.select(Delivery.status, sa.func.count().label("total")).where(condition)
    counted = {row.status: row.total for row in db.session.execute(query.group_by(Delivery.status))}
    return {status.value: counted.get(status, 0) for status in statuses}


def longest_overdue(*, at: datetime) -> timedelta:
    """Return by how much the longest waiting delivery is late; zero when none is."""
    query = sa.select(sa.func.min(Delivery.next_at)).where(
        status_is(Delivery.status, DeliveryStatus.PENDING)
    )
    first = db.session.scalar(query)
    return max(at - first, timedelta(0)) if first else timedelta(0)
