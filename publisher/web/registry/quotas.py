"""Weekly targets: what holds now, what is planned, what was; a change, and an end of an own one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.people import Role
from publisher.models.quotas import QuotaRule
from publisher.web.access import allow, get_office, me
from publisher.web.filters import minggu
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    chosen_office,
    kept,
    office_words,
    region,
)
from publisher.web.registry.forms import QuotaForm, options
from publisher.workflow import registering

bp = blueprint("quotas", "target")
WEEKS_OFFERED = 14


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    targets = registering.targets(region(), at=clock.now())
    return render_template(
        "registry/quotas/index.html",
        targets=targets,
        week_of=Week.of_day,
        sets=me().role is Role.REVIEWER,
    )


@bp.route("/ubah", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def change() -> Any:
    earliest = registering.earliest_change(region(), None, clock.now())
    form = QuotaForm(data={"office": request.args.get("perangkat", ""), "week": str(earliest)})
    form.office.choices = options({"": _("Seluruh daerah"), **office_words()})
    form.week.choices = options(_week_words())
    if form.validate_on_submit() and kept(form, lambda: _set(form)):
        flash(_("Target mingguan disimpan."), "success")
        return redirect(url_for(".index"))
    return answer(render_template("registry/quotas/form.html", form=form), form)


@bp.post("/<int:office_id>/akhiri")
@allow(Role.REVIEWER)
def end(office_id: int) -> Response:
    """Let the region's target hold for an office again, from next week on."""
    office, now = get_office(office_id), clock.now()
    week = registering.earliest_change(region(), office, now)
    registering.end_office_quota(office, week=week, actor=me(), at=now)
    db.session.commit()
    message = _(
        "Mulai %(week)s, %(name)s mengikuti target daerah.", week=minggu(week), name=office.name
    )
    flash(message, "success")
    return redirect(url_for(".index"))


def _set(form: QuotaForm) -> QuotaRule:
    return registering.set_quota(
        region(),
        office=chosen_office(form.office.data),
        minimum=form.minimum.data,
        week=Week.parse(form.week.data),
        actor=me(),
        at=clock.now(),
    )


def _week_words() -> dict[str, str]:
    """Return this week and the following ones; what is too early is refused with the reason."""
    first = Week.of(clock.now(), region().zone)
    weeks = (first.shifted(number) for number in range(WEEKS_OFFERED))
    return {str(week): minggu(week) for week in weeks}
