"""A publication that is not public any more: noted by a person, since when and why.

The delivery stays published, which it was. Whether its content still counts is for the week to
say.
"""

from datetime import datetime

from publisher.db import db
from publisher.errors import N_, Invalid
from publisher.models import audit
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.notices import add_once
from publisher.models.people import User
from publisher.models.standing_out import Takedown
from publisher.workflow import composing
from publisher.workflow.delivering.people import REASON_MISSING

REASON_CHARS = 500
NOT_OUT = N_("Hanya unggahan yang sudah tayang dapat dicatat diturunkan. Muat ulang halaman.")
NOT_THEN = N_("Waktu diturunkan harus antara waktu tayang dan sekarang. Periksa tanggal dan jam.")
KNOWN = N_("Unggahan ini sudah dicatat diturunkan.")
ANOTHER = N_(
    "Unggahan ini sudah dicatat diturunkan sekali lagi setelah halaman Anda dibuka. Periksa "
    "catatan terbarunya, lalu ulangi bila tetap keliru."
)


def take_down(
    delivery: Delivery, *, down_at: datetime, reason: str, actor: User, at: datetime
) -> Takedown:
    """Note that a publication was taken down.

    :raises Invalid: if it is not out, was noted before, or the time cannot be
    """
    reason = reason.strip()[:REASON_CHARS]
    if not reason:
        raise Invalid(REASON_MISSING)
    if delivery.status is not DeliveryStatus.PUBLISHED or delivery.published_at is None:
        raise Invalid(NOT_OUT)
    if not delivery.published_at <= down_at <= at:
        raise Invalid(NOT_THEN)
    row = {
        "delivery_id": delivery.id, "at": down_at, "reason": reason, "noted_by_id": actor.id,
        "noted_at": at,
    }  # fmt: skip
    if not add_once(Takedown, [row]):
        raise Invalid(KNOWN)
    composing.mark_apart(delivery.post_id)
    _note("delivery.taken_down", delivery, actor, at, down_at=down_at.isoformat(), reason=reason)
    return db.session.get_one(Takedown, delivery.id)


def put_back(delivery: Delivery, *, seen: str, actor: User, at: datetime) -> None:
    """It was a mistake: the publication is public. The audit trail keeps both. Who comes second
    changes nothing.

    :param seen: when what they saw was noted, as text
    :raises Invalid: if it was put back, and noted anew, since they looked
    """
    row = db.session.get(Takedown, delivery.id, with_for_update=True, populate_existing=True)
    if row is None:
        return
    if row.noted_at.isoformat() != seen:
        raise Invalid(ANOTHER)
    _note("delivery.put_back", delivery, actor, at, reason=row.reason)
    db.session.delete(row)


def takedown_of(delivery: Delivery) -> Takedown | None:
    return db.session.get(Takedown, delivery.id)


def _note(action: str, delivery: Delivery, actor: User, at: datetime, **more: str) -> None:
    region_id = delivery.office.region_id
    audit.record(
        action, f"delivery:{delivery.id}", at=at, actor_id=actor.id, region_id=region_id, **more
    )
