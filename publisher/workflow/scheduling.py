"""From approved to planned: one delivery for each account of the post.

The unique row per post and account is what makes "never twice" true, so a post that is
approved again gets deliveries only for accounts on which it is neither out, nor being sent,
nor in doubt; what has not gone out yet is replaced.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_
from publisher.models.advancing import cancel_open, write_event
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
    if post.status is not PostStatus.APPROVED or post.approved_digest is None:
        raise ValueError(f"post {post.id} is {post.status}, not approved")
    due_at = max(post.planned_at or at, at)
    # What an earlier approval left behind has another time, and maybe another text.
    cancel_open(post, actor=actor, at=at, reason=REPLACED, planned_before=post.approved_at)
    taken = _accounts_taken(post)
    planned = [
        Delivery(
            post=post,
            account=account,
            office_id=post.office_id,
            content_digest=post.approved_digest,
            due_at=due_at,
            next_at=due_at,
            publish_by=due_at + catch_up,
            created_at=at,
            kind=post.kind,
            zone_hours=clock.zone_hours(post.office.region.zone),
        )
        for account in post.accounts
        if account.publishable and account.id not in taken
    ]
    db.session.add_all(planned)
    db.session.flush()
    composing.note(post)
    composing.set_apart(post, at=at)
    for delivery in planned:
        write_event(
            delivery.id, "plan", before=None, after=delivery.status, fence=0, at=at, actor=actor
        )
    return planned


def _accounts_taken(post: Post) -> set[int]:
    query = sa.select(Delivery.account_id).where(
        Delivery.post_id == post.id, Delivery.status != DeliveryStatus.CANCELLED
    )
    return set(db.session.scalars(query))
