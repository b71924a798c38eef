"""What it costs to count: one week of all offices of a province, and one office's year.

10,000 offices, two contents a week on two channels, 50 weeks: 2 million deliveries. The growth is
the cost of a week with all the others beside it ÷ with 20 thousand deliveries of other weeks:
SQLite's virtual machine steps, PostgreSQL's buffers, which no busy machine can change.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from bench import growth
from bench.measure import Figure
from bench.pages import quick_half
from bench.province import A_WEEK, CHANNELS, CONTENTS, OFFICES, Province
from bench.stage import POSTGRESQL, SQLITE, stage, tidy
from publisher import clock
from publisher.clock import last_weeks
from publisher.db import db
from publisher.models.places import Region
from publisher.models.posts import PostKind
from publisher.workflow.reporting import counting
from publisher.workflow.reporting.counting import Sieve
from publisher.workflow.reporting.rolling_up import Together
from publisher.workflow.reporting.rows import Scope

#: Deliveries of other weeks: a little, and a year's.
FEW, MANY = 20_000, 2_000_000
WEEK_MS, YEAR_MS, GROWTH = 30, 3, 1.3
ROUNDS = 40
_SIEVE = Sieve(frozenset(PostKind) - {PostKind.UCAPAN})
_Work = Callable[[], int]


class _Works(NamedTuple):
    """What counts a week of all offices, of a region that holds all of them, and a year of one."""

    all_offices: _Work
    a_region: _Work
    a_year: _Work


def count_week() -> Iterator[Figure]:
    """One week of 10,000 offices, one office's year, and what a year of history adds."""
    for database in (SQLITE, POSTGRESQL):
        yield from _figures(database)


def _figures(database: str) -> Iterator[Figure]:
    shared: dict[str, Any] = {"better": "lower", "database": database}
    with stage(database):
        province = Province(clock.now(), regions=1)
        all_offices, a_region, a_year = _works(province)
        some = FEW // (CONTENTS * len(CHANNELS))
        province.add_weeks(0)
        province.add_weeks(1, until=some)
        few = _cost(database, all_offices)
        province.add_weeks(1, since=some + 1)
        province.add_weeks(*range(2, MANY // A_WEEK))
        many = _cost(database, all_offices)
        print(f"  {database}: {few} → {many} a week")
        assert all_offices() == a_region() == OFFICES * CONTENTS * 9 // 10
        assert a_year() == CONTENTS * (MANY // A_WEEK)
        yield Figure(name="count_week_ms", value=_ms(all_offices), unit="ms", target=WEEK_MS,
                     **shared)  # fmt: skip
        yield Figure(name="count_region_ms", value=_ms(a_region), unit="ms", target=WEEK_MS,
                     **shared)  # fmt: skip
        yield Figure(name="count_year_ms", value=_ms(a_year), unit="ms", target=YEAR_MS, **shared)
        yield Figure(name="count_growth", value=round(many / few, 2), unit="ratio", floor=1,
                     target=GROWTH, **shared)  # fmt: skip


def _works(province: Province) -> _Works:
    region = db.session.get_one(Region, province.region_ids[0])
    db.session.refresh(region)
    db.session.expunge(region)  # sessions come and go here
    week = province.latest
    everybody = Together(region=region, region_ids=(region.id,))
    one = Scope(region=region, office_id=OFFICES // 2)

    def a_week(scope: Scope) -> int:
        found = counting.counts(scope, [week], [_SIEVE])
        return sum(count.passed[0] for count in found[week.ordinal].values())

    def a_year() -> int:
        found = counting.counts(one, last_weeks(week, 52), [_SIEVE])
        return sum(count.published for of in found.values() for count in of.values())

    return _Works(partial(a_week, everybody), partial(a_week, Scope(region=region)), a_year)


def _cost(database: str, work: _Work) -> int:
    """Return what it costs, in steps or buffers, when what can be cached is."""
    tidy()
    work()
    counted = growth.count_steps if database == SQLITE else growth.count_buffers
    with counted() as costs:
        work()
        db.session.remove()  # its connection counts as long as it lives
    return costs.total()


def _ms(work: _Work) -> float:
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return round(1000 * quick_half(times), 2)
