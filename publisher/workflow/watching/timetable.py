"""Which planned deliveries are to be checked now: an hour before, and the evening before.

What was found risky is checked again, so that a risk that healed disappears; sooner when its time
is near, and at once when its account was connected anew. A check that its checker did not finish
is taken again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import OPEN, Delivery, DeliveryStatus, status_is
from publisher.models.places import Office, Region
from publisher.models.watch import Preflight, Slot

BATCH = 100
BEFORE = timedelta(hours=1)
#: From then on, by the clocks of the region, the next day is checked.
EVENING = time(17)
#: A risk is looked at again this often: in the last hour, and before.
AGAIN_SOON, AGAIN = timedelta(minutes=10), timedelta(hours=1)
#: `risk_count` of a check that somebody is making.
UNDER_WAY = -1
#: Longer than one round of checks may take.
ABANDONED = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Check:
    delivery_id: int
    slot: Slot


def take(*, at: datetime) -> list[Check]:
    """Take up to `BATCH` checks that are due, by writing down that they are under way."""
    new = _insert([*_new(at)][:BATCH], at=at)
    return new + _retake(_again(at, limit=BATCH - len(new)), at=at)


def _new(at: datetime) -> Iterator[Check]:
    """Yield the checks that nobody has begun."""
    yield from _without(Slot.HOUR, _due(at, at + BEFORE))
    zones = sa.select(Region.zone).distinct()
    for zone in db.session.scalars(zones).all():
        first, last = next_day(at, zone)
        if clock.in_zone(at, zone).time() >= EVENING:
            in_zone = sa.and_(_due(first, last), Region.zone == zone)
            yield from _without(Slot.EVENING, in_zone)


def next_day(at: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return when the next day of a zone begins and ends."""
    day = clock.in_zone(at, zone).date() + timedelta(days=1)
    midnights = (datetime.combine(each, time()) for each in (day, day + timedelta(days=1)))
    first, last = (clock.from_local(midnight, zone) for midnight in midnights)
    return first, last


def _due(first: datetime, last: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        status_is(Delivery.status, *OPEN),  # what the index is over
        Delivery.status == DeliveryStatus.PENDING,
        Delivery.due_at > first,
        Delivery.due_at <= last,
    )


def _without(slot: Slot, condition: sa.ColumnElement[bool]) -> list[Check]:
    done = sa.exists().where(
        Preflight.delivery_id == Delivery.id,
        Preflight.slot == slot,
        Preflight.checked_at >= Delivery.created_at,  # planned anew: checked anew
    )
    query = (
        sa.select(Delivery.id)
        .join(Office, Office.id == Delivery.office_id)
        .join(Region, Region.id == Office.region_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(condition, ~done, ~Account.by_hand)  # a person needs no log-in of ours
        .order_by(Delivery.due_at, Delivery.id)
        .limit(BATCH)
    )
    return [Check(delivery_id=found, slot=slot) for found in db.session.scalars(query)]


def _insert(checks: list[Check], *, at: datetime) -> list[Check]:
    """Begin checks; those that another worker has just begun are left to it."""
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    table = insert[db.session.get_bind().dialect.name](Preflight)
    taken = []
    for check in checks:
        begun = {"checked_at": at, "risks": [], "risk_count": UNDER_WAY}
        values = {"delivery_id": check.delivery_id, "slot": check.slot, **begun}
        begin = table.values(**values).on_conflict_do_update(
            index_elements=["delivery_id", "slot"],
            set_=begun,
            where=Preflight.checked_at < _planned_at(check.delivery_id),
        )
        if db.session.execute(begin.returning(Preflight.id)).first() is not None:
            taken.append(check)
    return taken


def _planned_at(delivery_id: int) -> sa.ScalarSelect[datetime]:
    return sa.select(Delivery.created_at).where(Delivery.id == delivery_id).scalar_subquery()


def is_open() -> sa.ColumnElement[bool]:
    """Return the condition of the partial index: found risky, or not finished."""
    return Preflight.risk_count != sa.literal_column("0")


def is_risky() -> sa.ColumnElement[bool]:
    return sa.and_(is_open(), Preflight.risk_count > 0)


def _again(at: datetime, *, limit: int) -> list[sa.Row]:
    """Return the checks to be made again, with the time at which they were made."""
    age = Preflight.checked_at
    soon = sa.and_(Delivery.due_at <= at + BEFORE, age <= at - AGAIN_SOON)
    healed = sa.and_(
        Preflight.risk_count > 0, sa.or_(soon, age <= at - AGAIN, Account.connected_at > age)
    )
    abandoned = sa.and_(Preflight.risk_count < 0, age <= at - ABANDONED)
    planned = sa.exists().where(  # not a join: the open checks are few, what is planned is not
        Delivery.id == Preflight.delivery_id,
        Account.id == Delivery.account_id,
        Delivery.status == DeliveryStatus.PENDING,
        Delivery.due_at > at,
        sa.or_(healed, abandoned),
    )
    query = (
        sa.select(Preflight.id, Preflight.delivery_id, Preflight.slot, Preflight.checked_at)
        .where(is_open(), planned)
        .limit(limit)
    )
    return list(db.session.execute(query).all()) if limit > 0 else []


def _retake(rows: list[sa.Row], *, at: datetime) -> list[Check]:
    taken = []
    for row in rows:
        change = sa.update(Preflight).where(
            Preflight.id == row.id, Preflight.checked_at == row.checked_at
        )
        done = db.session.execute(
            change.values(checked_at=at).execution_options(synchronize_session=False)
        )
        if done.rowcount == 1:  # type: ignore[attr-defined]
            taken.append(Check(delivery_id=row.delivery_id, slot=row.slot))
    return taken
