"""The page on which kominfo sets by what posts are checked: weights, hotlines, words."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from publisher import clock
from publisher.db import db
from publisher.errors import N_, Invalid, PublisherError
from publisher.models.people import Role
from publisher.models.places import Office
from publisher.web.access import allow, get_office, me
from publisher.workflow import checking, registering

bp = Blueprint("yardsticks", __name__, url_prefix="/telaah/patokan")


@bp.get("")
@allow(Role.REVIEWER)
def index() -> str:
    return _page()


@bp.post("/bobot")
@allow(Role.REVIEWER)
def weigh() -> Any:
    told = {point.name: request.form.get(point.name, -1, type=int) for point in checking.POINTS}
    checking.set_weights(me().region, told, actor=me(), at=clock.now())
    return _done(_("Bobot disimpan."), "bobot")


@bp.post("/nomor")
@allow(Role.REVIEWER)
def add_hotline() -> Any:
    number, label = request.form.get("nomor", "")[:40], request.form.get("layanan", "")
    office = _office()
    checking.add_hotline(me().region, number, label, office=office, actor=me(), at=clock.now())
    return _done(_("Nomor layanan disimpan."), "nomor")


@bp.post("/nomor/<int:hotline_id>/hapus")
@allow(Role.REVIEWER)
def remove_hotline(hotline_id: int) -> Any:
    if not checking.remove_hotline(me().region, hotline_id, actor=me(), at=clock.now()):
        abort(404)
    return _done(_("Nomor layanan dihapus."), "nomor")


@bp.post("/kata")
@allow(Role.REVIEWER)
def add_words() -> Any:
    return _done(learn(request.form.get("kata", "")), "kata")


@bp.post("/kata/hapus")
@allow(Role.REVIEWER)
def remove_word() -> Any:
    if checking.remove_word(
        me().region, request.form.get("kata", "")[:40], actor=me(), at=clock.now()
    ):
        return _done(_("Kata dihapus."), "kata")
    return redirect(url_for(".index", _anchor="kata"))


@bp.errorhandler(PublisherError)
def show_what_stopped_it(error: PublisherError) -> Any:
    """Show the page with what was typed, and what is wrong with it."""
    db.session.rollback()
    return _page(stopped_by=error), error.status


def learn(text: str) -> str:
    """Take the words of a text for right from now on; return what is said of that."""
    new = checking.add_words(me().region, text[:20_000], actor=me(), at=clock.now())
    return ngettext("%(num)s kata ditambahkan.", "%(num)s kata ditambahkan.", new)


def _office() -> Office | None:
    """Return the office that a number is for, of the reviewer's region; None: for all."""
    chosen = request.form.get("perangkat_daerah", "")
    if not chosen:
        return None
    if not chosen.isdecimal() or len(chosen) > 18:
        raise Invalid(N_("Pilih perangkat daerah dari daftar."))
    return get_office(int(chosen))


def _page(**given: Any) -> str:
    region = me().region
    weights = checking.weights(region.id)
    return render_template(
        "reviews/yardsticks.html",
        points=checking.POINTS,
        weights=weights,
        total=sum(weights.values()),
        hotlines=checking.hotlines(region),
        words=checking.words(region),
        offices=registering.current_offices(region, clock.now()),
        typed=request.form,
        **{"stopped_by": None, **given},
    )


def _done(said: str, place: str) -> Any:
    db.session.commit()
    flash(said, "success")
    return redirect(url_for(".index", _anchor=place))
