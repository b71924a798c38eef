"""What waits for a decision in a region, oldest due first, and what was decided lately.

Every list takes a fixed number of queries, however many rows it has.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from publisher.db import db
from publisher.models.needs import Answer, NeededDecision, Stage, waits_for_head
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostEvent, PostKind, PostPicture, PostStatus
from publisher.workflow.reviewing.deciding import DECISIONS

PAGE = 20
#: More ids than anybody walks through from post to post.
_WALK = 2000


@dataclass(frozen=True)
class Waiting:
    """A post in the queue."""

    post: Post
    submitted_by: str  # a name; "" if nobody is on record
    mine: bool  # the reviewer had a hand in it and cannot decide
    first_by_id: int | None = None  # the first of two reviewers, who has approved it

    @property
    def approved_once(self) -> bool:
        return self.first_by_id is not None


@dataclass(frozen=True)
class Queue:
    """A page of the queue, and the counts of the whole."""

    rows: list[Waiting]
    page: int
    pages: int
    matching: int
    total: int
    late: int
    offices: list[tuple[Office, int]]  # by name, with how many posts wait
    kinds: dict[PostKind, int]


@dataclass(frozen=True)
class Decided:
    """A decision, and where its post stands today."""

    event: PostEvent
    post: Post


@dataclass(frozen=True)
class Neighbours:
    """Where a post stands in the queue; `position` counts from 1, None: not in it."""

    position: int | None
    total: int
    previous_id: int | None
    next_id: int | None


def waiting(
    region: Region,
    *,
    reviewer: User,
    at: datetime,
    office_id: int | None = None,
    kind: PostKind | None = None,
    page: int = 1,
) -> Queue:
    """Return what waits in `region`; a page too far gives the last one."""
    counts = _counts(region, at)
    offices, kinds = _by_office(counts), _by_kind(counts)
    matching = sum(
        row.posts
        for row in counts
        if office_id in (None, row.office_id) and kind in (None, row.kind)
    )
    pages = max(1, -(-matching // PAGE))
    page = min(max(1, page), pages)
    query = _in_order(region).options(*_with_all_a_row_shows()).offset((page - 1) * PAGE)
    if office_id is not None:
        query = query.where(Post.office_id == office_id)
    if kind is not None:
        query = query.where(Post.kind == kind)
    posts = db.session.scalars(query.limit(PAGE)).all()
    return Queue(
        rows=_rows(posts, reviewer),
        page=page,
        pages=pages,
        matching=matching,
        total=sum(row.posts for row in counts),
        late=sum(row.late for row in counts),
        offices=offices,
        kinds=kinds,
    )


def count(region: Region) -> int:
    """Return how many posts of a region wait for a decision; for letters, which list none."""
    waiting_ids = _in_order(region).order_by(None).with_only_columns(Post.id)
    return db.session.scalar(sa.select(sa.func.count()).select_from(waiting_ids.subquery())) or 0


def within(
    region: Region,
    first: datetime,
    last: datetime,
    *,
    reviewer: User,
    limit: int,
    office_id: int | None = None,
) -> tuple[list[Waiting], int]:
    """Return what waits and is planned from `first` up to `last`, and how much there is in all."""
    query = _between(region, first, last, office_id)
    posts = db.session.scalars(query.options(*_with_all_a_row_shows()).limit(limit)).all()
    return _rows(posts, reviewer), count_within(region, first, last, office_id=office_id)


def count_within(
    region: Region, first: datetime, last: datetime, *, office_id: int | None = None
) -> int:
    query = _between(region, first, last, office_id).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(query)) or 0


def _between(
    region: Region, first: datetime, last: datetime, office_id: int | None
) -> sa.Select[Any]:
    query = _in_order(region).where(Post.planned_at >= first, Post.planned_at < last)
    return query if office_id is None else query.where(Post.office_id == office_id)


def decided(
    region: Region, *, before_id: int | None = None, limit: int = PAGE
) -> tuple[list[Decided], int | None]:
    """Return the latest decisions, newest first, and from which id on there are older ones."""
    query = (
        sa.select(PostEvent)
        .join(PostEvent.post)
        .join(Post.office)
        .where(Office.region_id == region.id, PostEvent.step.in_(DECISIONS))
        .options(
            contains_eager(PostEvent.post).contains_eager(Post.office),
            joinedload(PostEvent.actor),
            defer(PostEvent.content),
        )
        .order_by(PostEvent.id.desc())
        .limit(limit + 1)
    )
    if before_id is not None:
        query = query.where(PostEvent.id < before_id)
    events = list(db.session.scalars(query))
    older = events[limit - 1].id if len(events) > limit else None
    return [Decided(event, event.post) for event in events[:limit]], older


def neighbours(
    post: Post, *, reviewer: User, office_id: int | None = None, kind: PostKind | None = None
) -> Neighbours:
    """Return the posts before and after in the queue, leaving out the reviewer's own.

    :param office_id, kind: walk through those alone, as `waiting` lists them
    """
    region_id = reviewer.region_id
    query = (
        sa.select(Post.id, Post.drafted_by_id, Post.edited_by_id)
        .join(Post.office)
        .where(Office.region_id == region_id, *_OURS_NOW)
        .order_by(*_OLDEST_DUE_FIRST)
        .limit(_WALK)
    )
    if office_id is not None:
        query = query.where(Post.office_id == office_id)
    if kind is not None:
        query = query.where(Post.kind == kind)
    rows = db.session.execute(query).all()
    ids = [id_ for id_, *makers in rows if id_ == post.id or reviewer.id not in makers]
    if post.id not in ids:
        return Neighbours(None, len(ids), None, ids[0] if ids else None)
    here = ids.index(post.id)
    return Neighbours(
        position=here + 1,
        total=len(ids),
        previous_id=ids[here - 1] if here else None,
        next_id=ids[here + 1] if here + 1 < len(ids) else None,
    )


#: A post that its office's head has to sign first is not the reviewers' business yet.
_OURS_NOW = (Post.status == PostStatus.IN_REVIEW, ~waits_for_head())
_OLDEST_DUE_FIRST = (Post.planned_at.is_(None), Post.planned_at, Post.id)


def _in_order(region: Region) -> sa.Select[Any]:
    return (
        sa.select(Post)
        .join(Post.office)
        .where(Office.region_id == region.id, *_OURS_NOW)
        .order_by(*_OLDEST_DUE_FIRST)
    )


def _with_all_a_row_shows() -> tuple[ORMOption, ...]:
    return (
        contains_eager(Post.office).joinedload(Office.region),
        selectinload(Post.pictures).joinedload(PostPicture.media),
        selectinload(Post.accounts),
        selectinload(Post.texts),
    )


def _rows(posts: Iterable[Post], reviewer: User) -> list[Waiting]:
    posts = list(posts)
    submitters = _submitters([post.id for post in posts])
    first = _approved_once([post.id for post in posts])
    return [
        Waiting(
            post=post,
            submitted_by=submitters[post.id][-1][1] if submitters[post.id] else "",
            mine=reviewer.id
            in {post.drafted_by_id, post.edited_by_id, *(id_ for id_, _ in submitters[post.id])},
            first_by_id=first.get(post.id),
        )
        for post in posts
    ]


def _approved_once(post_ids: list[int]) -> dict[int, int | None]:
    """Return who was the first of two reviewers of each post that has one."""
    query = (
        sa.select(NeededDecision.post_id, NeededDecision.answered_by_id)
        .join(NeededDecision.post)
        .where(
            NeededDecision.post_id.in_(post_ids),
            NeededDecision.stage == Stage.FIRST,
            NeededDecision.answer == Answer.GIVEN,
            NeededDecision.submitted_at == Post.submitted_at,
        )
    )
    return {row.post_id: row.answered_by_id for row in db.session.execute(query)}


def _submitters(post_ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    """Return id and name of everybody who submitted each post, oldest first."""
    query = (
        sa.select(PostEvent.post_id, User.id, User.name)
        .join(PostEvent.actor)
        .where(PostEvent.post_id.in_(post_ids), PostEvent.step == "submit")
        .order_by(PostEvent.id)
    )
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for post_id, user_id, name in db.session.execute(query):
        found[post_id].append((user_id, name))
    return found


def _counts(region: Region, at: datetime) -> list[sa.Row[Any]]:
    query = (
        sa.select(
            Office,
            Post.office_id,
            Post.kind,
            sa.func.count().label("posts"),
            sa.func.sum(sa.case((Post.planned_at <= at, 1), else_=0)).label("late"),
        )
        .join(Post.office)
        .where(Office.region_id == region.id, *_OURS_NOW)
        .group_by(Office.id, Post.office_id, Post.kind)
    )
    return list(db.session.execute(query))


def _by_office(counts: list[sa.Row[Any]]) -> list[tuple[Office, int]]:
    totals: dict[Office, int] = defaultdict(int)
    for row in counts:
        totals[row.Office] += row.posts
    return sorted(totals.items(), key=lambda pair: pair[0].name)


def _by_kind(counts: list[sa.Row[Any]]) -> dict[PostKind, int]:
    totals: dict[PostKind, int] = defaultdict(int)
    for row in counts:
        totals[row.kind] += row.posts
    return {kind: totals[kind] for kind in PostKind if kind in totals}
