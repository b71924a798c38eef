"""How long the calendar takes, server side, in a province, and what years of history cost it."""

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from bench import rows
from bench.bulk import copied, indexes_made_anew, trust
from bench.history import DELIVERIES, make_numbers
from bench.measure import Figure
from bench.pages import hashed, p95, quick_half, seconds_in_turn, signed_in
from bench.stage import POSTGRESQL, SQLITE, Stage, stage, tidy
from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models import places
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.places import Office, OfficeKind
from publisher.models.posts import Post, PostEvent, PostStatus, post_account
from publisher.models.said import Said

ZONE = "Asia/Jakarta"
PROVINCE, OFFICES = 10_000, 140
#: Five weeks of 1,000 posts: what a month shows.
PER_MONTH, DAYS = 5000, 35
SMALL, LARGE = 20_000, 2_000_000
#: What is over went out on so many channels, at so many moments.
CHANNELS, MOMENTS = 4, 1000
#: How often a page is asked for before, and while, it is measured.
WARM_UP, ROUNDS = 10, 60
#: Offices have ids above this; those of the region come first.
_OTHERS = 100
_S, _D = PostStatus, DeliveryStatus
#: What stands in a calendar, over and over: of twelve posts eight are approved.
_STANDING = (
    (_S.APPROVED, _D.PUBLISHED), (_S.APPROVED, _D.PENDING), (_S.IN_REVIEW, None),
    (_S.APPROVED, _D.PUBLISHED), (_S.APPROVED, _D.PENDING), (_S.DRAFT, None),
    (_S.APPROVED, _D.PUBLISHED), (_S.APPROVED, _D.FAILED), (_S.IN_REVIEW, None),
    (_S.APPROVED, _D.PUBLISHED), (_S.APPROVED, _D.PENDING), (_S.CHANGES_REQUESTED, None),
)  # fmt: skip
#: A post that is out; those of the past are made of it.
_OUT = 12
_POSTS = Post.metadata.tables["post"]
_PAST_ID = f"(100000 + p.n * {MOMENTS} + m.n)"
#: The columns in which what is over differs from the sample.
_PAST = {
    "office_id": f"{_OTHERS + 1} + (p.n * {MOMENTS} + m.n)"
    f" % CASE p.n % 2 WHEN 0 THEN {OFFICES} ELSE {PROVINCE} END"
}
_PAST_POST = _PAST | {"id": _PAST_ID, "planned_at": "m.moment"}
_PAST_DELIVERY = _PAST | {
    "id": f"{_PAST_ID} * {CHANNELS} + c.n",
    "post_id": _PAST_ID,
    "account_id": f"1 + (m.n + c.n) % {OFFICES}",
    "remote_id": f"CAST({_PAST_ID} * {CHANNELS} + c.n AS TEXT)",
    "permalink": f"'https://x.com/i/status/' || CAST({_PAST_ID} * {CHANNELS} + c.n AS TEXT)",
    "week": "m.week",
    **dict.fromkeys(("due_at", "next_at", "publish_by", "published_at", "created_at"), "m.moment"),
}


def calendar() -> Iterator[Figure]:
    """The week with 1,000 posts and the month with 5,000 of a region with 140 offices.

    In a province of 10,000 offices and 2 million deliveries; the month beside 20 thousand as well.
    """
    for database in (SQLITE, POSTGRESQL):
        with stage(database) as young, stage(database) as old:
            for on, deliveries in ((young, SMALL), (old, LARGE)):
                with on.app.app_context():
                    region = Region(on)
                    region.plan()
                    region.deepen(deliveries)
            yield from _figures(young, old, database)


def _figures(young: Stage, old: Stage, database: str) -> Iterator[Figure]:
    (week,) = _times([old], _address("minggu"))
    little, month = _times([young, old], _address("bulan"))
    queries, size = _visit(old.app, _address("bulan"))
    for figure in (
        _figure("calendar_week_p95_ms", p95(week) * 1000, "ms", 120),
        _figure("calendar_month_p95_ms", p95(month) * 1000, "ms", 150),
        _figure("calendar_month_queries", queries, "queries", 12),
        _figure("calendar_month_kb", size / 1000, "KB", 300),
        _figure("calendar_growth", quick_half(month) / quick_half(little), "ratio", 1.3),
    ):
        yield replace(figure, database=database)


def _figure(name: str, value: float, unit: str, target: float) -> Figure:
    value = round(value, 2 if unit == "ratio" else 0)
    return Figure(name=name, value=value, unit=unit, target=target, better="lower")


class Region:
    """Budi's region, one of a province: 140 offices, and posts in every state."""

    def __init__(self, on: Stage) -> None:
        self.at = clock.now()
        region, self.drafter, self.reviewer = rows.add_region(self.at)
        self.reviewer.password_hash = hashed()
        neighbour = places.Region(code="33.17", name="Rembang", kind=region.kind)
        db.session.add(neighbour)
        db.session.flush()
        self.offices = [_OTHERS + n for n in range(1, OFFICES + 1)]
        rows.insert(Office, (self._office(n, region, neighbour) for n in range(1, PROVINCE + 1)))
        rows.add_accounts(on, self.drafter.office, range(1, OFFICES + 1))
        db.session.execute(sa.update(Account).values(office_id=_OTHERS + Account.id))
        self._post, self._delivery = self._samples()
        self._depth = 0

    def plan(self) -> None:
        """Spread posts over the working hours of the weeks that the month shows."""
        ids = range(1, PER_MONTH + 1)
        rows.insert(Post, (self._planned(n) for n in ids))
        rows.insert(post_account, ({"post_id": n, "account_id": 1 + n % OFFICES} for n in ids))
        rows.insert(Delivery, (row for n in ids if (row := self._sent(n))))
        tidy()

    def deepen(self, deliveries: int) -> None:
        """Add what went out in the three years before, until there are so many deliveries of it.

        One half is of this region's offices, the other of the whole province's.
        """
        connection = db.session.connection()
        if not self._depth:
            _make_numbers()
        before, self._depth = self._depth, deliveries // CHANNELS // MOMENTS
        trust(connection)
        span = {"sample": _OUT, "before": before, "depth": self._depth}
        with indexes_made_anew(connection, _POSTS, DELIVERIES):
            for table, changes in ((_POSTS, _PAST_POST), (DELIVERIES, _PAST_DELIVERY)):
                connection.execute(_copies(table, changes), span)
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

    def _planned(self, n: int) -> rows.Row:
        status, _ = _STANDING[n % len(_STANDING)]
        own: rows.Row = {
            "id": n, "office_id": self.offices[n % OFFICES], "status": status,
            "planned_at": _moment(n), "title": f"Pelayanan keliling ke-{n} di desa",
        }  # fmt: skip
        if status is not _S.APPROVED:
            own |= {"approved_by_id": None, "approved_at": None, "approved_digest": None}
        return self._post | own

    def _sent(self, n: int) -> rows.Row | None:
        _, status = _STANDING[n % len(_STANDING)]
        if status is None:
            return None
        return self._delivery_row(n, _moment(n), status)

    def _office(self, n: int, region: places.Region, neighbour: places.Region) -> rows.Row:
        return {
            "id": _OTHERS + n, "region_id": (region if n <= OFFICES else neighbour).id,
            "name": f"Dinas Urusan Nomor {n}", "abbreviation": f"Dinas{n}",
            "kind": OfficeKind.DINAS,
        }  # fmt: skip

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


def _month() -> date:
    return clock.in_zone(clock.now(), ZONE).date().replace(day=1)


def _monday() -> date:
    """Return the first day that the month shows."""
    return Week.of_day(_month()).monday


def _moment(n: int) -> datetime:
    """Return a quarter of an hour between 07.00 and 18.45."""
    day = _monday() + timedelta(days=n % DAYS)
    place = (n // DAYS) % 48
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=420 + 15 * place)
    return clock.from_local(local, ZONE)


def _make_numbers() -> None:
    """Write down moments that lie well before the shown month."""
    begins = clock.from_local(datetime.combine(_month(), datetime.min.time()), ZONE)
    make_numbers(begins - timedelta(days=40), MOMENTS, apart=timedelta(hours=26))


def _copies(table: sa.Table, changes: dict[str, str]) -> sa.TextClause:
    """Return what copies the sample to every moment, at each depth, with some columns changed."""
    columns, wanted = copied(table, changes, of="s")
    sources = f"{table.name} s, numbers p, numbers m"
    spread = "s.id = :sample AND p.n > :before AND p.n <= :depth"
    if table is DELIVERIES:
        sources, spread = f"{sources}, numbers c", f"{spread} AND c.n <= {CHANNELS}"
    return sa.text(
        f"INSERT INTO {table.name} ({columns}) SELECT {wanted} FROM {sources} WHERE {spread}"
    )


def _times(stages: Sequence[Stage], address: str) -> list[list[float]]:
    """Return the seconds that a page of Budi's takes on each stage, again and again.

    What the benchmark itself made is set aside: a server has none of it to look through.
    """
    gc.collect()
    gc.freeze()
    apps = [on.app for on in stages]
    found = seconds_in_turn(address, apps, who="budi@b.id", rounds=WARM_UP + ROUNDS)
    gc.unfreeze()
    return [times[WARM_UP:] for times in found]


def _address(view: str) -> str:
    return f"/kalender?tampil={view}&pada={_monday() if view == 'minggu' else _month()}"


def _visit(app: Flask, path: str) -> tuple[int, int]:
    """Return how many queries a page takes the second time, and its bytes."""
    counted: list[str] = []

    def note(*given: Any) -> None:
        counted.append(given[2])

    def visit() -> int:
        client = signed_in(app, "budi@b.id")
        client.get(path)
        counted.clear()
        return len(client.get(path).data)

    event.listen(db.engine, "before_cursor_execute", note)
    with ThreadPoolExecutor(1) as apart:
        size = apart.submit(visit).result()
    event.remove(db.engine, "before_cursor_execute", note)
    return len(counted), size
