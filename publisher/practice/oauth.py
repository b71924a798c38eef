"""The provider's side of OAuth 1.0a: the signature is computed again and compared."""

import logging
import threading
import time
from typing import Any

from oauthlib.oauth1 import RequestValidator, ResourceEndpoint
from werkzeug.wrappers import Request

from publisher.practice.records import Account
from publisher.practice.wire import Directory

#: A request signed longer ago than this is refused, and nonces are remembered as long.
WINDOW_S = 300

logging.getLogger("oauthlib").setLevel(logging.WARNING)


class Signatures(RequestValidator):
    """What oauthlib asks to check a request: who holds which secret, which nonce was used."""

    enforce_ssl = False  # the address signed is always https; the wire to us may be plain
    timestamp_lifetime = WINDOW_S
    dummy_client = "unknown"
    dummy_access_token = "unknown"  # noqa: S105 - a name for "nobody"

    def __init__(self, directory: Directory) -> None:
        super().__init__()
        self._directory = directory
        self._lock = threading.Lock()
        self._nonces: dict[tuple[str, str], float] = {}
        self._endpoint = ResourceEndpoint(self)

    def holder(self, request: Request) -> Account | None:
        """Return whose valid signature `request` carries, or None.

        The address signed is rebuilt from the `Host` header, so a gateway that keeps it is fine.
        """
        body = ""
        if request.mimetype == "application/x-www-form-urlencoded":
            body = request.get_data(as_text=True)
        query = request.query_string.decode()
        uri = f"https://{request.host}{request.path}" + (f"?{query}" if query else "")
        valid, seen = self._endpoint.validate_protected_resource_request(
            uri, request.method, body, dict(request.headers)
        )
        return self._account(seen.resource_owner_key) if valid else None

    # -- asked by oauthlib

    def check_client_key(self, client_key: str) -> bool:
        return bool(client_key)

    def check_access_token(self, request_token: str) -> bool:
        return bool(request_token)

    def check_nonce(self, nonce: str) -> bool:
        return 8 <= len(nonce) <= 64

    def validate_timestamp_and_nonce(
        self, _key: str, _at: str, nonce: str, *_: Any, access_token: str = "", **__: Any
    ) -> bool:
        """Accept each nonce of a token once."""
        moment = time.monotonic()
        with self._lock:
            if len(self._nonces) > 50_000:
                self._forget(moment - WINDOW_S)
            if (access_token, nonce) in self._nonces:
                return False
            self._nonces[access_token, nonce] = moment
        return True

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        account = self._account(request.resource_owner_key)
        return account is not None and account.credentials.get("consumer_key") == client_key

    def validate_access_token(self, _key: str, token: str, _request: Any) -> bool:
        return self._account(token) is not None

    def validate_realms(self, *_: Any, **__: Any) -> bool:
        return True

    def get_client_secret(self, _key: str, request: Any) -> str:
        account = self._account(request.resource_owner_key)
        return account.credentials.get("consumer_secret", "") if account else "unknown"

    def get_access_token_secret(self, _key: str, token: str, _request: Any) -> str:
        account = self._account(token)
        return account.credentials.get("access_token_secret", "") if account else "unknown"

    def _account(self, token: str) -> Account | None:
        return self._directory.find("x", "access_token", token)

    def _forget(self, before: float) -> None:
        self._nonces = {nonce: seen for nonce, seen in self._nonces.items() if seen > before}
