"""Proofs of what a person posted: filed by one, verified by another.

A proof is a link, a screenshot, or both. Rows are decided once and never deleted; who filed again
after a return leaves another row.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.deliveries import Delivery
from publisher.models.media import Media
from publisher.models.people import User


class ProofStatus(StrEnum):
    WAITING = "waiting"
    RETURNED = "returned"  # with a reason; the office files another
    VERIFIED = "verified"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _no_proof_waits() -> sa.ColumnElement[bool]:
    delivery, proof = Delivery.metadata.tables["delivery"], Proof.metadata.tables["proof"]
    return ~sa.exists().where(
        proof.c.delivery_id == delivery.c.id, proof.c.status == ProofStatus.WAITING
    )


class Proof(Model):
    """What somebody says they posted for a delivery, and when."""

    __tablename__ = "proof"
    __table_args__ = (
        sa.CheckConstraint("link <> '' OR screenshot_id IS NOT NULL", name="shows_something"),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_by_id IS NULL)", name="decider_if_decided"
        ),
        sa.CheckConstraint("decided_by_id <> filed_by_id", name="four_eyes"),
        sa.CheckConstraint("status <> 'returned' OR reason <> ''", name="reason_if_returned"),
        # A delivery is not proved twice, whoever presses the button at the same moment.
        sa.Index(
            "uq__proof__delivery_standing",
            "delivery_id",
            unique=True,
            **_where("status IN ('waiting', 'verified')"),
        ),
        sa.Index("ix__proof__waiting", "id", **_where("status = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery.id"), index=True)
    delivery: Mapped[Delivery] = relationship()
    status: Mapped[ProofStatus] = status_column(ProofStatus, default=ProofStatus.WAITING)
    link: Mapped[str] = mapped_column(default="")
    screenshot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media.id"))
    screenshot: Mapped[Media | None] = relationship()
    #: When it went public, as filed.
    posted_at: Mapped[datetime]
    filed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    filed_by: Mapped[User] = relationship(foreign_keys=filed_by_id)
    filed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


#: What must hold to cancel a delivery, or to try it again: nobody says that it is out.
NO_PROOF_WAITS = _no_proof_waits()
