"""On which days a series falls. The counting is dateutil's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from dateutil.relativedelta import relativedelta
from dateutil.relativedelta import weekday as weekday_of
from dateutil.rrule import MONTHLY, WEEKLY, rrule

from publisher.models.series import Series

#: The first day of the month that some month lacks.
_LAST_SURE_DAY = 28


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """Every `every_weeks` weeks on `weekday` (1: Monday), or every month on `month_day`.

    A day that a month does not have is its last one.
    """

    starts_on: date
    ends_on: date | None = None
    every_weeks: int | None = None
    weekday: int | None = None
    month_day: int | None = None

    @classmethod
    def of(cls, series: Series) -> "Rhythm":
        return cls(
            starts_on=series.starts_on,
            ends_on=series.ends_on,
            every_weeks=series.every_weeks,
            weekday=series.weekday,
            month_day=series.month_day,
        )

    def days(self, first: date) -> Iterator[date]:
        """Yield the days from `first` on; without `ends_on` there is no end of them.

        >>> weekly = Rhythm(starts_on=date(2026, 11, 25), every_weeks=2, weekday=1)
        >>> [str(day) for day in islice(weekly.days(date(2026, 11, 1)), 2)]
        ['2026-11-30', '2026-12-14']
        """
        begins = max(first, self.starts_on)
        found = self._rule().xafter(datetime.combine(begins, time()), inc=True)
        return (moment.date() for moment in found)

    def __contains__(self, day: date) -> bool:
        return next(self.days(day), None) == day

    def _rule(self) -> rrule:
        until = datetime.combine(self.ends_on, time()) if self.ends_on else None
        start = datetime.combine(self.starts_on, time())
        if self.weekday is not None:  # counted from the first such day, not from the week before
            start += relativedelta(weekday=weekday_of(self.weekday - 1)(+1))
            return rrule(WEEKLY, interval=self.every_weeks or 1, dtstart=start, until=until)
        day = self.month_day or 1
        days = range(min(day, _LAST_SURE_DAY), day + 1)
        return rrule(MONTHLY, bymonthday=days, bysetpos=-1, dtstart=start, until=until)


def coming(rhythm: Rhythm, first: date, count: int) -> list[date]:
    return list(islice(rhythm.days(first), count))
