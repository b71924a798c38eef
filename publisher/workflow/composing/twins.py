"""Contents of one office that say or show the same: noted when they are planned.

Whether one of them then counts is not decided here. They are only set apart from those that may
be counted without a look, as is a content that was planned more than once.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from publisher.db import db
from publisher.models.deliveries import Delivery
from publisher.models.posts import Post, PostPicture
from publisher.models.said import Said
from publisher.models.standing_out import Twin


def set_apart(post: Post, *, at: datetime) -> None:
    """Note what else of its office says or shows the same, and whether it was planned before.

    Called when its deliveries and its words are written down.
    """
    others = (_saying_the_same(post) | _showing_the_same(post)) - _known_twins(post)
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


def _showing_the_same(post: Post) -> set[int]:
    """Return the planned contents with exactly the same pictures, in whatever order."""
    pictures = {picture.media_id for picture in post.pictures}
    if not pictures:
        return set()
    with_one = sa.select(PostPicture.post_id).where(PostPicture.media_id == min(pictures))
    planned = sa.exists().where(Delivery.post_id == PostPicture.post_id)
    query = sa.select(PostPicture.post_id, PostPicture.media_id).where(
        PostPicture.post_id.in_(with_one), PostPicture.post_id != post.id, planned
    )
    shown: dict[int, set[int]] = {}
    for post_id, media_id in db.session.execute(query):
        shown.setdefault(post_id, set()).add(media_id)
    return {post_id for post_id, theirs in shown.items() if theirs == pictures}


def _known_twins(post: Post) -> set[int]:
    return set(db.session.scalars(sa.select(Twin.other_id).where(Twin.post_id == post.id)))


def _planned_before(post: Post) -> bool:
    times = sa.select(sa.func.count(sa.distinct(Delivery.due_at))).where(
        Delivery.post_id == post.id
    )
    return (db.session.scalar(times) or 0) > 1
