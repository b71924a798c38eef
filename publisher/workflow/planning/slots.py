"""Times worth suggesting to an office: free, apart from its own posts, and spread over the day.

The day of a region is cut into half hours, and each office begins to look at another one, a few
minutes past it, so that two that ask at the same moment are told different times and nobody has
forty posts at eight. Half hours that others have filled already are passed over.

Decided where nobody said: two hours are left for the review; Saturdays, Sundays and days off are
not suggested, though anybody may choose them.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account
from publisher.models.places import Office, Region
from publisher.models.posts import Post
from publisher.workflow import composing
from publisher.workflow.planning.days import Special
from publisher.workflow.planning.reading import SHOWN

HALF_HOUR = timedelta(minutes=30)
#: So far past the half hour offices begin, one after the other.
STEP = timedelta(minutes=5)
STEPS = HALF_HOUR // STEP
MOST = 5
#: What a review takes at least.
REVIEW = timedelta(hours=2)
#: So many in half an hour are nobody's crowd.
FEW = 2

ALONE = N_("Belum ada konten lain dalam setengah jam itu")
WITH_OTHERS = N_("Baru %(others)s konten lain dalam setengah jam itu")
OWN_DAY_FREE = N_("belum ada konten perangkat daerah ini pada hari itu")
OWN_DAY = N_("berjarak dari %(own)s konten perangkat daerah ini pada hari itu")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A suggested time, and why.

    :ivar others: how many posts of the region are planned in its half hour
    :ivar own: how many posts of the office are planned on its day
    """

    at: datetime
    others: int
    own: int

    @property
    def reasons(self) -> tuple[str, str]:
        """Two halves of a sentence, gettext message ids filled by `values`."""
        return (
            WITH_OTHERS if self.others else ALONE,
            OWN_DAY if self.own else OWN_DAY_FREE,
        )

    @property
    def values(self) -> dict[str, int]:
        return {"others": self.others, "own": self.own}


def working_days(first: date, last: date, special: Mapping[date, Special]) -> list[date]:
    """Return the days from `first` up to, but without, `last` on which offices work."""
    days = (first + timedelta(days=number) for number in range((last - first).days))
    return [day for day in days if day.weekday() < 5 and not (day in special and special[day].off)]


def free_slots(
    office: Office,
    days: Sequence[date],
    *,
    at: datetime,
    spacing: timedelta,
    post: Post | None = None,
) -> list[Slot]:
    """Return up to `MOST` times on these days, by time. Four queries.

    :param days: working days, see `working_days`
    :param spacing: what lies at least between two posts of an account
    :param post: what is to be planned; its own present time does not stand in its way
    """
    if not days:
        return []
    region = office.region
    start = _moment(days[0], timedelta(), region.zone)
    end = _moment(days[-1], timedelta(days=1), region.zone)
    apart = max([spacing, *(composing.spacing_of(account) for account in _accounts(office))])
    own = _own(office, start - apart, end + apart, besides=post)
    busy = Counter(_half_hour(moment) for moment in _planned(region, start, end))
    place = _place(office)
    wanted = _wanted(region, days, place=place, own_days=_days(own, region.zone))
    found: dict[datetime, Slot] = {}
    for day, half_hours in wanted:
        taken = (*own, *found)
        open_ones = [
            moment
            for moment in half_hours
            if moment > at + REVIEW and all(abs(moment - other) >= apart for other in taken)
        ]
        if open_ones:
            moment = _least_busy(open_ones, busy)
            own_count = _days(own, region.zone)[day]
            found[moment] = Slot(at=moment, others=busy[_half_hour(moment)], own=own_count)
    return [found[moment] for moment in sorted(found)]


def _wanted(
    region: Region, days: Sequence[date], *, place: int, own_days: Mapping[date, int]
) -> Iterator[tuple[date, list[datetime]]]:
    """Yield, for each time that may be suggested, its day and the moments of it, the first one
    first: emptier days before those with posts of the office, and every office from another half
    hour on."""
    halves = (region.slots_to - region.slots_from) * 2
    first, minutes = divmod(place, STEPS)
    calm = sorted(days, key=lambda day: (own_days.get(day, 0), day))
    for number in range(MOST):
        day = calm[number % len(calm)]
        begin = first + number * 3  # another hour on each day
        yield (
            day,
            [
                _moment(
                    day,
                    timedelta(hours=region.slots_from)
                    + HALF_HOUR * ((begin + further) % halves)
                    + STEP * minutes,
                    region.zone,
                )
                for further in range(halves)
            ],
        )


def _least_busy(moments: Sequence[datetime], busy: Mapping[datetime, int]) -> datetime:
    """Return the first that is nobody's crowd; else the first of the least busy ones."""
    loads = [busy.get(_half_hour(moment), 0) for moment in moments]
    enough = max(FEW, min(loads) + 1)
    return next(moment for moment, load in zip(moments, loads, strict=True) if load < enough)


def _place(office: Office) -> int:
    """Return how many offices of the region come before this one."""
    query = sa.select(sa.func.count()).where(
        Office.region_id == office.region_id, Office.id < office.id
    )
    return db.session.scalar(query) or 0


def _accounts(office: Office) -> Sequence[Account]:
    query = sa.select(Account).where(Account.office_id == office.id, Account.retired_at.is_(None))
    return db.session.scalars(query).all()


def _own(office: Office, start: datetime, end: datetime, *, besides: Post | None) -> list[datetime]:
    """Return when posts of the office are planned, drafts as well: they want their time too."""
    query = sa.select(Post.planned_at).where(
        Post.office_id == office.id,
        Post.status.in_(SHOWN),
        Post.planned_at > start,
        Post.planned_at < end,
    )
    if besides is not None and besides.id is not None:
        query = query.where(Post.id != besides.id)
    return [moment for moment in db.session.scalars(query) if moment is not None]


def _planned(region: Region, start: datetime, end: datetime) -> Iterator[datetime]:
    offices = sa.select(Office.id).where(Office.region_id == region.id)
    query = sa.select(Post.planned_at).where(
        Post.office_id.in_(offices),
        Post.status.in_(SHOWN),
        Post.planned_at >= start,
        Post.planned_at < end,
    )
    yield from (moment for moment in db.session.scalars(query) if moment is not None)


def _days(moments: Collection[datetime], zone: str) -> Counter[date]:
    return Counter(clock.in_zone(moment, zone).date() for moment in moments)


def _half_hour(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)


def _moment(day: date, since_midnight: timedelta, zone: str) -> datetime:
    return clock.from_local(datetime.combine(day, time()), zone) + since_midnight
