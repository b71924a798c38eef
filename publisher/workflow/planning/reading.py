"""What is planned between two moments: a fixed number of queries, however much it is.

The rows come from the index on office, status and time, so years of history cost nothing. Titles
are read only for what a page shows. The tables are asked, not the entities: a month has thousands
of rows, and most of them are only counted.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import User
from publisher.models.places import Office, OfficeKind
from publisher.models.posts import EDITABLE, Post, PostKind, PostStatus, post_account

UNPLANNED = 12


class State(StrEnum):
    """Where a post stands, as its calendar says it; the last three are approved."""

    DRAFT = "draft"
    RETURNED = "changes_requested"
    WAITING = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    PROBLEM = "problem"


#: What is neither refused nor taken back.
SHOWN = (
    PostStatus.DRAFT,
    PostStatus.IN_REVIEW,
    PostStatus.CHANGES_REQUESTED,
    PostStatus.APPROVED,
)
_D = DeliveryStatus
#: In the order of the numbers that the database gives back.
_STATES = (
    State.DRAFT, State.WAITING, State.RETURNED, State.PUBLISHED, State.APPROVED, State.PROBLEM,
)  # fmt: skip
_OUT, _OPEN, _BAD = 3, 4, 5
_POST, _DELIVERY = Post.__table__.c, Delivery.__table__.c


def _standing() -> sa.ColumnElement[int]:
    """A place in `_STATES`: of an approved post by the worst of its deliveries."""
    worst = sa.case(
        (_DELIVERY.status == _D.PUBLISHED, _OUT),
        (_DELIVERY.status.in_((_D.FAILED, _D.MISSED, _D.UNKNOWN)), _BAD),
        else_=_OPEN,
    )
    deliveries = (
        sa.select(sa.func.coalesce(sa.func.max(worst), _BAD))  # all cancelled: nothing goes out
        # Written out, as in the index that it uses.
        .where(_DELIVERY.post_id == _POST.id, sa.text("delivery.status <> 'cancelled'"))
        .correlate(Post)
        .scalar_subquery()
    )
    others = [
        (_POST.status == PostStatus(state.value), place)
        for place, state in enumerate(_STATES[:_OUT])
    ]
    return sa.case(*others, else_=deliveries)


_STANDING = _standing()


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose calendar it is: one office's, or a region's."""

    region_id: int
    office_id: int | None

    @classmethod
    def of(cls, user: User) -> "Scope":
        return cls(region_id=user.region_id, office_id=user.office_id)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a reader asks for; None: any."""

    office_id: int | None = None
    office_kind: OfficeKind | None = None
    platform: str | None = None
    state: State | None = None
    kind: PostKind | None = None


class Planned(NamedTuple):
    """A post in the calendar. There are thousands, so it is light.

    :ivar seconds: when it is planned, since the beginning of 1970 in UTC
    """

    id: int
    office_id: int
    seconds: int
    version: int
    state: State

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


class Details(NamedTuple):
    """What a card says of a post beside its time and state.

    :ivar submitted: at least once: before that, its words are nobody's but its office's
    """

    title: str
    submitted: bool


def offices(scope: Scope) -> list[sa.Row[Any]]:
    """Return id, name, abbreviation, kind of the offices in scope, by name."""
    query = sa.select(Office.id, Office.name, Office.abbreviation, Office.kind).where(
        Office.region_id == scope.region_id
    )
    if scope.office_id is not None:
        query = query.where(Office.id == scope.office_id)
    return list(db.session.execute(query.order_by(Office.name)))


def planned(scope: Scope, wanted: Wanted, first: datetime, last: datetime) -> list[Planned]:
    """Return what is planned from `first` up to `last`, in whatever state, by time. One query.

    `wanted.state` is not looked at: whoever lists may also count.
    """
    seconds = sa.cast(sa.extract("epoch", _POST.planned_at), sa.BigInteger)
    query = _within(
        sa.select(_POST.id, _POST.office_id, seconds, _POST.version, _STANDING),
        scope, wanted, first, last,
    ).order_by(_POST.planned_at, _POST.id)  # fmt: skip
    return [
        Planned(id_, office_id, seconds, version, _STATES[number])
        for id_, office_id, seconds, version, number in db.session.connection().execute(query).all()
    ]


def sign(scope: Scope, wanted: Wanted, first: datetime, last: datetime) -> str:
    """Return a sign that changes when a person has planned, moved, edited or decided something."""
    numbers = (sa.func.count(), sa.func.sum(_POST.version), sa.func.sum(_POST.id))
    query = _within(sa.select(*numbers), scope, wanted, first, last)
    return _sign(db.session.execute(query).one())


def sign_of(rows: Collection[Planned]) -> str:
    """Return the sign of what `planned` returned."""
    return _sign((len(rows), sum(row.version for row in rows), sum(row.id for row in rows)))


def _sign(numbers: Iterable[int | None]) -> str:
    return ".".join(str(number or 0) for number in numbers)


def details(post_ids: Collection[int]) -> dict[int, Details]:
    """Return what cards say of posts. One query."""
    query = sa.select(_POST.id, _POST.title, _POST.submitted_at.is_not(None)).where(
        _POST.id.in_(post_ids)
    )
    found = db.session.connection().execute(query)
    return {id_: Details(title, submitted) for id_, title, submitted in found}


def unplanned(office_id: int) -> list[Post]:
    """Return the drafts of an office that have no time yet, newest first, at most `UNPLANNED`."""
    query = (
        sa.select(Post)
        .where(Post.office_id == office_id, Post.status.in_(EDITABLE), Post.planned_at.is_(None))
        .order_by(Post.id.desc())
        .limit(UNPLANNED)
    )
    return list(db.session.scalars(query))


def _within(query: Any, scope: Scope, wanted: Wanted, first: datetime, last: datetime) -> Any:
    ours = sa.select(Office.id).where(Office.region_id == scope.region_id)
    if scope.office_id is not None:
        ours = ours.where(Office.id == scope.office_id)
    if wanted.office_id is not None:
        ours = ours.where(Office.id == wanted.office_id)
    if wanted.office_kind is not None:
        ours = ours.where(Office.kind == wanted.office_kind)
    query = query.where(
        _POST.office_id.in_(ours),
        _POST.status.in_(SHOWN),
        _POST.planned_at >= first,
        _POST.planned_at < last,
    )
    if wanted.kind is not None:
        query = query.where(_POST.kind == wanted.kind)
    if wanted.platform is not None:
        there = (
            sa.select(post_account.c.post_id)
            .join(Account, Account.id == post_account.c.account_id)
            .where(post_account.c.post_id == _POST.id, Account.platform == wanted.platform)
        )
        query = query.where(there.exists())
    return query
