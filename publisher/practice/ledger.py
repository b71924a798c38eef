"""What the practice platforms were given: an append-only book in one folder.

A post is in the book before its answer leaves, so a process killed at any moment has lost
nothing it has acknowledged. Nothing is changed or deleted; a removal is a row of its own.
SQLite runs in WAL with `synchronous=NORMAL`: durable against kill -9, cheap enough for benches.
"""

import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from publisher.practice.records import Account, Draft, Media, Post, now

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
  platform TEXT, remote_id TEXT, handle TEXT, display_name TEXT, colour TEXT, credentials TEXT,
  PRIMARY KEY (platform, remote_id));
CREATE TABLE IF NOT EXISTS request (
  no INTEGER PRIMARY KEY, at TEXT, platform TEXT, account TEXT, operation TEXT, line TEXT,
  fault TEXT);
CREATE TABLE IF NOT EXISTS media (
  id TEXT PRIMARY KEY, platform TEXT, account TEXT, sha256 TEXT, mime TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS alt_text (media_id TEXT REFERENCES media, text TEXT);
CREATE TABLE IF NOT EXISTS post (
  id TEXT PRIMARY KEY, platform TEXT, account TEXT, text TEXT, digest TEXT, at TEXT,
  request_no INTEGER);
CREATE TABLE IF NOT EXISTS post_media (
  media_id TEXT PRIMARY KEY, post_id TEXT REFERENCES post, place INTEGER);
CREATE TABLE IF NOT EXISTS draft (
  id TEXT PRIMARY KEY, platform TEXT, account TEXT, kind TEXT, text TEXT, media_ids TEXT, at TEXT,
  problem TEXT);
CREATE TABLE IF NOT EXISTS draft_post (
  draft_id TEXT PRIMARY KEY REFERENCES draft, post_id TEXT REFERENCES post);
CREATE TABLE IF NOT EXISTS removal (post_id TEXT PRIMARY KEY REFERENCES post, at TEXT);
CREATE INDEX IF NOT EXISTS post_timeline ON post (platform, account, at);
CREATE INDEX IF NOT EXISTS post_digest ON post (platform, account, digest);
CREATE INDEX IF NOT EXISTS draft_account ON draft (platform, account, at);
CREATE INDEX IF NOT EXISTS post_media_post ON post_media (post_id);
CREATE INDEX IF NOT EXISTS alt_text_media ON alt_text (media_id);
"""

#: Both platforms compare a text with those of the last day.
DUPLICATE_WITHIN = timedelta(hours=24)


class Ledger:
    """The book in `folder`, which is made if it is not there. Safe between threads."""

    def __init__(self, folder: Path) -> None:
        self._files = folder / "media"
        self._files.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        #: How often accounts were added or replaced.
        self.registered = 0
        #: Whether the same text twice on an account is refused, as the platforms do.
        self.refuses_duplicates = True
        self._db = sqlite3.connect(
            folder / "ledger.sqlite", isolation_level=None, check_same_thread=False, timeout=10
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # -- accounts

    def register(self, *accounts: Account) -> None:
        """Add accounts, or replace what is known of them; all of them or none."""
        rows = [
            (
                account.platform,
                account.remote_id,
                account.handle,
                account.display_name,
                account.colour,
                json.dumps(dict(account.credentials)),
            )
            for account in accounts
        ]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?, ?, ?)", rows)
        self.registered += 1

    def accounts(self) -> list[Account]:
        rows = self._read("SELECT * FROM account ORDER BY platform, display_name, remote_id")
        return [
            Account(
                platform=row[0],
                remote_id=row[1],
                handle=row[2],
                display_name=row[3],
                colour=row[4],
                credentials=json.loads(row[5]),
            )
            for row in rows
        ]

    # -- what comes in

    def note(self, platform: str, account: str, operation: str, line: str, fault: str) -> int:
        """Write down that a request arrived; return its number."""
        with self._writing() as db:
            cursor = db.execute(
                "INSERT INTO request (at, platform, account, operation, line, fault)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (_stored(now()), platform, account, operation, line, fault),
            )
            return int(cursor.lastrowid or 0)

    def keep_media(
        self, media_id: str, platform: str, account: str, content: bytes, mime: str, alt_text: str
    ) -> None:
        """Keep the bytes of one picture, unpublished so far."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._files / digest
        if not path.exists():
            # The name appears only when all bytes are there, whatever kills us in between.
            part = path.with_suffix(f".{secrets.token_hex(4)}")
            part.write_bytes(content)
            part.rename(path)
        with self._writing() as db:
            db.execute(
                "INSERT INTO media VALUES (?, ?, ?, ?, ?, ?)",
                (media_id, platform, account, digest, mime, _stored(now())),
            )
            if alt_text:
                db.execute("INSERT INTO alt_text VALUES (?, ?)", (media_id, alt_text))

    def describe(self, media_id: str, alt_text: str) -> None:
        with self._writing() as db:
            db.execute("INSERT INTO alt_text VALUES (?, ?)", (media_id, alt_text))

    def publish(
        self,
        post_id: str,
        platform: str,
        account: str,
        text: str,
        media_ids: Iterable[str],
        *,
        at: datetime,
        request_no: int | None,
        draft_id: str | None = None,
    ) -> bool:
        """Make a post public, in one transaction; False if a picture was used meanwhile.

        :param draft_id: the draft that becomes public, which it can only once
        """
        try:
            with self._writing() as db:
                db.execute(
                    "INSERT INTO post VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (post_id, platform, account, text, _digest(text), _stored(at), request_no),
                )
                for place, media_id in enumerate(media_ids):
                    row = (media_id, post_id, place)
                    db.execute("INSERT INTO post_media VALUES (?, ?, ?)", row)
                if draft_id is not None:
                    db.execute("INSERT INTO draft_post VALUES (?, ?)", (draft_id, post_id))
        except sqlite3.IntegrityError:
            return False
        return True

    def keep_draft(self, draft: Draft) -> None:
        """Keep what is not public yet; its pictures are kept by `keep_media`."""
        row = (
            draft.id, draft.platform, draft.account, draft.kind, draft.text,
            json.dumps(draft.media_ids), _stored(draft.at), draft.problem,
        )  # fmt: skip
        with self._writing() as db:
            db.execute("INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def remove(self, post_id: str) -> None:
        with self._writing() as db:
            row = (post_id, _stored(now()))
            db.execute("INSERT OR IGNORE INTO removal VALUES (?, ?)", row)

    # -- what is known

    def free_media(self, media_id: str, platform: str, account: str) -> bool:
        """Say whether this picture is the account's own and on no post yet."""
        return bool(
            self._read(
                "SELECT 1 FROM media WHERE id = ? AND platform = ? AND account = ?"
                " AND id NOT IN (SELECT media_id FROM post_media WHERE media_id = media.id)",
                media_id,
                platform,
                account,
            )
        )

    def has_lately(self, platform: str, account: str, text: str) -> bool:
        """Say whether this very text is refused: the account shows it, from the last day."""
        return self.refuses_duplicates and bool(
            self._read(
                "SELECT 1 FROM post INDEXED BY post_digest"
                " WHERE platform = ? AND account = ? AND digest = ? AND at > ?"
                " AND id NOT IN (SELECT post_id FROM removal) LIMIT 1",
                platform,
                account,
                _digest(text),
                _stored(now() - DUPLICATE_WITHIN),
            )
        )

    def posts(
        self,
        platform: str | None = None,
        account: str | None = None,
        *,
        post_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        removed: bool = False,
        limit: int = -1,
        offset: int = 0,
    ) -> list[Post]:
        """Return posts, newest first."""
        wanted = {
            "p.platform = ?": platform,
            "p.account = ?": account,
            "p.id = ?": post_id,
            "p.at >= ?": since and _stored(since),
            "p.at <= ?": until and _stored(until),
        }
        given = {term: value for term, value in wanted.items() if value is not None}
        terms = [*given, "1" if removed else "r.at IS NULL"]
        rows = self._read(
            "SELECT p.id, p.platform, p.account, p.text, p.at, p.request_no, r.at"  # noqa: S608
            " FROM post p LEFT JOIN removal r ON r.post_id = p.id"
            f" WHERE {' AND '.join(terms)} ORDER BY p.at DESC, p.id DESC LIMIT ? OFFSET ?",
            *given.values(),
            limit,
            offset,
        )
        media = self._media_of([row[0] for row in rows])
        return [
            Post(
                id=row[0],
                platform=row[1],
                account=row[2],
                text=row[3],
                at=datetime.fromisoformat(row[4]),
                request_no=row[5],
                removed_at=row[6] and datetime.fromisoformat(row[6]),
                media=tuple(media.get(row[0], ())),
            )
            for row in rows
        ]

    def draft(self, draft_id: str) -> Draft | None:
        return next(iter(self._drafts("d.id = ?", draft_id)), None)

    def drafts(self, platform: str, account: str) -> list[Draft]:
        """Return the drafts of an account, newest first."""
        return self._drafts("d.platform = ? AND d.account = ?", platform, account)

    def count(self, platform: str, account: str) -> int:
        rows = self._read(
            "SELECT count(*) FROM post WHERE platform = ? AND account = ?"
            " AND id NOT IN (SELECT post_id FROM removal)",
            platform,
            account,
        )
        return int(rows[0][0])

    def requests(
        self, platform: str | None = None, account: str | None = None
    ) -> list[dict[str, Any]]:
        """Return every request that arrived, oldest first."""
        names = ("no", "at", "platform", "account", "operation", "line", "fault")
        rows = self._read(
            "SELECT no, at, platform, account, operation, line, fault FROM request"
            " WHERE platform = ifnull(?, platform) AND account = ifnull(?, account) ORDER BY no",
            platform,
            account,
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def file(self, digest: str) -> tuple[bytes, str] | None:
        """Return a picture's bytes and MIME type, by the SHA-256 of its bytes."""
        rows = self._read("SELECT mime FROM media WHERE sha256 = ? LIMIT 1", digest)
        return ((self._files / digest).read_bytes(), rows[0][0]) if rows else None

    # -- inside

    def _drafts(self, which: str, *values: str) -> list[Draft]:
        rows = self._read(
            "SELECT d.id, d.platform, d.account, d.kind, d.text, d.media_ids, d.at, d.problem,"  # noqa: S608
            " p.post_id, (SELECT sha256 FROM media WHERE id = d.media_ids ->> 0)"
            " FROM draft d LEFT JOIN draft_post p ON p.draft_id = d.id"
            f" WHERE {which} ORDER BY d.at DESC, d.id DESC",
            *values,
        )
        return [Draft.of(row) for row in rows]

    def _media_of(self, post_ids: list[str]) -> dict[str, list[Media]]:
        found: dict[str, list[Media]] = {}
        for start in range(0, len(post_ids), 500):
            some = post_ids[start : start + 500]
            rows = self._read(
                "SELECT u.post_id, m.id, m.sha256, m.mime, ifnull((SELECT text FROM alt_text a"  # noqa: S608
                " WHERE a.media_id = m.id ORDER BY a.rowid DESC LIMIT 1), '')"
                " FROM post_media u JOIN media m ON m.id = u.media_id"
                f" WHERE u.post_id IN ({','.join('?' * len(some))}) ORDER BY u.place",
                *some,
            )
            for post_id, media_id, digest, mime, alt in rows:
                one = Media(id=media_id, sha256=digest, mime=mime, alt_text=alt)
                found.setdefault(post_id, []).append(one)
        return found

    def _read(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
