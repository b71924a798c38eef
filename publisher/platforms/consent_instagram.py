"""Connecting an Instagram account by itself, without a Facebook Page: Instagram Login.

Not quite OAuth 2.0: errors have words of their own, what was granted comes in a list, and a long
token is exchanged and renewed at the Graph API with the token itself; there is no refresh token.
A long token lasts 60 days and can be renewed once it is a day old; the old one goes on counting
until it ends (developers.facebook.com: business login for Instagram, of 2026-03-13; that the old
one goes on counting is not verified).
"""

from collections.abc import Mapping
from typing import Any

import requests

from publisher.platforms import http, meta
from publisher.platforms.base import Credentials, Health
from publisher.platforms.consent import AppRefused, Candidate, Consent, Token, seconds_of
from publisher.platforms.errors import AccountBlocked, OutcomeUnknown, Refused, TryLater
from publisher.platforms.texts import without_secrets

_LASTS_S = 60 * 86400
_NAME = "Instagram"
_ME = "user_id,username,name,profile_picture_url"
#: What blames our app: "Invalid platform app", "Error validating client secret".
_OUR_FAULT = ("platform app", "client secret", "client_id")


class InstagramLoginConsent(Consent):
    authorize_url = "https://www.instagram.com/oauth/authorize"
    onward = ("https://*.instagram.com", "https://*.facebook.com")
    token_url = "https://api.instagram.com/oauth/access_token"  # noqa: S105
    scopes = ("instagram_business_basic", "instagram_business_content_publish")
    scope_separator = ","
    renew_after_s = 30 * 86400

    def redeem(self, *, code: str, redirect_uri: str, verifier: str) -> list[Candidate]:  # noqa: ARG002 - no proof key here
        visit = self._visit(code, redirect_uri)
        granted = _words(visit.get("permissions"))
        if missing := sorted(set(self.scopes) - set(granted)):
            raise Refused(f"Instagram did not grant {', '.join(missing)}")
        short = str(visit["access_token"])
        long = self._fresh(
            "access_token",
            short,
            {"grant_type": "ig_exchange_token", "client_secret": self.app.client_secret},
        )
        token = str(long["access_token"])
        me = meta.Graph(_NAME, token, host=meta.INSTAGRAM_HOST)
        account = me.call("GET", "me", params={"fields": _ME}).payload
        return [_candidate(account, token, seconds_of(long) or _LASTS_S, granted)]

    def renew(self, credentials: Credentials) -> Token:
        token = credentials.get("token", "")
        if not token:
            raise AccountBlocked("there is no token to renew")
        fresh = self._fresh("refresh_access_token", token, {"grant_type": "ig_refresh_token"})
        return Token(
            credentials={**credentials, "token": str(fresh["access_token"])},
            lasts_s=seconds_of(fresh) or _LASTS_S,
            scopes=_words(fresh.get("permissions")),
        )

    def _visit(self, code: str, redirect_uri: str) -> Mapping[str, Any]:
        """Exchange the code, once, for the short token of this visit."""
        given = {
            "client_id": self.app.client_id,
            "client_secret": self.app.client_secret,
            "grant_type": "authorization_code",
            "redirect_uri": redirect_uri,
            "code": code,
        }
        try:
            answer = meta.Answer.of(self.session.post(self.token_url, data=given))
        except requests.RequestException as error:
            raise http.translate(error, public=True) from None
        if answer.status != 200:
            raise self._refusal(answer, code)
        listed = answer.payload.get("data")  # in newer versions
        told = listed[0] if isinstance(listed, list) and listed else answer.payload
        if not (isinstance(told, dict) and isinstance(told.get("access_token"), str)):
            raise OutcomeUnknown("an answer without a token")
        return told

    def _refusal(self, answer: meta.Answer, code: str) -> Exception:
        if answer.status == 429:
            return TryLater("asked too often")
        if answer.status >= 500:
            return OutcomeUnknown(f"HTTP {answer.status}")
        said = str(answer.payload.get("error_message") or answer.problem.get("message") or "")
        detail = without_secrets(f"{answer.status}: {said}", (self.app.client_secret, code))
        ours = any(word in said.lower() for word in _OUR_FAULT)
        return (AppRefused if ours else Refused)(detail)

    def _fresh(self, path: str, token: str, given: Mapping[str, str]) -> Mapping[str, Any]:
        """Return a long token for the one we have. These addresses read it from the query."""
        graph = meta.Graph(
            _NAME, token, self.app.client_secret, host=meta.INSTAGRAM_HOST, version=""
        )
        answer = graph.call("GET", path, params={**given, "access_token": token}).payload
        if not isinstance(answer.get("access_token"), str):
            raise TryLater("Instagram: an answer without a token")
        return answer


def _candidate(
    account: Mapping[str, Any], token: str, lasts_s: int, scopes: tuple[str, ...]
) -> Candidate:
    number = str(account.get("user_id", ""))
    if not number:
        raise TryLater("Instagram: did not say whose token this is")
    handle = str(account.get("username", ""))
    return Candidate(
        token=Token(credentials={"ig_id": number, "token": token}, lasts_s=lasts_s, scopes=scopes),
        health=Health(
            remote_id=number, handle=handle, display_name=str(account.get("name") or handle)
        ),
        picture_url=str(account.get("profile_picture_url", "")),
    )


def _words(permissions: object) -> tuple[str, ...]:
    """Read what was granted: a list, or words with commas between."""
    if isinstance(permissions, str):
        permissions = permissions.split(",")
    return tuple(map(str, permissions)) if isinstance(permissions, list) else ()
