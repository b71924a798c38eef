"""Days that stand out in a region: by the national calendar, by its own decrees, by its themes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.models.places import Region
from publisher.models.quotas import CalendarDay
from publisher.models.themes import ThemeDay


@dataclass(frozen=True, kw_only=True)
class Special:
    """A day with a name. :ivar off: nobody is at work"""

    name: str
    off: bool


def special_days(
    region: Region, first: date, last: date, national: Callable[[int], Mapping[date, str]]
) -> dict[date, Special]:
    """Return the days with a name from `first` up to, but without, `last`. One query.

    :param national: gives the national holidays and cuti bersama of a year
    """
    found = {
        day: Special(name=name, off=True)
        for year in range(first.year, last.year + 1)
        for day, name in national(year).items()
        if first <= day < last
    }
    own = sa.select(CalendarDay.day, CalendarDay.name, CalendarDay.works).where(
        CalendarDay.region_id == region.id,
        CalendarDay.day >= first,
        CalendarDay.day < last,
        CalendarDay.ended_at.is_(None),
    )
    for day, name, works in db.session.execute(own):
        found[day] = Special(name=name, off=not works)
    return found


def themes(region: Region, first: date, last: date) -> dict[date, list[ThemeDay]]:
    """Return the themes of the days from `first` up to, but without, `last`. One query."""
    query = (
        sa.select(ThemeDay)
        .where(ThemeDay.region_id == region.id, ThemeDay.ended_at.is_(None))
        .order_by(ThemeDay.weekday, ThemeDay.name)
    )
    found = db.session.scalars(query).all()
    days = (first + timedelta(days=n) for n in range((last - first).days))
    return {day: its for day in days if (its := [one for one in found if one.falls_on(day)])}
