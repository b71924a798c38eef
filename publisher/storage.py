"""The media store: bytes under the SHA-256 of themselves.

What a reviewer approved is named by its digest, so it can neither change unnoticed nor be kept
twice. A folder serves one machine; `Store` is all the rest of Siar knows of it.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
DIGEST = re.compile(r"[0-9a-f]{64}")
_SEAL = hashlib.sha256().digest_size


class Store(Protocol):
    """Where media lie. Digests are 64 lower-case hex digits; anything else is a ValueError."""

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


class FolderStore:
    """A store in a folder of this machine, two levels deep: `ab/cd/abcd…`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"FolderStore({str(self.folder)!r})"

    def path(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):
            raise ValueError("not a SHA-256 digest")
        return self.folder / digest[:2] / digest[2:4] / digest

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        if not self.exists(digest):
            _write(self.path(digest), content)
        return digest

    def get(self, digest: str) -> bytes:
        content = self.path(digest).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise OSError(f"media {digest} is damaged")
        return content

    def exists(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def derived(self, digest: str, variant: str, make: Callable[[bytes], bytes]) -> bytes:
        path = self.path(digest)
        beside = path.with_name(f"{digest}-{variant}")
        kept = _unsealed(beside)
        if kept is None:
            kept = make(self.get(digest))
            _write(beside, hashlib.sha256(kept).digest() + kept)
        return kept

    def delete(self, digest: str) -> None:
        path = self.path(digest)
        for file in (path, *path.parent.glob(f"{digest}-*")):
            file.unlink(missing_ok=True)


def open_store(media_url: str, root: Path = ROOT) -> Store:
    """Return the store that `MEDIA_URL` names.

    :param media_url: a folder, absolute or below `root`, or `file:///a/folder`
    :raises ValueError: for a kind of store we do not have, with its name
    """
    parts = urlsplit(media_url)
    if parts.scheme == "file":
        return FolderStore(root / unquote(parts.path))
    if "://" in media_url:
        raise ValueError(
            f"MEDIA_URL: Siar cannot keep media on {parts.scheme}:// yet; name a folder"
        )
    return FolderStore(root / media_url)


def _unsealed(path: Path) -> bytes | None:
    """Return what was kept behind the digest of itself; None if it is not there or damaged."""
    try:
        sealed = path.read_bytes()
    except FileNotFoundError:
        return None
    seal, content = sealed[:_SEAL], sealed[_SEAL:]
    return content if seal == hashlib.sha256(content).digest() else None


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, after a power cut too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        sync(folder)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
