"""What a tick finds at one glance, so that a worker with nothing to do does next to nothing."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publisher.db import UtcDateTime, db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus, status_is


@dataclass(frozen=True, kw_only=True)
class Glance:
    """Whether there is anything of each kind.

    :param unsettled: leases, times for a proof, or pauses of accounts that are over
    :param due: deliveries whose time has come, whether or not they may start
    :param doubtful: outcomes to be looked for now
    :param soon: when the next delivery will be due, if that is before the next glance
    """

    unsettled: bool
    due: bool
    doubtful: bool
    soon: datetime | None


def _exists(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(*conditions)


_AT = sa.bindparam("at", type_=UtcDateTime())
_NEXT = sa.bindparam("next", type_=UtcDateTime())
_S = DeliveryStatus
_GLANCE = sa.select(
    sa.or_(
        _exists(status_is(Delivery.status, _S.CLAIMED, _S.SENDING), Delivery.lease_until < _AT),
        _exists(status_is(Delivery.status, _S.HANDED_OVER), Delivery.publish_by <= _AT),
        _exists(Account.status == sa.literal_column("'paused'"), Account.paused_until <= _AT),
    ).label("unsettled"),
    _exists(status_is(Delivery.status, _S.PENDING), Delivery.next_at <= _AT).label("due"),
    _exists(status_is(Delivery.status, _S.UNKNOWN), Delivery.next_at <= _AT).label("doubtful"),
    sa.select(sa.func.min(Delivery.next_at))
    .where(status_is(Delivery.status, _S.PENDING), Delivery.next_at.between(_AT, _NEXT))
    .scalar_subquery()
    .label("soon"),
)


def glance(*, at: datetime, next_at: datetime) -> Glance:
    """Look once.

    :param next_at: when the next glance will be
    """
    row = db.session.connection().execute(_GLANCE, {"at": at, "next": next_at}).one()
    return Glance(
        unsettled=bool(row.unsettled),
        due=bool(row.due),
        doubtful=bool(row.doubtful),
        soon=row.soon,
    )
