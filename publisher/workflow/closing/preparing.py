"""Files that take longer than a page may: asked for on a page, made by a worker, kept for a day.

A row is what was asked for, once for each week, version and form, whoever asks and how often. A
worker takes it by compare-and-swap; one that dies leaves it to the next, a few times.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.notices import add_once
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.weeks import ClosedWeek, FileStep, PreparedFile
from publisher.reports.forms import FORMS
from publisher.reports.snapshot import WeekReport
from publisher.storage import Store

#: The files of a region with more offices than these are not made while somebody waits.
MOST_AT_ONCE = 300
KEPT = timedelta(days=1)
#: Longer than any of them takes: whoever had it is gone.
LEASE = timedelta(minutes=10)
MOST_TRIES = 3
#: A worker looks every other second: who waits longer than this may have none.
LATE = timedelta(minutes=2)
UNDER_WAY = (FileStep.COUNTING, FileStep.WRITING)
PENDING = (FileStep.ASKED, *UNDER_WAY)
#: Stands before the bytes in the store: nothing else has their digest, so they may be deleted.
_MARK_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker has taken, and nobody else has."""

    id: int
    region_id: int
    week: Week
    form: str
    closed_id: int | None
    begun_at: datetime


def is_large(region: Region) -> bool:
    """Return whether the files of a region take so long that they are prepared."""
    query = sa.select(sa.func.count(Office.id)).where(Office.region_id == region.id)
    return (db.session.scalar(query) or 0) > MOST_AT_ONCE


def find(region: Region, week: Week, closed: ClosedWeek | None, form: str) -> PreparedFile | None:
    """Return what was asked for; None: nothing, or it is not kept any more."""
    return db.session.scalar(_same(region, week, closed, form))


def ask(
    region: Region, week: Week, closed: ClosedWeek | None, form: str, *, actor: User, at: datetime
) -> str:
    """Let a file be made, with the figures of now; nothing if that is already under way.

    :returns: the digest of what it takes the place of, for the store to delete once this is
        committed; "" if there was none
    """
    asked = {"asked_by_id": actor.id, "asked_at": at}
    empty = {"step": FileStep.ASKED, "tries": 0, "name": "", "digest": "", "size_bytes": 0}
    row = find(region, week, closed, form)
    if row is None:
        version = closed.version if closed else 0
        wanted = {"region_id": region.id, "monday": week.monday, "version": version, "form": form}
        add_once(PreparedFile, [wanted | asked | empty])
        return ""
    before, over = row.digest, PreparedFile.step.in_((FileStep.READY, FileStep.FAILED))
    again = sa.update(PreparedFile).where(PreparedFile.id == row.id, over)
    again = again.where(PreparedFile.digest == before).values(**asked, **empty)
    return before if _changes(again) else ""


def is_late(file: PreparedFile, *, at: datetime) -> bool:
    """Return whether nobody has begun what should have been begun by now."""
    return file.step is FileStep.ASKED and at - file.asked_at > LATE


def look(*, at: datetime) -> tuple[list[int], bool]:
    """Return the ids of what a worker has to make, the first that was asked for first; and
    whether anything was kept long enough."""
    query = sa.select(PreparedFile.id, _free(at)).where(sa.or_(_free(at), _old(at)))
    rows = db.session.execute(query.order_by(PreparedFile.asked_at)).all()
    return [row[0] for row in rows if row[1]], not all(row[1] for row in rows)


def take(file_id: int, *, at: datetime) -> Task | None:
    """Take one; None if another worker did, it was tried too often, or its week was closed."""
    change = sa.update(PreparedFile).where(PreparedFile.id == file_id, _free(at))
    values = {"step": FileStep.COUNTING, "begun_at": at, "tries": PreparedFile.tries + 1}
    if not _changes(change.values(values)):
        return None
    row = db.session.get_one(PreparedFile, file_id, populate_existing=True)
    closed = db.session.scalar(
        sa.select(ClosedWeek.id)
        .where(ClosedWeek.region_id == row.region_id, ClosedWeek.monday == row.monday)
        .where(ClosedWeek.version == max(1, row.version))
    )
    if (closed is None) != (row.version == 0):  # closed meanwhile: that is another report
        db.session.delete(row)
        return None
    if row.tries > MOST_TRIES:
        row.step = FileStep.FAILED
        return None
    return Task(
        id=row.id, region_id=row.region_id, week=row.week, form=row.form, closed_id=closed,
        begun_at=at,
    )  # fmt: skip


def now_writing(task: Task) -> None:
    """The figures are there."""
    _step(task, step=FileStep.WRITING)


def put(report: WeekReport, form: str, store: Store) -> tuple[str, int]:
    """Make a form and put it into the store; return its digest there, and how many bytes it has."""
    content = FORMS[form].render(report, store)
    return store.put(secrets.token_bytes(_MARK_BYTES) + content), len(content)


def content(file: PreparedFile, store: Store) -> bytes:
    """Return what was made.

    :raises OSError: if it is not there, or not there now
    """
    return store.get(file.digest)[_MARK_BYTES:]


def finish(task: Task, report: WeekReport, digest: str, size_bytes: int) -> bool:
    """Let a file be had from now on; False if it is somebody else's by now, or nobody's."""
    name = FORMS[task.form].file_name(report)
    return _step(
        task, step=FileStep.READY, made_at=report.made_at, name=name, digest=digest,
        size_bytes=size_bytes,
    )  # fmt: skip


def fail(task: Task) -> None:
    """It cannot be made: whoever asked is told, and may ask again."""
    _step(task, step=FileStep.FAILED)


def end(task: Task) -> None:
    """It is kept elsewhere."""
    db.session.execute(sa.delete(PreparedFile).where(PreparedFile.id == task.id))


def forget_old(*, at: datetime) -> list[str]:
    """End what was asked for a day ago; return what the store can delete once that is committed."""
    found = list(db.session.scalars(sa.select(PreparedFile).where(_old(at))))
    for file in found:
        db.session.delete(file)
    return [file.digest for file in found if file.digest]


def _same(
    region: Region, week: Week, closed: ClosedWeek | None, form: str
) -> sa.Select[PreparedFile]:
    return sa.select(PreparedFile).where(
        PreparedFile.region_id == region.id,
        PreparedFile.monday == week.monday,
        PreparedFile.version == (closed.version if closed else 0),
        PreparedFile.form == form,
    )


def _free(at: datetime) -> sa.ColumnElement[bool]:
    stale = sa.and_(PreparedFile.step.in_(UNDER_WAY), PreparedFile.begun_at < at - LEASE)
    return sa.or_(PreparedFile.step == FileStep.ASKED, stale)


def _old(at: datetime) -> sa.ColumnElement[bool]:
    over = PreparedFile.step.in_((FileStep.READY, FileStep.FAILED))
    return sa.and_(PreparedFile.asked_at < at - KEPT, over)


def _step(task: Task, **values: object) -> bool:
    change = sa.update(PreparedFile).where(
        PreparedFile.id == task.id,
        PreparedFile.begun_at == task.begun_at,
        PreparedFile.step.in_(UNDER_WAY),
    )
    return _changes(change.values(values))


def _changes(change: sa.Update) -> bool:
    return bool(db.session.execute(change).rowcount)  # type: ignore[attr-defined]
