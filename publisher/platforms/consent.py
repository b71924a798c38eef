"""How the owner of an account lets Siar in at its platform: OAuth 2.0, the client's side.

Authlib writes and reads the protocol; every request goes through `http`, with its time-outs, no
retries and the gateway. A code is exchanged once and a refresh token used once per call: what to
do about a lost answer is decided in the account's row, never here.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlsplit

import requests

from publisher.platforms import http
from publisher.platforms.base import Credentials, Health
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.texts import without_secrets

if TYPE_CHECKING:
    from publisher.platforms.oauth import Client

#: How each driver's accounts give their consent.
CONSENTS: dict[str, str] = {
    "x": "publisher.platforms.consent_x:XConsent",
    "facebook": "publisher.platforms.consent_meta:FacebookConsent",
    "instagram": "publisher.platforms.consent_meta:InstagramConsent",
    "instagram_login": "publisher.platforms.consent_instagram:InstagramLoginConsent",
    "tiktok": "publisher.platforms.consent_tiktok:TikTokConsent",
}

#: The settings that hold what a platform calls our app: its id, its secret. Known without import.
APP_SETTINGS: dict[str, tuple[str, str]] = {
    "x": ("X_CLIENT_ID", "X_CLIENT_SECRET"),
    "facebook": ("FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET"),
    "instagram": ("FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET"),
    "instagram_login": ("INSTAGRAM_APP_ID", "INSTAGRAM_APP_SECRET"),
    "tiktok": ("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET"),
}


@dataclass(frozen=True, kw_only=True)
class App:
    """What a platform knows Siar as."""

    client_id: str
    client_secret: str

    def __repr__(self) -> str:  # the secret stays out of logs
        return f"App({self.client_id})"


@dataclass(frozen=True, kw_only=True)
class Token:
    """What a platform let us have.

    :param lasts_s: seconds from when we asked; None: until it is revoked
    :param scopes: what we may do with it, as the platform calls it
    """

    credentials: Credentials
    lasts_s: int | None
    scopes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Token(lasts_s={self.lasts_s}, {' '.join(self.scopes)})"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An account that may be connected with what the platform let us have.

    :param picture_url: where its picture is, "" where the platform has none; in the end an
        address that holds the picture itself, see `portraits`
    """

    token: Token
    health: Health
    picture_url: str = ""


class AppRefused(TryLater):
    """The platform does not accept our app itself. Whoever runs Siar has to mend the settings."""


class Consent(ABC):
    """How accounts of one driver are connected. Built for one errand, used by one thread."""

    authorize_url: ClassVar[str]
    #: Where else its consent page may send a browser on: to sign in, to its page for phones.
    onward: ClassVar[tuple[str, ...]] = ()
    token_url: ClassVar[str]
    #: What we ask for. All of it is needed: a person can leave some out on some platforms.
    scopes: ClassVar[tuple[str, ...]]
    scope_separator: ClassVar[str] = " "
    #: As RFC 6749 names them: `client_secret_basic` or `client_secret_post`.
    auth_method: ClassVar[str] = "client_secret_post"
    #: Proof key for code exchange, RFC 7636.
    pkce: ClassVar[bool] = False
    #: What blames our app, not the account, and is mended by whoever runs Siar: words of RFC 6749.
    our_fault: ClassVar[frozenset[str]] = frozenset(
        {"invalid_client", "unauthorized_client", "unsupported_grant_type"}
    )
    #: Seconds after which a token is to be renewed, well before it ends; None: it cannot be.
    renew_after_s: ClassVar[int | None] = None
    #: The refresh token changes each time and the old one is void, whether or not we hear of it.
    rotates: ClassVar[bool] = False

    def __init__(self, app: App) -> None:
        self.app = app
        self.session = http.session()

    def address(self, *, redirect_uri: str, state: str, verifier: str) -> str:
        """Return where to send the person's browser."""
        given = self.authorize_more()
        address, _ = self._client(redirect_uri).create_authorization_url(
            self.authorize_url, state=state, code_verifier=verifier if self.pkce else None, **given
        )
        return http.shown_at(address)

    @classmethod
    def page_origins(cls) -> tuple[str, ...]:
        """Return the origins a browser may be sent to, as a security policy writes them."""
        page = http.shown_at(cls.authorize_url)
        return (origin_of(page), *(cls.onward if page == cls.authorize_url else ()))

    def authorize_more(self) -> dict[str, str]:
        """Return what this platform wants beside the protocol's own parameters."""
        return {}

    @abstractmethod
    def redeem(self, *, code: str, redirect_uri: str, verifier: str) -> list[Candidate]:
        """Exchange a code, once, and ask whom it is for.

        :returns: one account, or several where a person manages several
        :raises PlatformError: Refused when the code is void; the others as they say
        """

    def renew(self, credentials: Credentials) -> Token:
        """Return the credentials with a fresh token; asks once.

        :raises AccountBlocked: if the platform does not renew them any more
        :raises TryLater: if they certainly stayed as they were
        :raises OutcomeUnknown: if they may have been renewed without our hearing of it
        """
        raise NotImplementedError

    @classmethod
    def life_of(
        cls, token: Token, *, asked_at: datetime
    ) -> tuple[datetime | None, datetime | None]:
        """Return when a token ends and when it is to be renewed; None for never.

        Reckoned from when we asked: the platform's own count began a little later. One that lasts
        for less time than usual is renewed after two thirds of it.
        """
        if token.lasts_s is None:
            return None, None
        ends_at = asked_at + timedelta(seconds=token.lasts_s)
        if cls.renew_after_s is None:
            return ends_at, None
        usual = cls.renew_after_s < token.lasts_s * 0.9
        renew_s = cls.renew_after_s if usual else token.lasts_s * 2 // 3
        return ends_at, asked_at + timedelta(seconds=renew_s)

    def revoke(self, credentials: Credentials) -> bool:  # noqa: ARG002 - not every platform can
        """Ask the platform to take back what it let us have.

        :returns: whether it did; False where it has no address for that
        :raises PlatformError: if it could not be asked
        """
        return False

    # -- for the platforms

    def exchange(self, *, code: str, redirect_uri: str, verifier: str) -> Mapping[str, Any]:
        """Return the platform's answer to a code."""
        given = {"code": code, **self.token_more()}
        if self.pkce:
            given["code_verifier"] = verifier
        client = self._client(redirect_uri)
        return self.ask(
            lambda: client.fetch_token(self.token_url, grant_type="authorization_code", **given),
            secrets=(code, verifier),
            refusal=Refused,
        )

    def refresh(self, refresh_token: str) -> Mapping[str, Any]:
        """Return the platform's answer to a refresh token."""
        if not refresh_token:
            raise AccountBlocked("there is no refresh token")
        client = self._client("", scope=None)
        return self.ask(
            lambda: client.refresh_token(
                self.token_url, refresh_token=refresh_token, **self.token_more()
            ),
            secrets=(refresh_token,),
            refusal=AccountBlocked,
        )

    def token_more(self) -> dict[str, str]:
        """Return what the token address wants beside the protocol's own parameters."""
        return {}

    def ask(self, request: Any, *, secrets: tuple[str, ...], refusal: type[PlatformError]) -> Any:
        """Make one request of Authlib's and return its token, or raise what its failure means."""
        from publisher.platforms.oauth import OAuth2Error, said_in

        try:
            token = request()
        except OAuth2Error as error:
            word, said = said_in(error)
            detail = without_secrets(f"{word}: {said}", (self.app.client_secret, *secrets))
            raise (AppRefused if word in self.our_fault else refusal)(detail) from None
        except requests.HTTPError as error:
            raise _of_status(error.response.status_code) from None
        except requests.RequestException as error:  # `from None`: causes name whole addresses
            raise http.translate(error, public=True) from None
        except Exception as error:  # noqa: BLE001 - an answer that is not of the protocol
            raise OutcomeUnknown(f"{type(error).__name__} reading the answer") from None
        if not (isinstance(token.get("access_token"), str) and token["access_token"]):
            raise OutcomeUnknown("an answer without a token")
        return token

    def _client(self, redirect_uri: str, scope: str | None = "") -> "Client":
        from publisher.platforms.oauth import Client

        return Client(
            self.session,
            client_id=self.app.client_id,
            client_secret=self.app.client_secret,
            token_endpoint_auth_method=self.auth_method,
            scope=self.scope_separator.join(self.scopes) if scope == "" else scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256" if self.pkce else None,
        )


@cache
def consent_class(driver: str) -> type[Consent]:
    """Return how accounts of a driver are connected.

    :raises KeyError: if they are not connected by consent
    """
    return cast(type[Consent], resolve_name(CONSENTS[driver]))


def app_of(driver: str, settings: Mapping[str, Any]) -> App | None:
    """Return what a platform knows us as; None if it was never set."""
    if driver not in APP_SETTINGS:
        return None
    client_id, client_secret = (settings.get(name) for name in APP_SETTINGS[driver])
    return (
        App(client_id=client_id, client_secret=client_secret)
        if client_id and client_secret
        else None
    )


def origin_of(address: str) -> str:
    """Return scheme and host of an address, as a security policy writes them.

    >>> origin_of("https://x.com/i/oauth2/authorize?state=1")
    'https://x.com'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def seconds_of(answer: Mapping[str, Any]) -> int | None:
    """Return how long a token lasts; an answer that does not say so is not believed to last."""
    try:
        return max(0, int(answer["expires_in"]))
    except (KeyError, TypeError, ValueError):
        return None


def words_of(answer: Mapping[str, Any], separator: str = " ") -> tuple[str, ...]:
    return tuple(
        filter(None, str(answer.get("scope", "")).replace(",", separator).split(separator))
    )


def _of_status(status: int) -> PlatformError:
    """Return what an answer means that is not of the protocol."""
    if status == 429:
        return TryLater("asked too often")
    if status >= 500:
        return OutcomeUnknown(f"HTTP {status}")
    return Refused(f"HTTP {status} without a reason")
