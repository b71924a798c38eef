"""Until when the plan of a week is handed in, and telling offices whose plan has a gap.

A region's offices are told twice at most of each week: a day before the deadline, and after it.
Which weeks were told stands in the region's own row, in the transaction that writes the notices,
so any number of workers may try, and one that was killed has told all or none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from publisher.clock import Week, from_local, moment_words
from publisher.db import db
from publisher.errors import N_
from publisher.models.audit import record
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import User
from publisher.models.places import Region, lock_region
from publisher.typed import Fault, refuse

#: So long before the deadline offices are told that it comes.
AHEAD = timedelta(days=1)
#: So long after it they are still told that it is over; later it is no news.
NEWS = timedelta(days=2)
DUE = N_(
    "Masih kurang %(missing)s dari %(required)s konten. Rencana ditunggu Kominfo sampai "
    "%(deadline)s. Susun dan ajukan yang kurang; yang sudah diajukan tidak perlu diulang."
)
LATE = N_(
    "Tenggat rencana sudah lewat (%(deadline)s) dan masih kurang %(missing)s dari %(required)s "
    "konten. Yang diajukan sekarang tetap diterima dan ditelaah; ajukan secepatnya."
)
_PLANS = (NoticeKind.PLAN_DUE, NoticeKind.PLAN_LATE)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """When the week's plan is due in a region, and at which hours times are suggested.

    :param day: of the week before, 1 (Monday) to 7
    :param hour: of that day in the region's zone, 0 to 23
    :param slots_from, slots_to: hours of a working day, the latter one exclusive
    """

    day: int
    hour: int
    slots_from: int
    slots_to: int


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What an office lacks."""

    office_id: int
    missing: int
    required: int


def deadline(region: Region, week: Week) -> datetime:
    """Return when the plan of a week is due."""
    day = week.previous().monday + timedelta(days=region.plan_day - 1)
    return from_local(datetime.combine(day, time(region.plan_hour)), region.zone)


def set_deadline(region: Region, data: Settings, *, actor: User, at: datetime) -> None:
    """Say when plans are due from now on, and at which hours times are suggested.

    :raises Unacceptable: if a day or an hour is none, or no hour is left between two
    """
    region = lock_region(region.id)
    hours = 0 <= data.slots_from < data.slots_to <= 24
    refuse(
        {
            "day": None if 1 <= data.day <= 7 else Fault(N_("Pilih salah satu hari.")),
            "hour": None if 0 <= data.hour <= 23 else Fault(N_("Pilih salah satu jam.")),
            "slots_to": None if hours else Fault(N_("Pilih jam sesudah jam mulai.")),
        }
    )
    region.plan_day, region.plan_hour = data.day, data.hour
    region.slots_from, region.slots_to = data.slots_from, data.slots_to
    record("plan.deadline", f"region:{region.id}", at=at, actor_id=actor.id, region_id=region.id,
           day=data.day, hour=data.hour, slots_from=data.slots_from,
           slots_to=data.slots_to)  # fmt: skip


# -- telling -----------------------------------------------------------------------------------


def begin(*, at: datetime) -> None:
    """Let regions that were never told begin with the next deadline: what was due before Siar
    asked for plans is late for nobody."""
    for region in db.session.scalars(sa.select(Region).where(Region.plan_due_told.is_(None))):
        week = _week_to_plan(region, at)
        over = week.previous() if at < deadline(region, week) - AHEAD else week
        region.plan_due_told = region.plan_late_told = over.monday


def due(*, at: datetime) -> list[tuple[int, NoticeKind]]:
    """Return the regions whose offices are to be told by now, and of what."""
    regions = db.session.scalars(sa.select(Region).order_by(Region.id))
    return [(region.id, kind) for region in regions for kind in _PLANS if _week(region, kind, at)]


def take(region_id: int, kind: NoticeKind, *, at: datetime) -> tuple[Region, Week] | None:
    """Lock a region, and return the week to tell of; None if another worker was quicker."""
    region = lock_region(region_id)
    week = _week(region, kind, at)
    return (region, week) if week else None


def tell(
    region: Region, week: Week, kind: NoticeKind, gaps: Collection[Gap], *, at: datetime
) -> int:
    """Tell the offices with a gap, once, and note that all were told; return how many were."""
    if kind is NoticeKind.PLAN_DUE:
        region.plan_due_told = week.monday
    else:
        region.plan_late_told = week.monday
        _resolve(_open(region.id, NoticeKind.PLAN_DUE), week, at=at)
    until = moment_words(deadline(region, week), region.zone)
    rows = [
        {
            "key": f"plan:{gap.office_id}:{week}:{kind.value}",
            "kind": kind,
            "at": at,
            "region_id": region.id,
            "office_id": gap.office_id,
            "reason": DUE if kind is NoticeKind.PLAN_DUE else LATE,
            "details": {
                "week": str(week), "missing": gap.missing, "required": gap.required,
                "deadline": until,
            },
        }
        for gap in gaps
    ]  # fmt: skip
    return add_once(Notice, rows)


def get_region(region_id: int) -> Region:
    return db.session.get_one(Region, region_id)


def told(*, at: datetime) -> dict[int, list[Week]]:
    """Return the weeks of which notices still ask for somebody, by region; those of weeks that
    are over ask for nobody any more."""
    query = sa.select(Notice).where(Notice.kind.in_(_PLANS), Notice.resolved_at.is_(None))
    found: dict[int, list[Week]] = {}
    for notice in db.session.scalars(query):
        week = Week.parse(notice.details["week"])
        if notice.region is None or week.ends(notice.region.zone) <= at:
            notice.resolved_at = at
        elif week not in found.setdefault(notice.region.id, []):
            found[notice.region.id].append(week)
    return found


def settle(region_id: int, week: Week, gaps: Collection[Gap], *, at: datetime) -> None:
    """Close the notices of offices whose plan of a week has no gap any more."""
    lacking = [gap.office_id for gap in gaps]
    _resolve(_open(region_id, *_PLANS).where(Notice.office_id.not_in(lacking)), week, at=at)


def _open(region_id: int, *kinds: NoticeKind) -> sa.Select[Notice]:
    return sa.select(Notice).where(
        Notice.region_id == region_id, Notice.kind.in_(kinds), Notice.resolved_at.is_(None)
    )


def _resolve(query: sa.Select[Notice], week: Week, *, at: datetime) -> None:
    for notice in db.session.scalars(query):
        if notice.details["week"] == str(week):
            notice.resolved_at = at


def _week(region: Region, kind: NoticeKind, at: datetime) -> Week | None:
    """Return the week whose offices are to be told now and were not."""
    marks: Mapping[NoticeKind, date | None] = {
        NoticeKind.PLAN_DUE: region.plan_due_told,
        NoticeKind.PLAN_LATE: region.plan_late_told,
    }
    if (mark := marks[kind]) is None:
        return None
    present, over = Week.of(at, region.zone), kind is NoticeKind.PLAN_LATE
    for week in (present, present.next(), present.next().next()):
        due_at = deadline(region, week)
        first, last = (due_at, due_at + NEWS) if over else (due_at - AHEAD, due_at)
        if first <= at < last and week.monday > mark:
            return week
    return None


def _week_to_plan(region: Region, at: datetime) -> Week:
    """Return the first week whose deadline is not over."""
    week = Week.of(at, region.zone)
    while deadline(region, week) <= at:
        week = week.next()
    return week
