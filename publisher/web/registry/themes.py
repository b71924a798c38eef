"""Themes of the region that come back: what they are, when, and what to do on that day."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from publisher import clock
from publisher.db import db
from publisher.models.people import Role
from publisher.web.access import allow, me
from publisher.web.filters import month_names
from publisher.web.registry.common import MANAGERS, answer, blueprint, kept, region
from publisher.web.registry.forms import CHOOSE, REQUIRED, options
from publisher.web.registry.forms_quotas import WEEKDAYS, typed
from publisher.workflow import registering
from publisher.workflow.registering import ThemeData

bp = blueprint("themes", "tema")

WEEKLY, YEARLY = "minggu", "tahun"


class ThemeForm(FlaskForm):
    name = StringField(
        _l("Nama tema"), [REQUIRED], description=_l("Misalnya Kamis Jawa atau Hari Jadi.")
    )
    advice = StringField(
        _l("Petunjuk"),
        [Optional()],
        description=_l("Apa yang diharapkan pada hari itu, misalnya: pakai bahasa Jawa."),
    )
    again = RadioField(
        _l("Berulang"),
        [CHOOSE],
        choices=options({WEEKLY: _l("Setiap minggu"), YEARLY: _l("Setiap tahun")}),
    )
    weekday = SelectField(
        _l("Hari"),
        [Optional()],
        choices=options({"": "–", **WEEKDAYS}),
        description=_l("Untuk tema setiap minggu."),
    )
    day = IntegerField(_l("Tanggal"), [Optional()], description=_l("Untuk tema setiap tahun."))
    month = SelectField(_l("Bulan"), [Optional()])
    seen = HiddenField()

    def theme(self) -> ThemeData:
        weekly = self.again.data == WEEKLY
        return ThemeData(
            name=typed(self.name.data),
            advice=typed(self.advice.data),
            weekday=int(self.weekday.data or 0) if weekly else None,
            month=None if weekly else int(self.month.data or 1),
            day=None if weekly else self.day.data or 0,
        )


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    return render_template(
        "registry/themes/index.html",
        themes=registering.themes(region()),
        weekdays=WEEKDAYS,
        months=month_names(),
        sets=me().role is Role.REVIEWER,
    )


@bp.route("/baru", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def new() -> Any:
    form = _form(again=WEEKLY)
    if form.validate_on_submit():
        made = kept(
            form,
            lambda: registering.add_theme(region(), form.theme(), actor=me(), at=clock.now()),
        )
        if made:
            flash(_("Tema “%(name)s” disimpan.", name=made.name), "success")
            return redirect(url_for(".index"))
    return answer(render_template("registry/themes/form.html", form=form, row=None), form)


@bp.route("/<int:theme_id>", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def edit(theme_id: int) -> Any:
    row = registering.get_theme(region(), theme_id)
    form = _form(
        name=row.name, advice=row.advice, again=WEEKLY if row.weekday else YEARLY,
        weekday=str(row.weekday or ""), day=row.day, month=str(row.month or 1),
        seen=registering.stamp(row),
    )  # fmt: skip
    if form.validate_on_submit():

        def step() -> bool:
            seen, data = form.seen.data or "", form.theme()
            registering.edit_theme(row, data, seen=seen, actor=me(), at=clock.now())
            return True

        if kept(form, step):
            flash(_("Tema “%(name)s” disimpan.", name=row.name), "success")
            return redirect(url_for(".index"))
    return answer(render_template("registry/themes/form.html", form=form, row=row), form)


@bp.post("/<int:theme_id>/hapus")
@allow(Role.REVIEWER)
def end(theme_id: int) -> Response:
    row = registering.get_theme(region(), theme_id)
    registering.end_theme(row, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Tema “%(name)s” tidak ditampilkan lagi.", name=row.name), "success")
    return redirect(url_for(".index"))


def _form(**data: Any) -> ThemeForm:
    form = ThemeForm(data=data)
    form.month.choices = options({str(n): name for n, name in month_names().items()})
    return form
