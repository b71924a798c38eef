"""What X answers, read with suspicion: answers are cut short, echoed by proxies, or odd."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from publisher import clock
from publisher.platforms import http
from publisher.platforms.errors import TryLater


@dataclass(frozen=True, kw_only=True)
class Answer:
    payload: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def at(self) -> datetime | None:
        """The platform's own clock when it answered."""
        return http_date(self.headers)


@dataclass(frozen=True, kw_only=True)
class Post:
    remote_id: str
    text: str
    at: datetime
    media_ids: tuple[str, ...]


def data_of(answer: Answer) -> Mapping[str, Any]:
    data = answer.payload.get("data")
    return data if isinstance(data, dict) else {}


def posts_of(answer: Answer) -> list[Post]:
    """Read a page of posts. An empty one must say so itself, for "not found" allows a new try."""
    try:
        items = answer.payload.get("data", [])
        if len(items) != answer.payload["meta"]["result_count"]:
            raise ValueError("as many posts as announced")
        return [_post(item) for item in items]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TryLater("X: a list of posts that cannot be read") from error


def _post(item: Mapping[str, Any]) -> Post:
    keys = item.get("attachments", {}).get("media_keys", ())
    return Post(
        remote_id=str(item["id"]),
        text=item["text"],
        at=datetime.fromisoformat(item["created_at"]),
        # A picture's key is "3_" and the number that its upload was given.
        media_ids=tuple(key.partition("_")[2] for key in keys),
    )


def said(response: requests.Response) -> tuple[str, bool]:
    """Return the words of an error answer, and whether it is X's own (not some proxy's)."""
    try:
        problem = response.json()
    except ValueError:
        return str(response.reason), False
    if not isinstance(problem, dict):
        return str(response.reason), False
    messages = [
        str(item.get("message", ""))
        for item in problem.get("errors") or ()
        if isinstance(item, dict)
    ]
    words = [str(problem.get(key, "")) for key in ("title", "detail", "type")]
    return " ".join(filter(None, words + messages)), True


def wait_s(headers: Mapping[str, str]) -> int | None:
    """Return the seconds until X's limit is lifted, by X's own clock where it tells the time."""
    reset = http.whole_number(headers, "x-rate-limit-reset")
    if reset is None:
        return http.whole_number(headers, "retry-after")
    now = http_date(headers) or clock.now()
    return max(1, reset - int(now.timestamp()))


def http_date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return None


def request_id(headers: Mapping[str, str]) -> str | None:
    return headers.get("x-transaction-id")
