"""How much an office must tell its citizens each week (target mingguan), and when it need not.

Rows are added and ended, never rewritten: a past week keeps the rule, the calendar and the
exemption it had.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.places import Office, OfficeKind, Region


class Binding(StrEnum):
    """How binding a target is. Only `wajib` is held against an office."""

    WAJIB = "wajib"
    IMBAUAN = "imbauan"
    PANTAU = "pantau"


class QuotaRule(Model):
    """A minimum of contents per ISO week, for a region, one kind of its offices, or one office.

    A change is a new row from its Monday on; past weeks keep the rule they had.
    """

    __tablename__ = "quota_rule"
    __table_args__ = (
        sa.CheckConstraint("minimum >= 0", name="not_negative"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name="ends_after_it_starts"
        ),
        sa.CheckConstraint("office_id IS NULL OR office_kind IS NULL", name="one_scope"),
        sa.Index("ix__quota_rule__scope", "region_id", "office_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: None, as is `office_kind`: for every office of the region that has no nearer rule.
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office | None] = relationship()
    #: For every office of this kind that has no rule of its own.
    office_kind: Mapped[OfficeKind | None] = status_column(OfficeKind)
    minimum: Mapped[int]
    binding: Mapped[Binding] = status_column(
        Binding, default=Binding.WAJIB, server_default=Binding.WAJIB.value
    )
    #: The platforms whose contents count; None: every one.
    channels: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    #: The kinds of content that count; None: every kind but greetings (ucapan).
    kinds: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    #: Whether a week with holidays asks for less.
    prorated: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User | None] = relationship()
    set_at: Mapped[datetime]


class CalendarDay(Model):
    """A day on which a region works otherwise than the national calendar says.

    A holiday of its own, or a national one that was moved or cancelled. Ended, never deleted.
    """

    __tablename__ = "calendar_day"
    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ender_if_ended"),
        sa.Index(
            "uq__calendar_day__now",
            "region_id",
            "day",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    day: Mapped[date]
    #: True: offices work on it, whatever the national calendar says; False: they do not.
    works: Mapped[bool]
    name: Mapped[str]
    #: The decree: who issued it, and its number.
    source: Mapped[str]
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User] = relationship(foreign_keys=set_by_id)
    set_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    ended_by: Mapped[User | None] = relationship(foreign_keys=ended_by_id)
    ended_at: Mapped[datetime | None]


class WorkPattern(Model):
    """The working days of an office that differ from Monday to Friday (a hospital, a rescue post).

    From a Monday to a Sunday; a change is a new row.
    """

    __tablename__ = "work_pattern"
    __table_args__ = (
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name="ends_after_it_starts"
        ),
        sa.Index("ix__work_pattern__office", "office_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office] = relationship()
    #: "12345" is Monday to Friday, as ISO numbers days.
    weekdays: Mapped[str] = mapped_column(sa.String(7))
    #: Whether it is closed on holidays.
    rests_on_holidays: Mapped[bool]
    source: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User] = relationship()
    set_at: Mapped[datetime]


class Dispensation(Model):
    """Weeks in which an office owes nothing, by decision, with its reason (dispensasi).

    Taken back by a second person or the same, with a reason; never deleted.
    """

    __tablename__ = "dispensation"
    __table_args__ = (
        sa.CheckConstraint("valid_from <= valid_to", name="ends_after_it_starts"),
        sa.CheckConstraint("reason <> ''", name="has_reason"),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoker_if_revoked"
        ),
        sa.Index("ix__dispensation__office", "office_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office] = relationship()
    #: A Monday, and a Sunday.
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    reason: Mapped[str]
    #: Who decided, and the number of the letter, as it is written there.
    document: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    granted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    granted_by: Mapped[User] = relationship(foreign_keys=granted_by_id)
    granted_at: Mapped[datetime]
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    revoked_by: Mapped[User | None] = relationship(foreign_keys=revoked_by_id)
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str] = mapped_column(default="")

    file: Mapped["DispensationFile | None"] = relationship(back_populates="dispensation")


class DispensationFile(Model):
    """The letter of a dispensation, as it was given. Its bytes lie in the media store."""

    __tablename__ = "dispensation_file"

    dispensation_id: Mapped[int] = mapped_column(sa.ForeignKey("dispensation.id"), primary_key=True)
    dispensation: Mapped[Dispensation] = relationship(back_populates="file")
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    mime: Mapped[str] = mapped_column(sa.String(32))
    name: Mapped[str]
    size_bytes: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    added_by: Mapped[User] = relationship()
    added_at: Mapped[datetime]
