"""X's API v2 as its clients meet it: both kinds of OAuth, problem+json, x-rate-limit headers."""

import base64
import binascii
import hashlib
import html
import re
import threading
import time
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, json_answer
from publisher.practice.grants import Grants
from publisher.practice.ledger import Ledger
from publisher.practice.oauth import Signatures
from publisher.practice.pictures import mime_of
from publisher.practice.portraits import portrait_url
from publisher.practice.records import Account, Post, new_id, now
from publisher.practice.tokens import REFUSALS, TokenDesk, TokenRules
from publisher.practice.wire import Call, Directory, Handler

_PICTURE_BYTES = 5 * 1024 * 1024
_WINDOW_S = 900
#: What X turns into links: addresses, and bare names that end like a domain, titles included.
_LINK = re.compile(
    r"https?://\S+[\w/]|\b(?:[\w-]+\.)+(?:id|com|org|net|info|si|ag|md|st|sc)\b(?:/\S*)?",
    re.IGNORECASE,
)
_CREATE_KEYS = {
    "text", "media", "reply", "poll", "quote_tweet_id", "reply_settings", "geo", "nullcast",
    "community_id", "direct_message_deep_link", "for_super_followers_only", "made_with_ai",
    "paid_partnership", "edit_options",
}  # fmt: skip

_TOKEN, _REVOKE = "/2/oauth2/token", "/2/oauth2/revoke"
_PROBLEMS = "https://api.twitter.com/2/problems"


class X:
    """The practice X."""

    name = "x"
    hosts: tuple[str, ...] = ("api.twitter.com", "api.x.com")

    def __init__(self, ledger: Ledger, directory: Directory, grants: Grants) -> None:
        self._ledger = ledger
        self._signatures = Signatures(directory)
        self._tokens = TokenDesk(TokenRules(platform="x", access_s=7200), grants, directory)
        self._publishing = threading.Lock()
        self._routes = Map(
            [
                Rule("/2/media/upload", methods=["POST"], endpoint=("upload", self._upload)),
                Rule("/2/media/metadata", methods=["POST"], endpoint=("upload", self._describe)),
                Rule("/2/tweets", methods=["POST"], endpoint=("publish", self._create)),
                Rule("/2/tweets/<id>", methods=["DELETE"], endpoint=("remove", self._delete)),
                Rule("/2/tweets/<id>", methods=["GET"], endpoint=("read", self._show)),
                Rule(_TOKEN, methods=["POST"], endpoint=("token", self._tokens.give)),
                Rule(_REVOKE, methods=["POST"], endpoint=("token", self._tokens.give)),
                Rule("/2/users/me", methods=["GET"], endpoint=("read", self._me)),
                Rule("/2/users/<id>/tweets", methods=["GET"], endpoint=("read", self._timeline)),
            ]
        ).bind("")

    def identify(self, request: Request) -> Account | Answer:
        if request.path == _TOKEN:
            return self._tokens.identify(request)
        if request.path == _REVOKE:
            return self._tokens.revoke(request)
        holder = self._signatures.holder(request) or self._tokens.bearer(request)
        return holder or _problem(401, "Unauthorized", "Unauthorized")

    def route(self, request: Request) -> tuple[str, Handler]:
        (operation, handler), values = self._routes.match(request.path, request.method)
        return operation, (lambda call: handler(call, **values))

    def not_found(self) -> Answer:
        return _problem(404, "Not Found", "Not Found")

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:  # noqa: ARG002
        match kind:
            case _ if kind in REFUSALS:
                return self._tokens.refusal(kind)
            case "no_id":
                return _answer({"data": {}}, 201)
            case "rate_limit":
                headers = _limit_headers(remaining=0, resets_in_s=seconds)
                return _problem(429, "Too Many Requests", "Too Many Requests", headers=headers)
            case "duplicate":
                return _duplicate()
            case "refused":
                return _problem(403, "Forbidden", "You are not permitted to perform this action.")
            case "expired_token":
                return _problem(401, "Unauthorized", "Unauthorized")
            case "blocked":
                detail = "Your account is suspended and is not permitted to access this feature."
                return _problem(403, "Forbidden", detail)
            case "outage":
                return _problem(503, "Service Unavailable", "Service Unavailable")
        return _problem(500, "Internal Server Error", "Something went wrong.")

    # -- addresses

    def _upload(self, call: Call) -> Answer:
        content = _picture(call.request)
        if content is None:
            return _invalid("media", "The media could not be read.")
        mime = mime_of(content)
        if mime is None or len(content) > _PICTURE_BYTES:
            return _invalid("media", "The media type or size is not supported.")
        media_id = new_id(now())
        self._ledger.keep_media(media_id, self.name, call.account.remote_id, content, mime, "")
        data = {
            "id": media_id,
            "media_key": f"3_{media_id}",
            "size": len(content),
            "expires_after_secs": 86400,
        }
        return _answer({"data": data})

    def _describe(self, call: Call) -> Answer:
        body = _body(call.request)
        media_id = str(body.get("id", ""))
        text = _dig(body, "metadata", "alt_text", "text")
        if not (isinstance(text, str) and 0 < len(text) <= 1000):
            return _invalid("metadata.alt_text.text", "must have 1 to 1000 characters")
        if not self._ledger.free_media(media_id, self.name, call.account.remote_id):
            return _invalid("id", "Your media IDs are invalid.")
        self._ledger.describe(media_id, text)
        return _answer({"data": {"id": media_id, "associated_metadata": body["metadata"]}})

    def _create(self, call: Call) -> Answer:
        body = _body(call.request)
        if refusal := _refused_body(body):
            return refusal
        text = unicodedata.normalize("NFC", body.get("text") or "").strip()
        media_ids = _dig(body, "media", "media_ids") or []
        account = call.account.remote_id
        at = now()
        with self._publishing:  # else two equal texts at the same instant would both pass
            if text and self._ledger.has_lately(self.name, account, text):
                return _duplicate()
            free = all(self._ledger.free_media(one, self.name, account) for one in media_ids)
            post_id = new_id(at)
            if not (
                free
                and self._ledger.publish(
                    post_id, self.name, account, text, media_ids, at=at, request_no=call.no
                )
            ):
                return _invalid("media.media_ids", "Your media IDs are invalid.")
        shown = _as_shown(post_id, text, bool(media_ids))
        data = {"id": post_id, "text": shown, "edit_history_tweet_ids": [post_id]}
        return _answer({"data": data}, 201)

    def _delete(self, call: Call, id: str) -> Answer:  # noqa: A002 - the route's name
        posts = self._ledger.posts(self.name, post_id=id)
        if posts and posts[0].account != call.account.remote_id:
            return _problem(403, "Forbidden", "You are not authorized to delete this Tweet.")
        if not posts:
            return _problem(404, "Not Found", "Not Found")
        self._ledger.remove(id)
        return _answer({"data": {"deleted": True}})

    def _show(self, call: Call, id: str) -> Answer:  # noqa: A002
        posts = self._ledger.posts(self.name, post_id=id)
        if not posts:  # X answers 200 here, with the error inside
            detail = f"Could not find tweet with id: [{id}]."
            kind = f"{_PROBLEMS}/resource-not-found"
            return _answer(
                {"errors": [{"detail": detail, "title": "Not Found Error", "type": kind}]}
            )
        return _answer({"data": _tweet(posts[0], call.request.args)})

    def _me(self, call: Call) -> Answer:
        who = call.account
        data = {"id": who.remote_id, "name": who.display_name, "username": who.handle}
        if "profile_image_url" in call.request.args.get("user.fields", ""):
            data["profile_image_url"] = portrait_url(who)
        return _answer({"data": data})

    def _timeline(self, call: Call, id: str) -> Answer:  # noqa: A002
        given = call.request.args
        try:
            count = int(given.get("max_results", "10"))
            offset = int(given.get("pagination_token", "0"))
            since = given.get("start_time") and datetime.fromisoformat(given["start_time"])
        except ValueError:
            return _invalid("max_results", "is not valid")
        if not 5 <= count <= 100 or offset < 0:
            return _invalid("max_results", f"[{count}] is not between 5 and 100")
        posts = self._ledger.posts(
            self.name,
            id,
            since=since or None,
            until=call.visible_until,
            limit=count + 1,
            offset=offset,
        )
        return _answer(_page(posts[:count], given, offset + count if len(posts) > count else 0))


# -- the shapes of X


def _page(posts: list[Post], given: Mapping[str, str], next_offset: int) -> dict[str, Any]:
    meta: dict[str, Any] = {"result_count": len(posts)}
    if not posts:
        return {"meta": meta}
    meta |= {"newest_id": posts[0].id, "oldest_id": posts[-1].id}
    if next_offset:
        meta["next_token"] = str(next_offset)
    page: dict[str, Any] = {"data": [_tweet(post, given) for post in posts], "meta": meta}
    media = [
        {"media_key": f"3_{one.id}", "type": "photo", "alt_text": one.alt_text}
        for post in posts
        for one in post.media
    ]
    if media and "attachments.media_keys" in given.get("expansions", ""):
        page["includes"] = {"media": media}
    return page


def _tweet(post: Post, given: Mapping[str, str]) -> dict[str, Any]:
    fields = given.get("tweet.fields", "").split(",")
    tweet: dict[str, Any] = {
        "id": post.id,
        "text": _as_shown(post.id, post.text, bool(post.media)),
        "edit_history_tweet_ids": [post.id],
    }
    if "created_at" in fields:
        at = post.at.astimezone(UTC)
        tweet["created_at"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if "attachments" in fields and post.media:
        tweet["attachments"] = {"media_keys": [f"3_{one.id}" for one in post.media]}
    return tweet


def _as_shown(post_id: str, text: str, has_media: bool) -> str:
    """Return the text as X gives it back: links shortened, one more for media, `&` escaped."""
    count = 0

    def shortened(_: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return _short_link(post_id, count)

    shown = html.escape(_LINK.sub(shortened, text), quote=False)
    return f"{shown} {_short_link(post_id, 0)}".strip() if has_media else shown


def _short_link(post_id: str, number: int) -> str:
    digest = hashlib.sha256(f"{post_id}/{number}".encode()).digest()
    return "https://t.co/" + base64.b32encode(digest).decode()[:10]


def _refused_body(body: Mapping[str, Any]) -> Answer | None:
    if unknown := [key for key in body if key not in _CREATE_KEYS]:
        return _invalid(unknown[0], f"$.{unknown[0]}: is not defined in the schema")
    text, media_ids = body.get("text"), _dig(body, "media", "media_ids")
    if not (isinstance(text, str) and text.strip()) and not media_ids:
        return _invalid("text", "One of text or media must be given.")
    if media_ids is not None and not (
        isinstance(media_ids, list)
        and 1 <= len(media_ids) <= 4
        and all(isinstance(one, str) and one.isdigit() for one in media_ids)
    ):
        return _invalid("media.media_ids", "must be 1 to 4 media ids")
    if text and _shortest_weight(text) > 280:
        return _problem(403, "Forbidden", "Your Tweet text is too long.")
    return None


def _shortest_weight(text: str) -> int:
    """Return a length that X's weighted length is never below: only ordinary letters count."""
    plain = _LINK.sub("x" * 23, unicodedata.normalize("NFC", text.strip()))
    return sum(1 for letter in plain if ord(letter) <= 4351)


def _picture(request: Request) -> bytes | None:
    """Return the bytes of an upload, sent as a form or in base64 as JSON."""
    if "media" in request.files:
        return request.files["media"].read()
    body = _body(request)
    if set(body) - {"media", "media_category", "media_type", "shared", "additional_owners"}:
        return None
    try:
        return base64.b64decode(str(body.get("media", "")), validate=True)
    except binascii.Error:
        return None


def _body(request: Request) -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _dig(body: Any, *names: str) -> Any:
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _limit_headers(*, remaining: int = 99, resets_in_s: float = _WINDOW_S) -> dict[str, str]:
    return {
        "x-rate-limit-limit": "100",
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(int(time.time() + resets_in_s)),
        "x-transaction-id": hashlib.sha256(str(time.time_ns()).encode()).hexdigest()[:16],
    }


def _answer(payload: Mapping[str, Any], status: int = 200) -> Answer:
    return json_answer(payload, status, _limit_headers())


def _problem(
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Answer:
    payload = {"title": title, "detail": detail, "type": "about:blank", "status": status, **more}
    return json_answer(
        payload, status, headers or _limit_headers(), "application/problem+json; charset=utf-8"
    )


def _invalid(parameter: str, message: str) -> Answer:
    detail = "One or more parameters to your request was invalid."
    errors = [{"parameters": {parameter: []}, "message": message}]
    return _problem(
        400, "Invalid Request", detail, type=f"{_PROBLEMS}/invalid-request", errors=errors
    )


def _duplicate() -> Answer:
    detail = "You are not allowed to create a Tweet with duplicate content."
    return _problem(403, "Forbidden", detail)
