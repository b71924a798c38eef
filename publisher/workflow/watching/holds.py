"""An account that its platform set aside is told of once, however many deliveries wait for it."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.notices import Hold, Notice, NoticeKind, add_once
from publisher.models.places import Office

#: Pauses that follow one another this closely are one: a limit that comes and goes is told once.
CALM = timedelta(minutes=30)
_KINDS = {
    AccountStatus.PAUSED: NoticeKind.PAUSED,
    AccountStatus.RECONNECT: NoticeKind.RECONNECT,
}


def tell(*, at: datetime) -> None:
    """Announce new holds, and close the notices of those that are over."""
    _end(at=at)
    rows = db.session.execute(_held()).all()
    add_once(Notice, [_notice(row, at=at) for row in rows if _remember(row, at=at)])


def is_set_aside() -> sa.ColumnElement[bool]:
    """Return the condition of an account that is connected, and held by its platform."""
    return sa.and_(
        Account.status != sa.literal_column("'active'"),
        Account.credentials.is_not(None),
        Account.retired_at.is_(None),
        Account.standing == Standing.UTAMA,
    )


def _held() -> sa.Select:
    """Return the query for accounts whose present hold nobody was told of."""
    told = sa.and_(
        Hold.account_id.is_not(None),
        Hold.status == Account.status,
        sa.or_(Account.connected_at.is_(None), Account.connected_at <= Hold.since),
    )
    return (
        sa.select(
            Account.id, Account.status, Account.paused_reason, Account.office_id,
            Office.region_id, Hold.since,
        )
        .join(Office, Office.id == Account.office_id)
        .outerjoin(Hold, Hold.account_id == Account.id)
        .where(is_set_aside(), sa.not_(sa.func.coalesce(told, sa.false())))
        .order_by(Account.id)
    )  # fmt: skip


def _remember(row: sa.Row, *, at: datetime) -> bool:
    """Write down that the hold is known; False if another worker was quicker."""
    if row.since is None:
        ours = {"account_id": row.id, "status": row.status, "since": at}
        return add_once(Hold, [ours]) == 1
    change = sa.update(Hold).where(Hold.account_id == row.id, Hold.since == row.since)
    done = db.session.execute(change.values(status=row.status, since=at))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    _close([row.id], at=at)  # the old hold became another one
    return True


def _notice(row: sa.Row, *, at: datetime) -> dict:
    return {
        "key": f"account:{row.id}:held:{at.isoformat()}",
        "kind": _KINDS[row.status],
        "at": at,
        "region_id": row.region_id,
        "office_id": row.office_id,
        "account_id": row.id,
        "reason": row.paused_reason,
    }


def _end(*, at: datetime) -> None:
    lasts = sa.exists().where(Account.id == Hold.account_id, is_set_aside())
    query = sa.select(Hold.account_id, Hold.status, Hold.since).where(~lasts)
    over = db.session.execute(query).all()
    if not over:
        return
    _close([row.account_id for row in over], at=at)
    calm = [
        row.account_id
        for row in over
        if row.status is AccountStatus.RECONNECT or row.since <= at - CALM
    ]
    db.session.execute(sa.delete(Hold).where(Hold.account_id.in_(calm)))


def _close(account_ids: list[int], *, at: datetime) -> None:
    change = sa.update(Notice).where(
        Notice.account_id.in_(account_ids),
        Notice.kind.in_(_KINDS.values()),
        Notice.resolved_at.is_(None),
    )
    db.session.execute(change.values(resolved_at=at).execution_options(synchronize_session=False))
