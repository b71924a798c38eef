"""Posts of one account that would go out too close to each other.

The one place that says how much time lies between two posts of an account, and which other post
is in the way. Whoever moves a post is refused such a time. Whoever approves one is told: nothing
is lost by it, for the account lets the later of the two wait its turn.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.posts import Post, PostStatus, post_account
from publisher.platforms import PLATFORM_NAMES, driver_class

#: The statuses of what goes out, and of what may.
APPROVED = (PostStatus.APPROVED,)
WAITING_TOO = (PostStatus.IN_REVIEW, PostStatus.APPROVED)


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Another post of an account, too close to a time.

    :ivar apart: what should lie between the two
    :ivar zone: in which people read times
    """

    account: Account
    title: str
    at: datetime
    apart: timedelta
    zone: str

    @property
    def values(self) -> dict[str, Any]:
        """Return what a sentence about it needs."""
        return {
            "account": self.account.label,
            "platform": PLATFORM_NAMES[self.account.platform],
            "title": self.title,
            "time": clock.moment_words(self.at, self.zone),
            "minutes": -(-int(self.apart.total_seconds()) // 60),
        }


def spacing_of(account: Account) -> timedelta:
    """Return what a platform itself wants between two posts of an account."""
    return timedelta(seconds=driver_class(account.driver).limits.spacing_s)


class Around:
    """What is planned on some accounts around some times; see `around`."""

    def __init__(self, least: timedelta, rows: Iterable[sa.Row[Any]] = ()) -> None:
        self._least = least
        self._planned: dict[int, list[tuple[datetime, int, str]]] = defaultdict(list)
        for row in rows:
            self._planned[row.account_id].append((row.planned_at, row.id, row.title))

    def crowd(self, post: Post, at: datetime) -> Crowd | None:
        """Return what is too close to `at` on an account of the post; not the post itself."""
        for account in post.accounts:
            apart = max(self._least, spacing_of(account))
            for planned_at, post_id, title in self._planned.get(account.id, ()):
                if post_id != post.id and abs(planned_at - at) < apart:
                    return Crowd(
                        account=account, title=title, at=planned_at, apart=apart,
                        zone=post.office.region.zone,
                    )  # fmt: skip
        return None

    def add(self, post: Post, at: datetime) -> None:
        """Let a post stand in the way of those asked for after it."""
        for account in post.accounts:
            self._planned[account.id].append((at, post.id, post.title))


def around(
    wanted: Mapping[Post, datetime], least: timedelta, *, among: Sequence[PostStatus]
) -> Around:
    """Look up what is planned near the times that posts are wanted for. One query, or none.

    :param least: what lies at least between two posts of any account
    :param among: the statuses of those that stand in the way
    """
    accounts = {account.id: account for post in wanted for account in post.accounts}
    widest = max([least, *(spacing_of(account) for account in accounts.values())])
    if not accounts or not widest:
        return Around(least)
    first, last = min(wanted.values()) - widest, max(wanted.values()) + widest
    return Around(
        least, _planned({post.office_id for post in wanted}, accounts, first, last, among)
    )


def _planned(
    office_ids: Collection[int],
    account_ids: Collection[int],
    first: datetime,
    last: datetime,
    among: Sequence[PostStatus],
) -> Sequence[sa.Row[Any]]:
    query = (
        sa.select(Post.id, Post.title, Post.planned_at, post_account.c.account_id)
        .join(post_account, post_account.c.post_id == Post.id)
        .where(
            Post.office_id.in_(office_ids),
            Post.status.in_(among),
            Post.planned_at > first,
            Post.planned_at < last,
            post_account.c.account_id.in_(account_ids),
        )
        .order_by(Post.planned_at, Post.id)
    )
    return db.session.execute(query).all()
