"""Passwords: argon2id, one strength rule, and no more memory at once than a small machine has.

The parameters are OWASP's second choice (19 MiB, two passes): 64 MiB for each of sixteen threads
would let anybody who can open the sign-in page fill the machine's memory.
"""

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from publisher.errors import WeakPassword

SHORTEST = 12
LONGEST = 1024  # longer is no password but a way to keep us busy
AT_ONCE = 4

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # KiB
_room = threading.BoundedSemaphore(AT_ONCE)


def hashed(password: str) -> str:
    """Return the argon2id hash to store."""
    with _room:
        return _hasher.hash(_normalised(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether the password is right, taking as long when there is no hash to compare with."""
    known = password_hash is not None
    if len(password) > LONGEST:
        return False
    with _room:
        try:
            return _hasher.verify(password_hash or _nobodys_hash(), _normalised(password)) and known
        except (VerificationError, InvalidHashError):
            return False


def outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than ours of today."""
    return _hasher.check_needs_rehash(password_hash)


def check_strength(password: str, *, email: str) -> None:
    """Refuse a password that is too short, absurdly long, or the person's own e-mail.

    :raises WeakPassword: with the sentence that says which
    """
    if len(password) < SHORTEST:
        raise WeakPassword(number=SHORTEST)
    if len(password) > LONGEST:
        raise WeakPassword(WeakPassword.too_long, number=LONGEST)
    if email.lower() in password.lower() or password.lower() in email.lower():
        raise WeakPassword(WeakPassword.is_email)
    if len(set(password)) < 4:
        raise WeakPassword(WeakPassword.too_plain)


def _normalised(password: str) -> str:
    """Return the same characters for the same keys, whichever keyboard composed them."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("no password of anybody")
