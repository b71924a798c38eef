"""Letters: how a person wants to be told, how to want no more, and what the operator sees."""

from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField
from wtforms.validators import Length, Optional

from publisher import clock
from publisher.db import db
from publisher.models.letters import Channel, LetterKind
from publisher.models.people import Role, User
from publisher.platforms import http
from publisher.typed import tidy
from publisher.web.access import allow, get_user, me, public, signed_in
from publisher.web.registry.common import answer, kept
from publisher.web.registry.forms import REQUIRED, options
from publisher.workflow.informing import leaving, recipients, settings, telegram, trouble, weekly

bp = Blueprint("letters", __name__, url_prefix="/surel")
_WAYS = {
    Channel.MAIL.value: _l("Lewat surel"),
    Channel.TELEGRAM.value: _l("Lewat Telegram"),
    Channel.OFF.value: _l("Tidak; hanya di Siar"),
}
KINDS = {
    LetterKind.NOW: _l("pemberitahuan yang segera"),
    LetterKind.DIGEST: _l("ringkasan harian"),
    LetterKind.WEEK: _l("laporan mingguan"),
}


class SettingsForm(FlaskForm):
    at_once = RadioField(
        _l("Yang memerlukan Anda segera"),
        [REQUIRED],
        choices=options(_WAYS),
        description=_l("Misalnya unggahan gagal, konten dikembalikan, atau akun terputus."),
    )
    digest = RadioField(
        _l("Ringkasan harian"),
        [REQUIRED],
        choices=options(_WAYS),
        description=_l("Yang lainnya, satu kali sehari, beserta apa yang menunggu Anda."),
    )
    digest_hour = SelectField(
        _l("Ringkasan dikirim pukul"),
        [REQUIRED],
        choices=options({str(hour): f"{hour:02d}.00" for hour in settings.HOURS}),
    )
    weekly = BooleanField(_l("Kirimi saya laporan setiap minggu yang ditutup"))

    whatsapp = StringField(
        _l("Nomor WhatsApp untuk kedinasan"),
        [Optional(), Length(max=30)],
        description=_l("Penelaah di daerah Anda membukanya dari pengingat. Boleh dikosongkan."),
    )

    def offer_mail_alone(self) -> None:
        """Leave Telegram out where there is no bot."""
        ways = {way: words for way, words in _WAYS.items() if way != Channel.TELEGRAM.value}
        self.at_once.choices = self.digest.choices = options(ways)


class RecipientForm(FlaskForm):
    address = EmailField(
        _l("Alamat surel"),
        [REQUIRED, Length(max=254)],
        description=_l("Misalnya alamat sekretaris pribadi atau kotak surat bagian umum."),
    )


@bp.route("", methods=["GET", "POST"], endpoint="settings")
@signed_in
def choose() -> Any:
    """Ask how this person wants to be told."""
    person = me()
    setting = settings.of(person)
    form = SettingsForm(
        data={
            "at_once": setting.at_once.value,
            "digest": setting.digest.value,
            "digest_hour": str(setting.digest_hour),
            "weekly": setting.weekly,
            "whatsapp": f"+{setting.whatsapp}" if setting.whatsapp else "",
        }
    )
    if person.role is not Role.LEADER:
        del form.weekly
    if not current_app.config.get("TELEGRAM_NOTICE_BOT"):
        form.offer_mail_alone()
    if form.validate_on_submit() and kept(form, lambda: _choose(person, form)):
        flash(_("Pilihan Anda disimpan."), "success")
        return redirect(url_for(".settings"))
    person = me()
    setting = settings.of(person)
    page = render_template(
        "letters/settings.html",
        form=form,
        setting=setting,
        zone_name=clock.zone_name(person.region.zone),
        silent_since=settings.silent_since(setting, person),
        mail_ready=bool(current_app.config.get("MAIL_URL")),
        bot_ready=bool(current_app.config.get("TELEGRAM_NOTICE_BOT")),
    )
    return answer(page, form)


def _choose(person: User, form: SettingsForm) -> bool:
    weekly = form.weekly.data if "weekly" in form else settings.of(person).weekly
    choice = settings.Choice(
        at_once=Channel(form.at_once.data),
        digest=Channel(form.digest.data),
        digest_hour=int(form.digest_hour.data),
        weekly=weekly,
        whatsapp=tidy(form.whatsapp.data or ""),
    )
    settings.choose(person, choice)
    return True


@bp.post("/telegram")
@signed_in
def connect() -> Any:
    """Show a link by which this person's Telegram becomes theirs; it is shown only now."""
    name, at = _bot_name(), clock.now()
    if not name:
        flash(_("Bot Siar belum siap. Coba lagi sebentar lagi."), "warning")
        return redirect(url_for(".settings"))
    code = telegram.offer(me(), at=at)
    db.session.commit()
    return render_template(
        "letters/connect.html",
        link=http.shown_at(f"https://t.me/{name}?start={code}"),
        until=at + telegram.CODE_LASTS,
    )


@bp.post("/telegram/putuskan")
@signed_in
def disconnect() -> Any:
    """Send nothing more to this person's Telegram."""
    settings.disconnect(me())
    db.session.commit()
    flash(_("Telegram diputuskan. Pemberitahuan datang lewat surel."), "success")
    return redirect(url_for(".settings"))


def _bot_name() -> str:
    """Return the name of the bot of this installation; "" without one, or before it answered."""
    token = current_app.config.get("TELEGRAM_NOTICE_BOT")
    return telegram.bot_name(token.partition(":")[0]) if token else ""


@bp.route("/berhenti/<token>", methods=["GET", "POST"])
@public
def leave(token: str) -> Any:
    """Send no more letters of a kind, by the address in one of them (RFC 8058): no password, and
    a bare POST of a mail program is enough. The address itself proves who asks."""
    found = leaving.read(token, secret_key=current_app.config["SECRET_KEY"])
    if found is None:
        abort(404)
    if request.method == "POST":
        leaving.leave(found, at=clock.now())
        db.session.commit()
    return render_template(
        "letters/leave.html",
        kind=KINDS[found.kind],
        gone=leaving.has_left(found),
        outside=not isinstance(found.to, User),
    )


@bp.get("/pengiriman")
@allow(Role.OPERATOR)
def delivery() -> str:
    """Show the operator whether letters can be sent, and which did not arrive."""
    config, at = current_app.config, clock.now()
    return render_template(
        "letters/delivery.html",
        sender=config["MAIL_FROM"] if config.get("MAIL_URL") else None,
        found=trouble.of_region(me().region, at=at),
    )


@bp.post("/pengiriman/<int:user_id>/coba-lagi")
@allow(Role.OPERATOR)
def try_again(user_id: int) -> Any:
    """Write again to an address whose server had said that it does not exist."""
    person = get_user(user_id)
    settings.try_again(person)
    db.session.commit()
    flash(_("Surel berikutnya dikirim lagi ke %(address)s.", address=person.email), "success")
    return redirect(url_for(".delivery"))


@bp.route("/penerima-laporan", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def report() -> Any:
    """Show who gets the report of each closed week, and add an address."""
    region, form = me().region, RecipientForm()

    def step() -> Any:
        address = tidy(form.address.data or "")
        return recipients.add(region, address, actor=me(), at=clock.now())

    if form.validate_on_submit() and kept(form, step):
        flash(_("Alamat ditambahkan. Laporan minggu berikutnya dikirim juga ke sana."), "success")
        return redirect(url_for(".report"))
    region = me().region
    page = render_template(
        "letters/report.html",
        form=form,
        leaders=weekly.leaders_with_choice(region),
        others=weekly.of_region(region),
        last=recipients.last_letters(region),
        mail_ready=bool(current_app.config.get("MAIL_URL")),
    )
    return answer(page, form)


@bp.post("/penerima-laporan/<int:recipient_id>/hapus")
@allow(Role.REVIEWER)
def remove(recipient_id: int) -> Any:
    """Send no more reports to an address."""
    row = recipients.get(me().region, recipient_id)
    if row is None:
        abort(404)
    recipients.remove(row, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Alamat %(address)s dihapus dari daftar.", address=row.address), "success")
    return redirect(url_for(".report"))


def init_app(app: Flask) -> None:
    app.extensions["csrf"].exempt(leave)  # a mail program has no page of ours
