"""How long the calendar takes, server side, and what years of history cost it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from bench import rows
from bench.measure import Figure
from bench.pages import PASSWORD, hashed, p95, quick_half, seconds_of
from bench.stage import POSTGRESQL, SQLITE, Stage, stage, tidy
from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.places import Office, OfficeKind
from publisher.models.posts import Post, PostEvent, PostStatus, post_account
from publisher.models.said import Said

ZONE = "Asia/Jakarta"
OFFICES, PER_WEEK, PER_MONTH = 140, 1000, 5000
SMALL, LARGE = 20_000, 2_000_000
_S, _D = PostStatus, DeliveryStatus
#: What stands in a calendar, over and over: of twelve posts eight are approved.
_STANDING = (
    (_S.APPROVED, _D.PUBLISHED), (_S.APPROVED, _D.PENDING), (_S.IN_REVIEW, None),
    (_S.APPROVED, _D.PUBLISHED), (_S.APPROVED, _D.PENDING), (_S.DRAFT, None),
    (_S.APPROVED, _D.PUBLISHED), (_S.APPROVED, _D.FAILED), (_S.IN_REVIEW, None),
    (_S.APPROVED, _D.PUBLISHED), (_S.APPROVED, _D.PENDING), (_S.CHANGES_REQUESTED, None),
)  # fmt: skip


def calendar_week() -> Iterator[Figure]:
    """The week of a region with 140 offices and 1,000 posts."""
    for database in (SQLITE, POSTGRESQL):
        with stage(database) as on:
            Region(on).plan(range(1, PER_WEEK + 1), _week(), days=7)
            times = seconds_of(_address("minggu"), on.app, who="budi@b.id")
        yield _figure("calendar_week_p95_ms", p95(times) * 1000, "ms", 120, database)


def calendar_month() -> Iterator[Figure]:
    """The month of a region with 140 offices and 5,000 posts: time, queries, size."""
    for database in (SQLITE, POSTGRESQL):
        with stage(database) as on:
            Region(on).plan(range(1, PER_MONTH + 1), _month(), days=28)
            times = seconds_of(_address("bulan"), on.app, who="budi@b.id")
            queries, size = _visit(on.app, _address("bulan"))
        yield _figure("calendar_month_p95_ms", p95(times) * 1000, "ms", 150, database)
        yield _figure("calendar_month_queries", queries, "queries", 12, database)
        yield _figure("calendar_month_kb", size / 1000, "KB", 300, database)


def calendar_growth() -> Iterator[Figure]:
    """The month page with 5,000 posts beside 2 million posts of other months ÷ 20 thousand."""
    for database in (SQLITE, POSTGRESQL):
        with stage(database) as on:
            region = Region(on)
            region.plan(range(1, PER_MONTH + 1), _month(), days=28)
            taken = []
            for before, size in ((0, SMALL), (SMALL, LARGE)):
                region.deepen(before, size)
                times = seconds_of(_address("bulan"), on.app, who="budi@b.id", rounds=20)
                taken.append(quick_half(times))
        yield _figure("calendar_growth", taken[1] / taken[0], "ratio", 1.3, database)


class Region:
    """Budi's region: offices with two accounts each, and posts in every state."""

    def __init__(self, on: Stage) -> None:
        self.at = clock.now()
        region, self.drafter, self.reviewer = rows.add_region(self.at)
        self.reviewer.password_hash = hashed()
        offices = [
            Office(region=region, name=f"Dinas Urusan Nomor {n}", abbreviation=f"Dinas{n}",
                   kind=OfficeKind.DINAS)
            for n in range(OFFICES)
        ]  # fmt: skip
        db.session.add_all(offices)
        db.session.flush()
        self.offices = [office.id for office in offices]
        rows.add_accounts(on, self.drafter.office, range(1, OFFICES + 1))
        for place, office_id in enumerate(self.offices, start=1):
            db.session.execute(
                sa.update(Account).where(Account.id == place).values(office_id=office_id)
            )
        self._post, self._delivery = self._samples()

    def plan(self, ids: range, first: date, *, days: int) -> None:
        """Spread posts over the working hours of some days."""
        rows.insert(Post, (self._planned(n, first, days) for n in ids))
        rows.insert(post_account, ({"post_id": n, "account_id": 1 + n % OFFICES} for n in ids))
        rows.insert(Delivery, (row for n in ids if (row := self._sent(n, first, days))))
        tidy()

    def deepen(self, before: int, size: int) -> None:
        """Add posts, each with its delivery, of the months before the one that is shown."""
        step = 100_000
        for start in range(before, size, step):
            ids = range(PER_MONTH + 1 + start, PER_MONTH + 1 + min(start + step, size))
            rows.insert(Post, (self._past(n) for n in ids))
            rows.insert(Delivery, (self._past_sent(n) for n in ids))
            db.session.commit()
        tidy()

    # -- rows ---------------------------------------------------------------------------

    def _samples(self) -> tuple[rows.Row, rows.Row]:
        """Return the rows of an approved post and its delivery, made as people make them."""
        rows.approve(1, self.drafter, self.reviewer, due=self.at, at=self.at)
        made = rows.rows_of(1)
        for table in (DeliveryEvent, PostEvent, post_account, Delivery, Said, Post):
            db.session.execute(sa.delete(table))
        db.session.commit()
        db.session.expunge_all()
        return made[Post][0], made[Delivery][0]

    def _planned(self, n: int, first: date, days: int) -> rows.Row:
        status, _ = _STANDING[n % len(_STANDING)]
        own: rows.Row = {
            "id": n, "office_id": self.offices[n % OFFICES], "status": status,
            "planned_at": _moment(n, first, days), "title": f"Pelayanan keliling ke-{n} di desa",
        }  # fmt: skip
        if status is not _S.APPROVED:
            own |= {"approved_by_id": None, "approved_at": None, "approved_digest": None}
        return self._post | own

    def _sent(self, n: int, first: date, days: int) -> rows.Row | None:
        _, status = _STANDING[n % len(_STANDING)]
        if status is None:
            return None
        return self._delivery_row(n, _moment(n, first, days), status)

    def _past(self, n: int) -> rows.Row:
        at = _before(n)
        return self._post | {"id": n, "office_id": self.offices[n % OFFICES], "planned_at": at}

    def _past_sent(self, n: int) -> rows.Row:
        return self._delivery_row(n, _before(n), _D.PUBLISHED)

    def _delivery_row(self, n: int, at: datetime, status: DeliveryStatus) -> rows.Row:
        out = status is _D.PUBLISHED
        return self._delivery | {
            "id": n, "post_id": n, "account_id": 1 + n % OFFICES,
            "office_id": self.offices[n % OFFICES], "status": status, "due_at": at, "next_at": at,
            "publish_by": at + timedelta(hours=6), "published_at": at if out else None,
            "permalink": f"https://x.com/i/status/{n}" if out else None,
            "remote_id": str(n) if out else None, "reason": "-" if status is _D.FAILED else "",
            "week": Week.of(at, ZONE).ordinal if out else None,
        }  # fmt: skip


def _week() -> date:
    return Week.of(clock.now(), ZONE).monday


def _month() -> date:
    return clock.in_zone(clock.now(), ZONE).date().replace(day=1)


def _moment(n: int, first: date, days: int) -> datetime:
    """Return a quarter of an hour between 07.00 and 18.45."""
    day = first + timedelta(days=n % days)
    place = (n // days) % 48
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=420 + 15 * place)
    return clock.from_local(local, ZONE)


def _before(n: int) -> datetime:
    """Return a moment within three years before the month that is shown."""
    start = clock.from_local(datetime.combine(_month(), datetime.min.time()), ZONE)
    return start - timedelta(days=40, minutes=(n * 7) % (3 * 365 * 24 * 60))


def _address(view: str) -> str:
    return f"/kalender?tampil={view}"


def _visit(app: Flask, path: str) -> tuple[int, int]:
    """Return how many queries a page takes the second time, and its bytes."""
    counted: list[str] = []

    def note(*given: Any) -> None:
        counted.append(given[2])

    def visit() -> int:
        client = app.test_client()
        client.post("/masuk", data={"email": "budi@b.id", "password": PASSWORD})
        client.get(path)
        counted.clear()
        return len(client.get(path).data)

    event.listen(db.engine, "before_cursor_execute", note)
    with ThreadPoolExecutor(1) as apart:
        size = apart.submit(visit).result()
    event.remove(db.engine, "before_cursor_execute", note)
    return len(counted), size


def _figure(name: str, value: float, unit: str, target: float, database: str) -> Figure:
    return Figure(name=name, value=round(value, 2 if unit == "ratio" else 0), unit=unit,
                  target=target, better="lower", database=database)  # fmt: skip
