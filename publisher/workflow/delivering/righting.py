"""After the clock was set back: what was to wait for a time that is hours away now.

Whoever starts with a clock that is ahead (local time taken for UTC: seven to nine hours) writes
rests, looks and leases by it. Once it is right nothing would happen until it has caught up with
them, and what is due meanwhile would be missed. A heartbeat from the future tells of it.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.audit import Heartbeat
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus, status_is
from publisher.workflow.delivering.claiming import LEASE
from publisher.workflow.delivering.pulse import HEARTBEAT_STALE

#: Nothing is shortened to less. A platform that wanted more quiet says so again.
AT_LEAST = timedelta(hours=1)

_S = DeliveryStatus


def set_right(*, at: datetime) -> bool:
    """Let nothing wait for a time that a clock has made up; False if none was set back."""
    ahead = Heartbeat.at > at + HEARTBEAT_STALE
    if db.session.scalar(sa.select(sa.exists().where(ahead))) is not True:
        return False
    db.session.execute(sa.delete(Heartbeat).where(ahead))
    for change in _changes(at):
        db.session.execute(change.execution_options(synchronize_session=False))
    return True


def _changes(at: datetime) -> list[sa.Update]:
    latest = at + AT_LEAST
    delivery, account = sa.update(Delivery), sa.update(Account)
    held = status_is(Delivery.status, _S.CLAIMED, _S.SENDING)
    doubtful = status_is(Delivery.status, _S.UNKNOWN)
    tried = sa.and_(status_is(Delivery.status, _S.PENDING), Delivery.due_at <= at)
    made_up = Delivery.next_at.between(latest, NEVER - AT_LEAST)
    return [
        delivery.where(held, Delivery.lease_until > latest).values(lease_until=at + LEASE),
        delivery.where(sa.or_(held, doubtful), Delivery.sending_at > at).values(sending_at=at),
        delivery.where(doubtful, Delivery.doubtful_since > at).values(doubtful_since=at),
        delivery.where(sa.or_(doubtful, tried), made_up).values(next_at=at),
        account.where(Account.next_allowed_at > latest).values(next_allowed_at=latest),
        account.where(Account.status == AccountStatus.PAUSED, Account.paused_until > latest).values(
            paused_until=latest
        ),
    ]
