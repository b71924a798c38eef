"""The deliveries board: what is out, what waits, and what needs a person."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db
from publisher.models.accounts import AccountStatus
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus
from publisher.models.people import Role
from publisher.platforms import account_address, http
from publisher.web.access import allow, get_delivery, me
from publisher.web.current import catch_up
from publisher.web.filters import pukul, tanggal, waktu
from publisher.workflow import adopting
from publisher.workflow.delivering import board, people, proving
from publisher.workflow.delivering.board import Group, Row

bp = Blueprint("deliveries", __name__, url_prefix="/penayangan")

READERS = (Role.DRAFTER, Role.HEAD, Role.REVIEWER, Role.OPERATOR)


@bp.get("")
@allow(*READERS)
def index() -> str:
    """List one group of deliveries."""
    wanted = request.args.get("kelompok", "")
    group = Group(wanted) if wanted in set(Group) else Group.NEEDS_PERSON
    page = request.args.get("page", 1, type=int)
    found = board.board(me(), group, at=clock.now(), page=page)
    reviews = me().role is Role.REVIEWER
    return render_template(
        "deliveries/index.html",
        board=found,
        proofs_waiting=proving.count_waiting(me()) if reviews else 0,
        claims_waiting=adopting.count_waiting(me()) if reviews else 0,
    )


@bp.get("/<int:delivery_id>")
@allow(*READERS)
def show(delivery_id: int) -> str:
    """Tell all about one delivery, and offer what is safe to do now."""
    row = board.row_of(get_delivery(delivery_id))
    choices = people.choices(row.delivery, at=clock.now())
    return render_template("deliveries/show.html", row=row, delivery=row.delivery, choices=choices)


@bp.post("/<int:delivery_id>/coba-lagi")
@allow(Role.DRAFTER, Role.REVIEWER)
def retry(delivery_id: int) -> Any:
    """Queue it once more."""
    delivery = get_delivery(delivery_id)
    people.try_again(delivery, actor=me(), at=clock.now(), window=catch_up())
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
    again = people.say_not_out(delivery, seen=seen, actor=me(), at=clock.now(), window=catch_up())
    ended = _("Dicatat belum tayang. Unggahan ini tidak dikirim lagi.")
    return _done(delivery, _("Unggahan dikirim lagi sebentar lagi.") if again else ended)


def _done(delivery: Delivery, message: str) -> Any:
    db.session.commit()
    flash(message, "success")
    return redirect(url_for(".show", delivery_id=delivery.id))


# -- what happens next ---------------------------------------------------------------------------


def next_step(row: Row) -> str:
    """Say in one sentence what Siar will do next and when, or what a person must."""
    delivery = row.delivery
    zone = delivery.office.region.zone
    match delivery.status:
        case DeliveryStatus.PENDING:
            return _next_of_waiting(row, zone)
        case DeliveryStatus.CLAIMED:
            return _("Siar sedang menyiapkannya; belum ada yang tayang.")
        case DeliveryStatus.SENDING:
            return _("Siar sedang mengirimnya sekarang.")
        case DeliveryStatus.HANDED_OVER if delivery.publish_by >= NEVER:
            return _("Menunggu Kominfo memeriksa bukti tayangnya.")
        case DeliveryStatus.HANDED_OVER:
            return _("Menunggu kantor menayangkannya sendiri, lalu mencatat bukti tayangnya.")
        case DeliveryStatus.UNKNOWN if delivery.next_at < NEVER:
            when = _when(delivery.next_at, zone)
            return _("Siar memeriksa akun lagi %(when)s, dan tidak mengirim ulang sebelum itu.",
                     when=when)  # fmt: skip
        case DeliveryStatus.UNKNOWN if me().role is Role.REVIEWER:
            return _("Siar menunggu jawaban Anda: sudah tayang, atau belum?")
        case DeliveryStatus.UNKNOWN:
            return _("Siar menunggu jawaban Kominfo: sudah tayang, atau belum?")
        case DeliveryStatus.PUBLISHED:
            return _("Selesai. Unggahan ini tidak akan dikirim lagi.")
        case DeliveryStatus.CANCELLED:
            return _("Selesai. Penayangan ini dibatalkan.")
        case _:
            return _("Siar tidak mencoba lagi dengan sendirinya. Anda yang memutuskan.")


def _next_of_waiting(row: Row, zone: str) -> str:
    delivery, account, now = row.delivery, row.delivery.account, clock.now()
    latest = _when(delivery.publish_by, zone)
    if delivery.next_at >= NEVER:
        return _("Menunggu keputusan Kominfo saat penayangan daerah dilanjutkan.")
    if not account.publishable:
        return _("Akun ini bukan lagi akun utama, jadi Siar tidak mengirimnya. Batalkan saja.")
    if account.status is AccountStatus.RECONNECT:
        return _("Menunggu akun disambungkan. Setelah itu Siar mengirimnya dengan sendirinya, "
                 "paling lambat %(latest)s.", latest=latest)  # fmt: skip
    if account.status is AccountStatus.PAUSED and account.paused_until is None:
        return _("Akun dijeda. Siar mengirimnya setelah akun dilanjutkan, paling lambat "
                 "%(latest)s.", latest=latest)  # fmt: skip
    if row.behind:
        return _("Menunggu unggahan lain di akun ini selesai: “%(title)s”.",
                 title=row.behind.post.title or _("Tanpa judul"))  # fmt: skip
    held = account.paused_until if account.status is AccountStatus.PAUSED else None
    starts = max(filter(None, (delivery.next_at, account.next_allowed_at, held)))
    if starts <= now:
        return _("Siar mengirimnya sebentar lagi.")
    if account.by_hand:
        return _("Siar menyiapkannya untuk ditayangkan sendiri %(when)s.",
                 when=_when(starts, zone))  # fmt: skip
    if delivery.due_at > now:
        return _("Siar mengirimnya %(when)s.", when=_when(starts, zone))
    return _("Siar mencoba lagi %(when)s, dan seterusnya sampai paling lambat %(latest)s.",
             when=_when(starts, zone), latest=latest)  # fmt: skip


def _when(at: datetime, zone: str) -> str:
    """Write a moment: with its day only when that is another one."""
    today = tanggal(at, zone) == tanggal(clock.now(), zone)
    return pukul(at, zone) if today else _("pada %(moment)s", moment=waktu(at, zone))


def account_page(delivery: Delivery) -> str:
    """Return where a person can look at the account itself."""
    account = delivery.account
    page = account_address(account.platform, account.handle, account.remote_id or "")
    return http.shown_at(page) if page else "/"


def init_app(app: Flask) -> None:
    app.jinja_env.globals["proof_url"] = http.shown_at
    app.jinja_env.globals["account_page"] = account_page
    app.jinja_env.globals["next_step"] = next_step
