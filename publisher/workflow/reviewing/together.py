"""Many approvals at once, each for itself.

What stops one of them stops no other, and says why: every item is taken inside a savepoint, so
it is done with all that belongs to it, or nothing of it is. Whoever sends the same twice changes
nothing the second time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, defer, selectinload

from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models.advancing import notes_together
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post, PostEvent, PostPicture, PostStatus
from publisher.workflow.reviewing.deciding import check_version

#: So many are decided in one transaction: others who write wait for a part of a second.
AT_ONCE = 25
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


def parts(chosen: Sequence[Chosen]) -> Iterator[Sequence[Chosen]]:
    """Yield what belongs in one transaction each; what was ticked twice counts once."""
    once = list({one.post_id: one for one in chosen}.values())
    for start in range(0, len(once), AT_ONCE):
        yield once[start : start + AT_ONCE]


def decide(
    chosen: Sequence[Chosen], take: Callable[[Post], int], *, reviewer: User
) -> list[Result]:
    """Take a step with each post, in the order of their times; to be committed.

    :param chosen: one of `parts`
    :param take: approves and plans a post that is locked and of the version seen; returns how
        many deliveries that made
    """
    posts = _held([one.post_id for one in chosen], reviewer)
    results = {}
    for one in sorted(chosen, key=lambda one: _place(posts.get(one.post_id))):
        results[one.post_id] = _decided(posts.get(one.post_id), one, take, reviewer)
    return [results[one.post_id] for one in chosen]


def _decided(post: Post | None, one: Chosen, take: Callable[[Post], int], reviewer: User) -> Result:
    if post is None:
        return Result(post_id=one.post_id, stopped_by=NoSuchPost())
    told = {"post_id": post.id, "title": post.title, "office": post.office.name}
    if post.status is PostStatus.APPROVED and post.approved_by_id == reviewer.id:
        return Result(**told, again=True, approved=True)
    try:
        with db.session.begin_nested(), notes_together():
            check_version(post, one.version)
            planned = take(post)
            db.session.flush()
    except PublisherError as error:
        return Result(**told, stopped_by=error)
    return Result(**told, approved=post.status is PostStatus.APPROVED, planned=planned)


def with_content(post_ids: Sequence[int], *, reviewer: User) -> list[Post]:
    """Return those posts that the reviewer may decide on, with all that is decided on."""
    query = _in_sight(sa.select(Post), post_ids, reviewer).join(Post.office)
    return list(db.session.scalars(query.options(*_WHOLE)))


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


_WHOLE = (
    contains_eager(Post.office).joinedload(Office.region),
    selectinload(Post.pictures).joinedload(PostPicture.media),
    selectinload(Post.accounts),
    selectinload(Post.texts),
    selectinload(Post.events).options(defer(PostEvent.content)),
)


def _place(post: Post | None) -> tuple[bool, datetime | int, int]:
    if post is None or post.planned_at is None:
        return True, 0, post.id if post else 0
    return False, post.planned_at, post.id
