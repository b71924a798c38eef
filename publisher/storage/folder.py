"""Media in a folder of this machine, or in one that several machines share."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from publisher.storage.contract import digest_of, name_of, sealed, unsealed, verified


class FolderStore:
    """A store in a folder, two levels deep: `ab/cd/abcd…`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"FolderStore({str(self.folder)!r})"

    def path(self, digest: str) -> Path:
        return self.folder / name_of(digest)

    def put(self, content: bytes) -> str:
        digest = digest_of(content)
        if not self.exists(digest):
            _write(self.path(digest), content)
        return digest

    def get(self, digest: str) -> bytes:
        return verified(self.path(digest).read_bytes(), digest)

    def exists(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def derived(self, digest: str, variant: str, make: Callable[[bytes], bytes]) -> bytes:
        path = self.path(digest)
        beside = path.with_name(f"{digest}-{variant}")
        kept = unsealed(_read(beside))
        if kept is None:
            kept = make(self.get(digest))
            _write(beside, sealed(kept))
        return kept

    def delete(self, digest: str) -> None:
        path = self.path(digest)
        for file in (path, *path.parent.glob(f"{digest}-*")):
            file.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


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
