"""The stop switch of a region: its page for everybody, its buttons for kominfo and operators.

The page is one form and some lists; nothing on it needs a script. While a region is stopped,
every page of its people says so.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectChoice,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from publisher import clock
from publisher.db import db
from publisher.errors import Invalid
from publisher.models.stops import Stop
from publisher.web.access import allow, me, signed_in
from publisher.web.current import catch_up
from publisher.workflow.delivering import resuming, stopping
from publisher.workflow.delivering.resuming import Decision, Fate

bp = Blueprint("stops", __name__, url_prefix="/penghentian")

FATES = {
    Fate.SEND: _l("Tayangkan mulai sekarang, berjarak"),
    Fate.LATER: _l("Beri waktu baru, berjarak"),
    Fate.CANCEL: _l("Batalkan"),
}
PAST = 10
_REQUIRED = InputRequired(_l("Wajib diisi."))
_GAP_MINUTES = int(resuming.LONGEST_GAP / timedelta(minutes=1))


class StopForm(FlaskForm):
    reason = TextAreaField(
        _l("Alasan"),
        [_REQUIRED, Length(max=stopping.REASON_CHARS)],
        description=_l("Dibaca semua perangkat daerah dan pimpinan."),
    )
    sure = BooleanField(
        _l("Ya, hentikan semua penayangan di semua kanal"),
        [InputRequired(_l("Centang untuk memastikan."))],
    )


class ResumeForm(FlaskForm):
    fate = RadioField(
        _l("Yang tertahan"),
        [_REQUIRED],
        choices=[SelectChoice(value, word) for value, word in FATES.items()],
        default=Fate.SEND,
    )
    gap = IntegerField(
        _l("Jarak antarkonten, dalam menit"),
        [InputRequired(_l("Wajib diisi.")), NumberRange(0, _GAP_MINUTES)],
        default=5,
        description=_l("Agar tidak semuanya tayang pada menit yang sama."),
    )
    first_date = DateField(
        _l("Tanggal baru"), [Optional()], description=_l("Hanya bila ada yang diberi waktu baru.")
    )
    first_time = TimeField(_l("Jam baru"), [Optional()])


@bp.get("")
@signed_in
def index() -> str:
    """Tell whether the region is stopped, what that holds, and what was stopped before."""
    return _page()


@bp.post("")
@allow(*stopping.MAY_STOP)
def stop() -> Any:
    """Stop all publishing of the region, and take back what workers had only prepared."""
    form = StopForm()
    if not form.validate_on_submit():
        return _page(stop_form=form), 422
    at, region = clock.now(), me().region
    made = stopping.stop(region, reason=form.reason.data or "", actor=me(), at=at)
    db.session.commit()  # from here on nothing begins
    if made is None:
        flash(_("Penayangan sudah dihentikan sebelumnya; tidak ada yang berubah."), "warning")
        return redirect(url_for(".index"))
    recalled = stopping.recall(made, actor=me(), at=at)
    db.session.commit()
    flash(_("Semua penayangan dihentikan. Tidak ada yang mulai dikirim lagi."), "success")
    if recalled.being_sent:
        flash(_("%(count)s unggahan sudah terlanjur dikirim dan diselesaikan.",
                count=recalled.being_sent), "warning")  # fmt: skip
    return redirect(url_for(".index"))


@bp.post("/lanjutkan")
@allow(*stopping.MAY_STOP)
def resume() -> Any:
    """Let the region go on, with what was decided about each held post."""
    form = ResumeForm()
    standing = stopping.current(me().region_id)
    if standing is None or request.form.get("stop", type=int) != standing.id:
        flash(_("Penghentian itu sudah dilanjutkan; tidak ada yang berubah."), "warning")
        return redirect(url_for(".index"))
    if not form.validate_on_submit():
        return _page(resume_form=form), 422
    try:
        resuming.resume(
            standing, _decision(form), actor=me(), at=clock.now(),
            window=catch_up(),
        )  # fmt: skip
    except Invalid as error:
        db.session.rollback()
        form.form_errors.append(_(error.message, **error.values))
        return _page(resume_form=form), 422
    db.session.commit()
    flash(_("Penayangan dilanjutkan."), "success")
    return redirect(url_for(".index"))


def _decision(form: ResumeForm) -> Decision:
    return Decision(
        fate=Fate(form.fate.data),
        own=_own_fates(),
        first=_first(form),
        gap=timedelta(minutes=form.gap.data or 0),
    )


def _own_fates() -> dict[int, Fate]:
    """Return what was chosen for single posts; the rest goes the way of all."""
    return {
        int(name.removeprefix("own-")): Fate(value)
        for name, value in request.form.items()
        if name.removeprefix("own-").isdecimal() and value in set(Fate)
    }


def _first(form: ResumeForm) -> datetime | None:
    if form.first_date.data is None or form.first_time.data is None:
        return None
    local = datetime.combine(form.first_date.data, form.first_time.data)
    return clock.from_local(local, me().region.zone)


def _page(*, stop_form: StopForm | None = None, resume_form: ResumeForm | None = None) -> str:
    at, person = clock.now(), me()
    standing = stopping.current(person.region_id)
    return render_template(
        "stops/index.html",
        form=stop_form or resume_form,
        stop_form=stop_form or StopForm(formdata=None),
        resume_form=resume_form or ResumeForm(formdata=None),
        fates=FATES,
        standing=standing,
        may_stop=person.role in stopping.MAY_STOP,
        held=resuming.held(person, at=at),
        planned=resuming.planned(person, at=at),
        being_sent=resuming.being_sent(person),
        with_people=resuming.with_people(person),
        past=stopping.past(person.region_id, limit=PAST),
    )


def init_app(app: Flask) -> None:
    @app.context_processor
    def stopped() -> dict[str, Stop | None]:
        """Tell everybody of the region, on every page, that it is stopped."""
        if not current_user.is_authenticated or current_user.password_is_temporary:
            return {}
        return {"stopped": stopping.current(me().region_id)}
