"""Themes of a region that come back: Kamis Jawa every Thursday, Hari Jadi every year.

They ask nothing that is judged; they stand in the calendar and beside what is written for the day.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model
from publisher.models.people import User
from publisher.models.places import Region


class ThemeDay(Model):
    """Every week on a weekday, or every year on a date. Ended, never deleted."""

    __tablename__ = "theme_day"
    __table_args__ = (
        sa.CheckConstraint("name <> ''", name="has_name"),
        sa.CheckConstraint("(weekday IS NULL) = (month IS NOT NULL)", name="weekly_or_yearly"),
        sa.CheckConstraint("(month IS NULL) = (day IS NULL)", name="day_of_month"),
        sa.CheckConstraint(
            "weekday BETWEEN 1 AND 7 OR month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31",
            name="some_day",
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ender_if_ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    region: Mapped[Region] = relationship()
    name: Mapped[str]
    #: What to do on that day: "pakai bahasa Jawa".
    advice: Mapped[str] = mapped_column(default="")
    #: 1 is Monday, as ISO numbers days; None: it comes once a year.
    weekday: Mapped[int | None] = mapped_column(sa.SmallInteger)
    month: Mapped[int | None] = mapped_column(sa.SmallInteger)
    day: Mapped[int | None] = mapped_column(sa.SmallInteger)
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User] = relationship(foreign_keys=set_by_id)
    set_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    ended_by: Mapped[User | None] = relationship(foreign_keys=ended_by_id)
    ended_at: Mapped[datetime | None]

    def falls_on(self, day: date) -> bool:
        if self.weekday is not None:
            return day.isoweekday() == self.weekday
        return (day.month, day.day) == (self.month, self.day)
