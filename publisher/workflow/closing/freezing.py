"""Closing a week, correcting it, and reading what was frozen."""

import dataclasses
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from publisher.clock import Week
from publisher.db import db
from publisher.errors import N_
from publisher.models.audit import record
from publisher.models.notices import NoticeKind
from publisher.models.people import User
from publisher.models.places import Region, lock_region
from publisher.models.weeks import ClosedWeek
from publisher.reports import frozen
from publisher.reports.snapshot import Seal, WeekReport
from publisher.typed import Fault, refuse, text_fault
from publisher.workflow.closing import objecting
from publisher.workflow.closing.common import REASON_CHARS, settle, tell
from publisher.workflow.closing.timetable import closes_at, held_key, hold, next_week

#: Reports that were read lately; they never change.
READ_KEPT = 16
TOO_LONG_AGO = N_(
    "Minggu ini terlalu lama berlalu: di Siar minggu ditutup sejak %(week)s. Angkanya tetap dapat "
    "dibaca, tetapi tidak dibekukan."
)
CORRECTED = N_("Alasan koreksi: %(why)s")


def turn(region: Region, week: Week, *, at: datetime) -> Fault | None:
    """Return why a week cannot be closed; None: it can, or a reviewer may."""
    if region.has_closed(week):
        return Fault(N_("Minggu ini sudah ditutup. Yang keliru dapat dikoreksi."))
    if at < week.ends(region.zone):
        return Fault(N_("Minggu ini masih berjalan dan belum dapat ditutup."))
    first = next_week(region)
    if region.closed_through and first and week != first:
        return Fault(N_("Minggu ditutup berurutan. Tutup dulu %(week)s."), {"week": first})
    if first and week < first.previous():  # the clock would close all that lie between at once
        return Fault(TOO_LONG_AGO, {"week": first})
    return None


def close(
    region: Region, report: WeekReport, *, by: User | None, at: datetime, reason: str = ""
) -> ClosedWeek:
    """Freeze a week for good.

    :param by: the reviewer; None: the clock, which waits for its hour and for open objections
    :param reason: why now, where it is early or objections are open, which then lapse
    :raises Unacceptable: if it cannot be closed, or a reason is missing
    """
    region = lock_region(region.id)
    open_ones = hold(region, report.week)
    hasty = bool(open_ones) or at < closes_at(region, report.week)
    held = Fault(N_("Masih ada sanggahan yang belum dijawab.")) if open_ones else None
    refuse({"": turn(region, report.week, at=at) or (held if by is None else None)})
    refuse({"reason": text_fault(reason, REASON_CHARS, required=hasty and by is not None)})
    for each in open_ones:
        if by is not None:
            objecting.lapse(each, because=reason, actor=by, at=at)
    region.closed_through = report.week.sunday
    region.closing_from = min(filter(None, (region.closing_from, report.week.monday)))
    settle(held_key(region, report.week), at=at)
    return _freeze(region, report, number=1, by=by, at=at, reason=reason)


def correct(
    region: Region, report: WeekReport, *, by: User, at: datetime, reason: str, seen: int
) -> ClosedWeek:
    """Freeze a closed week once more, as it stands now; the versions before stay.

    :param seen: the version on the page of who corrects
    :raises Unacceptable: without a reason, or if it is not closed or was corrected meanwhile
    """
    region = lock_region(region.id)
    last = latest(region, report.week)
    fault = None
    if last is None:
        fault = Fault(N_("Minggu ini belum ditutup."))
    elif last.version != seen:
        fault = Fault(N_("Minggu ini baru saja dikoreksi orang lain. Periksa versi terbarunya."))
    refuse({"": fault, "reason": text_fault(reason, REASON_CHARS)})
    return _freeze(region, report, number=seen + 1, by=by, at=at, reason=reason)


def _freeze(
    region: Region, report: WeekReport, *, number: int, by: User | None, at: datetime, reason: str
) -> ClosedWeek:
    if report.region_code != region.code or report.seal is not None:
        raise ValueError("the report of another region, or of a week that is closed")
    if any(len(row.counted) != row.tally.counted for row in report.rows):
        raise ValueError("a report without its proofs, as pages are shown it that need none")
    snapshot = frozen.to_json(report)
    row = ClosedWeek(
        region=region, monday=report.week.monday, version=number, snapshot=snapshot.decode(),
        digest=frozen.digest(snapshot), figures=frozen.figures_to_json(report).decode(),
        closed_by=by, closed_at=at, reason=reason,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record("week.correct" if number > 1 else "week.close", f"closed_week:{row.id}", at=at,
           actor_id=by.id if by else None, region_id=region.id, week=str(report.week),
           version=number, digest=row.digest, reason=reason)  # fmt: skip
    tell(NoticeKind.WEEK_CLOSED, f"closed_week:{row.id}", at=at, week=row.week,
         region_id=region.id, reason=CORRECTED if number > 1 else "",
         details={"version": number, "why": reason})  # fmt: skip
    return row


def versions(region: Region, week: Week) -> list[ClosedWeek]:
    """Return what a week was frozen as, the newest first; nothing while it is open."""
    query = (
        sa.select(ClosedWeek)
        .where(ClosedWeek.region_id == region.id, ClosedWeek.monday == week.monday)
        .options(joinedload(ClosedWeek.closed_by))
        .order_by(ClosedWeek.version.desc())
    )
    return list(db.session.scalars(query))


def latest(region: Region, week: Week) -> ClosedWeek | None:
    return next(iter(versions(region, week)), None)


def read(closed: ClosedWeek, *, newest: int) -> WeekReport:
    """Return the report that was frozen, with what its forms say of that.

    :param newest: the number of the newest version: an older one says that it is old
    """
    seal = Seal(
        version=closed.version,
        newest=newest,
        closed_at=closed.closed_at,
        closed_by=closed.closed_by.name if closed.closed_by else "",
        digest=closed.digest,
        reason=closed.reason,
    )
    return dataclasses.replace(_thawed(closed.id, closed.digest), seal=seal)


def read_id(closed_id: int) -> WeekReport:
    """Return the report of a version; see `read`."""
    closed = db.session.get_one(ClosedWeek, closed_id)
    return read(closed, newest=versions(closed.region, closed.week)[0].version)


@lru_cache(maxsize=READ_KEPT)
def _thawed(closed_id: int, digest: str) -> WeekReport:
    row = db.session.get_one(ClosedWeek, closed_id, options=[undefer(ClosedWeek.snapshot)])
    content = row.snapshot.encode()
    if frozen.digest(content) != digest:
        raise ValueError(f"closed week {closed_id} is not what was frozen")
    return frozen.from_json(content)
