"""Working days: the days of the region by decree, and the weekdays of single offices."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.people import Role
from publisher.web.access import allow, get_office, me
from publisher.web.filters import minggu
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    kept,
    office_words,
    region,
)
from publisher.web.registry.forms import options
from publisher.web.registry.forms_quotas import WEEKDAYS, DayForm, PatternForm, typed
from publisher.web.registry.quotas import week_words
from publisher.workflow import registering

bp = blueprint("calendars", "hari-kerja")


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    return render_template(
        "registry/calendars/index.html",
        calendars=registering.calendars(region(), at=clock.now()),
        weekdays=WEEKDAYS,
        week_of=Week.of_day,
        sets=me().role is Role.REVIEWER,
    )


@bp.route("/tanggal", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def day() -> Any:
    form = DayForm()
    if form.validate_on_submit():
        added = kept(
            form,
            lambda: registering.add_day(
                region(), form.day.data, works=form.works.data == "kerja",
                name=typed(form.name.data), source=typed(form.source.data),
                actor=me(), at=clock.now(),
            ),
        )  # fmt: skip
        if added:
            flash(_("Kalender hari kerja disimpan."), "success")
            return redirect(url_for(".index"))
    return answer(render_template("registry/calendars/day.html", form=form), form)


@bp.post("/tanggal/<int:day_id>/hapus")
@allow(Role.REVIEWER)
def end_day(day_id: int) -> Response:
    row = registering.get_calendar_day(region(), day_id)
    registering.end_day(row, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Untuk tanggal itu berlaku lagi kalender nasional."), "success")
    return redirect(url_for(".index"))


@bp.route("/perangkat-daerah", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def pattern() -> Any:
    weeks = week_words()
    form = PatternForm(data={"weekdays": list("12345"), "week": next(iter(weeks))})
    form.office.choices = options(office_words())
    form.week.choices = options(weeks)
    if form.validate_on_submit():
        added = kept(
            form,
            lambda: registering.set_pattern(
                get_office(int(form.office.data)),
                weekdays="".join(form.weekdays.data or ()),
                rests_on_holidays=form.holidays.data == "libur",
                source=typed(form.source.data),
                week=Week.parse(form.week.data),
                actor=me(),
                at=clock.now(),
            ),
        )
        if added:
            flash(_("Hari kerja perangkat daerah disimpan."), "success")
            return redirect(url_for(".index"))
    return answer(render_template("registry/calendars/pattern.html", form=form), form)


@bp.post("/perangkat-daerah/<int:pattern_id>/akhiri")
@allow(Role.REVIEWER)
def end_pattern(pattern_id: int) -> Response:
    """Let an office work from Monday to Friday again, from next week on."""
    row, now = registering.get_pattern(region(), pattern_id), clock.now()
    week = Week.of(now, region().zone).next()
    registering.end_pattern(row, week=week, actor=me(), at=now)
    db.session.commit()
    message = _(
        "Mulai %(week)s, %(name)s bekerja Senin sampai Jumat.",
        week=minggu(week), name=row.office.name,
    )  # fmt: skip
    flash(message, "success")
    return redirect(url_for(".index"))
