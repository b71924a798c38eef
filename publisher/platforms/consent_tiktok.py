"""Connecting an account of TikTok, which calls a client id `client_key`.

An access token lasts a day, its refresh token a year and may be replaced at each renewal
(developers.tiktok.com, manage user access tokens; read 2026-09-11 in a mirror).
"""

from collections.abc import Mapping
from typing import Any

import requests

from publisher.platforms import http
from publisher.platforms.base import Credentials, Health
from publisher.platforms.consent import Candidate, Consent, Token, seconds_of, words_of
from publisher.platforms.errors import Refused, TryLater

_API = "https://open.tiktokapis.com/v2"
_LASTS_S = 86400


class TikTokConsent(Consent):
    authorize_url = "https://www.tiktok.com/v2/auth/authorize/"
    onward = ("https://*.tiktok.com",)
    token_url = f"{_API}/oauth/token/"
    scopes = ("user.info.basic", "user.info.profile", "video.upload", "video.list")
    scope_separator = ","
    renew_after_s = 20 * 3600

    def authorize_more(self) -> dict[str, str]:
        return {"client_key": self.app.client_id}

    def token_more(self) -> dict[str, str]:
        return {"client_key": self.app.client_id}

    def redeem(self, *, code: str, redirect_uri: str, verifier: str) -> list[Candidate]:
        answer = self.exchange(code=code, redirect_uri=redirect_uri, verifier=verifier)
        token = self._token(answer, {"open_id": str(answer.get("open_id", ""))})
        if missing := sorted(set(self.scopes) - set(token.scopes)):
            raise Refused(f"TikTok did not grant {', '.join(missing)}")
        user = self._user(str(answer["access_token"]))
        health = Health(
            remote_id=token.credentials["open_id"],
            handle=str(user.get("username", "")),
            display_name=str(user.get("display_name", "")),
        )
        return [Candidate(token=token, health=health, picture_url=str(user.get("avatar_url", "")))]

    def renew(self, credentials: Credentials) -> Token:
        return self._token(self.refresh(credentials.get("refresh_token", "")), credentials)

    def revoke(self, credentials: Credentials) -> bool:
        ours = {"client_key": self.app.client_id, "client_secret": self.app.client_secret}
        given = {**ours, "token": credentials.get("access_token", "")}
        try:
            return self.session.post(f"{_API}/oauth/revoke/", data=given).status_code == 200
        except requests.RequestException as error:
            raise http.translate(error, public=False) from None

    def _user(self, token: str) -> Mapping[str, Any]:
        fields = {"fields": "open_id,display_name,username,avatar_url"}
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = self.session.get(f"{_API}/user/info/", params=fields, headers=headers).json()
            user = answer["data"]["user"]
        except requests.JSONDecodeError:
            user = None
        except requests.RequestException as error:
            raise http.translate(error, public=False) from None
        except (KeyError, TypeError):
            user = None
        if not (isinstance(user, dict) and user.get("open_id")):
            raise TryLater("TikTok: did not say whose token this is")
        return user

    def _token(self, answer: Mapping[str, Any], before: Credentials) -> Token:
        """Return what was granted. A refresh token is only ever replaced by another one."""
        refresh_token = answer.get("refresh_token") or before.get("refresh_token", "")
        fresh = {
            "access_token": str(answer["access_token"]),
            "refresh_token": str(refresh_token),
        }
        lasts_s = seconds_of(answer) or _LASTS_S
        return Token(credentials={**before, **fresh}, lasts_s=lasts_s, scopes=words_of(answer))
