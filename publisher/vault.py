"""Keeps the platforms' credentials unreadable in the database.

A sealed credential is bound to the account it belongs to: copied to another row it does not
open. Each carries the id of its key, so keys change without a night of downtime: put a new key
first, reseal, drop the old one.
"""

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from publisher.errors import BadSecret, UnknownKey

VERSION = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12  # what AES-GCM is made for; random, so safe for 2**32 seals with one key
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Vault:
    """Seals and opens credentials with the keys it was given.

    :param keys: `id:base64 of 32 bytes`, several with commas; the first seals, all open
    :raises ValueError: if the keys are not written so; the message never shows them
    """

    def __init__(self, keys: str) -> None:
        self._keys = dict(_read_key(position, key) for position, key in enumerate(keys.split(",")))
        if len(self._keys) != keys.count(",") + 1:
            raise ValueError("VAULT_KEYS names a key id twice")
        self.current = next(iter(self._keys))

    def __repr__(self) -> str:
        return f"<Vault of {len(self._keys)} keys>"

    def seal(self, plain: Mapping[str, str], *, bound_to: str) -> str:
        """Return `plain` encrypted; it opens for the same `bound_to` only.

        :param bound_to: what the secret belongs to, such as `x:account:17`
        """
        nonce = os.urandom(NONCE_BYTES)
        content = json.dumps(dict(plain), ensure_ascii=False, sort_keys=True).encode()
        sealed = self._keys[self.current].encrypt(nonce, content, _bond(self.current, bound_to))
        return f"{VERSION}.{self.current}.{_encoded(nonce + sealed)}"

    def open(self, token: str, *, bound_to: str) -> dict[str, str]:
        """Return what was sealed.

        :raises UnknownKey: if it was sealed with a key that is not among ours
        :raises BadSecret: if the token was changed or moved
        """
        name, content = _parse(token)
        if name not in self._keys:
            raise UnknownKey
        nonce, sealed = content[:NONCE_BYTES], content[NONCE_BYTES:]
        try:
            plain = self._keys[name].decrypt(nonce, sealed, _bond(name, bound_to))
        except (InvalidTag, ValueError) as error:
            raise BadSecret from error
        opened: dict[str, str] = json.loads(plain)
        return opened

    def reseal(self, token: str, *, bound_to: str) -> str:
        """Return the same secret under the present key; a token already under it as it is."""
        plain = self.open(token, bound_to=bound_to)
        return token if key_id(token) == self.current else self.seal(plain, bound_to=bound_to)


def key_id(token: str) -> str:
    """Return the id of the key that sealed `token`.

    :raises BadSecret: if it is not a token of a vault
    """
    return _parse(token)[0]


def _read_key(position: int, key: str) -> tuple[str, AESGCM]:
    name, _, text = key.strip().partition(":")
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        content = b""
    if not KEY_ID.fullmatch(name) or len(content) != KEY_BYTES:
        raise ValueError(f"VAULT_KEYS: key {position + 1} must be id:base64 of {KEY_BYTES} bytes")
    return name, AESGCM(content)


def _bond(name: str, bound_to: str) -> bytes:
    """Return what the encryption vouches for beside the secret itself."""
    return f"{VERSION}.{name}.{bound_to}".encode()


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


def _parse(token: str) -> tuple[str, bytes]:
    version, _, rest = token.partition(".")
    name, _, text = rest.partition(".")
    try:
        content = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSecret from error
    ours = version == VERSION and KEY_ID.fullmatch(name) and len(content) > NONCE_BYTES
    if not ours or _encoded(content) != text:  # one secret, one way to write it
        raise BadSecret
    return name, content
