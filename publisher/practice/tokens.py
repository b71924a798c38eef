"""The token address of a platform: codes and refresh tokens for access tokens, as on the wire.

Who asks is told by the code or the refresh token, so faults can be ordered per account here as
everywhere: a code that expired, a renewal that is refused, one without a new refresh token.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, json_answer
from publisher.practice.grants import APPS, Grant, Grants, Tokens
from publisher.practice.records import Account
from publisher.practice.wire import Call, Directory

#: Faults of this address alone, see `faults.KINDS`.
REFUSALS = ("code_expired", "refresh_refused")
#: What says which of them: an error of RFC 6749.
Refuse = Callable[[str, str, int], Answer]


def plain_error(error: str, description: str, status: int) -> Answer:
    return json_answer({"error": error, "error_description": description}, status)


@dataclass(frozen=True, kw_only=True)
class TokenRules:
    """How one platform hands out tokens."""

    platform: str
    access_s: int
    code_s: int = 30
    rotates: bool = True
    client: str = "client_id"
    names_account: bool = False  # the answer says whose tokens they are
    refuse: Refuse = plain_error


class TokenDesk:
    """Answers at one platform's token address."""

    def __init__(self, rules: TokenRules, grants: Grants, directory: Directory) -> None:
        self._rules = rules
        self._grants = grants
        self._directory = directory

    def identify(self, request: Request) -> Account | Answer:
        """Return whose code or refresh token this is; or refuse the app, or what nobody knows."""
        if not self._is_our_app(request):
            return self._rules.refuse("invalid_client", "Client authentication failed.", 401)
        account = self.account_of(self._grant_asked_for(request.form))
        return account or self._void(request.form.get("grant_type", ""))

    def account_of(self, grant: Grant | None) -> Account | None:
        """Return the first account of a grant, the one faults are ordered for."""
        if grant is None or not grant.accounts:
            return None
        return self._directory.of(grant.platform, grant.accounts[0])

    def bearer(self, request: Request) -> Account | None:
        """Return whose access token a request carries, if it counts: one an account was registered
        with, or one that was granted here."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        registered = self._directory.find(self._rules.platform, "user_token", token)
        return registered or self.account_of(self._grants.holder(self._rules.platform, token))

    def give(self, call: Call) -> Answer:
        """Exchange a code, or renew."""
        form = call.request.form
        if form["grant_type"] == "refresh_token":
            tokens = self._grants.renew(
                form["refresh_token"], lasts_s=self._rules.access_s, rotate=self._rules.rotates
            )
            grant = self._grants.of_refresh(self._rules.platform, form["refresh_token"])
        else:
            grant = self._grants.take(
                form["code"],
                redirect_uri=form.get("redirect_uri", ""),
                verifier=form.get("code_verifier", ""),
                within_s=self._rules.code_s,
            )
            tokens = self._grants.issue(grant, lasts_s=self._rules.access_s) if grant else None
        if grant is None or tokens is None:
            return self._void(form["grant_type"])
        return json_answer(self._told(grant, tokens, call))

    def revoke(self, request: Request) -> Answer:
        if not self._is_our_app(request):
            return self._rules.refuse("invalid_client", "Client authentication failed.", 401)
        self._grants.revoke(request.form.get("token", ""))
        return json_answer({"revoked": True})

    def refusal(self, kind: str) -> Answer:
        return self._void("authorization_code" if kind == "code_expired" else "refresh_token")

    def _told(self, grant: Grant, tokens: Tokens, call: Call) -> dict[str, Any]:
        told = {
            "token_type": "bearer",
            "expires_in": tokens.lasts_s,
            "access_token": tokens.access,
            "scope": grant.scope,
        }
        if self._rules.names_account:
            told["open_id"] = call.account.remote_id
        if call.without_refresh:
            return {**told, "refresh_token": ""}
        return {**told, "refresh_token": tokens.refresh} if tokens.refresh else told

    def _grant_asked_for(self, form: Mapping[str, str]) -> Grant | None:
        if form.get("grant_type") == "refresh_token":
            return self._grants.of_refresh(self._rules.platform, form.get("refresh_token", ""))
        if form.get("grant_type") == "authorization_code":
            return self._grants.look_up(self._rules.platform, form.get("code", ""))
        return None

    def _void(self, grant_type: str) -> Answer:
        what = "token" if grant_type == "refresh_token" else "authorization code"
        return self._rules.refuse(
            "invalid_request", f"Value passed for the {what} was invalid.", 400
        )

    def _is_our_app(self, request: Request) -> bool:
        """Check the app's secret, in a header or in the form."""
        client_id, secret = _basic(request.headers.get("Authorization", ""))
        client_id = client_id or request.values.get(self._rules.client, "")
        secret = secret or request.values.get("client_secret", "")
        known_id, known_secret = APPS[self._rules.platform]
        right = hmac.compare_digest(secret.encode(), known_secret.encode())
        return client_id == known_id and right


def _basic(header: str) -> tuple[str, str]:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret
