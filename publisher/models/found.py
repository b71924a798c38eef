"""Posts on official accounts that Siar did not make, and what their offices say of them.

A claim is decided once and never deleted; who claims again after a refusal leaves another row. An
accepted one has a delivery, by which it counts like all others.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.clock import Week
from publisher.db import Model, status_column
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery
from publisher.models.people import User
from publisher.models.posts import PostKind


class FoundPost(Model):
    """One post read back from an official account, as far as its office needs to know it again.

    Nothing of who commented, liked or was named there is kept.
    """

    __tablename__ = "found_post"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "remote_id"),
        sa.Index("ix__found_post__published", "account_id", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    account: Mapped[Account] = relationship()
    remote_id: Mapped[str] = mapped_column(sa.String(128))
    permalink: Mapped[str] = mapped_column(default="")
    #: How its text begins.
    excerpt: Mapped[str] = mapped_column(default="")
    #: As `Heard.text_key`.
    text_key: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    published_at: Mapped[datetime]
    found_at: Mapped[datetime]

    @property
    def week(self) -> Week:
        return Week.of(self.published_at, self.account.office.region.zone)


class ClaimStatus(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"  # with a reason; the office may claim it again
    WITHDRAWN = "withdrawn"  # by who filed it


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


class Claim(Model):
    """What an office says that a found post is."""

    __tablename__ = "claim"
    __table_args__ = (
        sa.CheckConstraint("title <> ''", name="has_title"),
        sa.CheckConstraint(
            "(status IN ('accepted', 'refused')) = (decided_by_id IS NOT NULL)",
            name="decider_if_decided",
        ),
        sa.CheckConstraint("decided_by_id <> filed_by_id", name="four_eyes"),
        sa.CheckConstraint("status <> 'refused' OR reason <> ''", name="reason_if_refused"),
        sa.CheckConstraint(
            "(status = 'accepted') = (delivery_id IS NOT NULL)", name="delivery_if_accepted"
        ),
        # A post is not claimed twice, whoever presses the button at the same moment.
        sa.Index(
            "uq__claim__post_standing",
            "found_post_id",
            unique=True,
            **_where("status IN ('waiting', 'accepted')"),
        ),
        sa.Index("ix__claim__waiting", "id", **_where("status = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    found_post_id: Mapped[int] = mapped_column(sa.ForeignKey("found_post.id"), index=True)
    found_post: Mapped[FoundPost] = relationship()
    title: Mapped[str]
    kind: Mapped[PostKind] = status_column(PostKind)
    #: The activity in short: what, who, when, where.
    gist: Mapped[str] = mapped_column(default="")
    status: Mapped[ClaimStatus] = status_column(ClaimStatus, default=ClaimStatus.WAITING)
    filed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    filed_by: Mapped[User] = relationship(foreign_keys=filed_by_id)
    filed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
    #: When it was decided, or withdrawn.
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    #: What an accepted claim is counted by.
    delivery_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delivery.id"), unique=True)
    delivery: Mapped[Delivery | None] = relationship()
