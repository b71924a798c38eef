"""The demo: Kabupaten Blora with fourteen weeks behind it, and posts due in the next minutes.

All people are invented, all figures drawn by a seeded generator, and the region is marked as an
example on every page. The posts of the past really exist on the practice platforms.
"""

import gc
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.demo import calendar, looks, past, present, registry, shelf
from publisher.demo.book import Book
from publisher.demo.calendar import Plan
from publisher.demo.pictures import Studio
from publisher.demo.posts import Desk
from publisher.errors import N_, PublisherError
from publisher.models import audit
from publisher.models.people import Role
from publisher.models.places import Region
from publisher.workflow import closing, reporting
from publisher.workflow.signing_in import demo_people

ZONE = "Asia/Jakarta"
#: The registry was filled, and targets hold, this long before this week.
WEEKS_BEFORE = 15
#: So many of the weeks behind are closed at least; the last one is when its day has come.
CLOSED = 2


class AlreadyThere(PublisherError):
    message = N_("Data contoh hanya dapat dimuat ke basis data yang kosong. Tidak ada yang diubah.")


class NotADemo(PublisherError):
    message = N_(
        "Data contoh hanya dimuat dalam mode demo (DEMO=1). Tidak ada yang diubah. "
        "Gunakan --force bila memang dikehendaki."
    )


class NoPracticePlatforms(PublisherError):
    message = N_(
        "PLATFORM_GATEWAY belum diatur: data contoh memerlukan platform latihan. "
        "Tidak ada yang diubah."
    )


def is_needed() -> bool:
    """Return whether the database holds nothing yet: not a single region."""
    return db.session.scalar(sa.select(Region.id).limit(1)) is None


def is_there() -> bool:
    """Return whether the database is that of a demo, and of nothing else."""
    query = sa.select(audit.AuditEntry.id).where(audit.AuditEntry.action == "demo.loaded").limit(1)
    return db.session.scalar(query) is not None


def load(app: Flask, *, at: datetime | None = None, force: bool = False) -> None:
    """Fill an empty database and the practice platforms, in one transaction, and commit.

    :param at: the moment that counts as now
    :param force: outside demo mode too
    :raises NotADemo, AlreadyThere, NoPracticePlatforms: and nothing has been changed
    """
    gateway = app.config.get("PLATFORM_GATEWAY")
    if not (app.config.get("DEMO") or force):
        raise NotADemo
    if not gateway:
        raise NoPracticePlatforms
    if not is_needed():
        raise AlreadyThere
    store = app.extensions["media_store"]
    _fill(app, Studio(store), Book(gateway, store), at=at or clock.now())
    db.session.commit()
    db.session.remove()
    gc.collect()


def sign_in_lines() -> list[str]:
    """Return one line for each role: who may sign in, and how. Ends the transaction."""
    people = demo_people()
    lines = [
        f"  {_ROLE_NAMES[role]:<22} {users[0].email}  ({users[0].name})"
        for role, users in people.items()
    ]
    db.session.rollback()  # who prints these goes on to serve, and must not hold the writer
    told = f"Masuk sebagai (kata sandi semua orang: {registry.password(current_app)}):"
    return [told, *lines] if lines else []


_ROLE_NAMES = {
    Role.DRAFTER: "Admin perangkat daerah",
    Role.HEAD: "Kepala",
    Role.REVIEWER: "Penelaah (kominfo)",
    Role.LEADER: "Pimpinan",
    Role.OPERATOR: "Operator",
}


def _fill(app: Flask, studio: Studio, book: Book, *, at: datetime) -> None:
    week = Week.of(at, ZONE)
    founded = week.shifted(-WEEKS_BEFORE)
    first = founded.starts(ZONE) + timedelta(hours=9)
    cast = registry.found(app, book, week=founded, at=first, now=at)
    looks.choose(cast, app.extensions["media_store"], at=first)
    plans = [
        plan
        for office in cast.offices
        if cast.accounts[office.id]
        for plan in calendar.plans_of(office, week, ZONE)
    ]
    drawn, taken = studio.finished()
    shelf.fill(cast, taken, at=at)
    desk = Desk(cast=cast, pictures=drawn)
    _tell_past(desk, book, [one for one in plans if one.planned_at < at - timedelta(hours=1)])
    present.tell(desk, book, [one for one in plans if one.planned_at > at], at=at)
    desk.journal.write()
    present.ask_for_signatures(desk, at=at)
    _close_weeks(cast.region, at=at)
    looks.share(cast, at=at)
    audit.record("demo.loaded", f"region:{cast.region.id}", at=at, region_id=cast.region.id)


def _close_weeks(region: Region, *, at: datetime) -> None:
    """Close the last weeks as the clock would have; the worker makes their files."""
    over = [Week.of(at, ZONE).shifted(-back) for back in range(CLOSED + 1, 0, -1)]
    for week in over:
        closes_at = closing.closes_at(region, week)
        if closes_at <= at:
            report = reporting.week_report(region, week, at=closes_at)
            closing.close(region, report, by=None, at=closes_at)


def _tell_past(desk: Desk, book: Book, plans: list[Plan]) -> None:
    """Write week by week, so that a week's rows leave the memory before the next."""
    courses = past.troubled(plans)
    weeks = Counter(Week.of(plan.planned_at, ZONE) for plan in plans)
    for week in sorted(weeks):
        now = [plan for plan in plans if Week.of(plan.planned_at, ZONE) == week]
        past.tell(desk, book, sorted(now, key=lambda plan: plan.drafted_at), courses)
