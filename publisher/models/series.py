"""Drafts that recur, and plans that came as a file: what makes many drafts at once."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostStatus


class SeriesStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class DayOutcome(StrEnum):
    """What became of one date of a series; all but the first: no draft, and why."""

    MADE = "made"
    SKIPPED = "skipped"  # a person left it out
    HOLIDAY = "holiday"
    PAST = "past"  # nobody was there to make it in time


#: The version of a draft that nobody saved anything to.
_UNTOUCHED = 1


def is_untouched() -> sa.ColumnElement[bool]:
    """Return the condition of the drafts that nobody has saved anything to, or decided about."""
    return sa.and_(Post.status == PostStatus.DRAFT, Post.version == _UNTOUCHED)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


class Series(Model):
    """What an office drafts again and again: from when until when, on which days, and the text."""

    __tablename__ = "series"
    __table_args__ = (
        sa.CheckConstraint(
            "(month_day IS NULL) = (weekday IS NOT NULL)"
            " AND (weekday IS NULL) = (every_weeks IS NULL)",
            name="by_week_or_month",
        ),
        sa.CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="ends_after_it_starts"),
        sa.CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="end_if_ended"),
        sa.Index("ix__series__due", "make_at", **_where("status = 'active'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    office: Mapped[Office] = relationship()
    #: In whose name its drafts are made.
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    owner: Mapped[User] = relationship()
    made_at: Mapped[datetime]
    status: Mapped[SeriesStatus] = status_column(SeriesStatus, default=SeriesStatus.ACTIVE)
    #: Why the clock paused or ended it, for people; empty: a person did.
    halted_because: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    #: Every so many weeks on this ISO weekday, or every month on this day, 31 being the last.
    every_weeks: Mapped[int | None] = mapped_column(sa.SmallInteger)
    weekday: Mapped[int | None] = mapped_column(sa.SmallInteger)
    month_day: Mapped[int | None] = mapped_column(sa.SmallInteger)
    #: By the clocks of the region.
    local_time: Mapped[time]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    ahead_days: Mapped[int] = mapped_column(sa.SmallInteger, default=7)
    skips_holidays: Mapped[bool] = mapped_column(default=True)
    #: The texts of a draft by field, with placeholders; its kind and language.
    template: Mapped[dict[str, Any]]
    #: Ids; empty: all accounts that the office has when a draft is made.
    account_ids: Mapped[list[int]] = mapped_column(sa.JSON(), default=list)
    #: The next date that was not settled (None: there is none), and when it is time to settle it;
    #: without a next date, when the series ends.
    next_day: Mapped[date | None]
    make_at: Mapped[datetime | None]
    #: Goes up with whatever a person changes, not with what the clock does.
    version: Mapped[int] = mapped_column(default=1)

    @property
    def title(self) -> str:
        return str(self.template["title"])


class SeriesDay(Model):
    """One date of a series. The key is what makes a draft of it once."""

    __tablename__ = "series_day"
    __table_args__ = (
        sa.CheckConstraint("(outcome = 'made') = (post_id IS NOT NULL)", name="post_if_made"),
    )

    series_id: Mapped[int] = mapped_column(sa.ForeignKey("series.id"), primary_key=True)
    series: Mapped[Series] = relationship()
    day: Mapped[date] = mapped_column(primary_key=True)
    outcome: Mapped[DayOutcome] = status_column(DayOutcome)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    post: Mapped[Post | None] = relationship()
    #: The name of the holiday.
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class PlanFileStatus(StrEnum):
    CHECKED = "checked"
    USED = "used"
    UNDONE = "undone"


class PlanFile(Model):
    """A table of drafts that somebody uploaded: looked at first, then used, perhaps undone."""

    __tablename__ = "plan_file"
    __table_args__ = (
        sa.CheckConstraint("(status = 'checked') = (content IS NOT NULL)", name="kept_until_used"),
        sa.CheckConstraint("(status = 'checked') = (used_at IS NULL)", name="time_if_used"),
        sa.Index("ix__plan_file__uploader", "uploaded_by_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: The office it is of; None: it names the office of each row.
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office | None] = relationship()
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    uploaded_by: Mapped[User] = relationship()
    uploaded_at: Mapped[datetime]
    name: Mapped[str]
    #: SHA-256 of the bytes, hex. The bytes themselves go once it is used.
    digest: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes | None]
    status: Mapped[PlanFileStatus] = status_column(PlanFileStatus, default=PlanFileStatus.CHECKED)
    used_at: Mapped[datetime | None]


class PlanRow(Model):
    """One row of a file that became a draft. The same row of an office becomes one once."""

    __tablename__ = "plan_row"
    __table_args__ = (sa.UniqueConstraint("office_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_file.id"), index=True)
    file: Mapped[PlanFile] = relationship()
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    #: SHA-256 over all that the row says, hex.
    key: Mapped[str] = mapped_column(sa.String(64))
    line: Mapped[int]
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    post: Mapped[Post] = relationship()


class CalendarFeed(Model):
    """An address at which calendar programs read a plan: of one office, or of a whole region."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_by_somebody"
        ),
        sa.Index(
            "uq__calendar_feed__office_now", "office_id", unique=True,
            **_where("revoked_at IS NULL"),
        ),
        sa.Index(
            "uq__calendar_feed__region_now", "region_id", unique=True,
            **_where("revoked_at IS NULL AND office_id IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: None: all offices of the region.
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office | None] = relationship()
    #: SHA-256 of the token in the address, hex; the token itself is never stored.
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_by: Mapped[User] = relationship(foreign_keys=made_by_id)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    revoked_by: Mapped[User | None] = relationship(foreign_keys=revoked_by_id)
