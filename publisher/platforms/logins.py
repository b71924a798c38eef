"""Platforms that a person logs in to with name and password, once, because they grant nothing else.

What comes of it is a session; the password is used for this one call and kept nowhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pkgutil import resolve_name
from typing import Literal, cast

from publisher.platforms.base import Credentials
from publisher.platforms.errors import PlatformError

#: How each driver's accounts are logged in to.
LOGINS: dict[str, str] = {
    "instagram_private": "publisher.platforms.instagram_private_login:log_in",
}

#: What stands in the way: the password, a code of the second factor, or a confirmation that the
#: platform wants in its own app.
Wanted = Literal["password", "code", "app"]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What a person typed. Never stored, logged or shown again."""

    username: str
    password: str
    code: str = ""

    def __repr__(self) -> str:
        return f"Typed({self.username})"


class Unfinished(PlatformError):
    """The platform wants something more of the person before it lets us in.

    :param phone: what the next attempt must go on with, so that it comes from the same phone;
        a secret
    """

    def __init__(self, detail: str, *, wanted: Wanted, phone: str) -> None:
        super().__init__(detail)
        self.wanted = wanted
        self.phone = phone


LogIn = Callable[[Typed, str], Credentials]


@cache
def _way(driver: str) -> LogIn:
    return cast(LogIn, resolve_name(LOGINS[driver]))


def log_in(driver: str, typed: Typed, phone: str = "") -> Credentials:
    """Log in, once. Takes many seconds.

    :param phone: what an earlier attempt was `Unfinished` with, or what `phone_of` returned
    :raises Unfinished, TryLater, AccountBlocked: never with a password in the message
    """
    return _way(driver)(typed, phone)


def phone_of(credentials: Mapping[str, str]) -> str:
    """Return the phone of an earlier session: one that changes with every login is distrusted."""
    return credentials.get("settings", "")
