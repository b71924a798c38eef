"""Connecting by logging in: name, password and code once, a session instead.

The platform is asked in `log_in`, which takes and gives values and needs no database. Where it
wants more of the person, the phone that Siar played waits on the page itself, sealed for this
account and this person, so that the next attempt comes from the same one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.errors import BadSecret
from publisher.models.accounts import Account
from publisher.models.people import User
from publisher.platforms import logins
from publisher.platforms.base import Credentials, Health
from publisher.platforms.errors import PlatformError
from publisher.platforms.logins import LOGINS, Typed, Unfinished
from publisher.vault import Vault
from publisher.workflow.registering.connecting import identify, refuse_because

#: How long somebody may take to find their telephone and confirm there.
PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class LoggedIn:
    """A session, and whose it is."""

    credentials: Credentials
    health: Health

    def __repr__(self) -> str:
        return f"LoggedIn({self.health.handle})"


def by_login(account: Account) -> bool:
    """Say whether accounts like this are connected with name and password."""
    return account.driver in LOGINS


def log_in(driver: str, typed: Typed, phone: str) -> LoggedIn | Unfinished:
    """Log in and ask whose session it is. Takes many seconds; needs no database.

    :param phone: what `phone_for` returned
    :raises Unacceptable: naming what the platform answered
    """
    try:
        credentials = logins.log_in(driver, typed, phone)
    except Unfinished as error:
        return error
    except PlatformError as error:
        raise refuse_because(error) from error
    return LoggedIn(credentials=credentials, health=identify(driver, credentials))


def hold_phone(
    account: Account, unfinished: Unfinished, *, vault: Vault, actor: User, at: datetime
) -> str:
    """Return the phone of an attempt in one sealed word, for the page that asks to go on."""
    waiting = {"phone": unfinished.phone, "until": (at + PATIENCE).isoformat()}
    return vault.seal(waiting, bound_to=_phone_name(account, actor))


def phone_for(account: Account, held: str, *, vault: Vault, actor: User, at: datetime) -> str:
    """Return the phone to log in on: of the attempt before, else of the last session, else none.

    :param held: what `hold_phone` returned, if anything
    """
    try:
        waiting = vault.open(held, bound_to=_phone_name(account, actor))
        if at <= datetime.fromisoformat(waiting["until"]):
            return waiting["phone"]
    except BadSecret:  # nothing is held, or it is not theirs: that costs nothing but a new phone
        pass
    try:
        return logins.phone_of(vault.open(account.credentials or "", bound_to=account.vault_name))
    except BadSecret:
        return ""


def _phone_name(account: Account, actor: User) -> str:
    return f"{account.vault_name}:phone:{actor.id}"
