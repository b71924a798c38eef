"""Connecting by logging in, and choosing the way in which Siar speaks to an account.

A login takes many seconds: no transaction is open and no connection held meanwhile. What was typed
is used for that one call; neither the page nor the log ever shows it again.
"""

from typing import Any, cast

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db, read_only
from publisher.models.accounts import Account
from publisher.platforms import driver_class
from publisher.platforms.logins import Typed, Unfinished
from publisher.vault import Vault
from publisher.web.access import allow, get_account, me
from publisher.web.attempts import login_at_platform
from publisher.web.filters import pukul
from publisher.web.registry.accounts import bp
from publisher.web.registry.common import MANAGERS, answer, kept, show_faults
from publisher.web.registry.consents import confirm_page
from publisher.web.registry.forms import LogInForm, WayForm, options
from publisher.workflow import registering


@bp.route("/<int:account_id>/masuk", methods=["GET", "POST"])
@allow(*MANAGERS)
def log_in(account_id: int) -> Any:
    account = get_account(account_id)
    if not (registering.connectable(account) and registering.by_login(account)):
        return redirect(url_for(".connect", account_id=account_id))
    form = LogInForm(username=account.handle)
    unfinished = None
    if form.validate_on_submit() and _may_try(form, account_id):
        done = _try(form, account)
        if isinstance(done, str):
            return done
        unfinished, account = done, get_account(account_id)
        form.phone.data = _held_phone(account, done) if done else form.phone.data
    page = render_template(
        "registry/accounts/log_in.html",
        form=form,
        account=account,
        wanted=unfinished.wanted if unfinished else None,
        way=driver_class(account.driver).way,
    )
    return (page, 422) if unfinished else answer(page, form)


@bp.route("/<int:account_id>/cara", methods=["GET", "POST"])
@allow(*MANAGERS)
def choose_way(account_id: int) -> Any:
    account = get_account(account_id)
    ways = registering.ways(account)
    if len(ways) < 2 or account.retired_at is not None:
        return redirect(url_for(".show", account_id=account_id))
    form = WayForm(way=account.driver)
    form.way.choices = options(_words(account, ways))
    if form.validate_on_submit() and kept(form, lambda: _choose(account, form)):
        if account.by_hand:
            flash(_("Mulai sekarang petugas menayangkan sendiri di akun ini."), "success")
            return redirect(url_for(".show", account_id=account_id))
        flash(_("Cara sambungan diganti. Sambungkan akun ini sekali lagi."), "success")
        return redirect(url_for(".connect", account_id=account_id))
    risks = {driver: driver_class(driver).risks for driver in ways}
    page = render_template(
        "registry/accounts/way.html", form=form, account=account, ways=ways, risks=risks
    )
    return answer(page, form)


def _words(account: Account, ways: dict[str, str]) -> dict[str, str]:
    """Return what each way is called; the usual one is recommended."""
    usual = _("%(way)s (disarankan)", way=_(ways[next(iter(ways))]))
    others = {driver: _(way) for driver, way in ways.items()}
    return {**others, account.platform: usual} if account.platform in ways else others


def _choose(account: Account, form: WayForm) -> bool:
    registering.choose_way(
        account, form.way.data, agreed=bool(form.agreed.data), actor=me(), at=clock.now()
    )
    return True


def _may_try(form: LogInForm, account_id: int) -> bool:
    free_at = login_at_platform(account_id)
    if free_at is not None:
        form.form_errors.append(
            _(
                "Akun ini baru saja dicoba masuk. Agar tidak dikunci, coba lagi %(time)s.",
                time=pukul(free_at),
            )
        )
    return free_at is None


def _try(form: LogInForm, account: Account) -> str | Unfinished | None:
    """Log in. Return the page that asks whether this is the account, or what is still missing."""
    account_id, driver = account.id, account.driver
    phone = registering.phone_for(
        account, form.phone.data or "", vault=_vault(), actor=me(), at=clock.now()
    )
    try:
        done = _log_in(driver, _typed(form), phone)
        if isinstance(done, Unfinished):
            return done
        account = get_account(account_id)
        registering.check_identity(account, done.health)
    except registering.Unacceptable as error:
        show_faults(form, error)
        return None
    held = registering.hold(
        account, done.credentials, done.health, vault=_vault(), actor=me(), at=clock.now()
    )
    return confirm_page(account, [(done.health, held)])


def _log_in(driver: str, typed: Typed, phone: str) -> registering.LoggedIn | Unfinished:
    """Ask the platform, with the database's one writer and our connection given back before."""
    db.session.rollback()
    read_only()
    return registering.log_in(driver, typed, phone)


def _typed(form: LogInForm) -> Typed:
    return Typed(
        username=(form.username.data or "").strip().removeprefix("@"),
        password=form.password.data or "",
        code="".join((form.code.data or "").split()),
    )


def _held_phone(account: Account, unfinished: Unfinished) -> str:
    return registering.hold_phone(account, unfinished, vault=_vault(), actor=me(), at=clock.now())


def _vault() -> Vault:
    return cast(Vault, current_app.extensions["vault"])
