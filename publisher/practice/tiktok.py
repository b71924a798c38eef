"""TikTok's Content Posting API, for photos that land in a person's inbox as a draft.

TikTok fetches the photos itself, and only from addresses of a domain that the app has proved to
own. The draft becomes a post when its person finishes it, here on the inbox page.
"""

import re
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, json_answer
from publisher.practice.fetching import Fetcher
from publisher.practice.grants import Grants
from publisher.practice.ledger import Ledger
from publisher.practice.pictures import jpeg_size, mime_of
from publisher.practice.portraits import portrait_url
from publisher.practice.records import Account, Draft, Post, new_id, now
from publisher.practice.tokens import REFUSALS, TokenDesk, TokenRules
from publisher.practice.wire import Call, Directory, Handler

_PICTURE_BYTES = 20 * 1024 * 1024
_PICTURES, _TITLE, _DESCRIPTION = 35, 90, 4000
_LARGEST_PX = 1080
_INITS_PER_MINUTE = 6
_PENDING, _PENDING_FOR = 5, timedelta(hours=24)
_TOKEN, _REVOKE = "oauth/token", "oauth/revoke"
_RULES = TokenRules(
    platform="tiktok",
    access_s=86400,
    code_s=600,
    rotates=False,
    client="client_key",
    names_account=True,
)
_BANNED = "spam_risk_user_banned_from_posting"


class TikTok:
    """The practice TikTok."""

    name = "tiktok"
    hosts: tuple[str, ...] = ("open.tiktokapis.com",)

    def __init__(
        self, ledger: Ledger, directory: Directory, fetcher: Fetcher, grants: Grants
    ) -> None:
        self._ledger = ledger
        self._directory = directory
        self._fetcher = fetcher
        self._tokens = TokenDesk(_RULES, grants, directory)
        self._lock = threading.Lock()
        self._inits: dict[str, deque[float]] = defaultdict(deque)  # by account, of time.monotonic
        self._routes = Map(
            [
                Rule(f"/v2/{path}/", methods=[method], endpoint=(operation, handler))
                for path, method, operation, handler in (
                    ("post/publish/content/init", "POST", "publish", self._init),
                    ("post/publish/status/fetch", "POST", "read", self._status),
                    ("user/info", "GET", "read", self._user),
                    (_TOKEN, "POST", "token", self._tokens.give),
                    (_REVOKE, "POST", "token", self._tokens.give),
                    ("video/list", "POST", "read", self._list),
                )
            ]
        ).bind("")

    def identify(self, request: Request) -> Account | Answer:
        if request.path == f"/v2/{_TOKEN}/":
            return self._tokens.identify(request)
        if request.path == f"/v2/{_REVOKE}/":
            return self._tokens.revoke(request)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        account = self._directory.find(self.name, "access_token", token)
        account = account or self._tokens.bearer(request)
        if scheme != "Bearer" or account is None:
            message = f"The access token is invalid or not found in the request: {token}"
            return error("access_token_invalid", message, 401)
        return account

    def route(self, request: Request) -> tuple[str, Handler]:
        endpoint, _ = self._routes.match(request.path, request.method)
        operation, handler = endpoint
        return operation, handler

    def not_found(self) -> Answer:
        return error("invalid_params", "Unsupported path", 404)

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:  # noqa: ARG002
        match kind:
            case _ if kind in REFUSALS:
                return self._tokens.refusal(kind)
            case "no_id":
                return _ok({})
            case "rate_limit":
                return error("rate_limit_exceeded", "The API rate limit was exceeded.", 429)
            case "duplicate" | "refused":
                return error("invalid_params", "The request parameters are invalid.", 400)
            case "expired_token":
                return error("access_token_invalid", "The access token is invalid.", 401)
            case "blocked":
                return error(_BANNED, "The user is banned from making new posts.", 403)
            case "outage":
                return error("internal_error", "Service unavailable", 503)
        return error("internal_error", "Something went wrong", 500)

    # -- drafts

    def _init(self, call: Call) -> Answer:
        given = call.request.get_json(silent=True)
        if not isinstance(given, dict):
            return error("invalid_params", "The body must be an object", 400)
        info, source = given.get("post_info"), given.get("source_info")
        if not (isinstance(info, dict) and isinstance(source, dict)):
            return error("invalid_params", "post_info and source_info must be objects", 400)
        if wrong := _wrong(given, info, source):
            return error("invalid_params", wrong, 400)
        addresses = [str(address) for address in source["photo_images"]]
        if given.get("post_mode") != "MEDIA_UPLOAD":
            message = "Unaudited clients may only post to private accounts"
            return error("unaudited_client_can_only_post_to_private_accounts", message, 403)
        if not all(self._fetcher.owns(address) for address in addresses):
            return error("url_ownership_unverified", "Verify the domain of the URLs", 403)
        with self._lock:
            return self._too_much(call.account) or self._keep(call, info, addresses)

    def _too_much(self, account: Account) -> Answer | None:
        started, at = self._inits[account.remote_id], time.monotonic()
        while started and at - started[0] > 60:
            started.popleft()
        if len(started) >= _INITS_PER_MINUTE:
            return error("rate_limit_exceeded", "The API rate limit was exceeded.", 429)
        if len(self.pending(account)) >= _PENDING:
            message = "The user has too many pending shares"
            return error("spam_risk_too_many_pending_share", message, 403)
        started.append(at)
        return None

    def _keep(self, call: Call, info: Mapping[str, str], addresses: list[str]) -> Answer:
        at = now()
        draft_id, problem, media_ids = f"p_pub_url~v2.{new_id(at)}", "", []
        for address in addresses:
            content = self._fetcher.fetch(address, _PICTURE_BYTES)
            if problem := _unfit(content):
                break
            media_ids.append(media_id := new_id(at))
            self._ledger.keep_media(
                media_id, self.name, call.account.remote_id, content or b"",
                str(mime_of(content or b"")), "",
            )  # fmt: skip
        text = "\n".join(filter(None, (info.get("title"), info.get("description"))))
        self._ledger.keep_draft(
            Draft(
                id=draft_id, platform=self.name, account=call.account.remote_id, kind="inbox",
                text=text, media_ids=tuple(media_ids), at=at, problem=problem,
            )
        )  # fmt: skip
        return _ok({"publish_id": draft_id})

    def pending(self, account: Account) -> list[Draft]:
        """Return the drafts that wait in a person's inbox, newest first."""
        since = now() - _PENDING_FOR
        return [
            draft
            for draft in self._ledger.drafts(self.name, account.remote_id)
            if not (draft.post_id or draft.problem) and draft.at > since
        ]

    def finish(self, draft: Draft) -> str | None:
        """Make a draft public, as its person does in the app; None if it is none any more."""
        post_id = new_id(at := now())
        done = not draft.problem and self._ledger.publish(
            post_id, self.name, draft.account, draft.text, draft.media_ids,
            at=at, request_no=None, draft_id=draft.id,
        )  # fmt: skip
        return post_id if done else None

    # -- reading

    def _status(self, call: Call) -> Answer:
        given = call.request.get_json(silent=True)
        asked = given.get("publish_id") if isinstance(given, dict) else None
        draft = self._ledger.draft(str(asked))
        if draft is None or (draft.platform, draft.account) != (self.name, call.account.remote_id):
            return error("invalid_publish_id", "The publish_id does not exist.", 400)
        told: dict[str, Any] = {"status": "SEND_TO_USER_INBOX"}
        if draft.post_id:
            told = {
                "status": "PUBLISH_COMPLETE",
                "publicaly_available_post_id": [int(draft.post_id)],
            }
        elif draft.problem:
            told = {"status": "FAILED", "fail_reason": draft.problem}
        elif call.unfinished:
            told = {"status": "PROCESSING_DOWNLOAD", "downloaded_bytes": 0}
        return _ok(told)

    def _user(self, call: Call) -> Answer:
        account = call.account
        known = {
            "open_id": account.remote_id,
            "display_name": account.display_name,
            "username": account.handle,
            "avatar_url": portrait_url(account),
        }
        asked = call.request.args.get("fields", "").split(",")
        return _ok({"user": {name: known[name] for name in asked if name in known}})

    def _list(self, call: Call) -> Answer:
        given = call.request.get_json(silent=True) or {}
        try:
            count, cursor = int(given.get("max_count", 10)), given.get("cursor")
            until = datetime.fromtimestamp(int(cursor) / 1000, now().tzinfo) if cursor else None
        except (OverflowError, TypeError, ValueError):
            return error("invalid_params", "max_count and cursor must be numbers", 400)
        if not 1 <= count <= 20:
            return error("invalid_params", "max_count must be between 1 and 20", 400)
        bounds = [moment for moment in (until, call.visible_until) if moment]
        posts = self._ledger.posts(
            self.name, call.account.remote_id, until=min(bounds, default=None), limit=count + 1
        )
        videos = [_video(post, call.account) for post in posts[:count]]
        last = int(posts[count].at.timestamp() * 1000) if len(posts) > count else 0
        return _ok({"videos": videos, "cursor": last, "has_more": bool(last)})


# -- the shapes of TikTok


def permalink(account: Account, post_id: str) -> str:
    return f"https://www.tiktok.com/@{account.handle}/photo/{post_id}"


def _video(post: Post, account: Account) -> dict[str, Any]:
    return {
        "id": post.id,
        "title": "",
        "video_description": post.text,
        "create_time": int(post.at.timestamp()),
        "share_url": f"{permalink(account, post.id)}?utm_campaign=client_share",
    }


def _wrong(given: Mapping[str, Any], info: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    """Return what of a request TikTok cannot understand; "" if nothing."""
    addresses = source.get("photo_images")
    if given.get("media_type") != "PHOTO" or source.get("source") != "PULL_FROM_URL":
        return "media_type must be PHOTO and source PULL_FROM_URL"
    if not isinstance(addresses, list) or not 1 <= len(addresses) <= _PICTURES:
        return "photo_images must be a list of 1 to 35 URLs"
    if source.get("photo_cover_index", 0) not in range(len(addresses)):
        return "photo_cover_index must be that of a photo"
    title, description = info.get("title", ""), info.get("description", "")
    if not (isinstance(title, str) and isinstance(description, str)):
        return "title and description must be text"
    if _units(title) > _TITLE or _units(description) > _DESCRIPTION:
        return "title or description are too long"
    return ""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _unfit(content: bytes | None) -> str:
    """Return TikTok's name for what is wrong with a photo; "" if nothing."""
    if content is None:
        return "photo_pull_failed"
    if mime_of(content) not in ("image/jpeg", "image/webp"):
        return "file_format_check_failed"
    size = jpeg_size(content)
    if len(content) > _PICTURE_BYTES or (size and min(size) > _LARGEST_PX):
        return "picture_size_check_failed"
    return ""


def _ok(data: Mapping[str, Any]) -> Answer:
    return json_answer({"data": data, "error": {"code": "ok", "message": "", "log_id": _log_id()}})


def error(code: str, message: str, status: int) -> Answer:
    problem = {"code": code, "message": message, "log_id": _log_id()}
    return json_answer({"data": {}, "error": problem}, status)


def _log_id() -> str:
    return re.sub(r"\D", "", now().isoformat())[:14] + secrets.token_hex(9).upper()
