"""What a person sees of the watch: their notices, and how many they have not seen yet.

Who may see a notice is said in `models.audience`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from publisher.db import db
from publisher.models.audience import is_for
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.notices import Notice, NoticeKind, NoticeRead, add_once
from publisher.models.people import OFFICE_ROLES, User
from publisher.models.places import Office
from publisher.models.watch import LateDelivery, Preflight

PER_PAGE = 30
#: More unread notices than this are not counted.
MOST = 99


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A notice as one person sees it. `late`: how many deliveries of theirs are in its incident."""

    notice: Notice
    unread: bool
    late: int = 0


@dataclass(frozen=True, kw_only=True)
class Inbox:
    entries: list[Entry]
    unread: int
    page: int
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What stands on every page of those who can act."""

    unread: int = 0
    risky: int = 0


def inbox(user: User, *, everything: bool, page: int = 1) -> Inbox:
    """Return one page of the notices of a person, the newest first.

    :param everything: also what they have seen, and what asks for nobody any more
    """
    page = max(1, page)
    query = (
        sa.select(Notice, _seen_by(user))
        .where(is_for(user))
        .options(*_with_all_it_says())
        .order_by(Notice.id.desc())
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    )
    if not everything:
        query = query.where(_unread(user))
    found = db.session.execute(query).all()
    late = _late(user, [notice for notice, _ in found])
    return Inbox(
        entries=[
            Entry(
                notice=notice,
                unread=not seen and notice.resolved_at is None,
                late=late.get(notice.incident_id or 0, 0),
            )
            for notice, seen in found[:PER_PAGE]
        ],
        unread=summary(user).unread,
        page=page,
        has_more=len(found) > PER_PAGE,
    )


def entries(user: User, notice_ids: Collection[int]) -> list[Entry]:
    """Return those of some notices that still ask for this person, in the order they came."""
    query = (
        sa.select(Notice)
        .where(Notice.id.in_(notice_ids), is_for(user), _unread(user))
        .options(*_with_all_it_says())
        .order_by(Notice.id)
    )
    found = list(db.session.scalars(query))
    late = _late(user, found)
    return [Entry(notice=one, unread=True, late=late.get(one.incident_id or 0, 0)) for one in found]


def summary(user: User) -> Summary:
    """Return what stands on every page, in one query."""
    unread = sa.select(Notice.id).where(is_for(user), _unread(user)).limit(MOST + 1).subquery()
    risky = (
        sa.select(sa.func.count())
        .select_from(Preflight)
        .join(Delivery, Delivery.id == Preflight.delivery_id)
        .join(Office, Office.id == Delivery.office_id)
        .where(Preflight.risk_count != sa.literal_column("0"), Preflight.risk_count > 0)
        .where(Delivery.status == DeliveryStatus.PENDING, _sees(user))
    )
    counted = sa.select(sa.func.count()).select_from(unread)
    row = db.session.execute(sa.select(counted.scalar_subquery(), risky.scalar_subquery())).one()
    return Summary(unread=row[0], risky=row[1])


def get(user: User, notice_id: int) -> Notice | None:
    """Return a notice if it is for this person."""
    return db.session.scalar(sa.select(Notice).where(Notice.id == notice_id, is_for(user)))


def mark_read(user: User, notice: Notice, *, at: datetime) -> None:
    add_once(NoticeRead, [{"user_id": user.id, "notice_id": notice.id, "at": at}])


def mark_all_read(user: User, *, up_to: int, at: datetime) -> None:
    """Mark all as seen, but those that came after the page was made.

    :param up_to: the newest notice that was on it
    """
    query = sa.select(Notice.id).where(is_for(user), _unread(user), Notice.id <= up_to)
    ids = db.session.scalars(query).all()
    add_once(NoticeRead, [{"user_id": user.id, "notice_id": each, "at": at} for each in ids])


def _with_all_it_says() -> tuple[ORMOption, ...]:
    return (
        joinedload(Notice.office),
        joinedload(Notice.account),
        joinedload(Notice.incident),
        joinedload(Notice.post),
        joinedload(Notice.delivery).options(
            joinedload(Delivery.post), joinedload(Delivery.account)
        ),
    )


def _seen_by(user: User) -> sa.ColumnElement[bool]:
    return sa.exists().where(NoticeRead.notice_id == Notice.id, NoticeRead.user_id == user.id)


def _unread(user: User) -> sa.ColumnElement[bool]:
    return sa.and_(Notice.resolved_at.is_(None), ~_seen_by(user))


def _sees(user: User) -> sa.ColumnElement[bool]:
    if user.role in OFFICE_ROLES:
        return Delivery.office_id == user.office_id
    return Office.region_id == user.region_id


def _late(user: User, notices: list[Notice]) -> dict[int, int]:
    """Return how many deliveries within this person's sight belong to each incident."""
    ids = [notice.incident_id for notice in notices if notice.kind is NoticeKind.INCIDENT]
    query = (
        sa.select(LateDelivery.incident_id, sa.func.count().label("total"))
        .join(Delivery, Delivery.id == LateDelivery.delivery_id)
        .join(Office, Office.id == Delivery.office_id)
        .where(LateDelivery.incident_id.in_(ids), _sees(user))
        .group_by(LateDelivery.incident_id)
    )
    rows = db.session.execute(query).all() if ids else ()
    return {row.incident_id: row.total for row in rows}
