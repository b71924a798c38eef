"""On which days of a week an office works.

National holidays and cuti bersama come from the `holidays` package, whose category "government" is
cuti bersama. Dates move by decree: a region's own calendar of days goes before it, and some
offices (a hospital, a rescue post) have other working days than Monday to Friday.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from publisher.clock import Week

MONDAY_TO_FRIDAY = "12345"


@dataclass(frozen=True, kw_only=True)
class DayByDecree:
    """A day on which a region works otherwise than the national calendar says."""

    day: date
    works: bool
    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """The working days of an office: "12345" is Monday to Friday."""

    weekdays: str = MONDAY_TO_FRIDAY
    rests_on_holidays: bool = True
    source: str = ""
    valid_from: date = date.min
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


USUAL = Pattern()


@dataclass(frozen=True, kw_only=True)
class WorkWeek:
    """The working days of an office in a week.

    :ivar days: how many there are; `full`: how many there are in a week without holidays
    :ivar free: its days that are off, with the reason
    :ivar worked: its days that would be off by the national calendar and are not, with the decree
    """

    days: int
    full: int = 5
    free: tuple[tuple[date, str], ...] = ()
    worked: tuple[tuple[date, str], ...] = ()
    pattern: Pattern = USUAL


@dataclass(frozen=True)
class Calendar:
    """The days of one region. Without decrees it is the national calendar."""

    decrees: Mapping[date, DayByDecree] = field(default_factory=dict)

    def reason_off(self, day: date) -> str | None:
        """Return why nobody works on a day, in Indonesian; None: it is a day like any other."""
        decree = self.decrees.get(day)
        if decree is None:
            return national_holidays(day.year).get(day)
        return None if decree.works else f"{decree.name}, {decree.source}"

    def week(self, week: Week, pattern: Pattern = USUAL) -> WorkWeek:
        """Return the working days of a week for offices of a pattern."""
        own = [week.monday + timedelta(days=int(number) - 1) for number in pattern.weekdays]
        if not pattern.rests_on_holidays:
            return WorkWeek(days=len(own), full=len(own), pattern=pattern)
        free = tuple((day, why) for day in own if (why := self.reason_off(day)) is not None)
        return WorkWeek(
            days=len(own) - len(free),
            full=len(own),
            free=free,
            worked=tuple((day, decree) for day in own if (decree := self._decree_to_work(day))),
            pattern=pattern,
        )

    def _decree_to_work(self, day: date) -> str:
        decree = self.decrees.get(day)
        if decree is None or not decree.works or day not in national_holidays(day.year):
            return ""
        return f"{decree.name}, {decree.source}"


NATIONAL = Calendar()


@cache
def national_holidays(year: int) -> dict[date, str]:
    """Return the national holidays and cuti bersama of a year, with their Indonesian names."""
    from holidays import country_holidays  # of a hundred countries: only for whoever asks

    calendar = country_holidays(
        "ID", years=year, categories=("public", "government"), language="id"
    )
    return dict(calendar.items())


def pattern_in(patterns: Iterable[Pattern], week: Week) -> Pattern:
    """Return the pattern that holds on the week's Monday: the one that began last."""
    holding = (pattern for pattern in patterns if pattern.holds_on(week.monday))
    return max(holding, key=lambda pattern: pattern.valid_from, default=USUAL)
