"""From approved to planned: one delivery for each account of the post.

The unique row per post and account is what makes "never twice" true, so a post that is
approved again gets deliveries only for accounts on which it is neither out, nor being sent,
nor in doubt, nor, as it stands, already in the hands of who posts it; what has not gone out yet
is replaced.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_
from publisher.models.advancing import cancel_open, notes_together, write_event
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import User
from publisher.models.posts import Post, PostStatus
from publisher.workflow import composing

#: How long after its time a post may still go out, unless the configuration says otherwise.
CATCH_UP = timedelta(hours=6)
REPLACED = N_("Konten disetujui kembali; penayangan ini diganti dengan yang baru.")


def schedule(
    post: Post, *, actor: User | None, at: datetime, catch_up: timedelta = CATCH_UP
) -> list[Delivery]:
    """Plan an approved post for its accounts; return the deliveries that are new.

    A post whose time has passed while it waited for approval is due now.
    """
    return schedule_all([post], actor=actor, at=at, catch_up=catch_up)


def schedule_all(
    posts: Collection[Post], *, actor: User | None, at: datetime, catch_up: timedelta = CATCH_UP
) -> list[Delivery]:
    """Plan approved posts, as `schedule` does; as many queries for many as for one."""
    taken = _accounts_taken(posts)
    for post in posts:
        if post.status is not PostStatus.APPROVED or post.approved_digest is None:
            raise ValueError(f"post {post.id} is {post.status}, not approved")
        if post.id in taken:
            _cancel_older(post, actor=actor, at=at)
    if taken:
        taken = _accounts_taken(posts)
    planned = [
        delivery
        for post in posts
        for delivery in _planned(post, taken.get(post.id, set()), at=at, catch_up=catch_up)
    ]
    db.session.add_all(planned)
    db.session.flush()
    composing.note(posts)
    composing.set_apart(posts, at=at)
    with notes_together():
        for delivery in planned:
            write_event(
                delivery.id, "plan", before=None, after=delivery.status, fence=0, at=at, actor=actor
            )
    return planned


def _cancel_older(post: Post, *, actor: User | None, at: datetime) -> None:
    """Cancel what an earlier approval left behind: it has another time, and maybe another text."""
    cancel_open(
        post, actor=actor, at=at, reason=REPLACED, planned_before=post.approved_at,
        unchanged=post.approved_digest,
    )  # fmt: skip


def _planned(
    post: Post, taken: Collection[int], *, at: datetime, catch_up: timedelta
) -> Iterator[Delivery]:
    due_at = max(post.planned_at or at, at)
    for account in post.accounts:
        if account.publishable and account.id not in taken:
            yield Delivery(
                post=post,
                account=account,
                office_id=post.office_id,
                content_digest=post.approved_digest or "",
                due_at=due_at,
                next_at=due_at,
                publish_by=due_at + catch_up,
                created_at=at,
                kind=post.kind,
                zone_hours=clock.zone_hours(post.office.region.zone),
            )


def _accounts_taken(posts: Collection[Post]) -> dict[int, set[int]]:
    """Return the accounts for which each post has a delivery that is not cancelled."""
    query = sa.select(Delivery.post_id, Delivery.account_id).where(
        Delivery.post_id.in_([post.id for post in posts]),
        Delivery.status != DeliveryStatus.CANCELLED,
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for post_id, account_id in db.session.execute(query):
        found[post_id].add(account_id)
    return dict(found)
