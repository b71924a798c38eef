"""Which deliveries a worker may take now. The database decides, in one statement.

At most one per account (a unique index guarantees it), the earliest first, only on accounts
that may be used. Whoever loses a race simply gets fewer rows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import UtcDateTime, db
from publisher.errors import N_
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.advancing import advance, notes_together, write_event
from publisher.models.deliveries import (
    IN_FLIGHT,
    Delivery,
    DeliveryStatus,
    status_is,
)
from publisher.models.stops import is_stopped

#: Longer than any request of a driver may take: connect 5 s + read 30 s, several uploads.
LEASE = timedelta(seconds=120)
#: How long one look at an account may take before somebody else looks.
LOOK_LEASE = timedelta(seconds=90)

WORKER_STOPPED = N_(
    "Proses terhenti saat mengirim, sehingga belum diketahui apakah unggahan sudah tayang. "
    "Siar akan memeriksanya di akun."
)
TOO_LATE = N_(
    "Batas waktu tayang terlewati sebelum unggahan dapat dikirim. Tidak ada yang tayang. "
    "Gunakan Coba lagi bila isinya masih berlaku."
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A delivery that is ours until its lease ends, as long as the fence is still the same."""

    delivery_id: int
    fence: int


def claim_due(
    *,
    at: datetime,
    owner: str,
    limit: int,
    lease: timedelta = LEASE,
    busy: Collection[str] = (),
) -> list[Claim]:
    """Take up to `limit` deliveries that are due and return them.

    :param busy: drivers for which none is to be taken now
    """
    rows = (
        db.session.connection()
        .execute(
            _CLAIM[db.session.get_bind().dialect.name],
            {
                "at": at,
                "how_many": limit,
                "owner": owner,
                "until": at + lease,
                "busy": list(busy),
            },
        )
        .all()
    )
    claims = [Claim(delivery_id=row.id, fence=row.fence) for row in rows]
    _write_claims(claims, at=at, owner=owner)
    return claims


def _may_be_used(account_id: sa.Column[int], at: sa.BindParameter) -> sa.ColumnElement[bool]:
    """Return the condition of an account on which something may start now.

    Not one whose token has ended: it is about to be renewed; sent with it, a post would be refused
    and the account held for nothing. A value and no join: where PostgreSQL thinks that little is
    due, it reads all accounts anew for each of it.
    """
    account = Account.metadata.tables["account"]
    in_use = sa.or_(
        account.c.status == AccountStatus.ACTIVE,
        sa.and_(account.c.status == AccountStatus.PAUSED, account.c.paused_until <= at),
    )
    token_lasts = sa.or_(
        account.c.renew_at.is_(None), account.c.token_ends_at.is_(None),
        account.c.token_ends_at > at,
    )  # fmt: skip
    rested = sa.or_(account.c.next_allowed_at.is_(None), account.c.next_allowed_at <= at)
    free = account.c.driver.not_in(sa.bindparam("busy", [], expanding=True))
    ours = sa.and_(account.c.standing == Standing.UTAMA, account.c.retired_at.is_(None))
    return (
        sa.select(sa.and_(free, ~account.c.by_hand, in_use, ours, token_lasts, rested))
        .where(account.c.id == account_id)
        .scalar_subquery()
    )


def _none(dialect: str, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that no such row is there, asked for one delivery after another.

    Made a join of, it compares all that is due with all that is due wherever PostgreSQL does not
    know yet how much that is: 4,000 posts of the same minute took 3 s instead of 20 ms (version
    18, 2026-11-23).
    """
    query: sa.Select[Any] = sa.select(sa.literal_column("1")).where(*conditions)
    if dialect == "postgresql":
        query = query.offset(sa.literal_column("0"))  # is never made a join of
    return ~query.exists()


def _due(dialect: str) -> sa.Select[int]:
    """Return the query for what may start: at most one per account, in the order they were
    planned. One that waits for a time of its own lets the others pass."""
    delivery = Delivery.metadata.tables["delivery"]
    busy, earlier = delivery.alias("busy"), delivery.alias("earlier")
    at = sa.bindparam("at", type_=UtcDateTime())
    return (
        sa.select(delivery.c.id)
        .where(status_is(delivery.c.status, DeliveryStatus.PENDING), delivery.c.next_at <= at)
        .where(delivery.c.publish_by > at, ~is_stopped(delivery.c.office_id))
        .where(_may_be_used(delivery.c.account_id, at))
        .where(
            _none(
                dialect,
                busy.c.account_id == delivery.c.account_id,
                status_is(busy.c.status, *IN_FLIGHT),
            )
        )
        .where(
            _none(
                dialect,
                earlier.c.account_id == delivery.c.account_id,
                status_is(earlier.c.status, DeliveryStatus.PENDING),
                sa.tuple_(earlier.c.due_at, earlier.c.id)
                < sa.tuple_(delivery.c.due_at, delivery.c.id),
                (earlier.c.next_at <= at).is_(sa.true()),  # so not by the index of all that is due
            )
        )
        .order_by(delivery.c.next_at, delivery.c.id)
        .limit(sa.bindparam("how_many"))
    )


def _claim(dialect: str) -> sa.Executable:
    """Return the one statement that takes what is due."""
    delivery, ids = Delivery.metadata.tables["delivery"], _due(dialect)
    if dialect == "postgresql":
        # Without MATERIALIZED the planner may run the select again and exceed the limit.
        locked = ids.with_for_update(of=delivery, skip_locked=True)
        ids = sa.select(locked.cte("picked").prefix_with("MATERIALIZED").c.id)
    return (
        sa.update(delivery)
        .where(delivery.c.id.in_(ids), delivery.c.status == DeliveryStatus.PENDING)
        .values(
            status=DeliveryStatus.CLAIMED,
            lease_owner=sa.bindparam("owner"),
            lease_until=sa.bindparam("until", type_=UtcDateTime()),
            fence=delivery.c.fence + 1,
            attempts=delivery.c.attempts + 1,
            reason="",
        )
        .returning(delivery.c.id, delivery.c.fence)
    )


#: Built once: building it costs many times what the database needs. So are the others that are
#: asked at every tick while something is due.
_CLAIM = {dialect: _claim(dialect) for dialect in ("sqlite", "postgresql")}
_AT = sa.bindparam("at", type_=UtcDateTime())
_EXPIRED = sa.select(
    Delivery.id,
    Delivery.status,
    Delivery.fence,
    sa.func.coalesce(Delivery.doubtful_since, Delivery.sending_at).label("since"),
).where(
    status_is(Delivery.status, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING),
    Delivery.lease_until < _AT,
)
_LATE = sa.select(Delivery.id).where(
    status_is(Delivery.status, DeliveryStatus.PENDING),
    Delivery.next_at <= _AT,
    Delivery.publish_by <= _AT,
    ~is_stopped(Delivery.office_id),
)
_ACCOUNT = Account.metadata.tables["account"]
_WAKE = (
    sa.update(_ACCOUNT)
    .where(_ACCOUNT.c.status == sa.literal_column("'paused'"), _ACCOUNT.c.paused_until <= _AT)
    .values(status=AccountStatus.ACTIVE, paused_reason="", paused_until=None)
)


def _write_claims(claims: list[Claim], *, at: datetime, owner: str) -> None:
    with notes_together():
        for claim in claims:
            write_event(
                claim.delivery_id, "claim", before=DeliveryStatus.PENDING,
                after=DeliveryStatus.CLAIMED, fence=claim.fence, at=at, note=owner,
            )  # fmt: skip


def claim_lookups(*, at: datetime, limit: int) -> list[Claim]:
    """Take deliveries in doubt whose account should be read back now.

    The row stays `unknown`; a new fence and a later `next_at` keep others from looking too.
    """
    waiting = (
        sa.select(Delivery.id)
        .where(status_is(Delivery.status, DeliveryStatus.UNKNOWN), Delivery.next_at <= at)
        .order_by(Delivery.next_at)
        .limit(limit)
    )
    if db.session.get_bind().dialect.name == "postgresql":
        waiting = waiting.with_for_update(skip_locked=True)
    ids = list(db.session.scalars(waiting))
    if not ids:
        return []
    change = (
        sa.update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.status == DeliveryStatus.UNKNOWN)
        .values(next_at=at + LOOK_LEASE, fence=Delivery.fence + 1)
        .returning(Delivery.id, Delivery.fence)
        .execution_options(synchronize_session=False)
    )
    return [Claim(delivery_id=row.id, fence=row.fence) for row in db.session.execute(change)]


def recover(*, at: datetime) -> int:
    """Settle what dead workers left behind; return how many.

    `claimed` past its lease: nothing was sent, so it is simply due again. `sending` past its
    lease: nobody can know, so it is looked for.
    """
    settled = 0
    for row in db.session.execute(_EXPIRED, {"at": at}).all():
        if row.status is DeliveryStatus.CLAIMED:
            settled += advance(row.id, "recover", at=at, fence=row.fence, note="lease over")
        else:
            settled += advance(
                row.id,
                "doubt",
                at=at,
                fence=row.fence,
                note=WORKER_STOPPED,
                reason=WORKER_STOPPED,
                next_at=at,
                lookups=0,
                doubtful_since=row.since,
            )
    return settled


def extend(claims: list[Claim], *, owner: str, until: datetime) -> int:
    """Keep what is still being prepared from being taken for abandoned; return how many."""
    change = (
        sa.update(Delivery)
        .where(
            Delivery.id.in_([claim.delivery_id for claim in claims]),
            status_is(Delivery.status, DeliveryStatus.CLAIMED),
            Delivery.lease_owner == owner,
            Delivery.lease_until < until,
        )
        .values(lease_until=until)
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(change).rowcount  # type: ignore[attr-defined]


def forsake_leases(*, at: datetime, owner: str) -> int:
    """End the leases of every other worker at once; return how many.

    Only for a worker that knows it is alone (the lock file of a SQLite database): then the
    others are dead, and nobody needs to wait for their leases.
    """
    change = (
        sa.update(Delivery)
        .where(
            status_is(Delivery.status, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING),
            Delivery.lease_owner != owner,
        )
        .values(lease_until=at - timedelta(seconds=1))
    )
    return db.session.execute(change).rowcount  # type: ignore[attr-defined]


def give_up_late(*, at: datetime) -> int:
    """Mark as missed what could not go out within its window; return how many. What a stop holds
    waits: nobody missed it."""
    return sum(
        advance(delivery_id, "miss", at=at, note=TOO_LATE, reason=TOO_LATE)
        for delivery_id in db.session.scalars(_LATE, {"at": at}).all()
    )


def wake_accounts(*, at: datetime) -> int:
    """Resume accounts whose pause is over by time; return how many."""
    return db.session.execute(_WAKE, {"at": at}).rowcount  # type: ignore[attr-defined]


def drivers_in_use() -> list[str]:
    """Return the drivers of the accounts that Siar publishes to."""
    query = sa.select(Account.driver).distinct()
    usable = query.where(Account.status != AccountStatus.RECONNECT, Account.retired_at.is_(None))
    return list(db.session.scalars(usable.where(~Account.by_hand)))
