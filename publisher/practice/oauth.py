"""The provider's side of OAuth 1.0a (RFC 5849): the signature is computed again and compared.

Written out here because a platform's side is short, and because checked by a library it was
most of what a request cost, so that a bench measured the platform instead of its client.
"""

import base64
import hashlib
import hmac
import re
import threading
import time
from collections.abc import Iterable
from urllib.parse import quote, unquote

from werkzeug.wrappers import Request

from publisher.practice.records import Account
from publisher.practice.wire import Directory

#: A request signed longer ago than this, or that much ahead, is refused.
WINDOW_S = 300

_PART = re.compile(r'\s*(\w+)="([^"]*)"\s*(?:,|$)')
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
_NEEDED = frozenset(
    f"oauth_{name}"
    for name in ("consumer_key", "token", "signature", "signature_method", "timestamp", "nonce")
)


class Signatures:
    """Whose valid signature a request carries."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._nonces = _Nonces()

    def holder(self, request: Request) -> Account | None:
        """Return whose valid signature `request` carries, or None.

        The address signed is rebuilt from the `Host` header, so a gateway that keeps it is fine.
        """
        given = _given(request.headers.get("Authorization", ""))
        if not given.keys() >= _NEEDED or given["oauth_signature_method"] != "HMAC-SHA1":
            return None
        account = self._directory.find("x", "access_token", given["oauth_token"])
        if account is None or not _is_current(given["oauth_timestamp"]):
            return None
        if account.credentials.get("consumer_key") != given["oauth_consumer_key"]:
            return None
        wanted = _signature(request, given, account)
        if not hmac.compare_digest(wanted.encode(), given["oauth_signature"].encode()):
            return None
        fresh = self._nonces.take(given["oauth_token"], given["oauth_nonce"])
        return account if fresh else None


class _Nonces:
    """Each nonce of a token is good once; two generations, so that the old ones are forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: set[tuple[str, str]] = set()
        self._old: set[tuple[str, str]] = set()
        self._since = time.monotonic()

    def take(self, token: str, nonce: str) -> bool:
        """Say whether this one is new, and remember it."""
        with self._lock:
            moment = time.monotonic()
            if moment - self._since > 2 * WINDOW_S:
                self._old, self._new, self._since = self._new, set(), moment
            if (token, nonce) in self._new or (token, nonce) in self._old:
                return False
            self._new.add((token, nonce))
        return 8 <= len(nonce) <= 64


def _given(header: str) -> dict[str, str]:
    """Return the parameters of an Authorization header, decoded; none if it is of another kind."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return {}
    return {name: unquote(value) for name, value in _PART.findall(rest)}


def _is_current(timestamp: str) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) == 10):
        return False
    return abs(time.time() - int(timestamp)) <= WINDOW_S


def _signature(request: Request, given: dict[str, str], account: Account) -> str:
    """Return what HMAC-SHA1 makes of the request with the account's secrets, in base64."""
    pairs = [pair for pair in given.items() if pair[0] not in ("oauth_signature", "realm")]
    if request.query_string:
        pairs += request.args.items(multi=True)
    if request.mimetype == "application/x-www-form-urlencoded":
        pairs += request.form.items(multi=True)
    address = f"https://{request.host.lower()}{request.path}"
    base = f"{request.method}&{_encoded(address)}&{_normalised(pairs)}"
    secrets = (account.credentials.get(name, "") for name in _SECRETS)
    key = "&".join(_encoded(secret) for secret in secrets)
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha1)).decode()


_SECRETS = ("consumer_secret", "access_token_secret")


def _normalised(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the parameters as they are signed: each encoded, sorted, and all encoded again."""
    encoded = sorted((_encoded(name), _encoded(value)) for name, value in pairs)
    text = "&".join(f"{name}={value}" for name, value in encoded)
    return text.replace("%", "%25").replace("=", "%3D").replace("&", "%26")


def _encoded(text: str) -> str:
    """Percent-encode; most of what is signed has nothing to encode, and is quicker told so."""
    return text if _PLAIN.fullmatch(text) else quote(text, safe="~")
