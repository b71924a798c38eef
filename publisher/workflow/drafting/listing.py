"""The posts of an office as its people see them: what needs them, what waits, what is out.

A post has no status "published": whether it is out follows from its deliveries, by `outcome`.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from publisher.db import db
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.posts import EDITABLE, Post, PostEvent, PostPicture, PostStatus

PAGE_SIZE = 20
_D = DeliveryStatus


class Outcome(StrEnum):
    """What the deliveries of a post come to."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    HANDED_OVER = "handed_over"
    PUBLISHED = "published"
    PARTLY_PUBLISHED = "partly_published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Group(StrEnum):
    """The states by which the list is filtered, as they stand in the address."""

    ALL = "semua"
    CHANGES = "perbaikan"
    DRAFT = "draf"
    IN_REVIEW = "diajukan"
    SCHEDULED = "terjadwal"
    PUBLISHED = "tayang"
    TROUBLE = "dicek"
    ENDED = "arsip"


def outcome(statuses: Collection[DeliveryStatus]) -> Outcome | None:
    """Return what the deliveries of one post come to; None if there are none.

    Doubt comes first, because only a person can end it. One that was cancelled counts only
    when all were.
    """
    counted = [status for status in statuses if status is not _D.CANCELLED]
    if not counted:
        return Outcome.CANCELLED if statuses else None
    if _D.UNKNOWN in counted:
        return Outcome.UNKNOWN
    if _D.PUBLISHED in counted:
        everywhere = set(counted) == {_D.PUBLISHED}
        return Outcome.PUBLISHED if everywhere else Outcome.PARTLY_PUBLISHED
    for status, result in (
        (_D.SENDING, Outcome.SENDING),
        (_D.CLAIMED, Outcome.SENDING),
        (_D.HANDED_OVER, Outcome.HANDED_OVER),
        (_D.PENDING, Outcome.SCHEDULED),
        (_D.FAILED, Outcome.FAILED),
    ):
        if status in counted:
            return result
    return Outcome.MISSED


@dataclass(frozen=True, kw_only=True)
class Row:
    """One post in the list. `returned` is the event that sent it back, if it needs changes."""

    post: Post
    outcome: Outcome | None
    returned: PostEvent | None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of an office's posts, and how many there are in each group."""

    rows: list[Row]
    counts: dict[Group, int]
    page: int
    pages: int


def page(office_id: int, *, group: Group = Group.ALL, search: str = "", number: int = 1) -> Listing:
    """Return one page of the list. Eight queries, however many posts there are.

    :param number: from 1; beyond the last page it is the last page
    """
    found = [Post.office_id == office_id, *_searched(search)]
    counts = _counts(found)
    pages = max(1, -(-counts[group] // PAGE_SIZE))
    number = max(1, min(number, pages))
    query = (
        sa.select(Post)
        .where(*found, _CONDITIONS[group])
        .options(selectinload(Post.accounts), _with_pictures(), joinedload(Post.edited_by))
        .order_by(*_order(group))
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    posts = list(db.session.scalars(query))
    return Listing(rows=_rows(posts), counts=counts, page=number, pages=pages)


def returned(office_id: int, limit: int = 5) -> list[Row]:
    """Return the posts that were sent back for changes, the longest waiting first."""
    query = (
        sa.select(Post)
        .where(Post.office_id == office_id, Post.status == PostStatus.CHANGES_REQUESTED)
        .options(selectinload(Post.accounts), _with_pictures(), joinedload(Post.edited_by))
        .order_by(Post.submitted_at, Post.id)
        .limit(limit)
    )
    return _rows(list(db.session.scalars(query)))


def count_returned(office_id: int) -> int:
    """Return how many posts of an office were sent back for changes."""
    query = sa.select(sa.func.count(Post.id)).where(
        Post.office_id == office_id, Post.status == PostStatus.CHANGES_REQUESTED
    )
    return db.session.scalar(query) or 0


def prefetch(post: Post) -> None:
    """Load the pictures of a post in one query, so that a page does not ask for each."""
    query = sa.select(PostPicture).where(PostPicture.post_id == post.id)
    db.session.scalars(query.options(joinedload(PostPicture.media))).all()


def drafts_among(post_ids: Collection[int], *, limit: int) -> list[Post]:
    """Return those posts that are drafts, with all that is checked before they are handed in."""
    query = (
        sa.select(Post)
        .where(Post.id.in_(post_ids), Post.status.in_(EDITABLE))
        .options(
            selectinload(Post.pictures).joinedload(PostPicture.media),
            selectinload(Post.accounts),
            selectinload(Post.texts),
        )
        .order_by(Post.planned_at, Post.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def deliveries(post: Post) -> list[Delivery]:
    """Return the deliveries of a post with their accounts, cancelled ones last."""
    query = (
        sa.select(Delivery)
        .where(Delivery.post_id == post.id)
        .options(joinedload(Delivery.account))
        .order_by(Delivery.status == _D.CANCELLED, Delivery.account_id, Delivery.id)
    )
    return list(db.session.scalars(query))


def history(post: Post) -> list[PostEvent]:
    """Return who did what to a post, newest first."""
    query = (
        sa.select(PostEvent)
        .where(PostEvent.post_id == post.id)
        .options(joinedload(PostEvent.actor))
        .order_by(PostEvent.id.desc())
    )
    return list(db.session.scalars(query))


def _exists(*statuses: DeliveryStatus) -> sa.ColumnElement[bool]:
    return sa.exists().where(Delivery.post_id == Post.id, Delivery.status.in_(statuses))


_CONDITIONS: dict[Group, sa.ColumnElement[bool]] = {
    Group.ALL: sa.true(),
    Group.CHANGES: Post.status == PostStatus.CHANGES_REQUESTED,
    Group.DRAFT: Post.status == PostStatus.DRAFT,
    Group.IN_REVIEW: Post.status == PostStatus.IN_REVIEW,
    Group.SCHEDULED: _exists(_D.PENDING, _D.CLAIMED, _D.SENDING, _D.HANDED_OVER),
    Group.PUBLISHED: _exists(_D.PUBLISHED),
    Group.TROUBLE: _exists(_D.UNKNOWN, _D.FAILED, _D.MISSED),
    Group.ENDED: Post.status.in_((PostStatus.REJECTED, PostStatus.WITHDRAWN)),
}


def _searched(search: str) -> list[sa.ColumnElement[bool]]:
    words = search.replace("\x00", "").split()[:8]
    return [
        sa.or_(
            Post.title.icontains(word, autoescape=True),
            Post.caption.icontains(word, autoescape=True),
            Post.what.icontains(word, autoescape=True),
        )
        for word in words
    ]


def _counts(found: list[sa.ColumnElement[bool]]) -> dict[Group, int]:
    sums = [sa.func.count(sa.case((condition, 1))) for condition in _CONDITIONS.values()]
    row = db.session.execute(sa.select(*sums).select_from(Post).where(*found)).one()
    return dict(zip(_CONDITIONS, row, strict=True))


def _order(group: Group) -> tuple[Any, ...]:
    if group is Group.SCHEDULED:
        return Post.planned_at, Post.id
    return Post.edited_at.desc(), Post.id.desc()


def _with_pictures() -> Any:
    return selectinload(Post.pictures).joinedload(PostPicture.media)


def _rows(posts: list[Post]) -> list[Row]:
    ids = [post.id for post in posts]
    statuses, events = _statuses(ids), _returns(ids)
    return [
        Row(post=post, outcome=outcome(statuses[post.id]), returned=events.get(post.id))
        for post in posts
    ]


def _statuses(post_ids: list[int]) -> dict[int, list[DeliveryStatus]]:
    query = sa.select(Delivery.post_id, Delivery.status).where(Delivery.post_id.in_(post_ids))
    found: dict[int, list[DeliveryStatus]] = defaultdict(list)
    for post_id, status in db.session.execute(query):
        found[post_id].append(status)
    return found


def _returns(post_ids: list[int]) -> dict[int, PostEvent]:
    """Return the last return of each post that still needs changes."""
    query = (
        sa.select(PostEvent)
        .join(Post, Post.id == PostEvent.post_id)
        .where(PostEvent.post_id.in_(post_ids), PostEvent.step == "request_changes")
        .where(Post.status == PostStatus.CHANGES_REQUESTED)
        .options(joinedload(PostEvent.actor))
        .order_by(PostEvent.id)
    )
    return {event.post_id: event for event in db.session.scalars(query)}
