"""Noting that a publication was taken down, since when and why; and taking that back."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import DateField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.errors import Invalid
from publisher.models.deliveries import Delivery
from publisher.models.people import Role
from publisher.web.access import allow, get_delivery, me
from publisher.workflow.delivering import taking_down

bp = Blueprint("takedowns", __name__, url_prefix="/penayangan")
_REQUIRED = InputRequired(_l("Wajib diisi."))


class TakedownForm(FlaskForm):
    down_date = DateField(_l("Tanggal diturunkan"), [_REQUIRED])
    down_time = TimeField(_l("Jam diturunkan"), [_REQUIRED])
    reason = TextAreaField(
        _l("Alasan"),
        [_REQUIRED, Length(max=taking_down.REASON_CHARS)],
        description=_l("Misalnya salah foto, lalu diunggah ulang."),
    )


@bp.route("/<int:delivery_id>/turunkan", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def note(delivery_id: int) -> Any:
    """Note that it was taken down."""
    delivery = get_delivery(delivery_id)
    if delivery.published_at is None:
        abort(404)
    local = clock.in_zone(clock.now(), delivery.office.region.zone)
    form = TakedownForm(data={"down_date": local.date(), "down_time": local.time()})
    if form.validate_on_submit():
        try:
            taking_down.take_down(
                delivery, down_at=_down_at(form, delivery), reason=form.reason.data or "",
                actor=me(), at=clock.now(),
            )  # fmt: skip
        except Invalid as error:
            db.session.rollback()
            form.form_errors.append(_(error.message, **error.values))
        else:
            db.session.commit()
            flash(_("Unggahan dicatat diturunkan."), "success")
            return redirect(_back(get_delivery(delivery_id)))
    delivery = get_delivery(delivery_id)
    page = render_template(
        "reports/takedown.html",
        form=form,
        delivery=delivery,
        back=_back(delivery),
        takedown=taking_down.takedown_of(delivery),
    )
    return page, 422 if form.errors else 200


@bp.post("/<int:delivery_id>/turunkan/batal")
@allow(Role.REVIEWER)
def put_back(delivery_id: int) -> Response:
    """It was a mistake: it is public."""
    delivery = get_delivery(delivery_id)
    seen = request.form.get("seen", "")
    taking_down.put_back(delivery, seen=seen, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Catatan diturunkan dibatalkan."), "success")
    return redirect(_back(delivery))


def _down_at(form: TakedownForm, delivery: Delivery) -> datetime:
    local = datetime.combine(form.down_date.data, form.down_time.data)
    return clock.from_local(local, delivery.office.region.zone)


def _back(delivery: Delivery) -> str:
    """Return the address of the week in which it went out, where it counts or not."""
    at = delivery.published_at or delivery.due_at
    week = Week.of(at, delivery.office.region.zone)
    return url_for("reports.office_week", office_id=delivery.office_id, week=week)
