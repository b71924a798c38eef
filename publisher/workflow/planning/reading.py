"""What is planned between two moments: a fixed number of queries, however much it is.

The rows come from the index on office, status and time, so years of history cost nothing. Titles
and channels are read only for what a page shows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
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

    @property
    def narrows(self) -> bool:
        return self != Wanted()


class Planned(NamedTuple):
    """A post in the calendar. There are thousands, so it is light."""

    id: int
    office_id: int
    at: datetime
    state: State


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What a card says of a post beside its time and state."""

    title: str
    version: int
    submitted: bool  # at least once: before that, its words are nobody's but its office's
    platforms: tuple[str, ...]


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
    query = _within(
        sa.select(Post.id, Post.office_id, Post.planned_at, _standing()),
        scope, wanted, first, last,
    ).order_by(Post.planned_at, Post.id)  # fmt: skip
    return [
        Planned(id_, office_id, at, _STATES[number])
        for id_, office_id, at, number in db.session.execute(query)
    ]


def sign(scope: Scope, wanted: Wanted, first: datetime, last: datetime) -> str:
    """Return a sign that changes when a person has planned, moved, edited or decided something."""
    numbers = (sa.func.count(), sa.func.sum(Post.version), sa.func.sum(Post.id))
    query = _within(sa.select(*numbers), scope, wanted, first, last)
    return ".".join(str(number or 0) for number in db.session.execute(query).one())


def details(post_ids: Collection[int]) -> dict[int, Details]:
    """Return what cards say of posts. One query."""
    query = (
        sa.select(
            Post.id,
            Post.title,
            Post.version,
            Post.submitted_at,
            sa.func.aggregate_strings(Account.platform, " "),
        )
        .outerjoin(post_account, post_account.c.post_id == Post.id)
        .outerjoin(Account, Account.id == post_account.c.account_id)
        .where(Post.id.in_(post_ids))
        .group_by(Post.id, Post.title, Post.version, Post.submitted_at)
    )
    return {
        id_: Details(
            title=title,
            version=version,
            submitted=submitted_at is not None,
            platforms=tuple(sorted(set((platforms or "").split()))),
        )
        for id_, title, version, submitted_at, platforms in db.session.execute(query)
    }


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
        Post.office_id.in_(ours),
        Post.status.in_(SHOWN),
        Post.planned_at >= first,
        Post.planned_at < last,
    )
    if wanted.kind is not None:
        query = query.where(Post.kind == wanted.kind)
    if wanted.platform is not None:
        there = (
            sa.select(post_account.c.post_id)
            .join(Account, Account.id == post_account.c.account_id)
            .where(post_account.c.post_id == Post.id, Account.platform == wanted.platform)
        )
        query = query.where(there.exists())
    return query


def _standing() -> sa.ColumnElement[int]:
    """A place in `_STATES`: of an approved post by the worst of its deliveries."""
    worst = sa.case(
        (Delivery.status == _D.PUBLISHED, _OUT),
        (Delivery.status.in_((_D.FAILED, _D.MISSED, _D.UNKNOWN)), _BAD),
        else_=_OPEN,
    )
    deliveries = (
        sa.select(sa.func.coalesce(sa.func.max(worst), _BAD))  # all cancelled: nothing goes out
        # Written out, as in the index that it uses.
        .where(Delivery.post_id == Post.id, sa.text("delivery.status <> 'cancelled'"))
        .correlate(Post)
        .scalar_subquery()
    )
    others = [
        (Post.status == PostStatus(state.value), place)
        for place, state in enumerate(_STATES[:_OUT])
    ]
    return sa.case(*others, else_=deliveries)
