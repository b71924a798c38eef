"""What waits for whose signature. Every list takes a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from publisher.db import db
from publisher.models import asking
from publisher.models.asking import State
from publisher.models.needs import (
    Answer,
    NeededDecision,
    SignOffException,
    SignOffRule,
    Stage,
    asks_head,
    waits_for_head,
)
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostPicture, PostStatus

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a post needs, for its pages.

    :ivar able: who may sign it now; empty: nobody holds the post
    """

    state: State
    able: list[User]

    @property
    def head(self) -> NeededDecision | None:
        return self.state.rows.get(Stage.HEAD)

    @property
    def first(self) -> NeededDecision | None:
        row = self.state.rows.get(Stage.FIRST)
        return row if row is not None and row.answer is Answer.GIVEN else None

    @property
    def deciders(self) -> set[int | None]:
        """Ids of those who took a decision on it, and cannot take another."""
        return {row.answered_by_id for row in self.state.rows.values()}

    @property
    def unsigned(self) -> bool:
        return Stage.HEAD in self.state.missing

    @property
    def passed(self) -> bool:
        return self.head is not None and self.head.answer is Answer.PASSED


@dataclass(frozen=True, kw_only=True)
class Unsigned:
    """A post that a region's reviewers do not see yet."""

    post: Post
    since: datetime
    late: bool


def asked(post: Post, *, at: datetime) -> Asked:
    """Return what a post needs and who could give it; changes nothing."""
    known = asking.state(post, at=at)
    waits = post.status is PostStatus.IN_REVIEW and Stage.HEAD in known.missing
    able = asking.signers(post.office, known.terms, at=at, besides=asking.hands(post))
    return Asked(state=known, able=able if waits else [])


def waiting_for(person: User, *, at: datetime) -> list[Post]:
    """Return what a head may sign now, the nearest time first: their office's, and that of offices
    for whose vacant post they are named."""
    deputies = sa.select(SignOffException.office_id).where(SignOffException.deputy_id == person.id)
    regions = sa.select(SignOffRule.region_id).where(SignOffRule.deputy_id == person.id)
    query = (
        sa.select(Post)
        .join(Post.office)
        .where(
            Office.region_id == person.region_id,
            sa.or_(
                Post.office_id == person.office_id,
                Post.office_id.in_(deputies),
                Office.region_id.in_(regions),
            ),
            Post.status == PostStatus.IN_REVIEW,
            waits_for_head(),
        )
        .options(
            contains_eager(Post.office).joinedload(Office.region),
            selectinload(Post.pictures).joinedload(PostPicture.media),
            selectinload(Post.events),
        )
        .order_by(Post.planned_at, Post.id)
        .limit(MOST)
    )
    return asking.signable(db.session.scalars(query).all(), person, at=at)


def unsigned(region: Region, *, at: datetime) -> list[Unsigned]:
    """Return what waits for heads in a region, the nearest time first."""
    query = (
        sa.select(Post, NeededDecision)
        .join(Post.office)
        .join(NeededDecision, asks_head())
        .where(Office.region_id == region.id, Post.status == PostStatus.IN_REVIEW)
        .options(contains_eager(Post.office))
        .order_by(Post.planned_at, Post.id)
        .limit(MOST)
    )
    return [
        Unsigned(post=post, since=need.asked_at, late=need.late_at is None or need.late_at <= at)
        for post, need in db.session.execute(query).all()
    ]


def unsigned_count(region: Region) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(Post)
        .join(Post.office)
        .where(Office.region_id == region.id, Post.status == PostStatus.IN_REVIEW)
        .where(waits_for_head())
    )
    return db.session.scalar(query) or 0
