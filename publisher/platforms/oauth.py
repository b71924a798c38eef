"""The client's side of OAuth 2.0: Authlib, which is loaded when somebody gives or renews a consent.

It takes four megabytes that a process without such an errand need not have.
"""

from typing import Any

import requests
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from requests.auth import AuthBase

__all__ = ["Client", "OAuth2Error", "said_in"]


class _ClientAuth(AuthBase, ClientAuth):
    """Authlib's own for requests lives in a package that loads all of JOSE."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.url, request.headers, request.body = self.prepare(
            request.method, request.url, request.headers, request.body
        )
        return request


def _without_foreign_errors(response: requests.Response) -> requests.Response:
    """Let no error pass that is not told in the protocol's words: Authlib looks for those alone."""
    if response.status_code >= 400:
        try:
            told = "error" in response.json()
        except (TypeError, ValueError):
            told = False
        if not told or response.status_code in (429, *range(500, 600)):
            raise requests.HTTPError(response=response)
    return response


class Client(OAuth2Client):
    """One app's errand at one platform, over a session of `http`."""

    client_auth_class = _ClientAuth

    def __init__(self, session: requests.Session, **given: Any) -> None:
        super().__init__(session, **given)
        for answer in ("access_token_response", "refresh_token_response"):
            self.register_compliance_hook(answer, _without_foreign_errors)


def said_in(error: OAuth2Error) -> tuple[str, str]:
    """Return the word and the sentence of an error; Meta says both in an object of its own."""
    if isinstance(error.error, dict):
        return str(error.error.get("code", "")), str(error.error.get("message", ""))
    return str(error.error), str(error.description or "")
