"""The folder of the backups: pictures once for all of them, and per backup what differs.

    FOLDER/media/ab/cd/abcd…                 each picture under its digest
    FOLDER/2026-11-22T024150Z/manifest.json  what is in the backup, and its digest
    FOLDER/2026-11-22T024150Z/database.…

A backup that was interrupted never gets its final name, so whatever has one is whole.
"""

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from publisher.backup.databases import CHECKS, Database
from publisher.backup.errors import BackupError
from publisher.storage import DIGEST, FolderStore, Store, sync

FORMAT = 1
NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
UNFINISHED = ".unfinished-"
MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup holds.

    :param kind: of the database: "sqlite" or "postgresql"
    :param revision: of its schema
    :param made_at: ISO, UTC; what happened later is not in it
    :param file: the database, with its size and SHA-256
    :param rows: how many each table has
    :param media: the digests of the pictures the database names
    :param missing: those of them that could not be read when it was made
    """

    kind: str
    revision: str
    made_at: str
    file: str
    size_bytes: int
    sha256: str
    rows: dict[str, int]
    media: list[str]
    missing: list[str]
    format: int = FORMAT

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    @property
    def kept(self) -> list[str]:
        return sorted(set(self.media) - set(self.missing))


class Shelf:
    """A folder of backups."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._media = FolderStore(folder / "media")

    def names(self) -> list[str]:
        """Return the names of the backups, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(each.name for each in self.folder.iterdir() if NAME.fullmatch(each.name))

    def newest(self) -> str:
        """:raises BackupError: if there is none"""
        if not (names := self.names()):
            raise BackupError(f"There is no backup in {self.folder}.")
        return names[-1]

    def make(self, database: Database, store: Store, *, at: datetime) -> tuple[str, Manifest]:
        """Add a backup of what stands at `at`; return its name and what it holds."""
        name = f"{at:%Y-%m-%dT%H%M%SZ}"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone(), self._unfinished(name) as draft:
            file = draft / database.file_name
            facts = database.dump(file)
            _keep_private(file)
            manifest = Manifest(
                kind=database.kind,
                revision=facts.revision,
                made_at=at.isoformat(),
                file=file.name,
                size_bytes=file.stat().st_size,
                sha256=_sha256(file),
                rows=facts.rows,
                media=facts.media,
                missing=_copy(facts.media, store, self._media),
            )
            (draft / MANIFEST).write_text(json.dumps(dataclasses.asdict(manifest), indent=1))
            for each in (draft / MANIFEST, draft):
                sync(each)
            draft.rename(self.folder / name)
            sync(self.folder)
        return name, manifest

    def manifest(self, name: str) -> Manifest:
        """:raises BackupError: if there is no such backup, or it cannot be read"""
        try:
            told = json.loads((self.folder / name / MANIFEST).read_text())
            if told["format"] != FORMAT or not _is_sane(told):
                raise ValueError
            return Manifest(**told)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BackupError(f"{self.folder / name} is not a backup Siar can read.") from error

    def check(self, name: str) -> Manifest:
        """Read a backup through, every byte of it.

        :raises BackupError: naming what is missing or damaged
        """
        manifest = self.manifest(name)
        file = self.database_file(name)
        if not file.is_file() or _sha256(file) != manifest.sha256:
            raise BackupError(f"{file} is missing or damaged. Take another backup.")
        CHECKS[manifest.kind](file)
        damaged = [digest for digest in manifest.kept if not _is_sound(self._media, digest)]
        if damaged:
            raise BackupError(
                f"{len(damaged)} pictures of the backup are missing or damaged, such as "
                f"{damaged[0]}. Nothing was changed."
            )
        return manifest

    def database_file(self, name: str) -> Path:
        return self.folder / name / self.manifest(name).file

    def put_back_media(self, manifest: Manifest, store: Store) -> int:
        """Put into `store` what it lacks or holds damaged; return how many."""
        lacking = [digest for digest in manifest.kept if not _is_sound(store, digest)]
        for digest in lacking:
            store.delete(digest)
            store.put(self._media.get(digest))
        return len(lacking)

    def drop_all_but(self, count: int) -> list[str]:
        """Remove the oldest backups; their pictures stay, for others may name them."""
        dropped = self.names()[:-count]
        for name in dropped:
            shutil.rmtree(self.folder / name)
        return dropped

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no second backup into this folder meanwhile."""
        with (self.folder / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BackupError(f"Another backup into {self.folder} is running.") from error
            for left in self.folder.glob(f"{UNFINISHED}*"):
                shutil.rmtree(left)
            yield

    @contextlib.contextmanager
    def _unfinished(self, name: str) -> Iterator[Path]:
        """Yield a folder that nobody takes for a backup, and remove what is left of it."""
        draft = self.folder / f"{UNFINISHED}{name}"
        draft.mkdir(mode=0o700)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _is_sane(told: dict[str, Any]) -> bool:
    """Return whether a manifest names what can be in a backup, and nothing outside of it."""
    inside = Path(told["file"]).name == told["file"]
    return inside and told["kind"] in CHECKS and all(map(DIGEST.fullmatch, told["media"]))


def _copy(digests: Iterable[str], store: Store, kept: Store) -> list[str]:
    """Copy what is not kept yet; return what could not be read.

    :raises OSError: if it could not be kept: a full disk is no fault of a picture
    """
    missing = []
    for digest in digests:
        if kept.exists(digest):
            continue
        try:
            content = store.get(digest)
        except OSError:
            missing.append(digest)
        else:
            kept.put(content)
    return missing


def _is_sound(store: Store, digest: str) -> bool:
    try:
        store.get(digest)
    except OSError:
        return False
    return True


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _keep_private(file: Path) -> None:
    """It holds password hashes and encrypted credentials."""
    file.chmod(0o600)
    sync(file)
