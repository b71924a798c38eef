"""Meta's Graph API for Pages as its clients meet it: one error envelope, usage headers."""

import hashlib
import hmac
import json
import math
import re
import secrets
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from publisher.practice.answers import Answer, json_answer
from publisher.practice.ledger import Ledger
from publisher.practice.pictures import mime_of
from publisher.practice.records import Account, Post, new_id, now
from publisher.practice.wire import Call, Directory, Handler

_PHOTO_BYTES = 10 * 1024 * 1024
_VERSION = re.compile(r"^/v\d{1,2}\.\d")
_ATTACHED = re.compile(r"attached_media\[(\d{1,2})\]")


class Facebook:
    """The practice Facebook."""

    name = "facebook"
    hosts: tuple[str, ...] = ("graph.facebook.com",)

    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        self._ledger = ledger
        self._directory = directory
        self._publishing = threading.Lock()
        lists = ("published_posts", "feed", "posts")
        self._routes = Map(
            [
                Rule("/<id>/photos", methods=["POST"], endpoint=("upload", self._photo)),
                Rule("/<id>/feed", methods=["POST"], endpoint=("publish", self._feed)),
                *(
                    Rule(f"/<id>/{name}", methods=["GET"], endpoint=("read", self._posts))
                    for name in lists
                ),
                Rule("/<id>", methods=["GET"], endpoint=("read", self._object)),
                Rule("/<id>", methods=["DELETE"], endpoint=("remove", self._delete)),
            ]
        ).bind("")

    def identify(self, request: Request) -> Account | Answer:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth"):
            token = request.values.get("access_token", "")
        if not token:
            message = "An active access token must be used to query information."
            return _error(2500, message, kind="OAuthException")
        account = self._directory.find(self.name, "page_token", token)
        if account is None:  # Meta does echo what it was given
            return _error(190, f"Malformed access token {token}", 401, kind="OAuthException")
        app_secret = account.credentials.get("app_secret")
        if app_secret and not hmac.compare_digest(
            request.values.get("appsecret_proof", ""), _proof(token, app_secret)
        ):
            return _error(100, "Invalid appsecret_proof provided in the API argument")
        return account

    def route(self, request: Request) -> tuple[str, Handler]:
        path = _VERSION.sub("", request.path)
        (operation, handler), values = self._routes.match(path, request.method)
        if operation == "upload" and request.form.get("published", "true") != "false":
            operation = "publish"
        return operation, (lambda call: handler(call, **values))

    def not_found(self) -> Answer:
        return _error(2500, "Unknown path components", 400, kind="OAuthException")

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:
        match kind:
            case "no_id":
                return _answer({"success": True}, account)
            case "rate_limit":
                usage = _usage(account, regain_min=math.ceil(seconds / 60))
                return _error(32, "(#32) Page request limit reached", headers=usage)
            case "duplicate":
                return _error(506, "(#506) Duplicate status message", is_transient=False)
            case "refused":
                return _error(100, "(#100) Invalid parameter")
            case "expired_token":
                message = "Error validating access token: Session has expired."
                return _error(190, message, kind="OAuthException", error_subcode=463)
            case "blocked":
                message = "The action attempted has been deemed abusive or is otherwise disallowed"
                return _error(368, message, 403, kind="OAuthException")
            case "outage":
                return _error(2, "Service temporarily unavailable", 503, is_transient=True)
        return _error(1, "An unknown error occurred", 500, kind="OAuthException")

    # -- addresses

    def _photo(self, call: Call, id: str) -> Answer:  # noqa: A002 - the route's name
        if not _is_own(call, id):
            return _error(200, "(#200) Permissions error", 403, kind="OAuthException")
        source = call.request.files.get("source")
        if source is None:
            return _error(324, "(#324) Requires upload file", kind="OAuthException")
        content = source.read()
        mime = mime_of(content)
        if mime not in ("image/jpeg", "image/png", "image/gif") or len(content) > _PHOTO_BYTES:
            message = "Invalid parameter: photos must be JPG, PNG or GIF, up to 10 MB"
            return _error(100, message, error_subcode=1366046)
        form = call.request.form
        photo_id = new_id(now())
        self._ledger.keep_media(
            photo_id,
            self.name,
            call.account.remote_id,
            content,
            str(mime),
            form.get("alt_text_custom", ""),
        )
        if form.get("published", "true") == "false":
            return _answer({"id": photo_id}, call.account)
        text = form.get("caption") or form.get("message", "")
        return self._publish(call, text, [photo_id], photo_id=photo_id)

    def _feed(self, call: Call, id: str) -> Answer:  # noqa: A002
        if not _is_own(call, id):
            return _error(200, "(#200) Permissions error", 403, kind="OAuthException")
        form = call.request.form
        try:
            photo_ids = _attached(form)
        except (KeyError, TypeError, ValueError):
            return _error(100, "(#100) Param attached_media must be a list of media_fbid")
        text = form.get("message", "").replace("\r\n", "\n").strip()
        if not text and not photo_ids:
            return _error(100, "The post is empty. Please enter a message.", error_subcode=1349125)
        return self._publish(call, text, photo_ids)

    def _publish(
        self, call: Call, text: str, photo_ids: list[str], *, photo_id: str | None = None
    ) -> Answer:
        page, at = call.account.remote_id, now()
        post_id = f"{page}_{new_id(at)}"
        with self._publishing:  # else two equal texts at the same instant would both pass
            if text and self._ledger.has_lately(self.name, page, text):
                return self.refusal("duplicate", 0, call.account)
            free = all(self._ledger.free_media(one, self.name, page) for one in photo_ids)
            if not (
                free
                and self._ledger.publish(
                    post_id, self.name, page, text, photo_ids, at=at, request_no=call.no
                )
            ):
                return _error(100, "(#100) Photos were already posted or are not yours.")
        given = {"id": photo_id, "post_id": post_id} if photo_id else {"id": post_id}
        return _answer(given, call.account)

    def _posts(self, call: Call, id: str) -> Answer:  # noqa: A002
        given = call.request.args
        try:
            count, offset = int(given.get("limit", "25")), int(given.get("after", "0"))
            since = datetime.fromtimestamp(int(given.get("since", "0")), UTC)
        except (OverflowError, ValueError):
            return _error(100, "(#100) Invalid parameter")
        if not (1 <= count <= 100 and offset >= 0):
            return _error(100, "(#100) limit must be between 1 and 100")
        page = call.account.remote_id if id == "me" else id
        posts = self._ledger.posts(
            self.name, page, since=since, until=call.visible_until, limit=count + 1, offset=offset
        )
        listed = [_shown(post, call.account, given.get("fields", "")) for post in posts[:count]]
        payload: dict[str, Any] = {"data": listed}
        if posts:
            payload["paging"] = {"cursors": {"before": str(offset), "after": str(offset + count)}}
        if len(posts) > count:  # Meta's own `next` carries the token
            token = call.account.credentials.get("page_token", "")
            payload["paging"]["next"] = (
                f"https://{self.hosts[0]}{call.request.path}?access_token={token}"
            )
        return _answer(payload, call.account)

    def _object(self, call: Call, id: str) -> Answer:  # noqa: A002
        if id == "me" or id == call.account.remote_id:
            page = call.account
            shown = {"id": page.remote_id, "name": page.display_name, "username": page.handle}
            return _answer(shown, page)
        posts = self._ledger.posts(self.name, post_id=id)
        if not posts:
            return _gone(id)
        return _answer(
            _shown(posts[0], call.account, call.request.args.get("fields", "")), call.account
        )

    def _delete(self, call: Call, id: str) -> Answer:  # noqa: A002
        posts = self._ledger.posts(self.name, call.account.remote_id, post_id=id)
        if not posts:
            return _gone(id)
        self._ledger.remove(id)
        return _answer({"success": True}, call.account)


# -- the shapes of Meta


def permalink(account: Account, post_id: str) -> str:
    name = account.handle or account.remote_id
    return f"https://www.facebook.com/{name}/posts/{post_id.partition('_')[2]}"


def _is_own(call: Call, page: str) -> bool:
    return page in ("me", call.account.remote_id)


def _attached(form: Mapping[str, str]) -> list[str]:
    found = {
        int(match[1]): str(json.loads(value)["media_fbid"])
        for name, value in form.items()
        if (match := _ATTACHED.fullmatch(name))
    }
    return [found[place] for place in sorted(found)]


def _shown(post: Post, account: Account, fields: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": post.id}
    if "created_time" in fields or not fields:
        shown["created_time"] = post.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    if ("message" in fields or not fields) and post.text:
        shown["message"] = post.text
    if "permalink_url" in fields:
        shown["permalink_url"] = permalink(account, post.id)
    if "attachments" in fields and post.media:
        shown["attachments"] = {"data": [_attachment(post)]}
    return shown


def _attachment(post: Post) -> dict[str, Any]:
    photos = [{"media_type": "photo", "target": {"id": one.id}} for one in post.media]
    if len(photos) == 1:
        return photos[0]
    target = {"id": post.id.partition("_")[2]}
    return {"media_type": "album", "target": target, "subattachments": {"data": photos}}


def _proof(token: str, app_secret: str) -> str:
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _usage(account: Account, regain_min: int = 0) -> dict[str, str]:
    calls = 100 if regain_min else 1
    load = {"call_count": calls, "total_cputime": 1, "total_time": 1}
    page = {"type": "pages", **load, "estimated_time_to_regain_access": regain_min}
    return {
        "X-App-Usage": json.dumps(load),
        "X-Business-Use-Case-Usage": json.dumps({account.remote_id: [page]}),
    }


def _answer(payload: Mapping[str, Any], account: Account) -> Answer:
    headers = {**_usage(account), "x-fb-trace-id": _trace()}
    return json_answer(payload, 200, headers, "application/json; charset=UTF-8")


def _error(
    code: int,
    message: str,
    status: int = 400,
    *,
    kind: str = "GraphMethodException",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Answer:
    error = {"message": message, "type": kind, "code": code, **more, "fbtrace_id": _trace()}
    return json_answer({"error": error}, status, headers, "application/json; charset=UTF-8")


def _gone(object_id: str) -> Answer:
    message = (
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due "
        "to missing permissions, or does not support this operation."
    )
    return _error(100, message, error_subcode=33)


def _trace() -> str:
    return "A" + secrets.token_urlsafe(16)
