"""What the practice platforms granted to apps: codes, tokens, and which of them still count.

Beside the book, in a file of its own: a token outlives a restart, and unlike a post it may be
taken back. Codes count once and for a short while; a refresh token counts once.
"""

import hashlib
import json
import secrets
import sqlite3
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS code (
  value TEXT PRIMARY KEY, platform TEXT, accounts TEXT, scope TEXT, redirect_uri TEXT,
  challenge TEXT, at REAL, used INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS token (
  access TEXT PRIMARY KEY, refresh TEXT UNIQUE, platform TEXT, accounts TEXT, scope TEXT,
  ends_at REAL, refreshed INTEGER DEFAULT 0, revoked INTEGER DEFAULT 0);
"""

#: The apps that are registered here, one for each platform: its id and its secret.
APPS = {
    "x": ("siar-latihan-x", "rahasia-latihan-x"),
    "facebook": ("1000000000000001", "rahasia-latihan-facebook"),
    "instagram": ("2000000000000002", "rahasia-latihan-instagram"),
    "tiktok": ("siarlatihantiktok", "rahasia-latihan-tiktok"),
}


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What somebody allowed an app.

    :param accounts: the remote ids it is for
    """

    platform: str
    accounts: tuple[str, ...]
    scope: str


@dataclass(frozen=True, kw_only=True)
class Tokens:
    access: str
    refresh: str
    lasts_s: int


class Grants:
    """All grants of one server. Safe between threads."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            folder / "grants.sqlite", isolation_level=None, check_same_thread=False, timeout=10
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def offer(self, grant: Grant, *, redirect_uri: str, challenge: str) -> str:
        """Return a code for what somebody allowed just now."""
        code = secrets.token_urlsafe(48)
        row = (code, grant.platform, json.dumps(grant.accounts), grant.scope, redirect_uri)
        self._do(
            "INSERT INTO code (value, platform, accounts, scope, redirect_uri, challenge, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *row, challenge, time.time(),
        )  # fmt: skip
        return code

    def look_up(self, platform: str, code: str) -> Grant | None:
        """Return what a code was for, whether or not it still counts."""
        rows = self._do(
            "SELECT platform, accounts, scope FROM code WHERE value = ? AND platform = ?",
            code, platform,
        )  # fmt: skip
        return _grant(rows[0]) if rows else None

    def take(self, code: str, *, redirect_uri: str, verifier: str, within_s: float) -> Grant | None:
        """Return what a code is for, once; None if it is used, too old, or of another errand."""
        rows = self._do(
            "UPDATE code SET used = 1 WHERE value = ? AND used = 0 AND at > ?"
            " RETURNING platform, accounts, scope, redirect_uri, challenge",
            code, time.time() - within_s,
        )  # fmt: skip
        if not rows or rows[0][3] != redirect_uri:
            return None
        challenge = rows[0][4]
        return _grant(rows[0]) if not challenge or challenge == challenge_of(verifier) else None

    def issue(self, grant: Grant, *, lasts_s: int) -> Tokens:
        tokens = Tokens(
            access=secrets.token_urlsafe(48), refresh=secrets.token_urlsafe(48), lasts_s=lasts_s
        )
        self._do(
            "INSERT INTO token (access, refresh, platform, accounts, scope, ends_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            tokens.access, tokens.refresh, grant.platform, json.dumps(grant.accounts),
            grant.scope, time.time() + lasts_s,
        )  # fmt: skip
        return tokens

    def holder(self, platform: str, access: str) -> Grant | None:
        """Return whose access token this is, if it counts."""
        rows = self._do(
            "SELECT platform, accounts, scope FROM token"
            " WHERE access = ? AND platform = ? AND revoked = 0 AND ends_at > ?",
            access, platform, time.time(),
        )  # fmt: skip
        return _grant(rows[0]) if rows else None

    def of_refresh(self, platform: str, refresh: str) -> Grant | None:
        """Return whose refresh token this is, whether or not it still counts."""
        rows = self._do(
            "SELECT platform, accounts, scope FROM token WHERE refresh = ? AND platform = ?",
            refresh, platform,
        )  # fmt: skip
        return _grant(rows[0]) if rows else None

    def renew(self, refresh: str, *, lasts_s: int, rotate: bool) -> Tokens | None:
        """Return fresh tokens; None if the refresh token does not count.

        One that was used before ends all that came of it, as RFC 9700 advises.
        """
        rows = self._do(
            "UPDATE token SET refreshed = refreshed + 1 WHERE refresh = ? AND revoked = 0"
            " RETURNING platform, accounts, scope, refreshed",
            refresh,
        )
        if not rows:
            return None
        grant = _grant(rows[0])
        if rotate and rows[0][3] > 1:
            self.forget(grant)
            return None
        tokens = self.issue(grant, lasts_s=lasts_s)
        return tokens if rotate else Tokens(access=tokens.access, refresh="", lasts_s=lasts_s)

    def forget(self, grant: Grant) -> None:
        """Take back every token of these accounts."""
        self._do(
            "UPDATE token SET revoked = 1 WHERE platform = ? AND accounts = ?",
            grant.platform, json.dumps(grant.accounts),
        )  # fmt: skip

    def revoke(self, token: str) -> None:
        self._do("UPDATE token SET revoked = 1 WHERE access = ? OR refresh = ?", token, token)

    def end(self, platform: str, account: str) -> None:
        """Let an account's access tokens run out now; its refresh tokens still count."""
        self._do(
            "UPDATE token SET ends_at = 0 WHERE platform = ? AND accounts LIKE ?",
            platform, f'%"{account}"%',
        )  # fmt: skip

    def _do(self, query: str, *values: object) -> list[tuple]:
        with self._lock:
            return self._db.execute(query, values).fetchall()


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _grant(row: tuple) -> Grant:
    return Grant(platform=row[0], accounts=tuple(json.loads(row[1])), scope=row[2])
