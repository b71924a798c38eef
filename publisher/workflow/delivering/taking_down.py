"""A publication that is not public any more: noted by a person, since when and why.

The delivery stays published, which it was. Whether its content still counts is for the week to
say.
"""

from datetime import datetime

from publisher.db import db
from publisher.errors import N_, Invalid
from publisher.models import audit
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import User
from publisher.models.standing_out import Takedown
from publisher.workflow import composing
from publisher.workflow.delivering.people import REASON_MISSING

REASON_CHARS = 500
NOT_OUT = N_("Hanya unggahan yang sudah tayang dapat dicatat diturunkan. Muat ulang halaman.")
NOT_THEN = N_("Waktu diturunkan harus antara waktu tayang dan sekarang. Periksa tanggal dan jam.")
KNOWN = N_("Unggahan ini sudah dicatat diturunkan.")


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
    if takedown_of(delivery) is not None:
        raise Invalid(KNOWN)
    if not delivery.published_at <= down_at <= at:
        raise Invalid(NOT_THEN)
    row = Takedown(delivery=delivery, at=down_at, reason=reason, noted_by=actor, noted_at=at)
    db.session.add(row)
    composing.mark_apart(delivery.post_id)
    _note("delivery.taken_down", delivery, actor, at, down_at=down_at.isoformat(), reason=reason)
    return row


def put_back(delivery: Delivery, *, actor: User, at: datetime) -> None:
    """It was a mistake: the publication is public. The audit trail keeps both."""
    row = takedown_of(delivery)
    if row is None:
        return
    _note("delivery.put_back", delivery, actor, at, reason=row.reason)
    db.session.delete(row)


def takedown_of(delivery: Delivery) -> Takedown | None:
    return db.session.get(Takedown, delivery.id)


def _note(action: str, delivery: Delivery, actor: User, at: datetime, **more: str) -> None:
    region_id = delivery.office.region_id
    audit.record(
        action, f"delivery:{delivery.id}", at=at, actor_id=actor.id, region_id=region_id, **more
    )
