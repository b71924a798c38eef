"""Every delivery that ended badly, or waits for a person, is told of, with its real reason.

One that was missed carries only that its time ran out; what kept it from going out is found here,
from its attempts, the holds of its account and the times without a worker.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import (
    NEVER,
    Attempt,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    status_is,
)
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.places import Office
from publisher.models.posts import Post, PostStatus
from publisher.models.watch import Outage

BATCH = 100
#: So long a notice about something that is over for good asks for attention.
ATTENTION = timedelta(days=14)

_S = DeliveryStatus
MISSED_RECONNECT = N_(
    "Akun perlu disambungkan ulang, dan itu belum dilakukan sampai batas waktu tayang lewat. "
    "Tidak ada yang tayang. Sambungkan akunnya, lalu gunakan Coba lagi bila isinya masih berlaku."
)
MISSED_PAUSED = N_(
    "Platform menahan akun ini sampai batas waktu tayang lewat. "
    "Tidak ada yang tayang. Gunakan Coba lagi bila isinya masih berlaku."
)
MISSED_PLATFORM = N_(
    "Platform tidak dapat dihubungi atau meminta menunggu sampai batas waktu tayang lewat. "
    "Tidak ada yang tayang. Gunakan Coba lagi bila isinya masih berlaku."
)
MISSED_PICTURE = N_(
    "Foto konten ini tidak dapat dibaca sampai batas waktu tayang lewat. Tidak ada yang tayang. "
    "Ganti fotonya, lalu ajukan kembali."
)
MISSED_KEY = N_(
    "Siar tidak diberi kunci untuk membuka kredensial akun sampai batas waktu tayang lewat. Tidak "
    "ada yang tayang. Mintalah operator melengkapi kuncinya, lalu gunakan Coba lagi."
)
MISSED_WORKER = N_(
    "Siar tidak berjalan pada waktu tayangnya sampai batas waktunya lewat. "
    "Tidak ada yang tayang. Gunakan Coba lagi bila isinya masih berlaku."
)
MISSED_BEHIND = N_(
    "Unggahan lain di akun yang sama masih perlu dicek, dan antrean akun menunggunya sampai "
    "batas waktu tayang lewat. Tidak ada yang tayang. Putuskan dulu unggahan itu."
)
#: What the last attempt tells of why there was no other.
_BY_ATTEMPT = {
    "AccountBlocked": MISSED_RECONNECT,
    "TryLater": MISSED_PLATFORM,
    "PictureUnreadable": MISSED_PICTURE,
    "KeyMissing": MISSED_KEY,
}
_BY_HOLD = {NoticeKind.RECONNECT: MISSED_RECONNECT, NoticeKind.PAUSED: MISSED_PAUSED}
_BY_STATUS = {AccountStatus.RECONNECT: MISSED_RECONNECT, AccountStatus.PAUSED: MISSED_PAUSED}


def tell(*, at: datetime) -> bool:
    """Announce one batch of what nobody was told of; return whether there may be more."""
    rows = db.session.execute(_untold()).all()
    by_siar = [row for row in rows if row.status is _S.MISSED and row.handed_over_at is None]
    why = _why_missed(by_siar)
    add_once(Notice, [_notice(row, why.get(row.id, row.reason), at=at) for row in rows])
    if rows:
        told = [
            {
                "the_id": row.id,
                "the_status": row.status,
                "the_fence": row.fence,
                "why": why.get(row.id, row.reason),
            }
            for row in rows
        ]
        db.session.connection().execute(_MARK_TOLD, told)
    return len(rows) == BATCH


_deliveries = Delivery.metadata.tables["delivery"]
#: Only while it still stands as it was told.
_MARK_TOLD = (
    sa.update(_deliveries)
    .where(_deliveries.c.id == sa.bindparam("the_id"))
    .where(_deliveries.c.status == sa.bindparam("the_status"))
    .where(_deliveries.c.fence == sa.bindparam("the_fence"))
    .values(noticed_fence=sa.bindparam("the_fence"), reason=sa.bindparam("why"))
)


def _untold() -> sa.Select:
    last_event = (
        sa.select(sa.func.max(DeliveryEvent.id))
        .where(DeliveryEvent.delivery_id == Delivery.id)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Delivery.id, Delivery.status, Delivery.fence, Delivery.reason, Delivery.office_id,
            Delivery.account_id, Delivery.due_at, Delivery.publish_by, Delivery.handed_over_at,
            Office.region_id,
            Account.status.label("account_status"), last_event.label("event_id"),
        )
        .join(Office, Office.id == Delivery.office_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(status_is(Delivery.status, _S.HANDED_OVER, _S.UNKNOWN, _S.FAILED, _S.MISSED))
        .where(Delivery.noticed_fence != Delivery.fence)
        .where(sa.or_(Delivery.status != _S.UNKNOWN, Delivery.next_at >= NEVER))
        .order_by(Delivery.id)
        .limit(BATCH)
    )  # fmt: skip
    if db.session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(of=Delivery, skip_locked=True)
    return query


def _notice(row: sa.Row, reason: str, *, at: datetime) -> dict:
    return {
        "key": f"delivery:{row.id}:event:{row.event_id}",
        "kind": NoticeKind(row.status.value),
        "at": at,
        "region_id": row.region_id,
        "office_id": row.office_id,
        "account_id": row.account_id,
        "delivery_id": row.id,
        "reason": reason,
    }


def resolve(*, at: datetime) -> None:
    """Close the notices of deliveries that moved on, and those nobody will act on any more."""
    of_deliveries = (
        NoticeKind.FAILED, NoticeKind.MISSED, NoticeKind.UNKNOWN, NoticeKind.HANDED_OVER
    )  # fmt: skip
    moved_on = sa.exists().where(
        Delivery.id == Notice.delivery_id,
        sa.cast(Delivery.status, sa.String) != sa.cast(Notice.kind, sa.String),
    )
    waits = (NoticeKind.UNKNOWN, NoticeKind.HANDED_OVER)
    too_old = sa.and_(Notice.kind.not_in(waits), Notice.at <= at - ATTENTION)
    change = (
        sa.update(Notice)
        .where(Notice.resolved_at.is_(None), Notice.kind.in_(of_deliveries))
        .where(sa.or_(too_old, moved_on))
        .values(resolved_at=at)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(change)
    _resolve_news(at=at)


def _resolve_news(*, at: datetime) -> None:
    """Close what was only to be known: after a while, or when a returned post went on."""
    waits = (PostStatus.CHANGES_REQUESTED, PostStatus.DRAFT, PostStatus.REJECTED)
    went_on = sa.exists().where(Post.id == Notice.post_id, Post.status.not_in(waits))
    news = (NoticeKind.RETURNED, NoticeKind.WEEK_CLOSED)
    change = (
        sa.update(Notice)
        .where(Notice.resolved_at.is_(None), Notice.kind.in_(news))
        .where(sa.or_(Notice.at <= at - ATTENTION, went_on))
        .values(resolved_at=at)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(change)


# -- why it was missed -------------------------------------------------------------------------


def _why_missed(rows: Collection[sa.Row]) -> dict[int, str]:
    """Return the real reason of each, where one can be told, in four queries."""
    if not rows:
        return {}
    attempts, holds = _last_attempts(rows), _holds(rows)
    outages, behind = _outages(rows), _accounts_in_doubt(rows)
    found = {}
    for row in rows:
        held = [hold for hold in holds.get(row.account_id, ()) if _overlaps(hold, row)]
        to_the_end = [hold for hold in held if _lasted(hold, row)]
        down = [outage for outage in outages if _overlap(outage, row) > timedelta(0)]
        reasons = (  # what stood in the way at the very end comes first
            _BY_HOLD[to_the_end[-1].kind] if to_the_end else "",
            MISSED_WORKER if any(outage.ended_at >= row.publish_by for outage in down) else "",
            _BY_ATTEMPT.get(attempts.get(row.id, ""), ""),
            _BY_HOLD[held[-1].kind] if held else "",
            _BY_STATUS.get(row.account_status, ""),
            MISSED_WORKER if any(_mostly(outage, row) for outage in down) else "",
            MISSED_BEHIND if row.account_id in behind else "",
        )
        if reason := next(filter(None, reasons), ""):
            found[row.id] = reason
    return found


def _last_attempts(rows: Collection[sa.Row]) -> dict[int, str]:
    last = (
        sa.select(sa.func.max(Attempt.id))
        .where(Attempt.delivery_id.in_([row.id for row in rows]))
        .group_by(Attempt.delivery_id)
    )
    query = sa.select(Attempt.delivery_id, Attempt.outcome).where(Attempt.id.in_(last))
    return {row.delivery_id: row.outcome for row in db.session.execute(query)}


def _holds(rows: Collection[sa.Row]) -> dict[int, list[Notice]]:
    query = (
        sa.select(Notice)
        .where(Notice.account_id.in_({row.account_id for row in rows}))
        .where(Notice.kind.in_(_BY_HOLD), Notice.at <= max(row.publish_by for row in rows))
        .order_by(Notice.at)
    )
    found: dict[int, list[Notice]] = {}
    for notice in db.session.scalars(query):
        found.setdefault(notice.account_id or 0, []).append(notice)
    return found


def _overlaps(hold: Notice, row: sa.Row) -> bool:
    """Tell whether an account was held during the window of a delivery."""
    over = hold.resolved_at is not None and hold.resolved_at < row.due_at
    return hold.at <= row.publish_by and not over


def _lasted(hold: Notice, row: sa.Row) -> bool:
    return hold.resolved_at is None or hold.resolved_at >= row.publish_by


def _outages(rows: Collection[sa.Row]) -> list[Outage]:
    first = min(row.due_at for row in rows)
    return list(db.session.scalars(sa.select(Outage).where(Outage.ended_at >= first)))


def _overlap(outage: Outage, row: sa.Row) -> timedelta:
    """Return how long nobody was at work during the window of a delivery."""
    return min(outage.ended_at, row.publish_by) - max(outage.began_at, row.due_at)


def _mostly(outage: Outage, row: sa.Row) -> bool:
    return _overlap(outage, row) * 2 > row.publish_by - row.due_at


def _accounts_in_doubt(rows: Collection[sa.Row]) -> set[int]:
    query = sa.select(Delivery.account_id).where(
        Delivery.account_id.in_({row.account_id for row in rows}),
        status_is(Delivery.status, _S.UNKNOWN),
    )
    return set(db.session.scalars(query))
