"""What every media store does, wherever its bytes lie."""

import hashlib
import re
from collections.abc import Callable
from typing import Protocol

DIGEST = re.compile(r"[0-9a-f]{64}")
_SEAL = hashlib.sha256().digest_size


class Unreachable(OSError):
    """The store cannot be asked now; nothing is known of what lies there."""


class Store(Protocol):
    """Where media lie. Digests are 64 lower-case hex digits; anything else is a ValueError.

    Whatever goes wrong is an OSError. One that may be over in a minute is `Unreachable`.
    """

    def put(self, content: bytes) -> str:
        """Keep `content` durably and return its digest. Keeping it again changes nothing."""

    def get(self, digest: str) -> bytes:
        """Return what was kept.

        :raises FileNotFoundError: if nothing was
        :raises OSError: if what lies there is no longer what was kept
        """

    def exists(self, digest: str) -> bool: ...

    def derived(self, digest: str, variant: str, make: Callable[[bytes], bytes]) -> bytes:
        """Return what `make` makes of what was kept, made once and kept beside it.

        What is found damaged is made anew: some of it goes out to platforms.

        :param variant: names what `make` does, such as "480.jpg"
        :raises FileNotFoundError: if nothing was kept under `digest`
        """

    def delete(self, digest: str) -> None:
        """Forget `digest`; forgetting what is not there is no error."""


def name_of(digest: str) -> str:
    """Return where content lies below a store, the same in all of them: `ab/cd/abcd…`.

    So a folder can be copied into a bucket, and back, by any tool that copies names.
    """
    if not DIGEST.fullmatch(digest):
        raise ValueError("not a SHA-256 digest")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def verified(content: bytes, digest: str) -> bytes:
    """:raises OSError: if `content` is not what was kept under `digest`"""
    if digest_of(content) != digest:
        raise OSError(f"media {digest} is damaged")
    return content


def sealed(content: bytes) -> bytes:
    """Return `content` behind the digest of itself: its name cannot tell what it must be."""
    return hashlib.sha256(content).digest() + content


def unsealed(kept: bytes | None) -> bytes | None:
    """Return what was sealed; None if it is not there or damaged."""
    if kept is None:
        return None
    seal, content = kept[:_SEAL], kept[_SEAL:]
    return content if seal == hashlib.sha256(content).digest() else None
