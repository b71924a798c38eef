"""What a leader waits for: the first page after signing in, and a province's regions.

The page is that of the largest kabupaten, 140 offices over 13 weeks, all but the last two closed:
the newest week that has all of its 420 contents, whichever day of the week it is measured on.
The roll-up is that of a province like Jawa Tengah: 35 regions, 10,000 offices, two weeks of two
contents each on two channels, none of them closed.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from bench import pages
from bench.measure import Figure
from bench.pages import p95, quick_half, seconds_of
from bench.province import OFFICES, Province
from bench.stage import POSTGRESQL, SQLITE, stage, tidy
from publisher import clock
from publisher.clock import Week, last_weeks
from publisher.db import db
from publisher.models.places import Region
from publisher.workflow import closing, reporting
from publisher.workflow.reporting import rolling_up

PAGE_MS, ROLL_UP_MS = 100, 300
REGIONS = 35
ROUNDS = 20


def leader_page() -> Iterator[Figure]:
    """The leader's page, and beside it the whole report with every cell and file."""
    with stage() as on:
        pages.fill(clock.now())
        week = _close_weeks(clock.now())
        yield _page_figure("leader_page_p95_ms", f"/pimpinan/{week}", on.app)
        yield _page_figure("report_page_ms", f"/laporan/{week}", on.app)


def _close_weeks(at: datetime) -> Week:
    """Return the newest week of which all contents are out; see `pages.fill`.

    It is open, and so is the one before it; all others that its page shows are closed.
    """
    region = db.session.scalars(sa.select(Region)).one()
    full = Week.of(at - timedelta(days=3), region.zone)
    for week in last_weeks(full.shifted(-2), pages.WEEKS - 2):
        closing.close(region, reporting.week_report(region, week, at=at), by=None, at=at)
    db.session.commit()
    tidy()
    return full


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
            filled = Province(now, regions=REGIONS)
            filled.add_weeks(0, 1)
            province = db.session.get_one(Region, filled.id)
            week = filled.latest
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
