"""The only reader of the wall clock, and everything about zones and ISO weeks.

Time is stored in UTC and shown in the zone of a region. Babel's `id_ID` believes that weeks
start on Sunday, so weeks never come from there.
"""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import dates

_FIRST_MONDAY = date(1969, 12, 29)

#: The zones of Indonesia and the names people use; there is no daylight saving.
ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def running_s() -> float:
    """Return seconds that pass while the machine sleeps too, and never step back."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def drift_s() -> float:
    """Return wall clock minus running time; it changes only when somebody sets the clock."""
    return time.time() - running_s()


def in_zone(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def zone_name(zone: str) -> str:
    return ZONE_NAMES.get(zone, zone)


def zone_hours(zone: str) -> int:
    """Return how many hours the clocks of a zone of Indonesia are ahead of UTC, all year."""
    ahead = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta()
    return ahead // timedelta(hours=1)


def from_local(local: datetime, zone: str) -> datetime:
    """Return the UTC moment at which the clocks of `zone` show the naive `local`."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_words(day: date) -> str:
    """Write 24 November 2026, in Indonesian: for sentences that are kept, or leave Siar."""
    return dates.format_date(day, "d MMMM y", locale="id")


def moment_words(at: datetime, zone: str) -> str:
    """Write 24 November 2026 pukul 09.05 WIB, in Indonesian; see `day_words`."""
    local = in_zone(at, zone)
    return f"{day_words(local.date())} pukul {local:%H.%M} {zone_name(zone)}"


@dataclass(frozen=True, order=True)
class Week:
    """An ISO week, Monday to Sunday.

    >>> str(Week.parse("2026-W53").next())
    '2027-W01'
    """

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime, zone: str) -> "Week":
        """Return the week of a moment as the people of `zone` see it."""
        return cls.of_day(in_zone(at, zone).date())

    @classmethod
    def of_day(cls, day: date) -> "Week":
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read `2026-W47`.

        :raises ValueError: if it is not written so, or the year has no such week
        """
        year, separator, number = text.partition("-W")
        if not separator or len(year) != 4 or len(number) != 2:
            raise ValueError(text)
        week = cls(int(year), int(number))
        _ = week.monday
        return week

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 7)

    def starts(self, zone: str) -> datetime:
        """Return the first moment of the week in `zone`, in UTC."""
        return from_local(datetime.combine(self.monday, datetime.min.time()), zone)

    def ends(self, zone: str) -> datetime:
        """Return the first moment after the week in `zone`, in UTC."""
        return self.next().starts(zone)

    @property
    def ordinal(self) -> int:
        """Return the number of the week since that of 1 January 1970: a later week has a higher
        one, and nothing between.

        >>> Week(1970, 1).ordinal, Week(2027, 1).ordinal - Week(2026, 53).ordinal
        (0, 1)
        """
        return (self.monday - _FIRST_MONDAY).days // 7

    def shifted(self, weeks: int) -> "Week":
        return Week.of_day(self.monday + timedelta(weeks=weeks))

    def next(self) -> "Week":
        return self.shifted(1)

    def previous(self) -> "Week":
        return self.shifted(-1)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def last_weeks(latest: Week, count: int) -> list[Week]:
    """Return `count` weeks that end with `latest`, oldest first."""
    return [latest.shifted(-back) for back in range(count - 1, -1, -1)]
