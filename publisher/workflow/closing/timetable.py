"""When a week closes, until when an office may object, and which week is next."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from publisher.clock import Week, from_local
from publisher.db import db
from publisher.errors import N_
from publisher.models.audit import record
from publisher.models.notices import NoticeKind
from publisher.models.people import User
from publisher.models.places import Office, Region, lock_region
from publisher.models.weeks import Objection, ObjectionStatus
from publisher.typed import Fault, refuse
from publisher.workflow.closing.common import tell

HELD = N_(
    "Sanggahan yang diajukan tepat waktu belum dijawab. Minggu ini ditutup begitu semuanya dijawab."
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a region closes its weeks.

    :param day: of the following week, 1 (Monday) to 7
    :param hour: of that day in the region's zone, 0 to 23
    :param objection_days: full days after the week in which offices may object
    """

    day: int
    hour: int
    objection_days: int


def closes_at(region: Region, week: Week) -> datetime:
    """Return when the clock closes a week."""
    day = week.next().monday + timedelta(days=region.closing_day - 1)
    return from_local(datetime.combine(day, time(region.closing_hour)), region.zone)


def closes_by_clock(region: Region, week: Week) -> datetime | None:
    """Return when the clock closes a week; None where it is from before weeks were closed."""
    first = next_week(region)
    return closes_at(region, week) if first is None or week >= first else None


def objects_until(region: Region, week: Week) -> datetime:
    """Return from when on objections to a week are too late."""
    days = timedelta(days=region.objection_days)
    return min(week.ends(region.zone) + days, closes_at(region, week))


def next_week(region: Region) -> Week | None:
    """Return the week that is to be closed next; None where nothing was closed or begun yet."""
    if region.closed_through:
        return Week.of_day(region.closed_through + timedelta(days=1))
    return Week.of_day(region.closing_from) if region.closing_from else None


def begin(*, at: datetime) -> None:
    """Let regions that the clock never saw begin with the present week: what was before the
    region came, or before weeks were closed at all, is not closed behind its back."""
    for region in db.session.scalars(sa.select(Region).where(Region.closing_from.is_(None))):
        if region.closed_through is None:
            region.closing_from = Week.of(at, region.zone).monday


def due(*, at: datetime) -> list[int]:
    """Return the ids of the regions that have a week to close by now."""
    regions = db.session.scalars(sa.select(Region).order_by(Region.id))
    return [region.id for region in regions if _due_week(region, at)]


def take(region_id: int, *, at: datetime) -> tuple[Region, Week] | None:
    """Lock a region and return its week that the clock has to close now.

    None if another worker was quicker, or if an objection holds it; reviewers are told of that.
    """
    region = lock_region(region_id)
    week = _due_week(region, at)
    if week is None or hold(region, week):
        if week is not None:
            tell(
                NoticeKind.CLOSING_HELD, held_key(region, week), at=at, week=week,
                region_id=region.id, reason=HELD,
            )  # fmt: skip
        return None
    return region, week


def hold(region: Region, week: Week) -> list[Objection]:
    """Return the objections to a week that wait for an answer, the oldest first."""
    query = (
        sa.select(Objection)
        .join(Office, Office.id == Objection.office_id)
        .where(Office.region_id == region.id, Objection.monday == week.monday)
        .where(Objection.status == ObjectionStatus.OPEN)
        .order_by(Objection.id)
    )
    return list(db.session.scalars(query))


def held_key(region: Region, week: Week) -> str:
    return f"region:{region.id}:week:{week}:held"


def set_timetable(region: Region, data: Settings, *, actor: User, at: datetime) -> None:
    """Say when weeks close from now on.

    :raises Unacceptable: if a day or an hour is none, or offices could object to a closed week
    """
    region = lock_region(region.id)
    beyond = Fault(N_("Sanggahan harus berakhir sebelum minggu ditutup."))
    refuse(
        {
            "day": None if 1 <= data.day <= 7 else Fault(N_("Pilih salah satu hari.")),
            "hour": None if 0 <= data.hour <= 23 else Fault(N_("Pilih salah satu jam.")),
            "objection_days": None if 0 <= data.objection_days < data.day else beyond,
        }
    )
    region.closing_day, region.closing_hour = data.day, data.hour
    region.objection_days = data.objection_days
    record("closing.timetable", f"region:{region.id}", at=at, actor_id=actor.id,
           region_id=region.id, day=data.day, hour=data.hour,
           objection_days=data.objection_days)  # fmt: skip


def _due_week(region: Region, at: datetime) -> Week | None:
    week = next_week(region)
    return week if week and at >= closes_at(region, week) else None
