"""The deliveries board: what needs a person first. A fixed number of queries, however many rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.audit import Heartbeat
from publisher.models.deliveries import Delivery, DeliveryStatus, status_is
from publisher.models.people import OFFICE_ROLES, User
from publisher.models.places import Office

_S = DeliveryStatus
PER_PAGE = 30
#: A worker writes its heartbeat every few seconds; one older than this is not at work.
HEARTBEAT_STALE = timedelta(seconds=30)


class Group(StrEnum):
    """How the board sorts deliveries: by what they ask of a person."""

    NEEDS_PERSON = "perlu-tindakan"
    WAITING = "menunggu"
    PUBLISHED = "tayang"
    CANCELLED = "batal"


OPEN_GROUPS = (Group.NEEDS_PERSON, Group.WAITING)


@dataclass(frozen=True, kw_only=True)
class Board:
    group: Group
    #: Of the open groups only: history grows for ever, and nobody needs its size at every look.
    counts: dict[Group, int]
    deliveries: list[Delivery]
    page: int
    has_more: bool


def board(user: User, group: Group, *, page: int = 1) -> Board:
    """Return one page of what `user` may see, and how many there are in each group."""
    counts = {each: _count(user, each) for each in OPEN_GROUPS}
    page = max(1, page)
    if group in counts:
        page = min(page, max(1, -(-counts[group] // PER_PAGE)))
    query = (
        _with_names(_scoped(sa.select(Delivery), user))
        .where(_in_group(group))
        .order_by(*_order(group))
        .limit(PER_PAGE + 1)  # one more tells whether there is a next page
        .offset((page - 1) * PER_PAGE)
    )
    rows = list(db.session.scalars(query))
    return Board(
        group=group,
        counts=counts,
        deliveries=rows[:PER_PAGE],
        page=page,
        has_more=len(rows) > PER_PAGE,
    )


def upcoming(user: User, *, limit: int) -> list[Delivery]:
    """Return what goes out next, the earliest first."""
    query = _with_names(_scoped(sa.select(Delivery), user)).where(_in_group(Group.WAITING))
    return list(db.session.scalars(query.order_by(*_order(Group.WAITING)).limit(limit)))


def count_needing_person(user: User) -> int:
    return _count(user, Group.NEEDS_PERSON)


def _count(user: User, group: Group) -> int:
    query = _scoped(sa.select(sa.func.count(Delivery.id)), user).where(_in_group(group))
    return db.session.scalar(query) or 0


def _scoped(query: sa.Select, user: User) -> sa.Select:
    query = query.join(Office, Office.id == Delivery.office_id)
    query = query.join(Account, Account.id == Delivery.account_id)
    if user.role in OFFICE_ROLES:
        return query.where(Delivery.office_id == user.office_id)
    return query.where(Office.region_id == user.region_id)


def _with_names(query: sa.Select) -> sa.Select:
    return query.options(
        contains_eager(Delivery.account),
        contains_eager(Delivery.office).joinedload(Office.region),
        joinedload(Delivery.post),
    )


def _in_group(group: Group) -> sa.ColumnElement[bool]:
    pending = status_is(Delivery.status, _S.PENDING)
    stuck = sa.and_(pending, Account.status == AccountStatus.RECONNECT)
    if group is Group.NEEDS_PERSON:
        return sa.or_(status_is(Delivery.status, _S.UNKNOWN, _S.FAILED, _S.MISSED), stuck)
    if group is Group.WAITING:
        waiting = status_is(Delivery.status, _S.PENDING, _S.CLAIMED, _S.SENDING)
        return sa.and_(waiting, sa.not_(stuck))
    return status_is(Delivery.status, _S.PUBLISHED if group is Group.PUBLISHED else _S.CANCELLED)


def _order(group: Group) -> tuple[sa.ColumnElement[object], ...]:
    if group is Group.NEEDS_PERSON:
        doubt_first = sa.case((Delivery.status == _S.UNKNOWN, 0), else_=1)
        return (doubt_first, Delivery.due_at.desc(), Delivery.id)  # type: ignore[return-value]
    if group is Group.WAITING:
        return (Delivery.next_at, Delivery.id)  # type: ignore[return-value]
    if group is Group.PUBLISHED:
        return (Delivery.published_at.desc(), Delivery.id)  # type: ignore[return-value]
    return (Delivery.due_at.desc(), Delivery.id)  # type: ignore[return-value]


def beat(name: str, *, at: datetime) -> None:
    """Write down that a worker is alive."""
    if db.session.get(Heartbeat, name) is None:
        db.session.add(Heartbeat(name=name, at=at))
    else:
        db.session.execute(sa.update(Heartbeat).where(Heartbeat.name == name).values(at=at))
    old = sa.delete(Heartbeat).where(Heartbeat.at < at - timedelta(days=1))
    db.session.execute(old)


def last_heartbeat(*, at: datetime) -> datetime | None:
    """Return the latest sign of life; one from the future tells of a clock, not of a worker."""
    query = sa.select(sa.func.max(Heartbeat.at)).where(Heartbeat.at <= at + HEARTBEAT_STALE)
    return db.session.scalar(query)


def worker_is_fresh(*, at: datetime) -> bool:
    """Return whether a worker was at work just now."""
    last = last_heartbeat(at=at)
    return last is not None and at - last <= HEARTBEAT_STALE


def count_by_status() -> dict[str, int]:
    """Return how many deliveries of all regions stand in each status; for monitoring."""
    query = sa.select(Delivery.status, sa.func.count().label("total")).group_by(Delivery.status)
    counted = {row.status: row.total for row in db.session.execute(query)}
    return {status.value: counted.get(status, 0) for status in DeliveryStatus}


def longest_overdue(*, at: datetime) -> timedelta:
    """Return by how much the longest waiting delivery is late; zero when none is."""
    query = sa.select(sa.func.min(Delivery.next_at)).where(status_is(Delivery.status, _S.PENDING))
    first = db.session.scalar(query)
    return max(at - first, timedelta(0)) if first else timedelta(0)
