"""What Meta's Graph drivers share: one call, one way to read answers, one table of errors.

The token travels in a header, never in an address that a proxy might log.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from publisher.platforms import http
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.texts import without_secrets

FACEBOOK_HOST = "graph.facebook.com"
INSTAGRAM_HOST = "graph.instagram.com"
VERSION = "v26.0"

# Meta's error codes, by what to do next (developers.facebook.com: Graph API, error handling;
# read 2026-09).
_THROTTLED = {4, 17, 32, 341, 613, 80001, 80002}
_BLOCKED = {102, 190, 368}  # log in again; 368: held for breaking a policy
_PERMISSION = {3, 10, *range(200, 300)}
_WRONG = {100, 324}
_DUPLICATE = 506
_GONE_SUBCODE = 33

#: Asking again while throttled lengthens the block, so without a figure we leave half an hour.
THROTTLE_S = 30 * 60


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What Meta answered; what cannot be read is empty, so nothing in it is believed."""

    status: int
    payload: Mapping[str, Any]
    headers: Mapping[str, str]

    @classmethod
    def of(cls, response: requests.Response) -> "Answer":
        try:
            payload = response.json()
        except ValueError:
            payload = {}
        if not isinstance(payload, dict):
            payload = {}
        return cls(status=response.status_code, payload=payload, headers=response.headers)

    @property
    def problem(self) -> Mapping[str, Any]:
        error = self.payload.get("error")
        return error if isinstance(error, dict) else {}

    @property
    def gone(self) -> bool:
        """Whether what was asked for is not there, or not for this token."""
        return self.problem.get("error_subcode") == _GONE_SUBCODE

    @property
    def number(self) -> str | None:
        return self.problem.get("fbtrace_id") or self.headers.get("x-fb-trace-id")

    @property
    def at(self) -> datetime | None:
        """The platform's own clock when it answered."""
        try:
            return parsedate_to_datetime(self.headers["Date"])
        except (KeyError, ValueError):
            return None


#: What a platform's own codes mean, given the answer, the detail for the log, and whether the
#: request would have made something public; None for the codes that all of Meta has.
Translation = Callable[[Answer, str, bool], PlatformError | None]


class Graph:
    """One account's door to Meta.

    :param platform: how messages call it, such as "Facebook"
    :param app_secret: where given, requests carry `appsecret_proof`, which some apps demand
    :param version: "" for the few addresses that have none
    :param own: what the platform's own codes mean, asked before the codes that all of Meta has
    """

    def __init__(
        self,
        platform: str,
        token: str,
        app_secret: str = "",
        *,
        host: str = FACEBOOK_HOST,
        version: str = VERSION,
        own: Translation | None = None,
    ) -> None:
        self._platform = platform
        self._base = f"https://{host}/{version}".rstrip("/")
        self._own = own
        self._proof = _proof(token, app_secret) if app_secret else {}
        self._secrets = (token, app_secret, *self._proof.values())
        self.session = http.session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(
        self,
        method: str,
        path: str,
        *,
        public: bool = False,
        gone_is_fine: bool = False,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Answer:
        """Make one request and return its answer, or raise one of the platform errors.

        :param public: whether the request would make something public
        """
        query = None if params is None else {**params, **self._proof}
        body = None if data is None else {**data, **self._proof}
        try:
            response = self.session.request(
                method, f"{self._base}/{path}", params=query, data=body, files=files
            )
        except requests.RequestException as error:
            # `from None`: the cause names the address, and with it `appsecret_proof`.
            raise http.translate(error, public=public) from None
        answer = Answer.of(response)
        if 200 <= answer.status < 300 and "error" not in answer.payload:
            return answer
        if gone_is_fine and answer.gone:
            return answer
        raise self._translate(answer, public=public)

    def _translate(self, answer: Answer, *, public: bool) -> PlatformError:
        problem, number = answer.problem, answer.number
        code, transient = problem.get("code"), problem.get("is_transient")
        subcode = f"/{problem['error_subcode']}" if "error_subcode" in problem else ""
        said = f"{self._platform} {answer.status}, code {code}{subcode}: {problem.get('message')}"
        detail = without_secrets(said, self._secrets)
        if self._own and (error := self._own(answer, detail, public)):
            return error
        if code in _THROTTLED:
            wait_s = _regain_s(answer.headers) or THROTTLE_S
            return TryLater(detail, wait_s=wait_s, whole_account=True, request_id=number)
        if code in _BLOCKED or code in _PERMISSION:
            return AccountBlocked(detail, request_id=number)
        if code == _DUPLICATE:
            return Refused(detail, duplicate=True, request_id=number)
        if code in _WRONG and not transient and answer.status < 500:
            return Refused(detail, request_id=number)
        return (OutcomeUnknown if public else TryLater)(detail, request_id=number)


def next_page(answer: Answer) -> tuple[bool, str]:
    """Return whether a list goes on, and its cursor there; "" where Meta names none.

    Not the `next` address itself: it carries the token.
    """
    paging = answer.payload.get("paging")
    if not (isinstance(paging, dict) and paging.get("next")):
        return False, ""
    cursors = paging.get("cursors")
    return True, str(cursors.get("after") or "") if isinstance(cursors, dict) else ""


def _regain_s(headers: Mapping[str, str]) -> int | None:
    """Return the seconds until Meta lets us ask again, from its usage header in minutes."""
    try:
        usage = json.loads(headers["X-Business-Use-Case-Usage"])
        minutes = [
            int(entry.get("estimated_time_to_regain_access", 0))
            for entries in usage.values()
            for entry in entries
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return max(minutes, default=0) * 60 or None


def _proof(token: str, app_secret: str) -> dict[str, str]:
    digest = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    return {"appsecret_proof": digest}
