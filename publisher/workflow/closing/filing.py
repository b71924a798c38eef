"""The files of a closed week: each form is made once, and given out unchanged from then on."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.models.notices import add_once
from publisher.models.weeks import ClosedWeek, ReportFile
from publisher.reports.forms import FORMS
from publisher.reports.snapshot import WeekReport
from publisher.storage import Store

#: The files of a week that was closed longer ago are made when somebody asks for them.
MADE_WITHIN = timedelta(days=30)


class Lost(Exception):
    """A file is gone from the media store, and what is made now is not what it was."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file in the media store that no row names yet."""

    form: str
    name: str
    mime: str
    digest: str
    size_bytes: int


def lacking(*, at: datetime) -> list[tuple[int, str]]:
    """Return (closed week, form) of the files that are still to be made."""
    recent = sa.select(ClosedWeek.id).where(ClosedWeek.closed_at >= at - MADE_WITHIN)
    ids = db.session.scalars(recent.order_by(ClosedWeek.id)).all()
    query = sa.select(ReportFile.closed_week_id, ReportFile.form)
    found = db.session.execute(query.where(ReportFile.closed_week_id.in_(ids)))
    there = {(row.closed_week_id, row.form) for row in found}
    return [(each, form) for each in ids for form in FORMS if (each, form) not in there]


def make(report: WeekReport, form: str, store: Store) -> Made:
    """Make a form of a closed week and put it into the store; no row is touched."""
    if report.seal is None:
        raise ValueError("only what is closed is kept")
    content = FORMS[form].render(report, store)
    name, dot, extension = FORMS[form].file_name(report).rpartition(".")
    mark = f"-v{report.seal.version}" if report.seal.version > 1 else ""
    return Made(
        form=form,
        name=f"{name}{mark}{dot}{extension}",
        mime=FORMS[form].mime,
        digest=store.put(content),
        size_bytes=len(content),
    )


def make_again(report: WeekReport, form: str, digest: str, store: Store) -> bytes:
    """Make a form that the store has lost, or kept badly, and keep it there as it was.

    :param report: as it was when the form was made first
    :param digest: of the file that was kept
    :raises Lost: if it is not the very same, made by other fonts or another version of Siar
    """
    content = FORMS[form].render(report, store)
    if hashlib.sha256(content).hexdigest() != digest:
        raise Lost(f"{form} is not in the media store")
    store.delete(digest)  # what lies there, if anything, is damaged
    store.put(content)
    return content


def keep(closed_id: int, made: Made, *, at: datetime) -> None:
    """Name the file. Who comes second changes nothing: what was given out first stays."""
    row = {"closed_week_id": closed_id, "made_at": at, **vars(made)}
    add_once(ReportFile, [row])


def kept(closed: ClosedWeek, form: str) -> ReportFile | None:
    """Return the file of a form; None: it was not made yet."""
    query = sa.select(ReportFile).where(
        ReportFile.closed_week_id == closed.id, ReportFile.form == form
    )
    return db.session.scalar(query)
