"""Between the worker that claims and the senders on other machines.

A worker claims no more than the senders who are alive can soon begin with: what waits in a
broker waits with its lease running. A sender first makes the lease its own, in one
compare-and-swap, so a message that comes late or twice finds nothing to do.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from publisher.db import UtcDateTime, db
from publisher.models.accounts import Account
from publisher.models.advancing import advance
from publisher.models.audit import Heartbeat
from publisher.models.deliveries import Delivery, DeliveryStatus, status_is
from publisher.platforms import DRIVERS
from publisher.workflow.delivering.claiming import LEASE, Claim, drivers_in_use
from publisher.workflow.delivering.pulse import HEARTBEAT_STALE, SENDER

_DELIVERY, _ACCOUNT = Delivery.metadata.tables["delivery"], Account.metadata.tables["account"]
_AT = sa.bindparam("at", type_=UtcDateTime())
_UNTIL = sa.bindparam("until", type_=UtcDateTime())
#: Asked many times a second while much is due, so made once.
_ALIVE = sa.select(Heartbeat.name).where(
    Heartbeat.name.startswith(SENDER),
    Heartbeat.at.between(sa.bindparam("since", type_=UtcDateTime()), _UNTIL),
)
_IN_FLIGHT = (
    sa.select(_ACCOUNT.c.driver, sa.func.count())
    .join(_DELIVERY, _DELIVERY.c.account_id == _ACCOUNT.c.id)
    .where(status_is(_DELIVERY.c.status, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING))
    .group_by(_ACCOUNT.c.driver)
)
_DRIVERS_OF = (
    sa.select(_DELIVERY.c.id, _ACCOUNT.c.driver)
    .join(_ACCOUNT, _ACCOUNT.c.id == _DELIVERY.c.account_id)
    .where(_DELIVERY.c.id.in_(sa.bindparam("ids", [], expanding=True)))
)
_TAKE_OVER = (
    sa.update(_DELIVERY)
    .where(
        sa.tuple_(_DELIVERY.c.id, _DELIVERY.c.fence).in_(sa.bindparam("told", [], expanding=True)),
        status_is(_DELIVERY.c.status, DeliveryStatus.CLAIMED),
        _DELIVERY.c.lease_until > _AT,
        ~_DELIVERY.c.lease_owner.startswith(SENDER),
    )
    .values(lease_owner=sa.bindparam("owner"), lease_until=_UNTIL)
    .returning(_DELIVERY.c.id, _DELIVERY.c.fence)
)

_WITH_NO_OTHER = sa.or_(
    ~_DELIVERY.c.lease_owner.startswith(SENDER), _DELIVERY.c.lease_owner == sa.bindparam("mine")
)


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
    span = {"since": at - HEARTBEAT_STALE, "until": at + HEARTBEAT_STALE}
    threads: dict[str, int] = {}
    for name in db.session.connection().scalars(_ALIVE, span):
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
    return {row[0]: row[1] for row in db.session.connection().execute(_IN_FLIGHT)}


def by_platform(claims: Collection[Claim]) -> dict[str, list[Claim]]:
    """Return the same claims under the platforms that they are for."""
    given = {"ids": [claim.delivery_id for claim in claims]}
    platforms = {row[0]: row[1] for row in db.session.connection().execute(_DRIVERS_OF, given)}
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
    given = {"told": told, "at": at, "owner": owner, "until": at + LEASE}
    rows = db.session.connection().execute(_TAKE_OVER, given).all()
    return [Claim(delivery_id=row.id, fence=row.fence) for row in rows]


def take_back(claims: Collection[Claim], *, owner: str, at: datetime) -> int:
    """Put back into the queue what could not be handed over; return how many. Left alone is what
    another sender has: a message may have come twice, or although nobody confirmed it.

    :param owner: who puts it back
    """
    return sum(
        advance(
            claim.delivery_id,
            "recover",
            at=at,
            fence=claim.fence,
            note="not handed over",
            require=(_WITH_NO_OTHER, {"mine": owner}),
        )
        for claim in claims
    )
