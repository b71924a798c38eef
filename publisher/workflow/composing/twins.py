"""Contents of one office that say the same: noted when they are planned.

Whether one of them then counts is not decided here. They are only set apart from those that may
be counted without a look, as is a content that was planned more than once.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from publisher.db import db
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim, FoundPost
from publisher.models.posts import Post
from publisher.models.said import Said
from publisher.models.standing_out import Twin
from publisher.platforms import driver_class
from publisher.workflow.composing.said import key


def set_apart(post: Post, *, at: datetime) -> None:
    """Note what else of its office says the same, and whether it was planned before.

    Called when its deliveries and its words are written down.
    """
    pair(post, _saying_the_same(post) | claimed_with(_wordings(post), post), at=at)
    if _planned_before(post):
        mark_apart(post.id)


def pair(post: Post, others: Collection[int], *, at: datetime) -> None:
    """Note that these contents say what `post` says."""
    new = set(others) - _known_twins(post)
    db.session.add_all(
        Twin(post_id=one, other_id=other, noted_at=at)
        for each in new
        for one, other in ((post.id, each), (each, post.id))
    )
    if new:
        db.session.flush()
        mark_apart(post.id, *new)


def claimed_with(keys: Collection[int], post: Post) -> set[int]:
    """Return the other contents of its office that were claimed and found with these words."""
    query = (
        sa.select(Delivery.post_id)
        .join(Claim, Claim.delivery_id == Delivery.id)
        .join(FoundPost, FoundPost.id == Claim.found_post_id)
        .where(FoundPost.text_key.in_(keys), Delivery.office_id == post.office_id)
        .where(Delivery.post_id != post.id)
    )
    return set(db.session.scalars(query))


def mark_apart(*post_ids: int) -> None:
    """Let these contents be judged one by one from now on; all their deliveries say so."""
    change = sa.update(Delivery).where(Delivery.post_id.in_(post_ids), ~Delivery.apart)
    db.session.execute(change.values(apart=True))


def _saying_the_same(post: Post) -> set[int]:
    mine, theirs = aliased(Said), aliased(Said)
    query = (
        sa.select(theirs.post_id)
        .join(mine, mine.text_key == theirs.text_key)
        .join(Post, Post.id == theirs.post_id)
        .where(mine.post_id == post.id, theirs.post_id != post.id)
        .where(Post.office_id == post.office_id)
    )
    return set(db.session.scalars(query))


def _wordings(post: Post) -> set[int]:
    """Return the numbers of its words as its platforms leave them; see `Driver.wording`."""
    keys = (key(driver_class(name).wording(post.text_for(name))) for name in post.platforms)
    return {number for number in keys if number is not None}


def _known_twins(post: Post) -> set[int]:
    return set(db.session.scalars(sa.select(Twin.other_id).where(Twin.post_id == post.id)))


def _planned_before(post: Post) -> bool:
    times = sa.select(sa.func.count(sa.distinct(Delivery.due_at))).where(
        Delivery.post_id == post.id
    )
    return (db.session.scalar(times) or 0) > 1
