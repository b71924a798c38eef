"""The stop switch of a region: nothing of it begins to be sent until somebody lets it go on.

The claim and the intent ask for a stop in their own statements. What falls due meanwhile is put
aside by the tick (`next_at` is NEVER), so that the claim never reads it again and nothing of it is
called late or missed; a person decides about it in `resuming`.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import UtcDateTime, db
from publisher.errors import N_, Invalid
from publisher.models import audit
from publisher.models.advancing import advance
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus, status_is
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import Role, User
from publisher.models.places import Office, Region
from publisher.models.stops import Stop, is_stopped

#: Who may stop the publishing of their region, and let it go on.
MAY_STOP = frozenset({Role.REVIEWER, Role.OPERATOR})
REASON_CHARS = 500
#: So many are put aside in one transaction; the next tick is a second away.
BATCH = 500

_S = DeliveryStatus
_SEEN = sa.bindparam("seen", type_=UtcDateTime())
#: A tick that still believes in a stop changes nothing that was released meanwhile.
_AS_SEEN = Delivery.metadata.tables["delivery"].c.next_at == _SEEN
#: Asked at every tick while something is due, so made once.
_ANY_STOP = sa.select(sa.exists().where(Stop.resumed_at.is_(None)))
_STOPPED = (
    sa.select(Delivery.id, Delivery.fence, Delivery.next_at)
    .where(
        status_is(Delivery.status, _S.PENDING),
        Delivery.next_at <= sa.bindparam("at", type_=UtcDateTime()),
        is_stopped(Delivery.office_id),
    )
    .order_by(Delivery.id)
    .limit(BATCH)
)
_FORGOTTEN = (
    sa.select(Delivery.id, Delivery.fence)
    .where(status_is(Delivery.status, _S.PENDING), Delivery.next_at >= NEVER)
    .where(~is_stopped(Delivery.office_id))
    .order_by(Delivery.id)
    .limit(BATCH)
)
REASON_MISSING = N_("Tuliskan alasannya, agar semua perangkat daerah tahu mengapa.")
HELD = N_(
    "Ditahan, karena seluruh penayangan daerah ini dihentikan. Tidak ada yang tayang. "
    "Saat dilanjutkan, Kominfo memutuskan: ditayangkan, diberi waktu baru, atau dibatalkan."
)
STOPPED = N_("Dihentikan oleh %(name)s: “%(reason)s”. Penyusunan dan telaah tetap berjalan.")


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What a stop found under way: put back, and too late to put back."""

    taken_back: int
    being_sent: int


def current(region_id: int) -> Stop | None:
    """Return the stop that a region is under now."""
    query = sa.select(Stop).where(Stop.region_id == region_id, Stop.resumed_at.is_(None))
    return db.session.scalar(query.options(joinedload(Stop.stopped_by)))


def past(region_id: int, *, limit: int) -> list[Stop]:
    """Return the stops of a region that are over, the newest first."""
    query = sa.select(Stop).where(Stop.region_id == region_id, Stop.resumed_at.is_not(None))
    query = query.options(joinedload(Stop.stopped_by), joinedload(Stop.resumed_by))
    return list(db.session.scalars(query.order_by(Stop.id.desc()).limit(limit)))


def stop(region: Region, *, reason: str, actor: User, at: datetime) -> Stop | None:
    """Stop all publishing of a region; None if it was stopped already, which changes nothing.

    Once this is committed nothing that is not yet `sending` begins. Commit, then `recall`.

    :raises Invalid: without a reason
    """
    said = reason.strip()[:REASON_CHARS]
    if not said:
        raise Invalid(REASON_MISSING)
    new = {
        "region_id": region.id, "reason": said, "stopped_at": at, "stopped_by_id": actor.id,
        "outcome": {},
    }  # fmt: skip
    if not add_once(Stop, [new]):
        return None
    stop = current(region.id)
    if stop is None:  # unique, and added in this transaction
        raise RuntimeError("a stop that is not there")
    notice = {
        "key": f"stop:{stop.id}",
        "kind": NoticeKind.STOPPED,
        "at": at,
        "region_id": region.id,
        "reason": STOPPED,
        "details": {"name": actor.name, "reason": said},
    }
    add_once(Notice, [notice])
    audit.record(
        "region.stopped", f"region:{region.id}", at=at, actor_id=actor.id, region_id=region.id,
        reason=said,
    )  # fmt: skip
    return stop


def recall(stop: Stop, *, actor: User, at: datetime) -> Recalled:
    """Take back what workers have claimed and not begun to send; in a transaction of its own.

    On PostgreSQL this first waits for every change of deliveries that began before the stop was
    committed: afterwards what is `sending` is all that still goes out.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.text("LOCK TABLE delivery IN EXCLUSIVE MODE"))
    query = (
        sa.select(Delivery.id, Delivery.status, Delivery.fence)
        .join(Office, Office.id == Delivery.office_id)
        .where(Office.region_id == stop.region_id)
        .where(status_is(Delivery.status, _S.CLAIMED, _S.SENDING))
        .order_by(Delivery.id)
    )
    rows = db.session.execute(query).all()
    claimed = [row for row in rows if row.status is _S.CLAIMED]
    taken_back = sum(
        advance(
            row.id, "recall", at=at, fence=row.fence, actor=actor, note=stop.reason, reason=HELD,
            next_at=NEVER,
        )
        for row in claimed
    )  # fmt: skip
    return Recalled(taken_back=taken_back, being_sent=len(rows) - len(claimed))


def put_aside(*, at: datetime) -> int:
    """Put aside what has become due in a region that is stopped; return how many. For every tick,
    before anything is given up as late."""
    if not _any_stop():
        return _bring_back(at=at)
    return sum(
        advance(
            row.id, "hold", at=at, fence=row.fence, note=HELD, reason=HELD, next_at=NEVER,
            require=(_AS_SEEN, {"seen": row.next_at}),
        )
        for row in db.session.execute(_STOPPED, {"at": at}).all()
    ) + _bring_back(at=at)  # fmt: skip


def _any_stop() -> bool:
    return bool(db.session.scalar(_ANY_STOP))


def _bring_back(*, at: datetime) -> int:
    """Queue again what is put aside although nothing is stopped where it belongs: an office that
    went to another region, a backup. Whatever else happens, nothing waits for ever."""
    return sum(
        advance(
            row.id, "release", at=at, fence=row.fence, note="no stop", reason="", next_at=at
        )
        for row in db.session.execute(_FORGOTTEN).all()
    )  # fmt: skip


def stopped_regions() -> list[str]:
    """Return the codes of the regions that are stopped now; for machines."""
    query = sa.select(Region.code).join(Stop, Stop.region_id == Region.id)
    return list(db.session.scalars(query.where(Stop.resumed_at.is_(None)).order_by(Region.code)))
