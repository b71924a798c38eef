"""Logging in to Instagram's private API, once per click of a person.

A phone that Instagram knows is asked for less, so every attempt goes on with the phone of the one
before. Of what stands in the way three things are told apart: the password, the code of the second
factor, and a confirmation that only Instagram's own app can give.
"""

import json
from collections.abc import Mapping
from typing import Any

from instagrapi import exceptions as ig

from publisher.platforms.base import Credentials
from publisher.platforms.errors import PlatformError, TryLater
from publisher.platforms.instagram_private_client import Client
from publisher.platforms.logins import Typed, Unfinished, Wanted

#: What makes a phone, without who is logged in on it.
_SESSION = ("authorization_data", "cookies", "last_login", "ig_u_rur", "ig_www_claim")
_WANTED: tuple[tuple[tuple[type[Exception], ...], Wanted], ...] = (
    ((ig.TwoFactorRequired,), "code"),
    ((ig.ChallengeError, ig.CaptchaChallengeRequired), "app"),
    # the last two: no such name, which instagrapi takes for a blocked address
    ((ig.BadPassword, ig.BadCredentials, ig.ProxyAddressIsBlocked), "password"),
)
#: The same in words, where instagrapi has no class for it: a code was sent to the owner's e-mail;
#: Instagram wants a screen that instagrapi does not know; it simply gave no session.
_WORDS: tuple[tuple[str, Wanted], ...] = (
    ("Challenge code required", "code"),
    ("context_data", "app"),
    ("did not return a session", "password"),
)


def log_in(typed: Typed, phone: str) -> Credentials:
    """Return the session of `typed`, on this phone; a new phone without.

    :raises Unfinished: if a person must do something first
    """
    client = Client(_phone(phone))
    try:
        client.login(typed.username, typed.password, verification_code=typed.code)
    except Exception as error:  # noqa: BLE001 - instagrapi trips over odd answers
        raise _told(client, error, typed) from None
    finally:
        client.password = None
    if not client.authorization_data.get("sessionid"):
        raise TryLater("Instagram: logged in, but gave no session")
    return {"settings": json.dumps(client.get_settings())}


def _phone(stored: str) -> dict[str, Any]:
    """Return what makes the phone; empty for a new one."""
    try:
        settings: Mapping[str, Any] = json.loads(stored or "{}")
    except ValueError:
        return {}
    return {name: value for name, value in settings.items() if name not in _SESSION}


def _told(client: Client, error: Exception, typed: Typed) -> PlatformError:
    meaning = client.translated(error, secrets=(typed.password, typed.code), public=False)
    wanted = _wanted(error)
    if wanted is None:
        return meaning
    phone = json.dumps(_phone(json.dumps(client.get_settings())))
    return Unfinished(meaning.detail, wanted=wanted, phone=phone)


def _wanted(error: Exception) -> Wanted | None:
    """Return what a person can do about it, if anything."""
    if not isinstance(error, ig.ClientError):
        return None
    in_words = (wanted for words, wanted in _WORDS if words in str(error))
    by_class = (wanted for kinds, wanted in _WANTED if isinstance(error, kinds))
    return next(in_words, None) or next(by_class, None)
