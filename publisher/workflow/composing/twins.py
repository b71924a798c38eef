"""Contents of one office that say the same: noted when they are planned.

Whether one of them then counts is not decided here. They are only set apart from those that may
be counted without a look, as is a content that was planned more than once.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from publisher.db import db
from publisher.models.deliveries import Delivery
from publisher.models.posts import Post
from publisher.models.said import Said
from publisher.models.standing_out import Twin


def set_apart(post: Post, *, at: datetime) -> None:
    """Note what else of its office says the same, and whether it was planned before.

    Called when its deliveries and its words are written down.
    """
    others = _saying_the_same(post) - _known_twins(post)
    db.session.add_all(
        Twin(post_id=one, other_id=other, noted_at=at)
        for each in others
        for one, other in ((post.id, each), (each, post.id))
    )
    if others or _planned_before(post):
        mark_apart(post.id, *others)


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


def _known_twins(post: Post) -> set[int]:
    return set(db.session.scalars(sa.select(Twin.other_id).where(Twin.post_id == post.id)))


def _planned_before(post: Post) -> bool:
    times = sa.select(sa.func.count(sa.distinct(Delivery.due_at))).where(
        Delivery.post_id == post.id
    )
    return (db.session.scalar(times) or 0) > 1
