"""Facebook Login as apps meet it: codes, long tokens, which Pages a person let an app in to.

A person's token speaks for the Pages they chose on the consent page. What it is given out for is
each Page's own token, by which the Page, or its Instagram account, is spoken to from then on.
"""

import hmac
import time
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from publisher.practice import graph
from publisher.practice.answers import Answer, json_answer
from publisher.practice.grants import APPS, Grant, Grants
from publisher.practice.ledger import Ledger
from publisher.practice.portraits import portrait_url
from publisher.practice.records import Account
from publisher.practice.wire import Call, Directory

_CODE_S, _SHORT_S, _LONG_S = 600, 2 * 3600, 60 * 86400
_DATA_ACCESS_S = 90 * 86400
_OWN = ("/oauth/access_token", "/debug_token")
#: Who asks when that cannot be told; no fault is ordered for them.
_NOBODY = Account(platform="facebook", remote_id="", handle="", display_name="", credentials={})


class MetaLogin(graph.Graph):
    """The part of the practice Graph API that is about people, not Pages."""

    name = "facebook"
    token_name = "page_token"  # noqa: S105 - what it is called
    usage_type = "pages"
    throttle = (4, "(#4) Application request limit reached")

    def __init__(self, ledger: Ledger, directory: Directory, grants: Grants) -> None:
        super().__init__(ledger, directory)
        self._grants = grants

    def routes_of(self) -> Map:
        return Map(
            [
                Rule(
                    "/oauth/access_token",
                    methods=["GET", "POST"],
                    endpoint=("token", self._token),
                ),
                Rule("/debug_token", methods=["GET"], endpoint=("read", self._debug)),
                Rule("/me/permissions", methods=["GET"], endpoint=("read", self._permissions)),
                Rule("/me/accounts", methods=["GET"], endpoint=("read", self._pages)),
            ]
        )

    def identify(self, request: Request) -> Account | Answer:
        """Return the first Page of who asks: the one faults are ordered for."""
        path = graph.without_version(request.path)
        grant = self._grant(request) if path in _OWN else self._of_bearer(request)
        if grant is not None:
            return self._account(grant, grant.accounts[0]) or _NOBODY
        return _NOBODY if path in _OWN else graph.error(190, "Invalid OAuth access token.", 401)

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:
        if kind == "code_expired":
            return _void()
        return super().refusal(kind, seconds, account)

    # -- addresses

    def _token(self, call: Call) -> Answer:
        given = call.request.values
        if not _is_our_app(given.get("client_id", ""), given.get("client_secret", "")):
            return graph.error(1, "Error validating client secret.", kind="OAuthException")
        if given.get("grant_type") == "fb_exchange_token":
            return self._give(self._grant(call.request), _LONG_S)
        grant = self._grants.take(
            given.get("code", ""),
            redirect_uri=given.get("redirect_uri", ""),
            verifier="",
            within_s=_CODE_S,
        )
        return self._give(grant, _SHORT_S)

    def _give(self, grant: Grant | None, lasts_s: int) -> Answer:
        if grant is None:
            return _void()
        tokens = self._grants.issue(grant, lasts_s=lasts_s)
        return json_answer(
            {"access_token": tokens.access, "token_type": "bearer", "expires_in": lasts_s}
        )

    def _debug(self, call: Call) -> Answer:
        _, _, bearer = call.request.headers.get("Authorization", "").partition(" ")
        if not _is_our_app(*(bearer.partition("|")[::2])):
            return graph.error(190, "Invalid OAuth access token signature.", 401)
        grant = self._grant(call.request)
        if grant is None:
            return json_answer({"data": {"is_valid": False, "scopes": []}})
        ends = int(time.time()) + _DATA_ACCESS_S
        told = {"is_valid": True, "type": "USER", "expires_at": 0, "scopes": _words(grant)}
        return json_answer({"data": {**told, "data_access_expires_at": ends}})

    def _permissions(self, call: Call) -> Answer:
        grant = self._of_bearer(call.request)
        words = _words(grant) if grant else []
        return json_answer({"data": [{"permission": one, "status": "granted"} for one in words]})

    def _pages(self, call: Call) -> Answer:
        grant = self._of_bearer(call.request)
        accounts = [self._account(grant, one) for one in grant.accounts] if grant else []
        pages = [_page(one, self._behind(one)) for one in accounts if one is not None]
        return self.answer({"data": pages}, call.account)

    # -- who it is

    def _grant(self, request: Request) -> Grant | None:
        given = request.values
        if token := given.get("input_token") or given.get("fb_exchange_token"):
            return self._grants.holder(self.name, token)
        return self._grants.look_up(self.name, given.get("code", ""))

    def _of_bearer(self, request: Request) -> Grant | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._grants.holder(self.name, token) if scheme.lower() == "bearer" else None

    def _account(self, grant: Grant, remote_id: str) -> Account | None:
        platform = "instagram" if "instagram_basic" in grant.scope else "facebook"
        return self._directory.of(platform, remote_id)

    def _behind(self, account: Account) -> Account | None:
        """Return the Instagram account behind a Page: one's own, or that of the same name."""
        if account.platform == "instagram":
            return account
        accounts = self._ledger.accounts()
        same = (
            one for one in accounts if (one.platform, one.handle) == ("instagram", account.handle)
        )
        return next(same, None)


def _page(account: Account, instagram: Account | None) -> dict[str, Any]:
    """Return a Page as `/me/accounts` lists it."""
    own = account.platform == "facebook"
    credentials = account.credentials
    page: dict[str, Any] = {
        "id": account.remote_id if own else f"9{account.remote_id}",
        "name": account.display_name,
        "username": account.handle,
        "access_token": credentials.get("page_token" if own else "token", ""),
        "tasks": ["CREATE_CONTENT", "MODERATE"],
        "picture": {"data": {"url": portrait_url(account)}},
    }
    if instagram is not None:
        page["instagram_business_account"] = {
            "id": instagram.remote_id,
            "username": instagram.handle,
            "name": instagram.display_name,
            "profile_picture_url": portrait_url(instagram),
        }
    return page


def _words(grant: Grant) -> list[str]:
    return grant.scope.replace(",", " ").split()


def _void() -> Answer:
    message = "This authorization code has expired or has been used."
    return graph.error(100, message, kind="OAuthException", error_subcode=36007)


def _is_our_app(client_id: str, secret: str) -> bool:
    known_id, known_secret = APPS["facebook"]
    return client_id == known_id and hmac.compare_digest(secret.encode(), known_secret.encode())
