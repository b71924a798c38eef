"""Connecting an account of X: OAuth 2.0 with PKCE, as a confidential client.

An access token lasts two hours; its refresh token is good for one use (docs.x.com, OAuth 2.0
authorization code flow with PKCE, read 2026-08-22; that reuse is refused is second-hand).
"""

from collections.abc import Mapping
from typing import Any

import requests

from publisher.platforms import http, open_driver
from publisher.platforms.base import Credentials
from publisher.platforms.consent import Candidate, Consent, Token, seconds_of, words_of
from publisher.platforms.errors import Refused

_REVOKE = "https://api.x.com/2/oauth2/revoke"
_ME = "https://api.x.com/2/users/me?user.fields=profile_image_url"
_LASTS_S = 7200


class XConsent(Consent):
    authorize_url = "https://x.com/i/oauth2/authorize"
    onward = ("https://*.x.com", "https://twitter.com", "https://*.twitter.com")
    token_url = "https://api.x.com/2/oauth2/token"  # noqa: S105
    scopes = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
    auth_method = "client_secret_basic"
    pkce = True
    renew_after_s = 90 * 60
    rotates = True

    def redeem(self, *, code: str, redirect_uri: str, verifier: str) -> list[Candidate]:
        answer = self.exchange(code=code, redirect_uri=redirect_uri, verifier=verifier)
        token = self._token(answer, {})
        missing = sorted(set(self.scopes) - set(token.scopes))
        if missing:
            raise Refused(f"X did not grant {', '.join(missing)}")
        health = open_driver("x", token.credentials).check()
        return [Candidate(token=token, health=health, picture_url=self._picture_url(token))]

    def renew(self, credentials: Credentials) -> Token:
        return self._token(self.refresh(credentials.get("refresh_token", "")), credentials)

    def revoke(self, credentials: Credentials) -> bool:
        client, done = self._client(""), True
        for kind in ("refresh_token", "user_token"):
            try:
                answer = client.revoke_token(_REVOKE, token=credentials.get(kind, ""))
            except requests.RequestException as error:
                raise http.translate(error, public=False) from None
            done = done and answer.status_code == 200
        return done and bool(credentials.get("user_token"))

    def _picture_url(self, token: Token) -> str:
        headers = {"Authorization": f"Bearer {token.credentials['user_token']}"}
        try:
            answer = self.session.get(_ME, headers=headers).json()
            return str(answer["data"]["profile_image_url"])
        except (requests.RequestException, KeyError, TypeError):
            return ""  # it is only there to be recognised

    def _token(self, answer: Mapping[str, Any], before: Credentials) -> Token:
        """Return what was granted. A refresh token is only ever replaced by another one."""
        refresh_token = answer.get("refresh_token") or before.get("refresh_token", "")
        return Token(
            credentials={
                **before,
                "user_token": str(answer["access_token"]),
                "refresh_token": str(refresh_token),
            },
            lasts_s=seconds_of(answer) or _LASTS_S,
            scopes=words_of(answer),
        )
