"""Contents of one office that say the same: noted when they are planned.

Whether one of them then counts is not decided here. They are only set apart from those that may
be counted without a look, as is a content that was planned more than once.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from publisher.db import Turn, db, wait_turns
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim, FoundPost
from publisher.models.posts import Post
from publisher.models.said import Said
from publisher.models.standing_out import Twin
from publisher.platforms import driver_class
from publisher.workflow.composing.said import key

#: A content, and another one that says the same.
Pair = tuple[int, int]


def take_turns(office_ids: Collection[int]) -> None:
    """Let contents of these offices be approved, planned, moved and adopted one after the other
    until the transaction ends: of two that say the same at once, neither would see the other.

    After the posts are locked, and before anything is looked up or written.
    """
    wait_turns(Turn.PLANNING, office_ids)


def set_apart(posts: Collection[Post], *, at: datetime) -> None:
    """Note what else of their offices says the same, and which were planned before. Four queries,
    however many there are.

    Called when their deliveries and their words are written down.
    """
    wordings = {post: _wordings(post) for post in posts}
    pairs = _saying_the_same([post.id for post in posts]) | _claimed(wordings)
    _pair(pairs, at=at)
    if again := _planned_before([post.id for post in posts]):
        mark_apart(*sorted(again))


def pair(post: Post, others: Collection[int], *, at: datetime) -> None:
    """Note that these contents say what `post` says."""
    _pair({(post.id, other) for other in others}, at=at)


def _pair(pairs: Collection[Pair], *, at: datetime) -> None:
    known = _known_twins({one for one, _ in pairs}) if pairs else set()
    new = {(one, other) for one, other in pairs if (one, other) not in known}
    if not new:
        return
    both = new | {(other, one) for one, other in new}
    db.session.add_all(
        Twin(post_id=one, other_id=other, noted_at=at) for one, other in sorted(both)
    )
    db.session.flush()
    mark_apart(*sorted({one for one, _ in both}))


def claimed_with(keys: Collection[int], post: Post) -> set[int]:
    """Return the other contents of its office that were claimed and found with these words."""
    return {other for _, other in _claimed({post: keys})}


def _claimed(wordings: Mapping[Post, Collection[int]]) -> set[Pair]:
    """Return each post with the contents of its office that were claimed with its words."""
    numbers = {number for keys in wordings.values() for number in keys}
    query = (
        sa.select(Delivery.post_id, Delivery.office_id, FoundPost.text_key)
        .join(Claim, Claim.delivery_id == Delivery.id)
        .join(FoundPost, FoundPost.id == Claim.found_post_id)
        .where(FoundPost.text_key.in_(numbers))
        .where(Delivery.office_id.in_({post.office_id for post in wordings}))
    )
    return {
        (post.id, row.post_id)
        for row in db.session.execute(query)
        for post, keys in wordings.items()
        if row.text_key in keys and row.office_id == post.office_id and row.post_id != post.id
    }


def mark_apart(*post_ids: int) -> None:
    """Let these contents be judged one by one from now on; all their deliveries say so."""
    change = sa.update(Delivery).where(Delivery.post_id.in_(post_ids), ~Delivery.apart)
    db.session.execute(change.values(apart=True))


def _saying_the_same(post_ids: Collection[int]) -> set[Pair]:
    mine, theirs = aliased(Said), aliased(Said)
    own, other = aliased(Post), aliased(Post)
    query = (
        sa.select(mine.post_id, theirs.post_id)
        .join(theirs, theirs.text_key == mine.text_key)
        .join(own, own.id == mine.post_id)
        .join(other, other.id == theirs.post_id)
        .where(mine.post_id.in_(post_ids), theirs.post_id != mine.post_id)
        .where(own.office_id == other.office_id)
    )
    return {(one, twin) for one, twin in db.session.execute(query)}


def _wordings(post: Post) -> set[int]:
    """Return the numbers of its words as its platforms leave them; see `Driver.wording`."""
    keys = (key(driver_class(name).wording(post.text_for(name))) for name in post.platforms)
    return {number for number in keys if number is not None}


def _known_twins(post_ids: Collection[int]) -> set[Pair]:
    query = sa.select(Twin.post_id, Twin.other_id).where(Twin.post_id.in_(post_ids))
    return {(one, other) for one, other in db.session.execute(query)}


def _planned_before(post_ids: Collection[int]) -> set[int]:
    times = sa.func.count(sa.distinct(Delivery.due_at))
    query = sa.select(Delivery.post_id).where(Delivery.post_id.in_(post_ids))
    return set(db.session.scalars(query.group_by(Delivery.post_id).having(times > 1)))
