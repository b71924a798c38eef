"""The world a delivery meets, as a model: the platform with its book, the wire, the clock.

The platform is whatever the model says is really on it; the product is asked for everything
else. A request that is on its way arrives within `SETTLES_S` or never: sooner than the product
believes an account that does not show it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import Delivery, DeliveryEvent
from publisher.models.posts import Post
from publisher.platforms.base import Receipt
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.sending import Job, Search
from tests.conftest import NOW

#: After this long a platform has decided about a request, whoever still waits for its answer.
SETTLES_S = 45
#: What a driver allows for clocks that differ.
SKEW = timedelta(seconds=60)
KEPT_TABLES = {"region", "office", "user", "account"}


@dataclass
class Publication:
    """One post on the platform. By hand: a person put it there, Siar had no part in it."""

    remote_id: str
    account_id: int
    post_id: int
    text: str
    at: datetime  # by the platform's clock
    by_hand: bool = False


@dataclass
class Request:
    """A publishing request on its way. `heard`: a worker still waits for its answer."""

    claim: Claim
    job: Job
    account_id: int
    post_id: int
    began_at: datetime
    began_s: float
    arrived: Publication | None = None
    refused: bool = False
    heard: bool = True


@dataclass
class Look:
    """A look at an account: what it saw, not written down yet."""

    claim: Claim
    outcome: object
    started_at: datetime


@dataclass
class World:
    """What really is, beside what the database says."""

    now: datetime = NOW  # the clock of the database, which somebody may set
    running_s: float = 0  # what really has passed
    book: list[Publication] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    numbers: int = 0

    @property
    def platform_now(self) -> datetime:
        return NOW + timedelta(seconds=self.running_s)

    @property
    def clock_error(self) -> timedelta:
        return self.now - self.platform_now

    def on_its_way(self) -> list[Request]:
        """Return the requests that may still arrive."""
        return [
            each
            for each in self.requests
            if not (each.arrived or each.refused) and self.running_s - each.began_s <= SETTLES_S
        ]

    def settled(self, delivery: Delivery) -> bool:
        """Return whether the platform shows all it will ever show of a post."""
        return not any(
            (each.account_id, each.post_id) == (delivery.account_id, delivery.post_id)
            for each in self.on_its_way()
        )

    def publish(self, account_id: int, post_id: int, text: str, *, by_hand: bool = False):
        self.numbers += 1
        made = Publication(
            remote_id=str(9000 + self.numbers), account_id=account_id, post_id=post_id, text=text,
            at=self.platform_now, by_hand=by_hand,
        )  # fmt: skip
        self.book.append(made)
        return made

    def copies(self, delivery: Delivery) -> list[Publication]:
        """Return what is out of this post on this account, whoever put it there."""
        wanted = (delivery.account_id, delivery.post_id)
        return [one for one in self.book if (one.account_id, one.post_id) == wanted]

    def find(self, search: Search, account_id: int) -> Receipt | None:
        """Return what a driver finds that reads the account back."""
        for one in self.book:
            if (
                (one.account_id, one.text) == (account_id, search.prepared.text)
                and one.remote_id not in search.known
                and one.at >= search.since - SKEW
            ):
                return receipt(one)
        return None


def receipt(one: Publication) -> Receipt:
    url = f"https://x.com/i/status/{one.remote_id}"
    return Receipt(remote_id=one.remote_id, url=url, published_at=one.at)


def empty(accounts: list[Account]) -> None:
    """Take away what an earlier example left, all but places, people and accounts."""
    db.session.rollback()
    for table in reversed(db.metadata.sorted_tables):
        if table.name not in KEPT_TABLES:
            db.session.execute(sa.delete(table))
    for account in accounts:
        heal(account)
    db.session.commit()


def heal(account: Account) -> None:
    account.status, account.paused_reason, account.paused_until = AccountStatus.ACTIVE, "", None
    account.next_allowed_at = account.retired_at = None


def rows() -> list[sa.Row]:
    """Return what stands of every delivery now."""
    columns = (
        Delivery.id, Delivery.status, Delivery.account_id, Delivery.post_id, Delivery.fence,
        Delivery.permalink, Delivery.reason, Delivery.next_at,
    )  # fmt: skip
    return list(db.session.execute(sa.select(*columns).order_by(Delivery.id)))


def events(*, after: int) -> list[sa.Row]:
    """Return the events since the one numbered `after`."""
    columns = (
        DeliveryEvent.id, DeliveryEvent.delivery_id, DeliveryEvent.step, DeliveryEvent.before,
        DeliveryEvent.after, DeliveryEvent.fence,
    )  # fmt: skip
    query = sa.select(*columns).where(DeliveryEvent.id > after).order_by(DeliveryEvent.id)
    return list(db.session.execute(query))


def posts() -> list[Post]:
    return list(db.session.scalars(sa.select(Post).order_by(Post.id)))
