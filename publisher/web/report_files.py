"""The week as files: made at once, or for a large region prepared by a worker while one waits."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from flask import (
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from publisher import clock
from publisher.clock import Week
from publisher.db import begin_writing, db
from publisher.models.weeks import ClosedWeek, ReportFile
from publisher.reports.forms import FORMS
from publisher.reports.snapshot import WeekReport
from publisher.storage import Unreachable
from publisher.web.access import allow, me
from publisher.web.current import store
from publisher.web.reports import REGION_ROLES, bp, read_week, report_of, version_of
from publisher.workflow import closing
from publisher.workflow.closing import filing, preparing

__all__ = ["bp"]
LOST = _l(
    "Berkas ini hilang dari tempat penyimpanan dan tidak dapat dibuat lagi persis sama. Angkanya "
    "aman dan tetap terbaca di halaman ini. Minta operator memulihkannya dari cadangan media."
)
_File = tuple[str, bytes]  # its name, and what is in it
#: What grows with the region, as a part of an address.
_LONG = "<any(pdf, xlsx, csv, json):form>"


@bp.get("/<week>.<any(pdf, png, xlsx, txt, csv, json):form>")
@allow(*REGION_ROLES)
def week_file(week: str, form: str) -> AnyResponse:
    """Send the region's week in one of its forms; `?unduh` saves what a browser would show."""
    of_week, wanted = read_week(week, me().region.zone), FORMS[form]
    large = wanted.grows and preparing.is_large(me().region)
    try:
        found = _prepared(of_week, form) if large else _made(of_week, form)
    except Unreachable:
        abort(503)
    except filing.Lost:
        flash(LOST, "danger")
        return redirect(url_for(".week", week=week, versi=_version()))
    if found is None:
        return redirect(url_for(".file_page", week=week, form=form, versi=_version()))
    name, content = found
    response = Response(content, content_type=wanted.mime)
    shown = wanted.shown and "unduh" not in request.args
    how = "inline" if shown else "attachment"
    response.headers.set("Content-Disposition", how, filename=name)
    return response


@bp.get(f"/<week>/berkas/{_LONG}")
@allow(*REGION_ROLES)
def file_page(week: str, form: str) -> Any:
    """Show how far a file is; a script that knows that already is told nothing."""
    of_week = read_week(week, me().region.zone)
    g.zone = me().region.zone
    closed, _versions = version_of(of_week)
    kept = filing.kept(closed, form) if closed else None
    file = None if kept else preparing.find(me().region, of_week, closed, form)
    step = "ready" if kept else file.step.value if file else ""
    if request.args.get("tahap") == step:
        return Response(status=204)
    return render_template(
        "reports/file.html",
        week=of_week, form=FORMS[form], closed=closed, kept=kept, file=file, step=step,
        pending=file is not None and file.step in preparing.PENDING, until=_until(file),
        version=_version(), late=preparing.is_late(file, at=clock.now()) if file else False,
    )  # fmt: skip


@bp.post(f"/<week>/berkas/{_LONG}")
@allow(*REGION_ROLES)
def prepare_file(week: str, form: str) -> AnyResponse:
    """Let a file be made."""
    of_week = read_week(week, me().region.zone)
    closed, _versions = version_of(of_week)
    if closed is None or filing.kept(closed, form) is None:
        now = clock.now()
        old = preparing.ask(me().region, of_week, closed, form, actor=me(), at=now)
        db.session.commit()
        if old:
            with suppress(OSError):  # nobody can reach it any more; an operator may tidy up
                store().delete(old)
    return redirect(url_for(".file_page", week=week, form=form, versi=_version()), code=303)


def _until(file: Any) -> datetime | None:
    return file.asked_at + preparing.KEPT if file else None


def _version() -> int | None:
    return request.args.get("versi", type=int)


def _prepared(week: Week, form: str) -> _File | None:
    """Return what a worker has made; None: it has to be asked for."""
    closed, _versions = version_of(week)
    file = filing.kept(closed, form) if closed else None
    try:
        if closed is not None and file is not None:
            return _content(closed, file)
        found = None if closed else preparing.find(me().region, week, None, form)
        if found is not None and found.digest:
            return found.name, preparing.content(found, store())
    except FileNotFoundError:
        flash(_("Berkasnya sudah tidak disimpan. Siapkan lagi."), "warning")
    return None


def _made(week: Week, form: str) -> _File:
    report, closed, _versions = report_of(week)
    if closed is None:
        return FORMS[form].file_name(report), FORMS[form].render(report, store())
    return _content(closed, _kept(closed, report, form))


def _content(closed: ClosedWeek, file: ReportFile) -> _File:
    """Return a kept file, which may have to be made again."""
    name, frozen = file.name, partial(closing.read_id, closed.id)
    return name, filing.content(file.form, file.digest, store(), frozen)


def _kept(closed: ClosedWeek, report: WeekReport, form: str) -> ReportFile:
    """Return the file of a form of a closed week; made once, by the worker or now."""
    file = filing.kept(closed, form)
    if file is None:
        closed_id = closed.id
        made = filing.make(report, form, store())
        begin_writing()
        filing.keep(closed_id, made, at=clock.now())
        db.session.commit()
        file = filing.kept(db.session.get_one(ClosedWeek, closed_id), form)
        if file is None:
            abort(500)
    return file
