"""How TikTok says things: its envelope, its error codes, why a draft failed, its list of posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from publisher.platforms.base import Published
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.texts import without_secrets

# TikTok's error codes, by what to do next (developers.tiktok.com: content posting API, error
# handling; read 2026-09-11). None of these leaves a draft behind.
_WAITS_S = {
    "rate_limit_exceeded": 60,  # 6 drafts a minute
    "spam_risk_too_many_posts": 60 * 60,  # about 15 posts a day
    "spam_risk_too_many_pending_share": 60 * 60,  # 5 drafts wait; a person must finish some
    "reached_active_user_cap": 60 * 60,
}
_BLOCKED = {
    "access_token_invalid",
    "scope_not_authorized",
    "scope_permission_missed",
    "spam_risk",
    "spam_risk_user_banned_from_posting",
    "unaudited_client_can_only_post_to_private_accounts",
    "url_ownership_unverified",  # the domain of PUBLIC_URL must be proved in TikTok's console
    "app_version_check_failed",  # the person's TikTok is too old for drafts of photos
    "auth_removed",
}
_REFUSED = {
    "invalid_param",
    "invalid_params",
    "invalid_publish_id",
    "privacy_level_option_mismatch",
    "spam_risk_text",
    "file_format_check_failed",
    "picture_size_check_failed",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What TikTok answered; what cannot be read is empty, so nothing in it is believed."""

    status: int
    payload: Mapping[str, Any]

    @classmethod
    def of(cls, response: requests.Response) -> "Answer":
        try:
            payload = response.json()
        except ValueError:
            payload = {}
        return cls(
            status=response.status_code, payload=payload if isinstance(payload, dict) else {}
        )

    @property
    def data(self) -> Mapping[str, Any]:
        data = self.payload.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def error(self) -> Mapping[str, Any]:
        error = self.payload.get("error")
        return error if isinstance(error, dict) else {}

    @property
    def code(self) -> str:
        return str(self.error.get("code", ""))

    @property
    def number(self) -> str | None:
        return self.error.get("log_id") or None


def translated(answer: Answer, secrets: tuple[str, ...], *, public: bool) -> PlatformError:
    """Return what an error means.

    :param public: whether the request would have left a draft behind
    """
    said = f"TikTok {answer.status}, {answer.code}: {answer.error.get('message', '')}"
    detail, number = without_secrets(said, secrets), answer.number
    known = _meaning(answer.code, detail, number)
    if known is None and answer.status == 429:
        return TryLater(detail, wait_s=60, whole_account=True, request_id=number)
    return known or (OutcomeUnknown if public else TryLater)(detail, request_id=number)


def failed(answer: Answer) -> PlatformError:
    """Return why a draft never reached the inbox; what may pass can be sent anew."""
    reason = str(answer.data.get("fail_reason", ""))[:100]
    detail = f"TikTok: the draft failed: {reason}"
    return _meaning(reason, detail, answer.number) or TryLater(detail, request_id=answer.number)


def posts_of(answer: Answer) -> list[Published]:
    """Return the posts of one page, newest first.

    :raises TryLater: if the list cannot be read
    """
    try:
        return [_post(item) for item in answer.data["videos"]]
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise TryLater("TikTok: a list of posts that cannot be read") from error


def _post(item: Mapping[str, Any]) -> Published:
    return Published(
        remote_id=str(item["id"]),
        url=str(item["share_url"]).partition("?")[0],
        text=item.get("video_description") or item.get("title") or "",
        published_at=datetime.fromtimestamp(int(item["create_time"]), UTC),
        picture_count=0,
    )


def _meaning(code: str, detail: str, number: str | None) -> PlatformError | None:
    if code in _WAITS_S:
        return TryLater(detail, wait_s=_WAITS_S[code], whole_account=True, request_id=number)
    if code in _BLOCKED:
        return AccountBlocked(detail, request_id=number)
    return Refused(detail, request_id=number) if code in _REFUSED else None
