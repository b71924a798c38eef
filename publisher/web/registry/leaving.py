"""An account loses its connection, or its person: disconnect, and hand over (serah terima)."""

from typing import Any, cast

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import db, read_only
from publisher.errors import BadSecret
from publisher.models.accounts import Account
from publisher.vault import Vault
from publisher.web.access import allow, get_account, get_user, me
from publisher.web.registry.accounts import bp
from publisher.web.registry.common import MANAGERS, answer, kept
from publisher.web.registry.consents import app_for
from publisher.web.registry.forms import HandoverForm, options
from publisher.workflow import registering


@bp.post("/<int:account_id>/putuskan")
@allow(*MANAGERS)
def disconnect(account_id: int) -> Response:
    """Forget the credentials, then ask the platform to take back what it granted."""
    account = get_account(account_id)
    driver, app, credentials = account.driver, app_for(account), _opened(account)
    registering.disconnect(account, actor=me(), at=clock.now())
    db.session.commit()
    read_only()
    flash(_("Sambungan diputus dan kredensialnya dihapus."), "success")
    if credentials and not registering.revoke(driver, app, credentials):
        flash(
            _(
                "Izin di platform tidak dapat dicabut dari sini. Cabut sendiri di pengaturan akun "
                "itu, pada daftar aplikasi yang tersambung."
            ),
            "warning",
        )
    return redirect(url_for(".show", account_id=account_id))


@bp.route("/<int:account_id>/serah-terima", methods=["GET", "POST"])
@allow(*MANAGERS)
def hand_over(account_id: int) -> Any:
    account = get_account(account_id)
    form = HandoverForm()
    people = registering.possible_keepers(account)
    words = {str(one.id): f"{one.name} ({one.email})" for one in people if one != account.keeper}
    form.taker.choices = options({"": _("Pilih pejabat baru"), **words})
    if form.validate_on_submit() and kept(form, lambda: _hand_over(account, form)):
        flash(_("Serah terima dicatat. Selesaikan langkah-langkah di kanalnya."), "success")
        return redirect(url_for(".show", account_id=account_id))
    account = get_account(account_id)
    page = render_template(
        "registry/accounts/hand_over.html",
        form=form,
        account=account,
        steps=registering.steps_of(account),
    )
    return answer(page, form)


def _hand_over(account: Account, form: HandoverForm) -> bool:
    taker = get_user(int(form.taker.data))
    remark = registering.tidy(form.remark.data or "")
    registering.hand_over(account, taker, remark=remark, actor=me(), at=clock.now())
    return True


def _opened(account: Account) -> dict[str, str]:
    """Return the credentials, to give them back; nothing if they cannot be opened."""
    vault = cast(Vault, current_app.extensions["vault"])
    try:
        return vault.open(account.credentials or "", bound_to=account.vault_name)
    except BadSecret:
        return {}
