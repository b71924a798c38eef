"""Dispensations: who owes nothing in which weeks, why, and by whose decision."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.people import Role
from publisher.typed import tidy
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
from publisher.web.registry.forms_quotas import DispensationForm, typed
from publisher.workflow import registering

bp = blueprint("dispensations", "dispensasi")
#: A letter often comes after the week it is about.
WEEKS_BACK, WEEKS_AHEAD = 8, 26


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    return render_template(
        "registry/dispensations/index.html",
        rows=registering.dispensations(region()),
        week_of=Week.of_day,
        sets=me().role is Role.REVIEWER,
    )


@bp.route("/beri", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def give() -> Any:
    this_week = Week.of(clock.now(), region().zone)
    shown = {"first": str(this_week), "last": str(this_week)}
    form = DispensationForm(data={**shown, "office": request.args.get("perangkat", "")})
    form.office.choices = options(office_words())
    numbers = range(-WEEKS_BACK, WEEKS_AHEAD + 1)
    weeks = {str(week): minggu(week) for week in map(this_week.shifted, numbers)}
    form.first.choices = form.last.choices = options(weeks)
    if form.validate_on_submit():
        office = get_office(int(form.office.data))
        if kept(form, lambda: registering.grant(office, _data(form), actor=me(), at=clock.now())):
            flash(_("Dispensasi untuk %(name)s dicatat.", name=office.name), "success")
            return redirect(url_for(".index"))
    return answer(render_template("registry/dispensations/form.html", form=form), form)


@bp.post("/<int:dispensation_id>/cabut")
@allow(Role.REVIEWER)
def revoke(dispensation_id: int) -> Response:
    row = registering.get_dispensation(region(), dispensation_id)
    because = tidy(request.form.get("alasan", ""))
    registering.revoke_dispensation(row, because=because, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Dispensasi dicabut."), "success")
    return redirect(url_for(".index"))


def _data(form: DispensationForm) -> registering.Grant:
    return registering.Grant(
        first=Week.parse(form.first.data),
        last=Week.parse(form.last.data),
        reason=typed(form.reason.data),
        document=typed(form.document.data),
        link=typed(form.link.data),
    )
