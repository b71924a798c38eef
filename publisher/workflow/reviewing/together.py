"""Many approvals at once, each for itself.

What stops one of them stops no other, and says why. All that may stop a post is looked up for a
whole part at once and asked before anything of the post is changed, and what was approved is
written down together. A post that needs further decisions, and writes them down on its way, is
taken inside a savepoint of its own. So each is done with all that belongs to it, or nothing of it
is; and whoever sends the same twice changes nothing the second time.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, defer, selectinload

from publisher.db import db
from publisher.errors import N_, Invalid, Outdated, PublisherError
from publisher.models import asking, audit
from publisher.models.needs import Stage
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post, PostEvent, PostPicture, PostStatus
from publisher.storage import Store
from publisher.workflow import composing
from publisher.workflow.reviewing.approving import Held, approve, approve_first
from publisher.workflow.reviewing.deciding import check_version, goes_out

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


class Crowded(Invalid):
    """Another post of one of its accounts goes out too close to it; whoever looks may allow it."""

    message = N_(
        "Akun %(account)s di %(platform)s sudah memiliki “%(title)s” pada %(time)s, kurang dari "
        "%(minutes)s menit dari konten ini. Buka kontennya: pindahkan, atau setujui di sana bila "
        "boleh menunggu gilirannya."
    )


#: Their word would be the last, and the page said that it is the first of two.
NOT_THE_FIRST = N_(
    "Konten ini tidak lagi menunggu penyetuju pertama: persetujuan Anda akan langsung "
    "menjadwalkannya. Buka kontennya, lalu putuskan."
)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody ticked: a post, in the version that was on their page.

    :ivar first: the page said that they would be the first of two reviewers
    """

    post_id: int
    version: int
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """Who decides, when, and on what.

    :ivar spacing: what lies at least between two posts of an account
    :ivar ticked: what of the region's checklist they have ticked, for all that they chose
    """

    reviewer: User
    at: datetime
    store: Store
    spacing: timedelta = timedelta()
    ticked: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one of them.

    :ivar title, office: "" for what is not there
    :ivar stopped_by: None if it is approved now
    :ivar first: it has the first of two approvals now, and waits for another reviewer
    :ivar again: they had approved it before
    :ivar planned: how many deliveries that made
    """

    post_id: int
    title: str = ""
    office: str = ""
    stopped_by: PublisherError | None = None
    approved: bool = False
    first: bool = False
    again: bool = False
    planned: int = 0

    @property
    def is_new(self) -> bool:
        return self.approved and not self.again


#: Plans posts; returns how many deliveries each has gained.
Plan = Callable[[Sequence[Post]], Mapping[int, int]]


def parts(chosen: Sequence[Chosen]) -> Iterator[Sequence[Chosen]]:
    """Yield what belongs in one transaction each; what was ticked twice counts once."""
    once = list({one.post_id: one for one in chosen}.values())
    for start in range(0, len(once), AT_ONCE):
        yield once[start : start + AT_ONCE]


def decide(chosen: Sequence[Chosen], plan: Plan, sitting: Sitting) -> list[Result]:
    """Approve what can be, in the order of their times, and plan it; to be committed.

    Of those that say the same words, each is decided on when the one before it is planned.

    :param chosen: one of `parts`
    :param plan: plans all that was approved, or none of it
    """
    posts, at = _held([one.post_id for one in chosen], sitting.reviewer), sitting.at
    wanted = {post: goes_out(post, at) for post in posts.values()}
    near = composing.around(wanted, sitting.spacing, among=composing.APPROVED)
    results: dict[int, Result] = {}
    left = sorted(chosen, key=lambda one: _place(posts.get(one.post_id)))
    with audit.together():
        while left:
            now, left = _different(left, posts)
            known = _known([posts[one.post_id] for one in now if one.post_id in posts], at)
            for one in now:
                post, held = known.get(one.post_id, (None, None))
                results[one.post_id] = _decided(post, one, held, near, sitting)
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
    post: Post | None, one: Chosen, held: Held | None, near: composing.Around, sitting: Sitting
) -> Result:
    if post is None or held is None:
        return Result(post_id=one.post_id, stopped_by=NoSuchPost())
    result = Result(post_id=post.id, title=post.title, office=post.office.name)
    if post.status is PostStatus.APPROVED and post.approved_by_id == sitting.reviewer.id:
        return replace(result, approved=True, again=True)
    if held.first_by_id == sitting.reviewer.id and post.can("approve"):
        return replace(result, first=True, again=True)
    try:
        with _apart(held):
            _take(post, one, held, near, sitting)
    except PublisherError as error:
        return replace(result, stopped_by=error)
    if post.status is not PostStatus.APPROVED:
        return replace(result, first=True)
    near.add(post, goes_out(post, sitting.at))
    return replace(result, approved=True)


@contextmanager
def _apart(held: Held) -> Iterator[None]:
    """Undo what was done when it is stopped, if it writes anything before it is done."""
    if held.alone:
        yield
        return
    with db.session.begin_nested(), audit.together():
        yield


def _take(post: Post, one: Chosen, held: Held, near: composing.Around, sitting: Sitting) -> None:
    """Give a post the approval that it needs next."""
    check_version(post, one.version)
    if crowd := near.crowd(post, goes_out(post, sitting.at)):
        raise Crowded(**crowd.values)
    first = held.needs.next_of_reviewers is Stage.FIRST
    if one.first and not first:
        raise Outdated(NOT_THE_FIRST)
    (approve_first if first else approve)(
        post, reviewer=sitting.reviewer, at=sitting.at, store=sitting.store, held=held,
        ticked=sitting.ticked,
    )  # fmt: skip


def with_content(post_ids: Sequence[int], *, reviewer: User) -> list[Post]:
    """Return those posts that the reviewer may decide on, with all that goes out of them."""
    query = _in_sight(sa.select(Post), post_ids, reviewer)
    return list(db.session.scalars(query.options(*_PUBLIC)))


def _held(post_ids: Sequence[int], reviewer: User) -> dict[int, Post]:
    """Lock posts, then load them with all that is decided on. All locks are taken before
    anything is written: who holds a post may wait for the audit chain, never the reverse."""
    sought = _in_sight(sa.select(Post.id, Post.office_id), post_ids, reviewer)
    locked = db.session.execute(sought.order_by(Post.id).with_for_update()).all()
    composing.take_turns([row.office_id for row in locked])
    ids = [row.id for row in locked]
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
