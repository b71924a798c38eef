"""What a leader waits for: the first page after signing in, and a province's regions.

The page is that of the largest kabupaten, 140 offices over 13 weeks. The roll-up is that of a
province like Jawa Tengah: 35 regions, 10,000 offices, two weeks of two contents each on two
channels.
"""

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from bench import pages, rows
from bench.measure import Figure
from bench.pages import p95, quick_half, seconds_of
from bench.stage import POSTGRESQL, SQLITE, stage, tidy
from publisher import clock
from publisher.clock import Week, last_weeks
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.posts import PostKind
from publisher.models.quotas import QuotaRule
from publisher.workflow.reporting import rolling_up

PAGE_MS, ROLL_UP_MS = 100, 300
REGIONS, OFFICES, CONTENTS, CHANNELS = 35, 10_000, 2, ("x", "facebook")
ROUNDS = 12


def leader_page() -> Iterator[Figure]:
    """The leader's page, and beside it the whole report with every cell and file."""
    with stage() as on:
        pages.fill(clock.now())
        yield _page_figure("leader_page_p95_ms", "/pimpinan", on.app)
        yield _page_figure("report_page_ms", "/laporan", on.app)


def _page_figure(name: str, path: str, app: Flask) -> Figure:
    times = seconds_of(path, app, who="ratna@b.id")
    print(f"  {path}: quick half {1000 * quick_half(times):.0f} ms")
    return Figure(name=name, value=round(p95(times) * 1000), unit="ms", target=PAGE_MS,
                  better="lower", database=SQLITE)  # fmt: skip


def rollup() -> Iterator[Figure]:
    """All kabupaten and kota of a province, counted live."""
    for database in (SQLITE, POSTGRESQL):
        with stage(database):
            now = clock.now()
            _fill(now)
            tidy()
            province = db.session.scalars(sa.select(Region).where(Region.code == "33")).one()
            week = Week.of(now, province.zone).previous()
            found = rolling_up.roll_up(province, week, at=now)
            assert sum(one.share.obliged for one in found) == OFFICES
            assert sum(one.share.met for one in found) == OFFICES * 8 // 10
            times = [_once(province, week, now) for _ in range(ROUNDS)]
            yield Figure(name="rollup_ms", value=round(1000 * quick_half(times)), unit="ms",
                         target=ROLL_UP_MS, better="lower", database=database)  # fmt: skip


def _once(province: Region, week: Week, at: datetime) -> float:
    started = time.perf_counter()
    rolling_up.roll_up(province, week, at=at)
    return time.perf_counter() - started


def _fill(at: datetime) -> None:
    """Add a province whose offices published two contents a week; each tenth is a greeting."""
    first, drafter, reviewer = rows.add_region(at)
    first.code = "33.01"
    province = Region(code="33", name="Jawa Tengah", kind=RegionKind.PROVINSI)
    others = [
        Region(code=f"33.{number:02}", name=f"Daerah {number}", kind=RegionKind.KABUPATEN)
        for number in range(2, REGIONS + 1)
    ]
    db.session.add_all([province, *others])
    db.session.flush()
    regions = [first.id, *(region.id for region in others)]
    rows.insert(
        QuotaRule,
        ({"region_id": region, "minimum": CONTENTS, "valid_from": date(2020, 1, 6), "set_at": at}
         for region in regions),
    )  # fmt: skip
    rows.insert(Office, (_office(regions, number) for number in range(2, OFFICES + 1)))
    account = Account(office=drafter.office, platform="x", handle="akun", display_name="Akun",
                      paused_reason="-")  # fmt: skip
    db.session.add(account)
    db.session.flush()
    rows.approve(account.id, drafter, reviewer, due=at, at=at)
    copies = rows.rows_of(account.id)
    post, delivery = copies[rows.Post][0], copies[Delivery][0]
    own = dict(db.session.execute(sa.select(Account.__table__)).mappings().one())
    for row in (DeliveryEvent, Delivery):
        db.session.execute(sa.delete(row))
    rows.insert(Account, (_account(own, number) for number in range(2, 2 * OFFICES + 2)))
    for back, week in enumerate(last_weeks(Week.of(at, first.zone).previous(), 2)):
        numbers = [back * CONTENTS * OFFICES + 10 + n for n in range(CONTENTS * OFFICES)]
        rows.insert(rows.Post, (post | {"id": n, "office_id": _whose(n)} for n in numbers))
        start = week.starts(first.zone)
        rows.insert(
            Delivery,
            (
                _delivery(delivery, number, channel, start, week.ordinal)
                for number in numbers
                for channel in range(len(CHANNELS))
            ),
        )
    db.session.commit()


def _office(regions: list[int], number: int) -> rows.Row:
    return {
        "id": number, "region_id": regions[number % REGIONS], "name": f"Desa {number}",
        "abbreviation": f"Desa {number}", "kind": OfficeKind.DESA,
    }  # fmt: skip


def _account(own: rows.Row, number: int) -> rows.Row:
    return own | {
        "id": number, "office_id": number // 2, "handle": f"akun{number}", "remote_id": None,
        "platform": CHANNELS[number % 2], "driver": CHANNELS[number % 2],
    }  # fmt: skip


def _whose(post: int) -> int:
    """Return the office of a post; each has two a week."""
    return (post - 10) // CONTENTS % OFFICES + 1


def _delivery(like: rows.Row, post: int, channel: int, start: datetime, week: int) -> rows.Row:
    due = start + timedelta(hours=post * 31 % 120)
    office, number = _whose(post), post * len(CHANNELS) + channel
    # Of each ten offices two send one greeting, and so miss their target of two.
    greeting = post % CONTENTS == 0 and office % 10 < 2
    return like | {
        "id": number, "post_id": post, "office_id": office, "week": week,
        "account_id": office * 2 + channel, "status": DeliveryStatus.PUBLISHED,
        "due_at": due, "next_at": due, "publish_by": due, "remote_id": str(number),
        "published_at": due + timedelta(seconds=channel * 3),
        "permalink": f"https://contoh.id/{number}",
        "kind": PostKind.UCAPAN if greeting else PostKind.KEGIATAN,
    }  # fmt: skip
