"""Connecting an account on a page of its platform: sent there, back with an answer, confirm.

One address takes all answers, because platforms compare it letter by letter with what the
operator registered there. No transaction is open while a platform answers.
"""

from collections.abc import Sequence
from typing import Any, cast

from flask import current_app, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import begin_writing, db, read_only
from publisher.errors import PublisherError
from publisher.models.accounts import Account
from publisher.models.people import UserSession
from publisher.platforms.base import Health
from publisher.platforms.consent import App, Candidate, consent_class
from publisher.vault import Vault
from publisher.web.access import allow, get_account, me
from publisher.web.failures import sentence
from publisher.web.registry.accounts import bp
from publisher.web.registry.common import MANAGERS
from publisher.web.registry.forms import ConfirmForm
from publisher.web.security import CSP
from publisher.workflow import registering


@bp.post("/<int:account_id>/sambungkan/mulai")
@allow(*MANAGERS)
def send_off(account_id: int) -> Response:
    """Send the browser to the platform."""
    account = get_account(account_id)
    app = app_for(account)
    if not registering.connectable(account) or app is None:
        return redirect(url_for(".connect", account_id=account_id))
    address = registering.send_off(
        account,
        app,
        redirect_uri=redirect_uri(),
        session=_own_session(),
        vault=_vault(),
        actor=me(),
        at=clock.now(),
    )
    db.session.commit()
    return redirect(address, 303)


@bp.get("/sambungkan/kembali")
@allow(*MANAGERS)
def come_back() -> Any:
    """Take the platform's answer, and ask whether this is the account."""
    begin_writing()
    state = request.args.get("state", "")
    errand = registering.come_back(
        state, session=_own_session(), vault=_vault(), actor=me(), at=clock.now()
    )
    db.session.commit()
    try:
        return _ask(errand)
    except PublisherError as error:
        db.session.rollback()
        flash(sentence(error), "danger")
        return redirect(url_for(".connect", account_id=errand.account_id))


def _ask(errand: registering.Errand) -> str:
    account = get_account(errand.account_id)
    app = app_for(account)
    if app is None or "code" not in request.args:
        raise registering.Denied
    driver, asked_at = account.driver, clock.now()
    candidates = _redeem(driver, app, request.args["code"], errand.verifier)
    account = get_account(errand.account_id)
    found = registering.fitting(account, candidates)
    choices = [
        (
            one.health,
            _held(account, one, registering.Lasting.of(driver, one.token, asked_at=asked_at)),
        )
        for one in found
    ]
    return confirm_page(account, choices, [one.picture_url for one in found])


def _redeem(driver: str, app: App, code: str, verifier: str) -> list[Candidate]:
    """Ask the platform, with the database's one writer and our connection given back before."""
    db.session.rollback()
    read_only()
    return registering.redeem(
        driver, app, code=code, redirect_uri=redirect_uri(), verifier=verifier
    )


def _held(account: Account, candidate: Candidate, lasting: registering.Lasting) -> str:
    return registering.hold(
        account,
        candidate.token.credentials,
        candidate.health,
        vault=_vault(),
        actor=me(),
        at=clock.now(),
        lasting=lasting,
    )


def confirm_page(
    account: Account, choices: list[tuple[Health, str]], pictures: Sequence[str] = ()
) -> str:
    """Return the page that asks whether this is the account, or which of several is.

    :param pictures: one for each choice, as a `data:` address, or ""
    """
    form = ConfirmForm(formdata=None, held=choices[0][1])
    return render_template(
        "registry/accounts/confirm.html",
        account=account,
        choices=choices,
        pictures=pictures,
        form=form,
    )


def app_for(account: Account) -> App | None:
    """Return what the account's platform knows us as; None if accounts are connected otherwise."""
    return registering.app_for(account, current_app.config)


def redirect_uri() -> str:
    """Return the one address that every platform sends people back to."""
    return current_app.config["PUBLIC_URL"] + url_for("accounts.come_back")


def may_leave_for(response: Response, account: Account) -> Response:
    """Let a form of this page lead to the account's platform: browsers check redirects as well."""
    if registering.by_consent(account):
        platform = " ".join(consent_class(account.driver).page_origins())
        policy = CSP.replace("form-action 'self'", f"form-action 'self' {platform}")
        response.headers["Content-Security-Policy"] = policy
    return response


def _own_session() -> UserSession:
    me()  # loads it
    return cast(UserSession, g.sign_in)


def _vault() -> Vault:
    return cast(Vault, current_app.extensions["vault"])
