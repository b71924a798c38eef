"""Passwords, codes and sessions of the practice Instagram's private API.

In the forms that the app and its client library use (2026-11). A session is bound to the account's
password, so it outlives this server and ends when the password is changed, as real ones do.
"""

import base64
import hashlib
import hmac
import json
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.wrappers import Request

from publisher.practice.records import Account, now

KEY_ID = 87
#: Of accounts that were registered without a password of their own: for those who practise.
PASSWORD = "latihan"  # noqa: S105 - shown on the page, to practise with
_TAG_BYTES = 16
_CODE_S = 30
#: A phone's clock and ours may be one code apart.
_APART_S = (0, -_CODE_S, _CODE_S)


def username(account: Account) -> str:
    return account.credentials.get("username") or account.handle


def session_id(account: Account) -> str:
    """Return the one session of an account: the same until its password changes."""
    key = _password(account).encode()
    mac = hmac.new(key, account.remote_id.encode(), hashlib.sha256).hexdigest()[:20]
    return f"{account.remote_id}%3A{mac}%3A9%3AAYf"


def authorization(account: Account) -> str:
    words = {"ds_user_id": account.remote_id, "sessionid": session_id(account)}
    return f"Bearer IGT:2:{base64.b64encode(json.dumps(words).encode()).decode()}"


def claimed(request: Request) -> tuple[str, str]:
    """Return the account and the session that a request names; empty where it names none."""
    try:
        words = json.loads(base64.b64decode(request.headers["Authorization"].rpartition(":")[2]))
        return str(words["ds_user_id"]), str(words["sessionid"])
    except (KeyError, TypeError, ValueError):
        return "", ""


def public_key() -> str:
    """Return the key that passwords are encrypted for, as a header carries it."""
    shown = _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(shown).decode()


def is_password(account: Account, given: str) -> bool:
    """Say whether `given` (`#PWD_INSTAGRAM:4:…`) is the account's password."""
    return hmac.compare_digest(_decrypted(given).encode(), _password(account).encode())


def is_code(account: Account, given: str) -> bool:
    """Say whether `given` is a present code of the account's authenticator app."""
    return any(
        hmac.compare_digest(code(account.credentials.get("totp", ""), at=at), given.strip())
        for at in (_now_s() + apart for apart in _APART_S)
    )


def code(seed: str, *, at: int | None = None) -> str:
    """Return the six digits that an authenticator app shows for `seed` (base32); RFC 6238.

    :param at: seconds since 1970; None: now
    """
    counter = (_now_s() if at is None else at) // _CODE_S
    key = base64.b32decode(seed.upper())
    mac = hmac.new(key, counter.to_bytes(8, "big"), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{int.from_bytes(mac[start : start + 4], 'big') % 2**31 % 10**6:06}"


def _now_s() -> int:
    return int(now().timestamp())


def context(account: Account) -> str:
    """Return what the steps of a login carry along: whose it is, sealed by us."""
    mac = hmac.new(session_id(account).encode(), b"two-step", hashlib.sha256).hexdigest()[:16]
    return f"{account.remote_id}.{mac}"


def _password(account: Account) -> str:
    return account.credentials.get("password") or PASSWORD


def _decrypted(given: str) -> str:
    """Return the password inside; "" if it was not encrypted for us."""
    try:
        _, version, at, payload = given.split(":", 3)
        sealed = base64.b64decode(payload)
        size = int.from_bytes(sealed[14:16], "little")
        key = _key().decrypt(sealed[16 : 16 + size], padding.PKCS1v15())
        tag, text = sealed[16 + size :][:_TAG_BYTES], sealed[16 + size :][_TAG_BYTES:]
        if (version, sealed[:2]) != ("4", bytes([1, KEY_ID])):
            return ""
        return AESGCM(key).decrypt(sealed[2:14], text + tag, at.encode()).decode()
    except (InvalidTag, ValueError):
        return ""


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
