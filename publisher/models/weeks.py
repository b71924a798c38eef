"""The end of a week: what was frozen when it closed, in which files, and what offices objected.

A closed week is a row that is added and never changed or deleted; the database itself refuses.
A correction is another row, with the next version and its reason; both stay.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.clock import Week
from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.places import Office, Region


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


class ClosedWeek(Model):
    """One version of what a region's week came to."""

    __tablename__ = "closed_week"
    __table_args__ = (
        sa.UniqueConstraint("region_id", "monday", "version"),
        sa.CheckConstraint("version >= 1", name="counted_from_one"),
        sa.CheckConstraint(
            "version = 1 OR (reason <> '' AND closed_by_id IS NOT NULL)", name="corrected_by_whom"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: The first day of the ISO week.
    monday: Mapped[date]
    version: Mapped[int]
    #: What `reports.frozen` wrote; read only where it is needed.
    snapshot: Mapped[str] = mapped_column(deferred=True)
    #: SHA-256 over `snapshot`, in hexadecimal.
    digest: Mapped[str] = mapped_column(sa.String(64))
    #: Only the figures of each office, as `reports.frozen` wrote them: for the weeks beside it.
    figures: Mapped[str] = mapped_column(deferred=True)
    #: None: by the clock.
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    closed_by: Mapped[User | None] = relationship()
    closed_at: Mapped[datetime]
    #: Of a correction; of a first version why it was closed early or over an objection.
    reason: Mapped[str] = mapped_column(default="")

    @property
    def week(self) -> Week:
        return Week.of_day(self.monday)


class ReportFile(Model):
    """One form of a closed week, made once. Its bytes lie in the media store."""

    __tablename__ = "report_file"
    __table_args__ = (sa.UniqueConstraint("closed_week_id", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    closed_week_id: Mapped[int] = mapped_column(sa.ForeignKey("closed_week.id"))
    closed_week: Mapped[ClosedWeek] = relationship()
    #: A key of `reports.forms.FORMS`.
    form: Mapped[str] = mapped_column(sa.String(8))
    name: Mapped[str]
    mime: Mapped[str]
    digest: Mapped[str] = mapped_column(sa.String(64))
    size_bytes: Mapped[int]
    made_at: Mapped[datetime]


class FileStep(StrEnum):
    """How far a file is that was asked for."""

    ASKED = "asked"
    COUNTING = "counting"
    WRITING = "writing"
    READY = "ready"
    FAILED = "failed"


class PreparedFile(Model):
    """A form of a large region's week, which somebody asked for and a worker makes.

    That of a closed week is kept for good as a `ReportFile`, and this row ends. That of an open one
    is kept for a day: its bytes lie in the media store under a digest nothing else can have.
    """

    __tablename__ = "prepared_file"
    __table_args__ = (
        sa.UniqueConstraint("region_id", "monday", "version", "form"),
        sa.CheckConstraint("(step = 'ready') = (digest <> '')", name="there_when_ready"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    monday: Mapped[date]
    #: Of the closed week; 0: the week is open.
    version: Mapped[int]
    form: Mapped[str] = mapped_column(sa.String(8))
    step: Mapped[FileStep] = status_column(FileStep, default=FileStep.ASKED)
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    asked_by: Mapped[User] = relationship()
    asked_at: Mapped[datetime]
    #: When a worker took it last; one that died leaves it to another.
    begun_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    #: To which moment its figures are.
    made_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    size_bytes: Mapped[int] = mapped_column(default=0)

    @property
    def week(self) -> Week:
        return Week.of_day(self.monday)


class ObjectionStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"  # a reviewer closed the week over it, and said why


class Objection(Model):
    """What an office says is wrong with its number (sanggahan), and what it was answered."""

    __tablename__ = "objection"
    __table_args__ = (
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.CheckConstraint(
            "(status = 'open') = (answered_by_id IS NULL)", name="answerer_if_answered"
        ),
        sa.CheckConstraint("status = 'open' OR answer <> ''", name="answer_if_answered"),
        sa.Index(
            "uq__objection__open", "office_id", "monday", unique=True, **_where("status = 'open'")
        ),
        sa.Index("ix__objection__office", "office_id", "monday"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office] = relationship()
    monday: Mapped[date]
    text: Mapped[str]
    link: Mapped[str] = mapped_column(default="")
    filed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    filed_by: Mapped[User] = relationship(foreign_keys=filed_by_id)
    filed_at: Mapped[datetime]
    #: Until when objections to this week were taken, as it stood when this one was filed.
    deadline: Mapped[datetime]
    status: Mapped[ObjectionStatus] = status_column(ObjectionStatus, default=ObjectionStatus.OPEN)
    answer: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)
    answered_at: Mapped[datetime | None]

    @property
    def week(self) -> Week:
        return Week.of_day(self.monday)
