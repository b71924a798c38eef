"""The deliveries board: what is out, what waits, and what needs a person."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db
from publisher.models.accounts import AccountStatus
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import Role
from publisher.platforms import PLATFORM_NAMES, http
from publisher.web.access import allow, get_delivery, me
from publisher.web.filters import waktu
from publisher.workflow.delivering import board, looking, people
from publisher.workflow.delivering.board import Group

bp = Blueprint("deliveries", __name__, url_prefix="/penayangan")

READERS = (Role.DRAFTER, Role.HEAD, Role.REVIEWER, Role.OPERATOR)


@bp.get("")
@allow(*READERS)
def index() -> str:
    """List one group of deliveries."""
    wanted = request.args.get("kelompok", "")
    group = Group(wanted) if wanted in set(Group) else Group.NEEDS_PERSON
    page = request.args.get("halaman", 1, type=int)
    return render_template("deliveries/index.html", board=board.board(me(), group, page=page))


@bp.get("/<int:delivery_id>")
@allow(*READERS)
def show(delivery_id: int) -> str:
    """Tell all about one delivery, and offer what is safe to do now."""
    return _page(get_delivery(delivery_id))


@bp.post("/<int:delivery_id>/coba-lagi")
@allow(Role.DRAFTER, Role.REVIEWER)
def retry(delivery_id: int) -> Any:
    """Queue it once more."""
    delivery = get_delivery(delivery_id)
    people.try_again(delivery, actor=me(), at=clock.now(), window=_window())
    return _done(delivery, _("Unggahan masuk antrean lagi dan dikirim sebentar lagi."))


@bp.post("/<int:delivery_id>/batalkan")
@allow(Role.DRAFTER, Role.REVIEWER)
def cancel(delivery_id: int) -> Any:
    """Take it out of the queue."""
    delivery = get_delivery(delivery_id)
    people.cancel(delivery, actor=me(), at=clock.now(), reason=request.form.get("alasan", "")[:500])
    return _done(delivery, _("Penayangan dibatalkan. Tidak ada yang akan dikirim."))


@bp.post("/<int:delivery_id>/tandai-tayang")
@allow(Role.REVIEWER)
def prove(delivery_id: int) -> Any:
    """Mark it as out, with the link that proves it."""
    delivery = get_delivery(delivery_id)
    people.prove(delivery, actor=me(), at=clock.now(), link=request.form.get("tautan", ""))
    return _done(delivery, _("Dicatat sebagai tayang, dengan tautan sebagai buktinya."))


@bp.post("/<int:delivery_id>/belum-tayang")
@allow(Role.REVIEWER)
def not_out(delivery_id: int) -> Any:
    """A person looked at the account: it is not there."""
    delivery = get_delivery(delivery_id)
    seen = request.form.get("seen", type=int, default=-1)
    people.say_not_out(delivery, seen=seen, actor=me(), at=clock.now(), window=_window())
    return _done(delivery, _("Unggahan dikirim lagi sebentar lagi."))


def _window() -> timedelta:
    return timedelta(hours=current_app.config["CATCH_UP_HOURS"])


def _done(delivery: Delivery, message: str) -> Any:
    db.session.commit()
    flash(message, "success")
    return redirect(url_for(".show", delivery_id=delivery.id))


def _page(delivery: Delivery) -> str:
    return render_template("deliveries/show.html", delivery=delivery, next_step=next_step(delivery))


def next_step(delivery: Delivery) -> str:
    """Say in one sentence what Siar will do next, or what a person must."""
    when = "" if delivery.next_at >= looking.NEVER else waktu(delivery.next_at)
    match delivery.status:
        case DeliveryStatus.PENDING if delivery.account.status is AccountStatus.RECONNECT:
            return _("Menunggu akun disambungkan. Setelah itu Siar mengirimnya dengan sendirinya.")
        case DeliveryStatus.PENDING:
            return _("Siar mengirimnya pada %(when)s.", when=when)
        case DeliveryStatus.CLAIMED | DeliveryStatus.SENDING:
            return _("Siar sedang mengirimnya sekarang.")
        case DeliveryStatus.UNKNOWN if when:
            return _("Siar memeriksa akun pada %(when)s dan memutuskan setelah itu.", when=when)
        case DeliveryStatus.UNKNOWN:
            return _("Siar menunggu jawaban Anda: sudah tayang, atau belum?")
        case DeliveryStatus.PUBLISHED:
            return _("Selesai. Unggahan ini tidak akan dikirim lagi.")
        case DeliveryStatus.CANCELLED:
            return _("Selesai. Penayangan ini dibatalkan.")
        case _:
            return _("Siar tidak mencoba lagi dengan sendirinya. Anda yang memutuskan.")


def account_page(delivery: Delivery) -> str:
    """Return where a person can look at the account itself."""
    account = delivery.account
    pages = {
        "x": f"https://x.com/{account.handle}",
        "facebook": f"https://www.facebook.com/{account.remote_id or account.handle}",
    }
    return http.shown_at(pages.get(account.platform, "/"))


def init_app(app: Flask) -> None:
    app.jinja_env.globals["proof_url"] = http.shown_at
    app.jinja_env.globals["account_page"] = account_page
    app.jinja_env.globals["platform_names"] = PLATFORM_NAMES
