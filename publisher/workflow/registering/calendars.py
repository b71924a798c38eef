"""Working days by decree: the days of a region, and the weekdays of an office.

A day that was entered is ended, never changed: who entered it, when and by what decree stays.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.clock import Week
from publisher.db import db
from publisher.errors import N_
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.quotas import CalendarDay, WorkPattern
from publisher.typed import Fault, refuse, text_fault
from publisher.workflow.registering.common import (
    NAME_CHARS,
    NotYours,
    closed_fault,
    lock,
    note,
    today,
)

FIRST_YEAR, LAST_YEAR = 2020, 2100
_WEEKDAYS = "1234567"


@dataclass(frozen=True, kw_only=True)
class Calendars:
    """What the page of working days shows."""

    days: list[CalendarDay]  # in force, newest first
    ended: list[CalendarDay]  # newest first, at most 50
    patterns: list[WorkPattern]  # running or planned, by office
    past_patterns: list[WorkPattern]  # newest first, at most 50


def calendars(region: Region, *, at: datetime) -> Calendars:
    """Return all that the page shows, in two queries."""
    days = db.session.scalars(
        sa.select(CalendarDay)
        .where(CalendarDay.region_id == region.id)
        .options(joinedload(CalendarDay.set_by), joinedload(CalendarDay.ended_by))
        .order_by(CalendarDay.day.desc(), CalendarDay.id.desc())
    ).all()
    patterns = db.session.scalars(
        sa.select(WorkPattern)
        .join(Office, Office.id == WorkPattern.office_id)
        .where(Office.region_id == region.id)
        .options(joinedload(WorkPattern.office), joinedload(WorkPattern.set_by))
        .order_by(Office.name, WorkPattern.valid_from)
    ).all()
    now = today(region, at)
    over = [row for row in patterns if row.valid_to is not None and row.valid_to < now]
    return Calendars(
        days=[row for row in days if row.ended_at is None],
        ended=[row for row in days if row.ended_at is not None][:50],
        patterns=[row for row in patterns if row not in over],
        past_patterns=over[::-1][:50],
    )


def add_day(
    region: Region, day: date, *, works: bool, name: str, source: str, actor: User, at: datetime
) -> CalendarDay:
    """Let offices of the region work, or not, on a day, whatever the national calendar says.

    :param source: the decree, with its number
    :raises Unacceptable: naming what is missing, or why the day cannot change
    """
    lock(region.id, actor)
    refuse(
        {
            "day": _day_fault(region, day),
            "name": text_fault(name, NAME_CHARS),
            "source": text_fault(source, NAME_CHARS),
        }
    )
    row = CalendarDay(
        region=region, day=day, works=works, name=name, source=source, set_by=actor, set_at=at
    )
    db.session.add(row)
    note("calendar.day", row, region.id, actor=actor, at=at, day=day.isoformat(), works=works,
         name=name, source=source)  # fmt: skip
    return row


def end_day(row: CalendarDay, *, actor: User, at: datetime) -> None:
    """Let the national calendar hold again on that day.

    :raises Unacceptable: if its week is closed, or it was ended before
    """
    lock(row.region_id, actor)
    gone = Fault(N_("Hari ini sudah dihapus dari kalender.")) if row.ended_at else None
    refuse({"": gone or closed_fault(row.region, row.day)})
    row.ended_by, row.ended_at = actor, at
    note("calendar.day_ended", row, row.region_id, actor=actor, at=at, day=row.day.isoformat())


def set_pattern(
    office: Office,
    *,
    weekdays: str,
    rests_on_holidays: bool,
    source: str,
    week: Week,
    actor: User,
    at: datetime,
) -> WorkPattern:
    """Let an office work on these weekdays ("1" is Monday) from `week` on, until it ends.

    :raises Unacceptable: if a day is none, or the week is closed
    """
    lock(office.region_id, actor)
    weekdays = "".join(sorted(set(weekdays)))
    refuse(
        {
            "weekdays": _weekdays_fault(weekdays),
            "source": text_fault(source, NAME_CHARS, required=False),
            "week": closed_fault(office.region, week.monday),
        }
    )
    _cut(office, week)
    row = WorkPattern(
        office=office, weekdays=weekdays, rests_on_holidays=rests_on_holidays, source=source,
        valid_from=week.monday, set_by=actor, set_at=at,
    )  # fmt: skip
    db.session.add(row)
    note("calendar.pattern", row, office.region_id, actor=actor, at=at, office=office.id,
         weekdays=weekdays, rests_on_holidays=rests_on_holidays, week=str(week))  # fmt: skip
    return row


def end_pattern(row: WorkPattern, *, week: Week, actor: User, at: datetime) -> None:
    """Let the office work from Monday to Friday again, from `week` on.

    :raises Unacceptable: if the week is closed, or the days end before
    """
    region = row.office.region
    lock(region.id, actor)
    over = row.valid_to is not None and row.valid_to < week.monday
    gone = Fault(N_("Hari kerja ini sudah berakhir.")) if over else None
    refuse({"": gone or closed_fault(region, week.monday)})
    note("calendar.pattern_ended", row, region.id, actor=actor, at=at, office=row.office_id,
         week=str(week))  # fmt: skip
    _cut(row.office, week)


def get_calendar_day(region: Region, row_id: int) -> CalendarDay:
    """:raises NotYours: if there is none, or it is another region's"""
    row = db.session.get(CalendarDay, row_id)
    if row is None or row.region_id != region.id:
        raise NotYours
    return row


def get_pattern(region: Region, row_id: int) -> WorkPattern:
    """:raises NotYours: if there is none, or it is another region's"""
    row = db.session.get(WorkPattern, row_id)
    if row is None or row.office.region_id != region.id:
        raise NotYours
    return row


def _cut(office: Office, week: Week) -> None:
    """Let no pattern of the office reach into `week` or later; what has not begun is dropped."""
    running = sa.select(WorkPattern).where(
        WorkPattern.office_id == office.id,
        sa.or_(WorkPattern.valid_to.is_(None), WorkPattern.valid_to >= week.monday),
    )
    for row in db.session.scalars(running):
        if row.valid_from >= week.monday:
            db.session.delete(row)  # it never held; the audit trail knows of it
        else:
            row.valid_to = week.previous().sunday


def _day_fault(region: Region, day: date) -> Fault | None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return Fault(N_("Periksa tahunnya."))
    same = sa.select(CalendarDay.id).where(
        CalendarDay.region_id == region.id, CalendarDay.day == day, CalendarDay.ended_at.is_(None)
    )
    if db.session.scalar(same) is not None:
        return Fault(N_("Tanggal ini sudah ada di kalender. Hapus dulu yang lama."))
    return closed_fault(region, day)


def _weekdays_fault(weekdays: str) -> Fault | None:
    if weekdays and set(weekdays) <= set(_WEEKDAYS):
        return None
    return Fault(N_("Pilih paling sedikit satu hari."))
