"""What makes a published content one that is judged by itself, and not merely counted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model
from publisher.models.deliveries import Delivery
from publisher.models.people import User


class Takedown(Model):
    """A publication that is not public any more (Diturunkan): since when, who says so, why."""

    __tablename__ = "takedown"
    __table_args__ = (sa.CheckConstraint("reason <> ''", name="has_reason"),)

    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery.id"), primary_key=True)
    delivery: Mapped[Delivery] = relationship()
    at: Mapped[datetime]
    reason: Mapped[str]
    noted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    noted_by: Mapped[User] = relationship()
    noted_at: Mapped[datetime]


class Twin(Model):
    """Two contents of one office that say the same. Which came first is seen when both
    are out. Kept both ways round."""

    __tablename__ = "twin"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    noted_at: Mapped[datetime]
