"""What the watch remembers: late deliveries, times without a worker, checks before the time."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.deliveries import Delivery
from publisher.models.places import Region


class Cause(StrEnum):
    """What keeps late deliveries from going out, as far as it can be told."""

    PLATFORM = "platform"  # the platform does not answer, or asks to come back later
    DOUBT = "doubt"  # sent, and not yet known whether it is out
    SLOW = "slow"  # none of these: Siar itself is behind


class Incident(Model):
    """Deliveries of a region that are late on one platform for one cause; closes by itself."""

    __tablename__ = "incident"
    __table_args__ = (
        sa.Index(
            "uq__incident__open",
            "region_id",
            "platform",
            "cause",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    platform: Mapped[str] = mapped_column(sa.String(32))
    cause: Mapped[Cause] = status_column(Cause)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class LateDelivery(Model):
    """A delivery of an incident."""

    __tablename__ = "late_delivery"

    incident_id: Mapped[int] = mapped_column(sa.ForeignKey("incident.id"), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        sa.ForeignKey("delivery.id"), primary_key=True, index=True
    )


class Outage(Model):
    """A time without any worker, found by the first one that came back."""

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime] = mapped_column(index=True)
    #: How many deliveries were due, and not out, when it ended.
    held_up: Mapped[int]


class Slot(StrEnum):
    """When a planned delivery is checked."""

    EVENING = "evening"  # for the next day
    HOUR = "hour"  # an hour before its time


class Preflight(Model):
    """A check of one delivery before its time."""

    __tablename__ = "preflight"
    __table_args__ = (
        sa.UniqueConstraint("delivery_id", "slot"),
        sa.Index(
            "ix__preflight__open",
            "delivery_id",
            sqlite_where=sa.text("risk_count <> 0"),
            postgresql_where=sa.text("risk_count <> 0"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery.id"))
    delivery: Mapped[Delivery] = relationship()
    slot: Mapped[Slot] = status_column(Slot)
    checked_at: Mapped[datetime]
    #: What was found. Each: kind, message (gettext message id), values.
    risks: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON(), default=list)
    #: How many risks there are; 0 also when they matter no more, -1 while somebody checks.
    risk_count: Mapped[int]
