"""Meta's Graph API as its clients meet it, for Pages and for Instagram: who asks, one error
envelope, usage headers, and how it says what goes wrong."""

import hashlib
import hmac
import json
import math
import re
import secrets
from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Map
from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, json_answer
from publisher.practice.ledger import Ledger
from publisher.practice.records import Account
from publisher.practice.wire import Call, Directory, Handler

HOST = "graph.facebook.com"

_VERSION = re.compile(r"^/v\d{1,2}\.\d")


class Graph:
    """What is the same for every platform of Meta."""

    name: str
    hosts: tuple[str, ...] = (HOST,)
    #: Under which of an account's credentials its token lies, and what counts its requests.
    token_name: str
    usage_type: str
    throttle: tuple[int, str]

    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        self._ledger = ledger
        self._directory = directory
        self._addresses = self.routes_of().bind("")

    def routes_of(self) -> Map:
        """Return the addresses below the version, each with an operation and its handler."""
        raise NotImplementedError

    def identify(self, request: Request) -> Account | Answer:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth"):
            token = request.values.get("access_token", "")
        if not token:
            message = "An active access token must be used to query information."
            return error(2500, message, kind="OAuthException")
        account = self.holder(token)
        if account is None:  # Meta does echo what it was given
            return error(190, f"Malformed access token {token}", 401, kind="OAuthException")
        app_secret = account.credentials.get("app_secret")
        if app_secret and not hmac.compare_digest(
            request.values.get("appsecret_proof", ""), _proof(token, app_secret)
        ):
            return error(100, "Invalid appsecret_proof provided in the API argument")
        return account

    def holder(self, token: str) -> Account | None:
        return self._directory.find(self.name, self.token_name, token)

    def route(self, request: Request) -> tuple[str, Handler]:
        path = without_version(request.path)
        (operation, handler), values = self._addresses.match(path, request.method)
        return operation, (lambda call: handler(call, **values))

    def not_found(self) -> Answer:
        return error(2500, "Unknown path components", 400, kind="OAuthException")

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:
        match kind:
            case "no_id":
                return self.answer({"success": True}, account)
            case "rate_limit":
                load = self.usage(account, regain_min=math.ceil(seconds / 60))
                return error(*self.throttle, headers=load)
            case "duplicate":
                return error(506, "(#506) Duplicate status message", is_transient=False)
            case "refused":
                return error(100, "(#100) Invalid parameter")
            case "expired_token":
                message = "Error validating access token: Session has expired."
                return error(190, message, kind="OAuthException", error_subcode=463)
            case "blocked":
                message = "The action attempted has been deemed abusive or is otherwise disallowed"
                return error(368, message, 403, kind="OAuthException")
            case "outage":
                return error(2, "Service temporarily unavailable", 503, is_transient=True)
        return error(1, "An unknown error occurred", 500, kind="OAuthException")

    def answer(self, payload: Mapping[str, Any], account: Account) -> Answer:
        headers = {**self.usage(account), "x-fb-trace-id": _trace()}
        return json_answer(payload, 200, headers, "application/json; charset=UTF-8")

    def usage(self, account: Account, regain_min: int = 0) -> dict[str, str]:
        calls = 100 if regain_min else 1
        load = {"call_count": calls, "total_cputime": 1, "total_time": 1}
        each = {"type": self.usage_type, **load, "estimated_time_to_regain_access": regain_min}
        return {
            "X-App-Usage": json.dumps(load),
            "X-Business-Use-Case-Usage": json.dumps({account.remote_id: [each]}),
        }

    def next_page(self, call: Call, before: str, after: str, more: bool) -> dict[str, Any]:
        """Return how Meta says where in a list one is; its own `next` carries the token."""
        paging: dict[str, Any] = {"cursors": {"before": before, "after": after}}
        if more:
            token = call.account.credentials.get(self.token_name, "")
            address = f"https://{self.hosts[0]}{call.request.path}?access_token={token}"
            paging["next"] = address
        return paging


def without_version(path: str) -> str:
    """Return a path of the Graph API as it is without the version.

    >>> without_version("/v26.0/me/accounts")
    '/me/accounts'
    """
    return _VERSION.sub("", path)


def is_own(call: Call, account: str) -> bool:
    return account in ("me", call.account.remote_id)


def error(
    code: int,
    message: str,
    status: int = 400,
    *,
    kind: str = "GraphMethodException",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Answer:
    problem = {"message": message, "type": kind, "code": code, **more, "fbtrace_id": _trace()}
    return json_answer({"error": problem}, status, headers, "application/json; charset=UTF-8")


def not_yours() -> Answer:
    return error(200, "(#200) Permissions error", 403, kind="OAuthException")


def gone(object_id: str) -> Answer:
    message = (
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due "
        "to missing permissions, or does not support this operation."
    )
    return error(100, message, error_subcode=33)


def _proof(token: str, app_secret: str) -> str:
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _trace() -> str:
    return "A" + secrets.token_urlsafe(16)
