"""Posts laid out in days and hours, with a bounded number of cards on a page.

What is beyond the bound is counted, by state, and leads to the agenda of its day.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from publisher import clock
from publisher.web.calendar.asked import View
from publisher.workflow.planning import Planned, State

#: Cards in one hour of a week, on one day of a month, and on a page of the agenda.
PER_HOUR, PER_DAY, PER_PAGE = 3, 3, 100
#: The hours that a week always shows.
OFFICE_HOURS = range(8, 17)


@dataclass(kw_only=True, slots=True)
class Card:
    """A post in its place, and what its card says.

    :ivar version: that of the post if the reader may move it, else None
    """

    row: Planned
    local: datetime
    time: str = ""
    title: str = ""
    page: str = ""
    office: str = ""
    office_name: str = ""
    version: int | None = None

    @property
    def at(self) -> str:
        return f"{self.local:%Y-%m-%dT%H:%M}"


@dataclass(kw_only=True)
class Day:
    """A day; `hours` are those that have something, each with its cards and how many more."""

    day: date
    special: Any = None
    total: int = 0
    counts: Counter[State] = field(default_factory=Counter)
    hours: dict[int, tuple[list[Card], int]] = field(default_factory=dict)

    @property
    def cards(self) -> list[Card]:
        return [card for cards, _ in self.hours.values() for card in cards]

    @property
    def more(self) -> int:
        return self.total - len(self.cards)

    @property
    def states(self) -> list[tuple[State, int]]:
        return [(state, self.counts[state]) for state in State if self.counts[state]]


@dataclass(kw_only=True)
class Grid:
    """The days of a part of the calendar."""

    days: list[Day]
    total: int
    page: int = 1
    pages: int = 1

    @property
    def hours(self) -> list[int]:
        """The hours of the rows of a week."""
        return sorted({*OFFICE_HOURS, *(hour for day in self.days for hour in day.hours)})

    @property
    def shown(self) -> list[Card]:
        return [card for day in self.days for card in day.cards]


def lay_out(
    view: View,
    rows: Sequence[Planned],
    *,
    first: date,
    last: date,
    start: datetime,
    zone: str,
    special: Mapping[date, Any],
    page: int = 1,
) -> Grid:
    """Lay out rows, which are in the order of time, in the days from `first` to `last`.

    :param start: when `first` begins
    """
    days = [Day(day=first + timedelta(days=n)) for n in range((last - first).days)]
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(1, page), pages)
    for day, its in zip(days, _by_day(rows, start, len(days)), strict=True):
        day.special = special.get(day.day)
        day.total = len(its)
        day.counts = Counter(row.state for row in its)
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE] if view is View.AGENDA else rows
    for day, its in zip(days, _by_day(shown, start, len(days)), strict=True):
        day.hours = _by_hour(view, its, zone)
    return Grid(days=days, total=len(rows), page=page, pages=pages if view is View.AGENDA else 1)


def _by_day(rows: Sequence[Planned], start: datetime, days: int) -> list[list[Planned]]:
    found: list[list[Planned]] = [[] for _ in range(days)]
    for row in rows:
        found[(row.at - start).days].append(row)  # no zone of Indonesia saves daylight
    return found


def _by_hour(view: View, rows: list[Planned], zone: str) -> dict[int, tuple[list[Card], int]]:
    if view is View.MONTH:  # what needs somebody comes first
        rows = sorted(sorted(rows, key=_without_problem)[:PER_DAY], key=lambda row: row.at)
    hours: dict[int, list[Card]] = defaultdict(list)
    for row in rows:
        local = clock.in_zone(row.at, zone)
        hours[local.hour].append(Card(row=row, local=local))
    if view is not View.WEEK:
        return {hour: (its, 0) for hour, its in hours.items()}
    return {hour: (its[:PER_HOUR], len(its[PER_HOUR:])) for hour, its in hours.items()}


def _without_problem(row: Planned) -> bool:
    return row.state is not State.PROBLEM
