"""What official accounts show that Siar did not make: kept for their offices to claim.

`collect` is called whenever an account was read back. Of an accepted claim, the words are known
as they were found; `adopt` makes them known to those who look for the same words again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from publisher.db import db
from publisher.models.accounts import Account, Standing
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim, FoundPost
from publisher.models.notices import add_once
from publisher.models.posts import Post
from publisher.models.said import Said
from publisher.platforms import driver_class
from publisher.platforms.base import Published
from publisher.platforms.texts import fingerprint
from publisher.workflow.composing import twins
from publisher.workflow.composing.said import REMEMBERED, key

EXCERPT_CHARS = 280
#: Nobody claims what is older, and nothing of it is kept.
KEPT = timedelta(days=60)
REMOTE_ID_CHARS, LINK_CHARS = 128, 500


def collect(account: Account, posts: Iterable[Published], *, at: datetime) -> None:
    """Keep the posts of an official account that are none of ours; forget old unclaimed ones."""
    old = sa.delete(FoundPost).where(
        FoundPost.account_id == account.id, FoundPost.published_at <= at - KEPT
    )
    db.session.execute(old.where(~sa.exists().where(Claim.found_post_id == FoundPost.id)))
    if account.standing is not Standing.UTAMA:
        return
    read = {post.remote_id: post for post in posts if _is_kept(post, at)}
    ours = sa.select(Delivery.remote_id).where(
        Delivery.account_id == account.id, Delivery.remote_id.in_(read)
    )
    for remote_id in db.session.scalars(ours).all() if read else ():
        read.pop(remote_id or "", None)
    wording = driver_class(account.driver).wording
    rows = [
        {
            "account_id": account.id,
            "remote_id": post.remote_id,
            "permalink": post.url if _is_address(post.url) else "",
            "excerpt": excerpt(post.text),
            "text_key": key(wording(post.text)),
            "published_at": post.published_at,
            "found_at": at,
        }
        for post in read.values()
    ]
    add_once(FoundPost, rows)


def is_recorded(account: Account, link: str) -> bool:
    """Return whether a delivery of the account is known to be the post at this link, however the
    link was shared."""
    driver = driver_class(account.platform)
    links = sa.select(Delivery.permalink).where(
        Delivery.account_id == account.id, Delivery.permalink.is_not(None)
    )
    key_ = driver.post_key(link)
    return any(driver.post_key(other or "") == key_ for other in db.session.scalars(links))


def excerpt(text: str) -> str:
    """Return how a text begins, on one line.

    >>> excerpt("Donor darah\\n di pendopo")
    'Donor darah di pendopo'
    """
    words = "".join(sign for sign in fingerprint(text) if sign.isprintable())
    return words if len(words) <= EXCERPT_CHARS else f"{words[: EXCERPT_CHARS - 1].rstrip()}…"


def adopt(post: Post, found: FoundPost, *, at: datetime) -> None:
    """Write down what the content of an accepted claim says, and what else says the same."""
    number = found.text_key
    if number is None:
        return
    db.session.add(Said(post_id=post.id, platform=found.account.platform, text_key=number))
    db.session.flush()
    twins.pair(post, _saying_the_same(post, found, number), at=at)


def _saying_the_same(post: Post, found: FoundPost, number: int) -> set[int]:
    """Return the contents of the office around it with these words, links aside where the platform
    changes them."""
    around = found.published_at - REMEMBERED, found.published_at + REMEMBERED
    planned = sa.select(Delivery.post_id).where(
        Delivery.office_id == post.office_id, Delivery.due_at.between(*around)
    )
    query = (
        sa.select(Post)
        .where(Post.id.in_(planned), Post.id != post.id)
        .options(selectinload(Post.texts), selectinload(Post.accounts))
    )
    wording = driver_class(found.account.driver).wording
    planned_ones = {
        other.id
        for other in db.session.scalars(query)
        if any(key(wording(other.text_for(name))) == number for name in other.platforms)
    }
    return planned_ones | twins.claimed_with({number}, post)


def _is_kept(post: Published, at: datetime) -> bool:
    return at - KEPT < post.published_at <= at and 0 < len(post.remote_id) <= REMOTE_ID_CHARS


def _is_address(url: str) -> bool:
    return url.startswith("https://") and len(url) <= LINK_CHARS and url.isprintable()
