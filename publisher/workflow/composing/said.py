"""The same words again: what an account, or another one, has said or is going to say.

X refuses what an account has just said, and closes accounts that say what others say. Other
platforms do not mind, but readers do.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.posts import Post
from publisher.models.said import Heard, Said
from publisher.platforms import driver_class
from publisher.platforms.base import Published
from publisher.platforms.texts import fingerprint

#: Longer ago it is a tradition, not a slip.
REMEMBERED = timedelta(days=30)
#: What is not out and will not be. "cancelled" stands apart: the index of deliveries knows it.
_OVER = (DeliveryStatus.FAILED, DeliveryStatus.MISSED)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One post for one account, as far as it matters what else is said.

    :param post_id: None for a post that was never saved
    :param at: when it is going to be said
    """

    post_id: int | None
    account_id: int
    platform: str
    text: str
    at: datetime
    zone: str  # in which a person reads times


@dataclass(frozen=True, kw_only=True)
class Echo:
    """Another post with the very same words.

    :param certain: False where links were left out of the comparison: they may differ
    """

    account_id: int
    at: datetime
    certain: bool


def key(text: str) -> int | None:
    """Return the number of a text, whatever its blanks and capitals; None for no words.

    >>> key("Imunisasi  GRATIS.") == key("imunisasi gratis.")
    True
    """
    words = fingerprint(text).casefold()
    if not words:
        return None
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], signed=True)


def note(posts: Collection[Post]) -> None:
    """Write down what posts say, when they are planned; what they said before is forgotten."""
    db.session.execute(sa.delete(Said).where(Said.post_id.in_([post.id for post in posts])))
    rows: list[dict[str, Any]] = [
        {"post_id": post.id, "platform": platform, "text_key": number}
        for post in posts
        for platform, number in keys(post).items()
    ]
    if rows:
        db.session.execute(sa.insert(Said), rows)


def keys(post: Post) -> dict[str, int]:
    """Return the number of the text of each platform that has one."""
    numbers = {platform: key(post.text_for(platform)) for platform in post.platforms}
    return {platform: number for platform, number in numbers.items() if number is not None}


def hear(account_id: int, driver: str, posts: Iterable[Published], *, at: datetime) -> None:
    """Remember what was read back from an account, and forget what is too long ago."""
    db.session.execute(sa.delete(Heard).where(Heard.at <= at - REMEMBERED))
    wording = driver_class(driver).wording
    rows: dict[str, dict[str, Any]] = {
        post.remote_id: {
            "account_id": account_id,
            "remote_id": post.remote_id,
            "text_key": key(wording(post.text)),
            "at": post.published_at,
        }
        for post in posts
        if post.published_at > at - REMEMBERED
    }
    if not rows:
        return
    known = sa.and_(Heard.account_id == account_id, Heard.remote_id.in_(rows))
    db.session.execute(sa.delete(Heard).where(known))  # its text may have been changed
    db.session.execute(sa.insert(Heard), list(rows.values()))


def last_heard(account_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the newest post was made that is remembered of each account."""
    query = (
        sa.select(Heard.account_id, sa.func.max(Heard.at))
        .where(Heard.account_id.in_(account_ids))
        .group_by(Heard.account_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def echoes(plans: Sequence[Plan]) -> list[list[Echo]]:
    """Return what else says the same within `REMEMBERED` of each plan, on its platform.

    Of our own deliveries, and of what was read back from any account and is none of them. One
    query, however many plans.
    """
    exact = [key(plan.text) for plan in plans]
    bare = [key(driver_class(plan.platform).wording(plan.text)) for plan in plans]
    wanted = {number for number in exact if number is not None}
    if not wanted:
        return [[] for _ in plans]
    first = min(plan.at for plan in plans) - REMEMBERED
    heard = {number for number in bare if number is not None}
    rows = db.session.execute(sa.union_all(_said(wanted, first), _heard(heard, first))).all()
    found: list[list[Echo]] = [[] for _ in plans]
    for mine, plan, number, without_links in zip(found, plans, exact, bare, strict=True):
        for row in rows:
            same = row.text_key == (number if row.post_id is not None else without_links)
            near = abs(row.at - plan.at) < REMEMBERED
            if same and near and row.platform == plan.platform and row.post_id != plan.post_id:
                sure = row.post_id is not None or number == without_links
                mine.append(Echo(account_id=row.account_id, at=row.at, certain=sure))
    return found


def _said(keys: set[int], first: datetime) -> sa.Select:
    """Return the query for our own deliveries that are out or will be."""
    same = sa.and_(Account.id == Delivery.account_id, Account.platform == Said.platform)
    return (
        sa.select(
            Said.text_key, Said.platform, Said.post_id, Delivery.account_id,
            Delivery.due_at.label("at"),
        )
        .join(Delivery, Delivery.post_id == Said.post_id)
        .join(Account, same)
        .where(Said.text_key.in_(keys), sa.text("delivery.status <> 'cancelled'"))
        .where(Delivery.status.not_in(_OVER), Delivery.due_at > first)
    )  # fmt: skip


def _heard(keys: set[int], first: datetime) -> sa.Select:
    """Return the query for what accounts said without us."""
    ours = sa.exists().where(
        Delivery.account_id == Heard.account_id, Delivery.remote_id == Heard.remote_id
    )
    return (
        sa.select(
            Heard.text_key, Account.platform, sa.cast(sa.null(), sa.Integer).label("post_id"),
            Heard.account_id, Heard.at.label("at"),
        )
        .join(Account, Account.id == Heard.account_id)
        .where(Heard.text_key.in_(keys), Heard.at > first, ~ours)
    )  # fmt: skip
