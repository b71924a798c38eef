"""What the practice platforms know: accounts, pictures, posts, and their own clock."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: The platforms that are practised, and how people write them.
PLATFORMS = {
    "x": "X",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "telegram": "Telegram",
}


def now() -> datetime:
    """Return this moment in UTC: the practice platforms' own clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Account:
    platform: str  # a key of PLATFORMS
    remote_id: str
    handle: str  # without "@"; what the page's address shows
    display_name: str
    colour: str = "#1f6feb"
    credentials: Mapping[str, str]

    @classmethod
    def read(cls, given: Any) -> "Account":
        """Read an account from JSON.

        :raises ValueError: if it lacks something, or names no platform of ours
        """
        if not isinstance(given, dict) or not isinstance(given.get("credentials"), dict):
            raise ValueError("an account is an object, with an object of credentials")
        text = {name: str(given.get(name, "")) for name in ("platform", "remote_id", "handle")}
        if text["platform"] not in PLATFORMS or not all(text.values()):
            known = ", ".join(PLATFORMS)
            raise ValueError(f"platform ({known}), remote_id and handle must be given")
        return cls(
            **text,
            display_name=str(given.get("display_name") or text["handle"]),
            colour=str(given.get("colour") or "#1f6feb"),
            credentials={str(name): str(value) for name, value in given["credentials"].items()},
        )


@dataclass(frozen=True, kw_only=True)
class Media:
    id: str
    sha256: str
    mime: str
    alt_text: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a platform keeps that is not public: a container, or a draft in somebody's inbox."""

    id: str
    platform: str
    account: str
    kind: str  # the platform's own
    text: str
    media_ids: tuple[str, ...]
    at: datetime
    problem: str = ""  # why nothing will come of it
    post_id: str | None = None  # what has come of it
    cover: str | None = None  # SHA-256 of its first picture

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> "Draft":
        """Read a draft from a row of the book: its fields in their order."""
        *front, media_ids, at, problem, post_id, cover = row
        id_, platform, account, kind, text = front
        return cls(
            id=id_,
            platform=platform,
            account=account,
            kind=kind,
            text=text,
            media_ids=tuple(json.loads(media_ids)),
            at=datetime.fromisoformat(at),
            problem=problem,
            post_id=post_id,
            cover=cover,
        )


@dataclass(frozen=True, kw_only=True)
class Post:
    id: str
    platform: str
    account: str
    text: str
    at: datetime
    request_no: int | None
    removed_at: datetime | None
    media: tuple[Media, ...]


def new_id(at: datetime) -> str:
    """Return a number like X's own: the time in its upper bits, chance in its lower ones."""
    since_2010_ms = int(at.timestamp() * 1000) - 1_288_834_974_657
    return str(max(since_2010_ms, 1) << 22 | secrets.randbits(22))
