"""The same words again: what an account, or another one, has said or is going to say.

X refuses what an account has just said, and closes accounts that say what others say. Other
platforms do not mind, but readers do.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.posts import Post
from publisher.models.said import Said
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
    """Another post with the very same words."""

    account_id: int
    due_at: datetime


def key(text: str) -> int | None:
    """Return the number of a text, whatever its blanks and capitals; None for no words.

    >>> key("Imunisasi  GRATIS.") == key("imunisasi gratis.")
    True
    """
    words = fingerprint(text).casefold()
    if not words:
        return None
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], signed=True)


def note(post: Post) -> None:
    """Write down what a post says, when it is planned; what it said before is forgotten."""
    db.session.execute(sa.delete(Said).where(Said.post_id == post.id))
    keys = {platform: key(post.text_for(platform)) for platform in post.platforms}
    rows: list[dict[str, Any]] = [
        {"post_id": post.id, "platform": platform, "text_key": number}
        for platform, number in keys.items()
        if number is not None
    ]
    if rows:
        db.session.execute(sa.insert(Said), rows)


def echoes(plans: Sequence[Plan]) -> list[list[Echo]]:
    """Return what else says the same within `REMEMBERED` of each plan, on its platform.

    One query, however many plans.
    """
    keys = [key(plan.text) for plan in plans]
    wanted = {number for number in keys if number is not None}
    if not wanted:
        return [[] for _ in plans]
    first = min(plan.at for plan in plans) - REMEMBERED
    query = (
        sa.select(Said.text_key, Said.platform, Said.post_id, Delivery.account_id, Delivery.due_at)
        .join(Delivery, Delivery.post_id == Said.post_id)
        .join(
            Account, sa.and_(Account.id == Delivery.account_id, Account.platform == Said.platform)
        )
        .where(Said.text_key.in_(wanted), sa.text("delivery.status <> 'cancelled'"))
        .where(Delivery.status.not_in(_OVER), Delivery.due_at > first)
    )
    found = db.session.execute(query).all()
    return [
        [
            Echo(account_id=row.account_id, due_at=row.due_at)
            for row in found
            if (row.text_key, row.platform) == (number, plan.platform)
            and row.post_id != plan.post_id
            and abs(row.due_at - plan.at) < REMEMBERED
        ]
        for plan, number in zip(plans, keys, strict=True)
    ]
