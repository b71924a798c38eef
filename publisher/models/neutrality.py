"""The time before an election, in which a region publishes nothing that takes sides.

What goes out between two days then needs two reviewers, none of the region's blocked words, and
a checklist that both have ticked. It is the time of going out that counts, not that of deciding.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, db
from publisher.models.needs import NeededDecision
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.posts import Post


class Neutrality(Model):
    """What a region asks in such a time; one row, whether a time is set or not."""

    __tablename__ = "neutrality"
    __table_args__ = (
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_or_neither"),
        sa.CheckConstraint("starts_at IS NULL OR starts_at < ends_at", name="ends_after_start"),
    )

    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), primary_key=True)
    region: Mapped[Region] = relationship()
    #: From the first moment of the first day to the first moment after the last.
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    #: As they were typed; how they are compared is `composing.neutral`'s business.
    words: Mapped[list[str]] = mapped_column(default=list)
    checklist: Mapped[list[str]] = mapped_column(default=list)
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User] = relationship(foreign_keys=set_by_id)
    set_at: Mapped[datetime]

    def covers(self, at: datetime) -> bool:
        return (
            self.starts_at is not None
            and self.ends_at is not None
            and self.starts_at <= at < self.ends_at
        )

    def governs(self, post: Post, at: datetime) -> bool:
        """Return whether a post goes out in such a time, when it is planned or else now."""
        return self.covers(max(post.planned_at or at, at))


def governing(post: Post, at: datetime) -> Neutrality | None:
    """Return what a post that goes out when it is planned, or else now, has to satisfy."""
    row = db.session.get(Neutrality, post.office.region_id)
    return row if row is not None and row.governs(post, at) else None


def lacks_second(post_id: Any, office_id: Any, at: Any) -> sa.ColumnElement[bool]:
    """Return the condition of a post that may not go out at `at`, because it is such a time where
    its office lies, and no second reviewer approved it.

    The times are read first: as long as there is none, this asks for nothing else.
    """
    time = Neutrality.metadata.tables["neutrality"].alias("standing_time")
    office = Office.metadata.tables["office"].alias("office_of_time")
    need = NeededDecision.metadata.tables["needed_decision"].alias("second_decision")
    post = Post.metadata.tables["post"].alias("post_of_decision")
    decided = (
        sa.exists()
        .where(
            post.c.id == post_id,
            need.c.post_id == post.c.id,
            need.c.stage == sa.literal_column("'second'"),
            need.c.answer == sa.literal_column("'given'"),
            need.c.submitted_at == post.c.submitted_at,
            need.c.digest == post.c.approved_digest,
        )
        .correlate_except(post, need)  # `post_id` belongs to the statement two levels out
    )
    region = (
        sa.select(office.c.region_id)
        .where(office.c.id == office_id)
        .correlate_except(office)
        .scalar_subquery()
    )
    return sa.exists().where(
        time.c.starts_at <= at, time.c.ends_at > at, time.c.region_id == region, ~decided
    )
