"""How Instagram says things through the Graph API: its own error codes, its list of posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from publisher.platforms import meta
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)

POST_FIELDS = "id,caption,media_type,timestamp,permalink,children{id,media_type}"

# Instagram's subcodes, by what to do next (developers.facebook.com: Instagram API, error codes,
# of 2026-06-02). A container that is not made, or not ready, can be made anew.
_NOT_PUBLISHED = {
    2207006,  # the container is not there, or not for this token
    2207020,  # the container has expired
    2207027,  # the container is not ready
    2207052,  # our address could not be fetched
}
#: As passing as these say they are, they do not say whether a post came of it.
_PASSING = {
    2207001,  # an error of Instagram's own
    2207003,  # took too long to fetch the picture
    2207008,  # an error while publishing
    2207032,  # the container could not be made
    2207053,  # an unknown error while fetching
}
_REFUSED = {
    2207004,  # more than 8 MiB
    2207005,  # not a picture that Instagram takes
    2207009,  # too wide or too tall
    2207010,  # a caption too long, or with too many hashtags or names
    2207023,  # an unknown kind of container
    2207028,  # a carousel of fewer than 2 or more than 10
    2207040,  # too many names
}
_ACCOUNT_IN_TROUBLE = {
    2207050,  # restricted, or waiting for the person to confirm something
    2207051,  # taken for spam
    2207081,  # of a kind that may not publish through the API
}
_DAILY_CAP = 2207042

#: The cap is a rolling one: every hour some of it may be free again.
CAP_WAIT_S = 60 * 60


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post of the account's own list."""

    remote_id: str
    url: str
    text: str
    at: datetime
    picture_count: int


def posts_of(answer: meta.Answer) -> list[Post]:
    """Return the posts of one page, newest first.

    :raises TryLater: if the list cannot be read
    """
    try:
        return [_read_post(item) for item in answer.payload["data"]]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TryLater("Instagram: a list of posts that cannot be read") from error


def failed(answer: meta.Answer) -> PlatformError:
    """Return why a container failed: its `status` tells a subcode, in words around it."""
    said = str(answer.payload.get("status", ""))[:200]
    detail = f"Instagram: the container failed: {said}"
    if any(str(code) in said for code in _REFUSED):
        return Refused(detail)
    if any(str(code) in said for code in _ACCOUNT_IN_TROUBLE):
        return AccountBlocked(detail)
    return TryLater(detail)


def translated(answer: meta.Answer, detail: str, public: bool) -> PlatformError | None:
    """Return what Instagram's own subcodes mean; None for a code that all of Meta has."""
    subcode, number = answer.problem.get("error_subcode"), answer.number
    if subcode in _NOT_PUBLISHED:
        return TryLater(detail, request_id=number)
    if subcode in _PASSING:
        return (OutcomeUnknown if public else TryLater)(detail, request_id=number)
    if subcode in _REFUSED:
        return Refused(detail, request_id=number)
    if subcode in _ACCOUNT_IN_TROUBLE:
        return AccountBlocked(detail, request_id=number)
    if subcode == _DAILY_CAP:
        return TryLater(detail, wait_s=CAP_WAIT_S, whole_account=True, request_id=number)
    return None


def is_number(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and text.isascii() and text.isdigit()


def _read_post(item: Mapping[str, Any]) -> Post:
    parts = item.get("children", {}).get("data") or [item]
    return Post(
        remote_id=str(item["id"]),
        url=str(item["permalink"]),
        text=item.get("caption", ""),
        at=datetime.fromisoformat(item["timestamp"]),
        picture_count=sum(part.get("media_type", "IMAGE") == "IMAGE" for part in parts),
    )
