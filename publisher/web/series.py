"""Series: what an office posts again and again, and when its next drafts come.

A draft that is due when a series is saved is made with it; the clock makes the others.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import db, read_only
from publisher.engine.repeating import days_off
from publisher.errors import PublisherError
from publisher.models.people import Role
from publisher.models.series import Series
from publisher.web import failures
from publisher.web.access import allow, form_version, get_post, get_series, me
from publisher.web.filters import tanggal
from publisher.web.forms_series import BOUNDS, data_from, data_of, series_form, typed
from publisher.web.registry.common import answer, kept
from publisher.web.registry.forms_quotas import WEEKDAYS
from publisher.workflow import drafting, repeating

bp = Blueprint("series", __name__, url_prefix="/rangkaian")

READERS = (Role.DRAFTER, Role.HEAD)


@bp.get("")
@allow(*READERS)
def index() -> str:
    read_only()
    rows = repeating.of_office(me().office_id or 0)
    return render_template("series/index.html", rows=rows, **_words())


@bp.route("/baru", methods=["GET", "POST"])
@allow(Role.DRAFTER)
def new() -> Any:
    """Begin a series, from nothing or from a post."""
    source = request.args.get("dari", type=int)
    post = get_post(source) if source else None
    now, zone = clock.now(), g.zone
    form = series_form(_accounts(), data_from(post, clock.in_zone(now, zone).date(), zone))
    if form.validate_on_submit():
        made = _kept(form, lambda: _start(form))
        if made:
            flash(_said(_("Rangkaian disimpan."), made[1]), "success")
            return redirect(url_for(".show", series_id=made[0].id))
    return _form(form, None)


@bp.get("/<int:series_id>")
@allow(*READERS)
def show(series_id: int) -> str:
    read_only()
    series, now = get_series(series_id), clock.now()
    return render_template(
        "series/show.html",
        series=series,
        ahead=repeating.ahead(series, days_off=days_off, at=now),
        days=repeating.days(series),
        untouched=len(repeating.untouched(series)),
        **_words(),
    )


@bp.route("/<int:series_id>/ubah", methods=["GET", "POST"])
@allow(Role.DRAFTER)
def edit(series_id: int) -> Any:
    series = get_series(series_id)
    form = series_form(_accounts(), data_of(series))
    if form.validate_on_submit():
        made = _kept(form, lambda: _change(series, form), series_id)
        if made:
            flash(
                _said(_("Perubahan disimpan. Draf yang sudah dibuat tetap apa adanya."), made[1]),
                "success",
            )
            return redirect(url_for(".show", series_id=series_id))
    return _form(form, series)


@bp.post("/<int:series_id>/jeda")
@allow(Role.DRAFTER)
def pause(series_id: int) -> Response:
    repeating.pause(get_series(series_id), actor=me(), at=clock.now(), version=form_version())
    return _done(series_id, _("Rangkaian dijeda. Tidak ada draf baru sampai Anda melanjutkannya."))


@bp.post("/<int:series_id>/lanjutkan")
@allow(Role.DRAFTER)
def resume(series_id: int) -> Response:
    now, series = clock.now(), get_series(series_id)
    repeating.resume(series, actor=me(), at=now, version=form_version())
    made = repeating.make(series_id, days_off=days_off, at=now)
    return _done(series_id, _said(_("Rangkaian berjalan lagi, mulai hari ini."), made))


@bp.post("/<int:series_id>/akhiri")
@allow(Role.DRAFTER)
def finish(series_id: int) -> Response:
    """End it; with the drafts that nobody touched, if so wished."""
    now, series = clock.now(), get_series(series_id)
    repeating.finish(series, actor=me(), at=now, version=form_version())
    said = _("Rangkaian diakhiri. Draf yang sudah dibuat tetap ada.")
    if "tarik" in request.form:
        count = repeating.withdraw_untouched(series, actor=me(), at=now)
        said = _("Rangkaian diakhiri dan %(count)s draf ditarik kembali.", count=count)
    return _done(series_id, said)


@bp.post("/<int:series_id>/tarik-draf")
@allow(Role.DRAFTER)
def withdraw(series_id: int) -> Response:
    count = repeating.withdraw_untouched(get_series(series_id), actor=me(), at=clock.now())
    return _done(
        series_id, _("%(count)s draf ditarik kembali. Isinya tetap dapat disalin.", count=count)
    )


@bp.post("/<int:series_id>/lewati")
@allow(Role.DRAFTER)
def skip(series_id: int) -> Response:
    series, day = get_series(series_id), _day()
    repeating.skip(series, day, actor=me(), at=clock.now())
    return _done(series_id, _("%(day)s dilewati.", day=tanggal(day)))


@bp.post("/<int:series_id>/kembalikan")
@allow(Role.DRAFTER)
def unskip(series_id: int) -> Response:
    series, day, now = get_series(series_id), _day(), clock.now()
    repeating.unskip(series, day, actor=me(), at=now)
    repeating.make(series_id, days_off=days_off, at=now)
    return _done(series_id, _("%(day)s tidak jadi dilewati.", day=tanggal(day)))


def _accounts() -> Any:
    return drafting.publishable_accounts(me().office_id or 0)


def _start(form: Any) -> tuple[Series, int]:
    now = clock.now()
    series = repeating.start(typed(form), actor=me(), at=now)
    return series, repeating.make(series.id, days_off=days_off, at=now)


def _change(series: Series, form: Any) -> tuple[Series, int]:
    now, seen = clock.now(), form_version()
    series = repeating.change(series, typed(form), actor=me(), at=now, version=seen)
    return series, repeating.make(series.id, days_off=days_off, at=now)


def _kept(
    form: Any, step: Callable[[], tuple[Series, int]], series_id: int | None = None
) -> tuple[Series, int] | None:
    """Take a step and commit it, or say in the form what stands in its way: nothing typed is lost.
    Who saves once more after somebody else did has then decided to."""
    try:
        return kept(form, step)
    except PublisherError as error:
        db.session.rollback()
        form.form_errors.append(failures.sentence(error))
        if series_id is not None:
            form.version.data = get_series(series_id).version
    return None


def _said(what: str, made: int) -> str:
    if not made:
        return what
    return f"{what} {_('%(count)s draf langsung dibuat.', count=made)}"


def _done(series_id: int, said: str) -> Response:
    db.session.commit()
    flash(said, "success")
    return redirect(url_for(".show", series_id=series_id))


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("tanggal", ""))
    except ValueError as error:
        raise repeating.NotThatDay from error


def _form(form: Any, series: Series | None) -> Any:
    page = render_template(
        "series/form.html",
        form=form,
        series=series,
        bounds=BOUNDS,
        placeholders=repeating.PLACEHOLDERS,
        zone_name=clock.zone_name(g.zone),
    )
    return answer(page, form)


def _words() -> dict[str, Any]:
    return {"weekdays": WEEKDAYS, "may_write": me().role is Role.DRAFTER}
