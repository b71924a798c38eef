"""Posts laid out in days and hours, with a bounded number of cards on a page.

What is beyond the bound is counted, by state, and leads to the agenda of its day. A month has
thousands of posts and shows a few of each day, so only those that are shown become cards.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from publisher.web.calendar.asked import View
from publisher.workflow.planning import Planned, State

#: Cards in one hour of a week, on one day of a month, and on a page of the agenda.
PER_HOUR, PER_DAY, PER_PAGE = 3, 3, 100
#: The hours that a week always shows.
OFFICE_HOURS = range(8, 17)
HOUR_S, DAY_S = 3600, 86400


class Place(NamedTuple):
    """Where a post that is shown stands: the day, and the time on the region's clock."""

    row: Planned
    day: date
    hour: int
    minute: int


class Card(NamedTuple):
    """What the page says of a post. The template takes it apart in this order.

    :ivar at: the day and time on the region's clock, as a form sends it
    :ivar page: its address if the reader may open it, else ""
    :ivar version: that of the post if the reader may move it, else None
    """

    id: int
    state: State
    at: str
    time: str
    office: str
    office_name: str
    title: str
    page: str
    version: int | None


@dataclass(kw_only=True)
class Day:
    """A day; `hours` are those that have something, each with its posts and how many more.

    :ivar cards: what the page says of those posts; filled in by whoever shows it
    """

    day: date
    special: Any = None
    themes: Sequence[Any] = ()
    total: int = 0
    counts: Counter[State] = field(default_factory=Counter)
    hours: dict[int, tuple[list[Place], int]] = field(default_factory=dict)
    cards: dict[int, list[Card]] = field(default_factory=dict)

    @property
    def places(self) -> list[Place]:
        return [place for places, _ in self.hours.values() for place in places]

    @property
    def more(self) -> int:
        return self.total - len(self.places)

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
    def shown(self) -> list[Place]:
        return [place for day in self.days for place in day.places]


def lay_out(
    view: View,
    rows: Sequence[Planned],
    *,
    first: date,
    last: date,
    start: datetime,
    special: Mapping[date, Any],
    themes: Mapping[date, Sequence[Any]],
    page: int = 1,
) -> Grid:
    """Lay out rows, which are in the order of time, in the days from `first` to `last`.

    :param start: when `first` begins
    """
    days = [first + timedelta(days=n) for n in range((last - first).days)]
    by_day, begins = _by_day(rows, start, len(days)), int(start.timestamp())
    pages = max(1, -(-len(rows) // PER_PAGE)) if view is View.AGENDA else 1
    page = min(max(1, page), pages)
    shown = by_day
    if view is View.AGENDA:
        shown = _by_day(rows[(page - 1) * PER_PAGE : page * PER_PAGE], start, len(days))
    return Grid(
        days=[
            Day(
                day=day,
                special=special.get(day),
                themes=themes.get(day, ()),
                total=len(its),
                counts=Counter([row.state for row in its]),
                hours=_by_hour(view, some, day, begins + n * DAY_S),
            )
            for n, (day, its, some) in enumerate(zip(days, by_day, shown, strict=True))
        ],
        total=len(rows),
        page=page,
        pages=pages,
    )


def _by_day(rows: Sequence[Planned], start: datetime, days: int) -> list[list[Planned]]:
    found: list[list[Planned]] = [[] for _ in range(days)]
    begins = int(start.timestamp())
    for row in rows:
        found[(row.seconds - begins) // DAY_S].append(row)  # no zone of Indonesia saves daylight
    return found


def _by_hour(
    view: View, rows: list[Planned], day: date, begins: int
) -> dict[int, tuple[list[Place], int]]:
    hours: dict[int, list[Planned]] = defaultdict(list)
    for row in _first(rows) if view is View.MONTH else rows:
        hours[(row.seconds - begins) // HOUR_S].append(row)
    most = PER_HOUR if view is View.WEEK else len(rows)
    return {
        hour: ([_place(row, day, begins) for row in its[:most]], len(its[most:]))
        for hour, its in hours.items()
    }


def _place(row: Planned, day: date, begins: int) -> Place:
    return Place(row, day, *divmod((row.seconds - begins) // 60, 60))


def _first(rows: list[Planned]) -> list[Planned]:
    """Return what a month shows of a day: what needs somebody comes first."""
    problems = [row for row in rows if row.state is State.PROBLEM][:PER_DAY]
    others = [row for row in rows if row.state is not State.PROBLEM][: PER_DAY - len(problems)]
    return sorted(problems + others, key=lambda row: row.seconds)
