"""Connecting an account: where it begins, and with pasted credentials: paste, see, confirm.

No transaction is open while the platform answers, and nothing typed here is ever shown again.
"""

from typing import Any, cast

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import db, read_only
from publisher.platforms import driver_class
from publisher.platforms.base import Health
from publisher.vault import Vault
from publisher.web.access import allow, get_account, me
from publisher.web.registry.accounts import bp
from publisher.web.registry.common import MANAGERS, answer, show_faults
from publisher.web.registry.consents import app_for, confirm_page, may_leave_for
from publisher.web.registry.forms import ConfirmForm, credentials_form
from publisher.workflow import registering


@bp.route("/<int:account_id>/sambungkan", methods=["GET", "POST"])
@allow(*MANAGERS)
def connect(account_id: int) -> Any:
    account = get_account(account_id)
    if not registering.connectable(account):
        flash(_("Hanya akun utama di kanal yang didukung yang dapat disambungkan."), "warning")
        return redirect(url_for(".show", account_id=account_id))
    if registering.by_login(account):
        return redirect(url_for(".log_in", account_id=account_id))
    form = credentials_form(driver_class(account.driver).credential_fields)
    if form.validate_on_submit():
        asked = _ask(form, account_id, account.driver)
        if asked:
            return asked
    account = get_account(account_id)
    page = render_template(
        "registry/accounts/connect.html",
        form=form,
        account=account,
        by_consent=registering.by_consent(account),
        app=app_for(account),
        settings=registering.app_settings(account.driver),
        ways=registering.ways(account),
    )
    return may_leave_for(make_response(*answer(page, form)), account)


@bp.post("/<int:account_id>/sambungkan/konfirmasi")
@allow(*MANAGERS)
def confirm(account_id: int) -> Response:
    account = get_account(account_id)
    held = ConfirmForm().held.data or ""
    registering.connect(account, held, vault=_vault(), actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Akun %(label)s tersambung dan siap menayangkan.", label=account.label), "success")
    return redirect(url_for(".show", account_id=account_id))


def _ask(form: FlaskForm, account_id: int, driver: str) -> str | None:
    """Return the page that asks whether this is the account; None if the form has to be shown."""
    fields = driver_class(driver).credential_fields
    credentials = {field.name: (form[field.name].data or "").strip() for field in fields}
    try:
        health = _identify(driver, credentials)
        account = get_account(account_id)
        registering.check_identity(account, health)
    except registering.Unacceptable as error:
        show_faults(form, error)
        return None
    held = registering.hold(
        account, credentials, health, vault=_vault(), actor=me(), at=clock.now()
    )
    return confirm_page(account, [(health, held)])


def _identify(driver: str, credentials: dict[str, str]) -> Health:
    """Ask the platform, with the database's one writer and our connection given back before."""
    db.session.rollback()
    read_only()
    return registering.identify(driver, credentials)


def _vault() -> Vault:
    return cast(Vault, current_app.extensions["vault"])
