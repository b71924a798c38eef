"""What it costs to count: one week of all offices of a province, and one office's year.

10,000 offices, two contents a week each on two channels, 50 weeks: 2 million deliveries. The
growth is the cost of a week with all the others beside it ÷ with 20 thousand deliveries of other
weeks: SQLite's virtual machine steps, PostgreSQL's buffers, which no busy machine can change.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from bench import growth, rows
from bench.measure import Figure
from bench.pages import quick_half
from bench.stage import POSTGRESQL, SQLITE, stage, tidy
from publisher import clock
from publisher.clock import Week, last_weeks
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.places import Office, OfficeKind, Region
from publisher.models.posts import PostKind
from publisher.workflow.reporting import counting
from publisher.workflow.reporting.counting import Sieve
from publisher.workflow.reporting.rows import Scope

OFFICES, CONTENTS, CHANNELS = 10_000, 2, ("x", "facebook")
#: Deliveries of a week, and the weeks beside the one that is counted: a little, and a year's.
A_WEEK = OFFICES * CONTENTS * len(CHANNELS)
FEW, MANY = 20_000, 2_000_000
WEEK_MS, YEAR_MS, GROWTH = 30, 3, 1.3
ROUNDS = 15
_SIEVE = Sieve(frozenset(PostKind) - {PostKind.UCAPAN})
_Work = Callable[[], int]


def count_week() -> Iterator[Figure]:
    """One week of 10,000 offices, one office's year, and what a year of history adds."""
    for database in (SQLITE, POSTGRESQL):
        yield from _figures(database)


def _figures(database: str) -> list[Figure]:
    with stage(database):
        province = _Province(clock.now())
        region = db.session.get(Region, province.region_id)
        assert region is not None
        db.session.refresh(region)
        db.session.expunge(region)  # sessions come and go here
        week = province.latest
        scope, office = Scope(region=region), Scope(region=region, office_id=OFFICES // 2)
        province.add_week(0, OFFICES)

        def all_offices() -> int:
            return sum(
                count.passed[0] for count in counting.counts(scope, [week], [_SIEVE]).values()
            )

        def a_year() -> int:
            counts = counting.counts(office, last_weeks(week, 52), [_SIEVE])
            return sum(count.published for count in counts.values())

        province.add_week(1, FEW // CONTENTS // len(CHANNELS))
        few = _cost(database, all_offices)
        province.add_week(1, OFFICES, since=FEW // CONTENTS // len(CHANNELS))
        for back in range(2, MANY // A_WEEK):
            province.add_week(back, OFFICES)
        many = _cost(database, all_offices)
        assert all_offices() == OFFICES * CONTENTS * 9 // 10
        assert a_year() == CONTENTS * (MANY // A_WEEK)
        week_ms, year_ms = (1000 * _seconds(work) for work in (all_offices, a_year))
    print(f"  {database}: {few} → {many} a week")
    return [
        Figure(name="count_week_ms", value=round(week_ms, 1), unit="ms", target=WEEK_MS,
               better="lower", database=database),
        Figure(name="count_year_ms", value=round(year_ms, 2), unit="ms", target=YEAR_MS,
               better="lower", database=database),
        Figure(name="count_growth", value=round(many / few, 2), unit="ratio", target=GROWTH,
               better="lower", floor=1, database=database),
    ]  # fmt: skip


def _cost(database: str, work: _Work) -> int:
    """Return what it costs, in steps or buffers, when what can be cached is."""
    tidy()
    work()
    counted = growth.count_steps if database == SQLITE else growth.count_buffers
    with counted() as costs:
        work()
    return costs.total()


def _seconds(work: _Work) -> float:
    times = []
    work()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return quick_half(times)


class _Province:
    """A region with 10,000 offices whose contents were planned once and went out in time."""

    def __init__(self, at: datetime) -> None:
        region, drafter, reviewer = rows.add_region(at)
        self.region_id = region.id
        self.latest = Week.of(at, region.zone).previous()
        self._zone = region.zone
        rows.insert(Office, (_office(region.id, number) for number in range(2, OFFICES + 1)))
        first = Account(office=drafter.office, platform="x", handle="akun1", display_name="Akun",
                        paused_reason="-")  # fmt: skip
        db.session.add(first)
        db.session.flush()
        rows.approve(first.id, drafter, reviewer, due=at, at=at)
        self._post, self._account, self._delivery = (
            rows.rows_of(first.id)[rows.Post][0],
            rows.read_one(Account, first.id),
            rows.rows_of(first.id)[Delivery][0],
        )
        db.session.execute(sa.delete(Delivery.metadata.tables["delivery_event"]))
        db.session.execute(sa.delete(Delivery))
        rows.insert(Account, self._accounts())
        db.session.commit()

    def add_week(self, back: int, until: int, *, since: int = 0) -> None:
        """Let offices from `since` until `until` publish in the week so many weeks ago."""
        week = self.latest.shifted(-back)
        start = week.starts(self._zone)
        offices = range(since + 1, until + 1)
        rows.insert(
            rows.Post, (self._a_post(back, office, n) for office in offices for n in (0, 1))
        )
        rows.insert(
            Delivery,
            (
                self._a_delivery(back, office, n, channel, start, week.ordinal)
                for office in offices
                for n in range(CONTENTS)
                for channel in range(len(CHANNELS))
            ),
        )
        db.session.commit()

    def _accounts(self) -> Iterator[rows.Row]:
        for office in range(1, OFFICES + 1):
            for channel, platform in enumerate(CHANNELS):
                number = office * len(CHANNELS) + channel
                yield self._account | {
                    "id": number, "office_id": office, "platform": platform, "driver": platform,
                    "handle": f"akun{number}", "remote_id": None,
                }  # fmt: skip

    def _post_id(self, back: int, office: int, n: int) -> int:
        return 10 + (back * OFFICES + office) * CONTENTS + n

    def _a_post(self, back: int, office: int, n: int) -> rows.Row:
        return self._post | {"id": self._post_id(back, office, n), "office_id": office}

    def _a_delivery(
        self, back: int, office: int, n: int, channel: int, start: datetime, week: int
    ) -> rows.Row:
        post = self._post_id(back, office, n)
        due = start + timedelta(hours=(office * 7 + n * 31) % 120)  # spread from Monday to Friday
        number = post * len(CHANNELS) + channel
        greeting = (office * CONTENTS + n) % 10 == 0
        return self._delivery | {
            "id": number, "post_id": post, "office_id": office, "week": week,
            "account_id": office * len(CHANNELS) + channel, "status": DeliveryStatus.PUBLISHED,
            "due_at": due, "next_at": due, "publish_by": due, "remote_id": str(number),
            "published_at": due + timedelta(seconds=channel * 3),
            "permalink": f"https://contoh.id/{number}",
            "kind": PostKind.UCAPAN if greeting else PostKind.KEGIATAN,
        }  # fmt: skip


def _office(region_id: int, number: int) -> rows.Row:
    return {
        "id": number, "region_id": region_id, "name": f"Desa {number}",
        "abbreviation": f"Desa {number}", "kind": OfficeKind.DESA,
    }  # fmt: skip
