"""What is due and not out long after its time, without a hold that explains it, is an incident.

Late deliveries of one region, platform and cause share one: a platform that is away for an hour
is one thing to know, however many posts wait for it. An incident closes by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from publisher.db import UtcDateTime, db
from publisher.errors import N_
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.deliveries import (
    IN_FLIGHT,
    NEVER,
    OPEN,
    Attempt,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    status_is,
)
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.places import Office
from publisher.models.stops import is_stopped
from publisher.models.watch import Cause, Incident, LateDelivery, Outage

BATCH = 500
#: An outage that ended longer ago than this is no news.
NEWS = timedelta(days=2)

_S = DeliveryStatus
REASONS = {
    Cause.PLATFORM: N_(
        "Platform tidak dapat dihubungi atau meminta menunggu. Siar terus mencoba sampai batas "
        "waktu tiap unggahan; Anda tidak perlu mengirim sendiri."
    ),
    Cause.DOUBT: N_(
        "Unggahan sudah dikirim, tetapi belum diketahui apakah tayang. Siar terus memeriksanya "
        "di akun dan tidak mengirim ulang sebelum itu."
    ),
    Cause.SLOW: N_(
        "Siar belum sempat mengirimnya, tanpa sebab yang diketahui. "
        "Operator perlu memeriksa layanan."
    ),
}
DOWN = N_(
    "Siar tidak berjalan selama %(minutes)s menit, sementara %(count)s unggahan sudah waktunya. "
    "Yang masih dalam batas waktunya dikirim sekarang, tiap unggahan satu kali."
)


def open_incidents(*, at: datetime, late_after: timedelta) -> bool:
    """Tell of what has become late; return whether there may be more."""
    rows = db.session.execute(_late(at=at, late_after=late_after)).all()
    for key, group in _grouped(rows).items():
        incident = _incident(*key, at=at)
        late = [{"incident_id": incident.id, "delivery_id": row.id} for row in group]
        add_once(LateDelivery, late)
        add_once(Notice, _notices(incident, {row.office_id for row in group}, at=at))
    return len(rows) == BATCH


def close_incidents(*, at: datetime) -> None:
    """Close the incidents of which nothing waits any more, and their notices with them."""
    waiting = (
        sa.exists()
        .where(LateDelivery.incident_id == Incident.id)
        .where(Delivery.id == LateDelivery.delivery_id, _is_siars_turn())
    )
    query = sa.select(Incident.id).where(Incident.closed_at.is_(None), ~waiting)
    closed = list(db.session.scalars(query))
    for model, column, moment in (
        (Incident, Incident.id, {"closed_at": at}),
        (Notice, Notice.incident_id, {"resolved_at": at}),
    ):
        change = sa.update(model).where(column.in_(closed)).values(**moment)
        if closed:
            db.session.execute(change.execution_options(synchronize_session=False))


def tell_outages(*, at: datetime, late_after: timedelta) -> None:
    """Tell the regions of a time without any worker that kept something waiting."""
    query = sa.select(Outage).where(Outage.ended_at > at - NEWS, Outage.held_up > 0)
    lasting = [each for each in db.session.scalars(query) if _length(each) >= late_after]
    add_once(Notice, [_outage_notice(outage) for outage in lasting])
    over = sa.update(Notice).where(
        Notice.kind.in_((NoticeKind.OUTAGE, NoticeKind.RESUMED)),
        Notice.resolved_at.is_(None),
        Notice.at <= at - NEWS,
    )
    db.session.execute(over.values(resolved_at=at).execution_options(synchronize_session=False))


def _length(outage: Outage) -> timedelta:
    return outage.ended_at - outage.began_at


def _outage_notice(outage: Outage) -> dict:
    minutes = round(_length(outage) / timedelta(minutes=1))
    return {
        "key": f"outage:{outage.id}",
        "kind": NoticeKind.OUTAGE,
        "at": outage.ended_at,
        "reason": DOWN,
        "details": {"minutes": minutes, "count": outage.held_up},
    }


# -- what is late ------------------------------------------------------------------------------


def _is_siars_turn() -> sa.ColumnElement[bool]:
    """Return the condition of a delivery that Siar, and no person, must bring to an end."""
    return sa.and_(status_is(Delivery.status, *OPEN), Delivery.next_at < NEVER)


def _is_explained(at: datetime, before: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of a delivery that something known keeps: a stop of its region, a hold
    of its account, another delivery on it in doubt, or a time without a worker that has just
    ended."""
    no_worker = sa.exists().where(Outage.ended_at > before, Outage.ended_at >= Delivery.due_at)
    other = aliased(Delivery)
    behind = sa.exists().where(
        other.account_id == Delivery.account_id,
        status_is(other.status, *IN_FLIGHT),
        other.id != Delivery.id,
        other.status == _S.UNKNOWN,
    )
    return sa.or_(
        Account.status == AccountStatus.RECONNECT,
        sa.and_(
            Account.status == AccountStatus.PAUSED,
            sa.or_(Account.paused_until.is_(None), Account.paused_until > at),
        ),
        # Its turn comes; coalesced, because "not unknown" is unknown to a database.
        sa.and_(sa.func.coalesce(Account.next_allowed_at > at, sa.false()), Delivery.attempts == 0),
        Account.standing != Standing.UTAMA,
        Account.retired_at.is_not(None),
        behind,
        no_worker,
        # What is being sent, or looked for, is not kept back by a stop.
        sa.and_(Delivery.status == _S.PENDING, is_stopped(Delivery.office_id)),
    )


def _late(*, at: datetime, late_after: timedelta) -> sa.Select:
    """Return the query for what is late, unexplained and not part of an open incident."""
    before = at - late_after
    known = sa.exists().where(
        LateDelivery.delivery_id == Delivery.id,
        Incident.id == LateDelivery.incident_id,
        Incident.closed_at.is_(None),
    )
    by_person = sa.func.max(DeliveryEvent.at, type_=UtcDateTime())
    asked_at = (
        sa.select(by_person)
        .where(DeliveryEvent.delivery_id == Delivery.id, DeliveryEvent.actor_id.is_not(None))
        .scalar_subquery()
    )
    last_attempt = (
        sa.select(Attempt.outcome)
        .where(Attempt.delivery_id == Delivery.id)
        .order_by(Attempt.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(
            Delivery.id, Delivery.status, Delivery.office_id, Office.region_id, Account.platform,
            last_attempt.label("last_outcome"),
        )
        .join(Account, Account.id == Delivery.account_id)
        .join(Office, Office.id == Delivery.office_id)
        .where(status_is(Delivery.status, *OPEN), Delivery.due_at <= before, _is_siars_turn())
        .where(~_is_explained(at, before), ~known)
        .where(sa.or_(asked_at.is_(None), asked_at <= before))
        .order_by(Delivery.due_at)
        .limit(BATCH)
    )  # fmt: skip


Key = tuple[int, str, Cause]


def _grouped(rows: Sequence[sa.Row]) -> dict[Key, list[sa.Row]]:
    groups: dict[Key, list[sa.Row]] = {}
    for row in rows:
        groups.setdefault((row.region_id, row.platform, _cause(row)), []).append(row)
    return groups


def _cause(row: sa.Row) -> Cause:
    if row.status is _S.UNKNOWN:
        return Cause.DOUBT
    return Cause.PLATFORM if row.last_outcome == "TryLater" else Cause.SLOW


def _incident(region_id: int, platform: str, cause: Cause, *, at: datetime) -> Incident:
    """Return the open incident of a region, platform and cause; a new one if there is none."""
    place = {"region_id": region_id, "platform": platform, "cause": cause}
    add_once(Incident, [{**place, "opened_at": at}])
    query = sa.select(Incident).filter_by(**place).where(Incident.closed_at.is_(None))
    return db.session.scalars(query).one()


def _notices(incident: Incident, office_ids: set[int], *, at: datetime) -> list[dict]:
    """Return what the region is told, and what each office is told of its own."""
    told = {
        "kind": NoticeKind.INCIDENT,
        "at": at,
        "incident_id": incident.id,
        "reason": REASONS[incident.cause],
    }
    key = f"incident:{incident.id}"
    offices = [
        {**told, "key": f"{key}:office:{office_id}", "office_id": office_id}
        for office_id in sorted(office_ids)
    ]
    return [{**told, "key": key, "region_id": incident.region_id}, *offices]
