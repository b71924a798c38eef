"""What was approved by one reviewer, and would go out in a time that asks for two, is held.

It goes back to the reviewers with the first approval written down, and its deliveries that are
not under way are cancelled; the second approval plans them anew. What is out stays out.
"""

from datetime import datetime

import sqlalchemy as sa

from publisher.db import UtcDateTime, db
from publisher.errors import N_
from publisher.models import asking, audit
from publisher.models.advancing import cancel_open
from publisher.models.deliveries import Delivery, DeliveryStatus, status_is
from publisher.models.needs import Answer, Stage
from publisher.models.neutrality import Neutrality, lacks_second
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostStatus

BATCH = 100
_BATCHES = 50
HELD = N_(
    "Masa netralitas pemilihan: ditahan sampai penelaah kedua menyetujuinya. Tidak ada yang tayang."
)


def hold_back(*, at: datetime, only_due: bool = False) -> int:
    """Hold a batch of what still waits to go out in such a time; return how many posts.

    Regions are held before posts, by whoever holds both; what somebody else holds is for later.

    :param only_due: only what would begin now
    """
    ids = db.session.scalars(_lacking(at, only_due)).all()
    if not ids:
        return 0
    theirs = sa.select(Office.region_id).join(Post, Post.office_id == Office.id)
    regions = sa.select(Region.id).where(Region.id.in_(theirs.where(Post.id.in_(ids))))
    free = db.session.scalars(regions.with_for_update(read=True, skip_locked=True)).all()
    offices = sa.select(Office.id).where(Office.region_id.in_(free))
    query = sa.select(Post).where(Post.id.in_(ids), Post.office_id.in_(offices)).order_by(Post.id)
    posts = db.session.scalars(query.with_for_update(skip_locked=True, key_share=True)).all()
    with audit.together():
        return sum(_hold(post, at) for post in posts)


def hold_all(*, at: datetime, only_due: bool = False) -> int:
    """Hold batch after batch, for as long as there is more; return how many posts.

    Asked at every tick: where no election is set, that is one look at an empty table.
    """
    if not db.session.scalar(sa.select(sa.exists().where(Neutrality.ends_at > at))):
        return 0
    held = 0
    with audit.together():
        for _ in range(_BATCHES):
            more = hold_back(at=at, only_due=only_due)
            held += more
            if more < BATCH:
                break
    return held


def _lacking(at: datetime, only_due: bool) -> sa.Select[int]:
    """Return the query for approved posts whose deliveries wait for a time that asks for more."""
    goes_out = sa.case((Delivery.due_at > at, Delivery.due_at), else_=sa.literal(at, UtcDateTime()))
    query = (
        sa.select(Delivery.post_id)
        .distinct()
        .select_from(Neutrality)
        .join(Office, Office.region_id == Neutrality.region_id)
        .join(Delivery, Delivery.office_id == Office.id)
        .join(Post, Post.id == Delivery.post_id)
        .where(
            Neutrality.ends_at > at,
            status_is(Delivery.status, DeliveryStatus.PENDING, DeliveryStatus.CLAIMED),
            goes_out >= Neutrality.starts_at,
            goes_out < Neutrality.ends_at,
            Post.status == PostStatus.APPROVED,
            lacks_second(Post.id, Delivery.office_id, goes_out),
        )
        .limit(BATCH)
    )
    return query.where(Delivery.next_at <= at) if only_due else query


def _hold(post: Post, at: datetime) -> bool:
    db.session.refresh(post)
    if post.status is not PostStatus.APPROVED or post.approved_by is None:
        return False
    approver, approved_at = post.approved_by, post.approved_at
    time = db.session.get_one(Neutrality, post.office.region_id)
    cancel_open(post, actor=time.set_by, at=at, reason=HELD, unchanged=post.approved_digest)
    post.move("hold", actor=time.set_by, at=at, note=HELD)
    db.session.flush()
    first = asking.refresh(post, at=at).rows.get(Stage.FIRST)
    if first is not None:
        asking.answer(first, Answer.GIVEN, by=approver, at=approved_at or at)
    _record(post, time.set_by, approver, at)
    return True


def _record(post: Post, actor: User, approver: User, at: datetime) -> None:
    audit.record(
        "post.hold", f"post:{post.id}", at=at, actor_id=actor.id,
        region_id=post.office.region_id, approved_by=approver.id, digest=post.digest(),
    )  # fmt: skip
