"""The deliveries board: what needs a person first. A fixed number of queries, however many rows,
and none over the whole history: what is open stands in one partial index, what did not go out in
another, of which only the last days can still need anybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import (
    IN_FLIGHT,
    NEVER,
    OPEN,
    Delivery,
    DeliveryStatus,
    status_is,
)
from publisher.models.people import OFFICE_ROLES, User
from publisher.models.places import Office
from publisher.models.watch import Incident, LateDelivery, Preflight

_S = DeliveryStatus
PER_PAGE = 30
#: So long what did not go out can still need somebody; later it is history.
ATTENTION = timedelta(days=14)
NOT_OUT = (_S.FAILED, _S.MISSED, _S.CANCELLED)


class Group(StrEnum):
    """How the board sorts deliveries: by what they ask of a person."""

    NEEDS_PERSON = "perlu-tindakan"
    RISKY = "berisiko"
    WAITING = "menunggu"
    PUBLISHED = "tayang"
    NOT_OUT = "tidak-tayang"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A delivery and what else there is to know about it now.

    :param behind: another delivery of its account that has to come to its end first
    :param risks: what a check found: kind, message (gettext message id), values
    :param late: it belongs to an open incident
    """

    delivery: Delivery
    behind: Delivery | None = None
    check: Preflight | None = None
    late: bool = False

    @property
    def risks(self) -> list[dict[str, Any]]:
        return self.check.risks if self.check and self.check.risk_count > 0 else []


@dataclass(frozen=True, kw_only=True)
class Board:
    group: Group
    #: Of the groups that do not grow for ever.
    counts: dict[Group, int]
    rows: list[Row]
    page: int
    has_more: bool


def board(user: User, group: Group, *, at: datetime, page: int = 1) -> Board:
    """Return one page of what `user` may see, and how many there are in each open group."""
    counts = count(user, at=at)
    page = max(1, page)
    if group in counts:
        page = min(page, max(1, -(-counts[group] // PER_PAGE)))
    query = (
        _with_names(_scoped(sa.select(Delivery), user))
        .where(_in_group(group, at))
        .order_by(*_order(group))
        .limit(PER_PAGE + 1)  # one more tells whether there is a next page
        .offset((page - 1) * PER_PAGE)
    )
    deliveries = list(db.session.scalars(query))
    return Board(
        group=group,
        counts=counts,
        rows=rows_of(deliveries[:PER_PAGE]),
        page=page,
        has_more=len(deliveries) > PER_PAGE,
    )


def row_of(delivery: Delivery) -> Row:
    return rows_of([delivery])[0]


def rows_of(deliveries: list[Delivery]) -> list[Row]:
    """Return deliveries with what stands in their way, in three queries."""
    behind, checks, late = _in_flight(deliveries), _checks(deliveries), _late(deliveries)
    rows = []
    for delivery in deliveries:
        other = behind.get(delivery.account_id)
        waits = delivery.status is _S.PENDING and other is not None
        rows.append(
            Row(
                delivery=delivery,
                behind=other if waits else None,
                check=checks.get(delivery.id) if delivery.status is _S.PENDING else None,
                late=delivery.id in late,
            )
        )
    return rows


def upcoming(user: User, *, limit: int) -> list[Delivery]:
    """Return what goes out next, the earliest first."""
    planned = sa.and_(
        status_is(Delivery.status, _S.PENDING), Account.status != AccountStatus.RECONNECT
    )
    query = _with_names(_scoped(sa.select(Delivery), user)).where(planned)
    return list(db.session.scalars(query.order_by(Delivery.next_at, Delivery.id).limit(limit)))


def count(user: User, *, at: datetime) -> dict[Group, int]:
    """Return how many deliveries there are in each group that does not grow for ever."""
    stuck = sa.and_(Delivery.status == _S.PENDING, Account.status == AccountStatus.RECONNECT)
    asks = sa.or_(stuck, _in_doubt(), _handed_over())
    total = sa.func.count(Delivery.id)
    open_ones = _scoped(sa.select(sa.func.count(sa.case((asks, 1))), total), user)
    asking, all_open = db.session.execute(open_ones.where(status_is(Delivery.status, *OPEN))).one()
    failed = _scoped(sa.select(total), user).where(_failed(at))
    risky = _scoped(sa.select(total), user).where(Delivery.id.in_(_risky_ids()))
    return {
        Group.NEEDS_PERSON: asking + (db.session.scalar(failed) or 0),
        Group.RISKY: db.session.scalar(risky) or 0,
        Group.WAITING: all_open - asking,
    }


def _scoped(query: sa.Select, user: User) -> sa.Select:
    # `+ 0`: else SQLite goes from office to office and sorts years of history for one page.
    query = query.join(Office, Office.id == Delivery.office_id + 0)
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


# -- groups ------------------------------------------------------------------------------------


def _in_group(group: Group, at: datetime) -> sa.ColumnElement[bool]:
    if group is Group.NEEDS_PERSON:
        # By ids, so that the database reads its partial indexes instead of the history.
        parts = (
            sa.select(Delivery.id).where(_in_doubt()),
            sa.select(Delivery.id).where(_handed_over()),
            sa.select(Delivery.id).where(_failed(at)),
            sa.select(Delivery.id).where(_stuck()),
        )
        return Delivery.id.in_(sa.union_all(*parts))
    if group is Group.RISKY:
        return Delivery.id.in_(_risky_ids())
    if group is Group.WAITING:
        return sa.and_(
            status_is(Delivery.status, *OPEN),
            sa.or_(Delivery.next_at < NEVER, Delivery.status == _S.PENDING),  # held by a stop
            sa.or_(Delivery.status != _S.PENDING, Account.status != AccountStatus.RECONNECT),
        )
    if group is Group.NOT_OUT:
        return status_is(Delivery.status, *NOT_OUT)
    return status_is(Delivery.status, _S.PUBLISHED)


def _in_doubt() -> sa.ColumnElement[bool]:
    return sa.and_(status_is(Delivery.status, _S.UNKNOWN), Delivery.next_at >= NEVER)


def _handed_over() -> sa.ColumnElement[bool]:
    return status_is(Delivery.status, _S.HANDED_OVER)


def _failed(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        status_is(Delivery.status, *NOT_OUT),  # what the index is over
        Delivery.status.in_((_S.FAILED, _S.MISSED)),
        Delivery.due_at > at - ATTENTION,
    )


def _stuck() -> sa.ColumnElement[bool]:
    accounts = sa.select(Account.id).where(Account.status == AccountStatus.RECONNECT)
    return sa.and_(
        status_is(Delivery.status, *OPEN),
        Delivery.status == _S.PENDING,
        Delivery.account_id.in_(accounts),
    )


def _risky_ids() -> sa.Select:
    found = sa.and_(Preflight.risk_count != sa.literal_column("0"), Preflight.risk_count > 0)
    return (
        sa.select(Preflight.delivery_id)
        .join(Delivery, Delivery.id == Preflight.delivery_id)
        .where(found, Delivery.status == _S.PENDING)
    )


def _order(group: Group) -> tuple[Any, ...]:
    if group is Group.NEEDS_PERSON:
        doubt_first = sa.case((Delivery.status == _S.UNKNOWN, 0), else_=1)
        return (doubt_first, Delivery.due_at.desc(), Delivery.id)
    if group in (Group.WAITING, Group.RISKY):
        return (Delivery.due_at, Delivery.id)
    if group is Group.PUBLISHED:
        return (Delivery.published_at.desc(), Delivery.id.desc())
    return (Delivery.due_at.desc(), Delivery.id.desc())


# -- what stands in the way --------------------------------------------------------------------


def _in_flight(deliveries: list[Delivery]) -> dict[int, Delivery]:
    """Return what is being sent, or in doubt, on the accounts of those that wait."""
    waiting = {each.account_id for each in deliveries if each.status is _S.PENDING}
    query = sa.select(Delivery).where(
        Delivery.account_id.in_(waiting), status_is(Delivery.status, *IN_FLIGHT)
    )
    found = db.session.scalars(query.options(joinedload(Delivery.post))) if waiting else ()
    return {delivery.account_id: delivery for delivery in found}


def _checks(deliveries: list[Delivery]) -> dict[int, Preflight]:
    """Return the last finished check of each."""
    query = (
        sa.select(Preflight)
        .where(Preflight.delivery_id.in_([each.id for each in deliveries]))
        .where(Preflight.risk_count >= 0)
    )
    checks = sorted(db.session.scalars(query), key=lambda check: check.checked_at)
    return {check.delivery_id: check for check in checks}


def _late(deliveries: list[Delivery]) -> set[int]:
    query = (
        sa.select(LateDelivery.delivery_id)
        .join(Incident, Incident.id == LateDelivery.incident_id)
        .where(LateDelivery.delivery_id.in_([each.id for each in deliveries]))
        .where(Incident.closed_at.is_(None))
    )
    return set(db.session.scalars(query))
