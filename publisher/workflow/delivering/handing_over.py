"""Between the worker that claims and the senders on other machines.

A worker claims no more than the senders who are alive can soon begin with: what waits in a
broker waits with its lease running. A sender first makes the lease its own, in one
compare-and-swap, so a message that comes late or twice finds nothing to do.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.advancing import advance
from publisher.models.audit import Heartbeat
from publisher.models.deliveries import Delivery, DeliveryStatus, status_is
from publisher.platforms import DRIVERS
from publisher.workflow.delivering.claiming import LEASE, Claim, drivers_in_use
from publisher.workflow.delivering.pulse import HEARTBEAT_STALE, SENDER


def sender_name(platform: str, *, threads: int, where: str) -> str:
    """Return what a sender is called in the rows: its heartbeat says how much it can do."""
    return f"{SENDER}{platform}:{threads}:{where}"[:120]


def stand_ready(name: str, *, at: datetime) -> None:
    """Write down that a sender is alive."""
    again = sa.update(Heartbeat).where(Heartbeat.name == name).values(at=at)
    if db.session.execute(again).rowcount == 0:  # type: ignore[attr-defined]
        db.session.add(Heartbeat(name=name, at=at))


def capacity(*, at: datetime) -> dict[str, int]:
    """Return how many deliveries of each platform the senders can send at the same time."""
    alive = sa.select(Heartbeat.name).where(
        Heartbeat.name.startswith(SENDER),
        Heartbeat.at.between(at - HEARTBEAT_STALE, at + HEARTBEAT_STALE),
    )
    threads: dict[str, int] = {}
    for name in db.session.scalars(alive):
        _, platform, count, _ = name.split(":", 3)
        threads[platform] = threads.get(platform, 0) + int(count)
    return threads


def leave(name: str, *, at: datetime) -> None:
    """Take back a sender's heartbeat, and those of senders long gone: they begin nothing new."""
    gone = sa.and_(Heartbeat.name.startswith(SENDER), Heartbeat.at < at - HEARTBEAT_STALE)
    db.session.execute(sa.delete(Heartbeat).where(sa.or_(Heartbeat.name == name, gone)))


def without_sender(*, at: datetime) -> list[str]:
    """Return the platforms to which nobody sends although there are accounts to publish to."""
    ready = capacity(at=at)
    return sorted(each for each in drivers_in_use() if each in DRIVERS and each not in ready)


def in_flight() -> dict[str, int]:
    """Return how many deliveries of each platform are claimed or being sent, whoever does it."""
    query = (
        sa.select(Account.driver, sa.func.count())
        .join(Delivery, Delivery.account_id == Account.id)
        .where(status_is(Delivery.status, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING))
        .group_by(Account.driver)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def by_platform(claims: Collection[Claim]) -> dict[str, list[Claim]]:
    """Return the same claims under the platforms that they are for."""
    query = (
        sa.select(Delivery.id, Account.driver)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.id.in_([claim.delivery_id for claim in claims]))
    )
    platforms = {row[0]: row[1] for row in db.session.execute(query)}
    sorted_: dict[str, list[Claim]] = {}
    for claim in claims:
        sorted_.setdefault(platforms[claim.delivery_id], []).append(claim)
    return sorted_


def take_over(claims: Collection[Claim], *, owner: str, at: datetime) -> list[Claim]:
    """Make leases that a worker took the sender's own; return those that now are. Left out is
    what is over, and what another sender has.

    :param owner: the name of the sender, see `sender_name`
    """
    told = [(claim.delivery_id, claim.fence) for claim in claims]
    change = (
        sa.update(Delivery)
        .where(
            sa.tuple_(Delivery.id, Delivery.fence).in_(told),
            status_is(Delivery.status, DeliveryStatus.CLAIMED),
            Delivery.lease_until > at,
            ~Delivery.lease_owner.startswith(SENDER),
        )
        .values(lease_owner=owner, lease_until=at + LEASE)
        .returning(Delivery.id, Delivery.fence)
        .execution_options(synchronize_session=False)
    )
    rows = db.session.execute(change).all()
    return [Claim(delivery_id=row.id, fence=row.fence) for row in rows]


def take_back(claims: Collection[Claim], *, at: datetime) -> int:
    """Put back into the queue what could not be handed over; return how many."""
    return sum(
        advance(claim.delivery_id, "recover", at=at, fence=claim.fence, note="not handed over")
        for claim in claims
    )
