"""The end of a week: who is behind, what offices object, closing it, correcting it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from publisher import clock
from publisher.clock import Week
from publisher.models.people import OFFICE_ROLES, Role
from publisher.models.places import Region, lock_region
from publisher.reports import reminders
from publisher.typed import tidy
from publisher.web.access import allow, get_office, me
from publisher.web.filters import minggu
from publisher.web.registry.common import answer, kept
from publisher.web.registry.forms import options
from publisher.web.registry.forms_quotas import WEEKDAYS
from publisher.web.reports import read_week
from publisher.workflow import closing, registering, reporting
from publisher.workflow.closing.common import REASON_CHARS, TEXT_CHARS
from publisher.workflow.informing import numbers

bp = Blueprint("closing", __name__, url_prefix="/laporan")
_REQUIRED = InputRequired(_l("Wajib diisi."))
#: Days after the week that may be chosen for objections: the week after has seven.
MOST_DAYS = 6
HOURS = {str(hour): f"{hour:02d}.00" for hour in range(24)}


class ReasonForm(FlaskForm):
    reason = TextAreaField(_l("Alasan"), [Optional(), Length(max=REASON_CHARS)])


class CorrectionForm(FlaskForm):
    reason = TextAreaField(_l("Alasan koreksi"), [_REQUIRED, Length(max=REASON_CHARS)])


class ObjectionForm(FlaskForm):
    text = TextAreaField(
        _l("Apa yang menurut Anda keliru?"),
        [_REQUIRED, Length(max=TEXT_CHARS)],
        description=_l("Misalnya konten yang sudah tayang tetapi belum dihitung, dan kapan."),
    )
    link = StringField(_l("Tautan pendukung"), [Optional()])


class AnswerForm(FlaskForm):
    verdict = RadioField(
        _l("Keputusan"),
        [_REQUIRED],
        choices=options(
            {
                "accept": _l("Terima: angkanya diperbaiki"),
                "decline": _l("Tidak diterima: angkanya tetap"),
            }
        ),
    )
    answer = TextAreaField(
        _l("Jawaban"),
        [_REQUIRED, Length(max=TEXT_CHARS)],
        description=_l("Apa yang berubah, atau mengapa tidak. Perangkat daerah membacanya."),
    )


class TimetableForm(FlaskForm):
    day = SelectField(_l("Minggu ditutup pada hari"), [_REQUIRED], choices=options(WEEKDAYS))
    hour = SelectField(
        _l("Pukul"),
        [_REQUIRED],
        choices=options({str(hour): f"{hour:02d}.00" for hour in range(24)}),
    )
    objection_days = SelectField(
        _l("Sanggahan diterima sampai"),
        [_REQUIRED],
        choices=options(
            {"0": _l("minggunya berakhir")}
            | {str(number): WEEKDAYS[str(number)] for number in range(1, MOST_DAYS + 1)}
        ),
        description=_l("Sampai pukul 24.00 hari itu."),
    )


@bp.get("/<week>/belum")
@allow(Role.REVIEWER)
def behind(week: str) -> str:
    """Show who has not reached the target, with a message for each and one for the group."""
    region, of_week = me().region, _week(week)
    report = reporting.week_report(region, of_week, at=clock.now())
    found = reminders.reminders(report, closing.keepers(region))
    return render_template(
        "closing/behind.html",
        report=report,
        week=of_week,
        found=found,
        group=reminders.for_the_group(report, found),
        numbers=numbers.of_region(region),
    )


@bp.route("/<week>/tutup", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def close(week: str) -> Any:
    """Ask, then close a week for good."""
    region, of_week, form = me().region, _week(week), ReasonForm()
    if form.validate_on_submit() and kept(form, lambda: _close(region, of_week, form)):
        flash(_("Sudah ditutup: %(week)s.", week=minggu(of_week)), "success")
        return redirect(url_for("reports.week", week=week))
    region = me().region
    now = clock.now()
    page = render_template(
        "closing/close.html",
        form=form,
        week=of_week,
        waiting=closing.waiting(region, of_week),
        fault=closing.turn(region, of_week, at=now),
        early=now < closing.closes_at(region, of_week),
        closes_at=closing.closes_at(region, of_week),
        back=url_for("reports.week", week=week),
    )
    return answer(page, form)


@bp.route("/<week>/koreksi", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def correct(week: str) -> Any:
    """Freeze a closed week once more, as its rows stand now."""
    region, of_week = me().region, _week(week)
    form = CorrectionForm(data={"reason": _because(region)})
    if closing.latest(region, of_week) is None:
        return redirect(url_for(".close", week=week))
    if form.validate_on_submit() and kept(form, lambda: _correct(region, of_week, form)):
        flash(_("Koreksi disimpan sebagai versi baru. Versi lama tetap ada."), "success")
        return redirect(url_for("reports.week", week=week))
    region = me().region
    newest = closing.latest(region, of_week)
    if newest is None:
        abort(404)
    page = render_template(
        "closing/correct.html",
        form=form,
        week=of_week,
        newest=newest,
        before=closing.read(newest, newest=newest.version),
        after=reporting.week_report(region, of_week, at=clock.now()),
        back=url_for("reports.week", week=week),
    )
    return answer(page, form)


@bp.route("/perangkat-daerah/<int:office_id>/<week>/sanggah", methods=["GET", "POST"])
@allow(*OFFICE_ROLES)
def file(office_id: int, week: str) -> Any:
    """Object to the office's number of a week."""
    office, of_week, form = get_office(office_id), _week(week), ObjectionForm()
    back = url_for("reports.office_week", office_id=office_id, week=week)

    def step() -> Any:
        return closing.file(
            office, of_week, text=_typed(form.text), link=_typed(form.link), actor=me(),
            at=clock.now(),
        )  # fmt: skip

    if form.validate_on_submit() and kept(form, step):
        flash(_("Sanggahan diajukan. Jawabannya tampil di halaman ini."), "success")
        return redirect(back + "#sanggahan")
    office = get_office(office_id)
    page = render_template(
        "closing/object.html",
        form=form,
        office=office,
        week=of_week,
        until=closing.objects_until(office.region, of_week),
        fault=closing.may_object(office, of_week, at=clock.now()),
        back=back,
    )
    return answer(page, form)


@bp.get("/sanggahan")
@allow(Role.REVIEWER)
def objections() -> str:
    """List what waits for an answer, and what was answered."""
    region = me().region
    return render_template(
        "closing/objections.html",
        waiting=closing.filed(region, waiting=True),
        answered=closing.filed(region, waiting=False),
    )


@bp.route("/sanggahan/<int:objection_id>", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def objection(objection_id: int) -> Any:
    """Answer an objection."""
    row, form = closing.get_objection(me().region, objection_id), AnswerForm()
    if row is None:
        abort(404)

    def step() -> bool:
        decide = closing.accept if form.verdict.data == "accept" else closing.decline
        decide(row, answer=_typed(form.answer), actor=me(), at=clock.now())
        return True

    if form.validate_on_submit() and kept(form, step):
        flash(_("Jawaban disimpan dan disampaikan ke perangkat daerah."), "success")
        return redirect(url_for(".objections"))
    return answer(render_template("closing/objection.html", form=form, row=row), form)


@bp.route("/jadwal-tutup", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def timetable() -> Any:
    """Say on which day and hour weeks close, and until when offices may object."""
    region = me().region
    names = ("day", "hour", "objection_days")
    shown = {"day": region.closing_day, "hour": region.closing_hour}
    shown["objection_days"] = region.objection_days
    form = TimetableForm(data={name: str(shown[name]) for name in names})

    def step() -> bool:
        data = closing.Settings(**{name: int(form[name].data) for name in names})
        closing.set_timetable(region, data, actor=me(), at=clock.now())
        return True

    if form.validate_on_submit() and kept(form, step):
        flash(_("Jadwal penutupan disimpan."), "success")
        return redirect(url_for("reports.index"))
    return answer(render_template("closing/timetable.html", form=form), form)


def _close(region: Region, week: Week, form: ReasonForm) -> Any:
    region, now = lock_region(region.id), clock.now()
    report = reporting.week_report(region, week, at=now)
    return closing.close(region, report, by=me(), at=now, reason=_typed(form.reason))


def _correct(region: Region, week: Week, form: CorrectionForm) -> Any:
    region, now = lock_region(region.id), clock.now()
    report = reporting.week_report(region, week, at=now)
    seen = request.form.get("version", 0, type=int)
    return closing.correct(region, report, by=me(), at=now, reason=_typed(form.reason), seen=seen)


def _because(region: Region) -> str:
    """Return why a week is corrected, where somebody comes from a dispensation of the region."""
    number = request.args.get("dispensasi", type=int)
    if number is None:
        return ""
    row = registering.get_dispensation(region, number)
    return _(
        "Dispensasi %(office)s: %(reason)s (%(document)s)", office=row.office.name,
        reason=row.reason, document=row.document,
    )[:REASON_CHARS]  # fmt: skip


def _typed(field: Any) -> str:
    return tidy(field.data or "")


def _week(text: str) -> Week:
    return read_week(text, me().region.zone)
