"""Many approvals at once, each for itself.

What stops one of them stops no other, and says why: every item is taken inside a savepoint, so
it is done with all that belongs to it, or nothing of it is. Whoever sends the same twice changes
nothing the second time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, defer, selectinload

from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models import asking, audit
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post, PostEvent, PostPicture, PostStatus
from publisher.workflow import composing
from publisher.workflow.reviewing.approving import Held
from publisher.workflow.reviewing.deciding import check_version

#: So many are decided in one transaction: others who write wait for a part of a second.
AT_ONCE = 40
#: As many as one request may decide on.
MOST = 200


class NotReady(PublisherError):
    """Its pictures were not made in the time that one request has."""

    message = N_(
        "Gambarnya masih disiapkan untuk kanal tujuannya. Belum ada yang diputuskan; "
        "kirim lagi sebentar lagi."
    )


class NoSuchPost(PublisherError):
    """Another region's, never submitted, or not there at all."""

    message = N_("Konten ini tidak ada lagi di antrean daerah Anda.")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody ticked: a post, in the version that was on their page."""

    post_id: int
    version: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one of them.

    :ivar title, office: "" for what is not there
    :ivar stopped_by: None if it is approved now
    :ivar again: it was approved before, by the same person
    :ivar planned: how many deliveries that made
    """

    post_id: int
    title: str = ""
    office: str = ""
    stopped_by: PublisherError | None = None
    again: bool = False
    approved: bool = False
    planned: int = 0

    @property
    def is_new(self) -> bool:
        return self.approved and not self.again


#: Approves one post.
Take = Callable[[Post, Held], None]
#: Plans posts; returns how many deliveries each has gained.
Plan = Callable[[Sequence[Post]], Mapping[int, int]]


def parts(chosen: Sequence[Chosen]) -> Iterator[Sequence[Chosen]]:
    """Yield what belongs in one transaction each; what was ticked twice counts once."""
    once = list({one.post_id: one for one in chosen}.values())
    for start in range(0, len(once), AT_ONCE):
        yield once[start : start + AT_ONCE]


def decide(
    chosen: Sequence[Chosen], take: Take, plan: Plan, *, reviewer: User, at: datetime
) -> list[Result]:
    """Approve what can be, in the order of their times, and plan it; to be committed.

    Of those that say the same words, each is decided on when the one before it is planned.

    :param chosen: one of `parts`
    :param take: approves a post that is locked, and of the version seen
    :param plan: plans all that was approved, or none of it
    """
    posts = _held([one.post_id for one in chosen], reviewer)
    results: dict[int, Result] = {}
    left = sorted(chosen, key=lambda one: _place(posts.get(one.post_id)))
    with audit.together():
        while left:
            now, left = _different(left, posts)
            known = _known([posts[one.post_id] for one in now if one.post_id in posts], at)
            for one in now:
                post, held = known.get(one.post_id, (None, None))
                results[one.post_id] = _decided(post, one, take, held, reviewer)
            new = [posts[one.post_id] for one in now if results[one.post_id].is_new]
            planned = plan(new) if new else {}
            for post in new:
                made = planned.get(post.id, 0)
                results[post.id] = replace(results[post.id], planned=made)
    return [results[one.post_id] for one in chosen]


def _different(
    chosen: Sequence[Chosen], posts: Mapping[int, Post]
) -> tuple[list[Chosen], list[Chosen]]:
    """Return those of which no two say the same on a platform, and the others."""
    said: set[tuple[str, int]] = set()
    now: list[Chosen] = []
    later: list[Chosen] = []
    for one in chosen:
        post = posts.get(one.post_id)
        words = set(composing.keys(post).items()) if post else set()
        (later if words & said else now).append(one)
        said |= words
    return now, later


def _known(posts: Sequence[Post], at: datetime) -> dict[int, tuple[Post, Held]]:
    """Look up, for all of them at once, what each approval asks the database."""
    if not posts:
        return {}
    heard, needs = composing.echoing(posts, at=at), asking.states(posts, at=at)
    return {post.id: (post, Held(echoing=heard[post.id], needs=needs[post.id])) for post in posts}


def _decided(
    post: Post | None, one: Chosen, take: Take, held: Held | None, reviewer: User
) -> Result:
    if post is None or held is None:
        return Result(post_id=one.post_id, stopped_by=NoSuchPost())
    result = Result(post_id=post.id, title=post.title, office=post.office.name)
    if post.status is PostStatus.APPROVED and post.approved_by_id == reviewer.id:
        return replace(result, again=True, approved=True)
    try:
        with db.session.begin_nested(), audit.together():
            check_version(post, one.version)
            take(post, held)
    except PublisherError as error:
        return replace(result, stopped_by=error)
    return replace(result, approved=post.status is PostStatus.APPROVED)


def with_content(post_ids: Sequence[int], *, reviewer: User) -> list[Post]:
    """Return those posts that the reviewer may decide on, with all that goes out of them."""
    query = _in_sight(sa.select(Post), post_ids, reviewer)
    return list(db.session.scalars(query.options(*_PUBLIC)))


def _held(post_ids: Sequence[int], reviewer: User) -> dict[int, Post]:
    """Lock posts, then load them with all that is decided on. All locks are taken before
    anything is written: who holds a post may wait for the audit chain, never the reverse."""
    locked = _in_sight(sa.select(Post.id), post_ids, reviewer).order_by(Post.id).with_for_update()
    ids = list(db.session.scalars(locked))
    query = sa.select(Post).join(Post.office).where(Post.id.in_(ids)).options(*_WHOLE)
    found = db.session.scalars(query.execution_options(populate_existing=True))
    return {post.id: post for post in found}


def _in_sight(query: Any, post_ids: Sequence[int], reviewer: User) -> Any:
    ours = sa.select(Office.id).where(Office.region_id == reviewer.region_id)
    return query.where(
        Post.id.in_(post_ids), Post.office_id.in_(ours), Post.submitted_at.is_not(None)
    )


_PUBLIC = (
    selectinload(Post.pictures).joinedload(PostPicture.media),
    selectinload(Post.accounts),
    selectinload(Post.texts),
)
_WHOLE = (
    *_PUBLIC,
    contains_eager(Post.office).joinedload(Office.region),
    selectinload(Post.events).options(defer(PostEvent.content)),
)


def _place(post: Post | None) -> tuple[bool, datetime | int, int]:
    if post is None or post.planned_at is None:
        return True, 0, post.id if post else 0
    return False, post.planned_at, post.id
