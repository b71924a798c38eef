"""The files of a closed week: each form is made once, and given out unchanged from then on.

Whenever one is made, first or again, it is the same: it says of its closing what held while its
version was the newest. That there is a newer one is said by the page from which it is fetched.
"""

import dataclasses
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.models.notices import add_once
from publisher.models.weeks import ClosedWeek, ReportFile
from publisher.reports.forms import FORMS
from publisher.reports.snapshot import WeekReport
from publisher.storage import Store, Unreachable

#: The files of a week that was closed longer ago are made when somebody asks for them.
MADE_WITHIN = timedelta(days=30)

log = logging.getLogger(__name__)


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
    content, version = _render(report, form, store)
    name, dot, extension = FORMS[form].file_name(report).rpartition(".")
    mark = f"-v{version}" if version > 1 else ""
    return Made(
        form=form,
        name=f"{name}{mark}{dot}{extension}",
        mime=FORMS[form].mime,
        digest=store.put(content),
        size_bytes=len(content),
    )


def content(form: str, digest: str, store: Store, frozen: Callable[[], WeekReport]) -> bytes:
    """Return a kept file. One that the store has lost is made again of what was frozen.

    :param digest: of the file that was kept
    :param frozen: returns the report of the closed week
    :raises Unreachable: if the store cannot be asked now
    :raises Lost: if it cannot be made as it was
    """
    try:
        return store.get(digest)
    except Unreachable:
        raise
    except OSError:
        log.warning("a %s is lost or damaged; it is to be made again", form)
        return _make_again(frozen(), form, digest, store)


def _make_again(report: WeekReport, form: str, digest: str, store: Store) -> bytes:
    """Make a form that is the very same; another version of Siar, or of a font, may not."""
    content, _version = _render(report, form, store)
    if hashlib.sha256(content).hexdigest() != digest:
        raise Lost(f"{form} is not in the media store")
    store.delete(digest)  # what lies there, if anything, is damaged
    store.put(content)
    return content


def _render(report: WeekReport, form: str, store: Store) -> tuple[bytes, int]:
    """Return a form as it was when the report's version was the newest, and that version."""
    if report.seal is None:
        raise ValueError("only what is closed is kept")
    seal = dataclasses.replace(report.seal, newest=report.seal.version)
    return FORMS[form].render(dataclasses.replace(report, seal=seal), store), seal.version


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
