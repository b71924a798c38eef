"""Instagram's private API, as its app meets it: logins, rupload, configure, feed.

The accounts and the timeline are those of the practice Instagram, which the official API shows
as well: two doors to one house.
"""

import contextlib
import json
import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from publisher.practice import instagram_private_keys as keys
from publisher.practice.answers import Answer, json_answer
from publisher.practice.instagram import code_of
from publisher.practice.instagram_private_login import LogIn, error, signed, user
from publisher.practice.ledger import Ledger
from publisher.practice.pictures import mime_of
from publisher.practice.records import Account, Post, new_id, now
from publisher.practice.wire import Call, Directory, Handler

_PICTURE_BYTES = 8 * 1024 * 1024
_ALBUM = range(2, 11)
_CAPTION_CHARS = 2200
_PAGE = 50


class InstagramPrivate:
    """The practice Instagram, through the door of its app."""

    name = "instagram"
    hosts: tuple[str, ...] = ("i.instagram.com", "b.i.instagram.com")

    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        self._ledger = ledger
        self._directory = directory
        self._login = LogIn(directory)
        self._routes = Map(
            [*self._login.rules(), *self._account_rules()], strict_slashes=False
        ).bind("")

    def _account_rules(self) -> list[Rule]:
        api = "/api/v1"
        return [
            Rule("/rupload_igphoto/<name>", endpoint=("upload", self._upload)),
            Rule(f"{api}/media/configure/", endpoint=("publish", self._configure)),
            Rule(f"{api}/media/configure_sidecar/", endpoint=("publish", self._configure_album)),
            Rule(f"{api}/media/<id>/delete/", endpoint=("remove", self._delete)),
            Rule(f"{api}/accounts/current_user/", endpoint=("read", self._me)),
            Rule(f"{api}/feed/user/<int:pk>/", endpoint=("read", self._timeline)),
        ]

    def identify(self, request: Request) -> Account | Answer:
        """Return whose request it is; for the steps before a login, their answer."""
        (operation, handler), _ = self._routes.match(request.path, request.method)
        remote_id, session = keys.claimed(request)
        account = self._directory.of(self.name, remote_id)
        if account and secrets.compare_digest(session, keys.session_id(account)):
            return account
        return self._login.identify(request, handler) if operation == "login" else _logged_out()

    def route(self, request: Request) -> tuple[str, Handler]:
        (operation, handler), values = self._routes.match(request.path, request.method)
        return operation, (lambda call: handler(call, **values))

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:
        match kind:
            case "no_id":
                return json_answer({"status": "ok"})
            case "rate_limit":
                message = "Please wait a few minutes before you try again."
                return error(429, message, headers={"Retry-After": str(int(seconds))})
            case "duplicate":
                return error(400, "You have already posted this.", error_type="duplicate_content")
            case "refused":
                return error(400, "Your post could not be shared.", error_type="invalid_post")
            case "expired_token":
                return _logged_out()
            case "blocked":
                return error(400, "feedback_required", **_FEEDBACK)
            case "challenge":
                return error(400, "challenge_required", challenge=_challenge(account))
            case "outage":
                return error(503, "Service Unavailable")
        return error(500, "Oops, an error occurred.")

    def not_found(self) -> Answer:
        return error(404, "")

    # -- the account

    def _me(self, call: Call) -> Answer:
        return _answer({"user": {**user(call.account), "is_business": False}})

    def _upload(self, call: Call, name: str) -> Answer:
        try:
            params = json.loads(call.request.headers["X-Instagram-Rupload-Params"])
            upload_id = str(int(params["upload_id"]))
        except (KeyError, TypeError, ValueError):
            return error(400, "Upload params are missing.", error_type="invalid_params")
        content = call.request.get_data()
        whole = call.request.headers.get("X-Entity-Length") == str(len(content))
        if not (whole and name.startswith(upload_id) and len(content) <= _PICTURE_BYTES):
            return error(400, "The upload is not complete.", error_type="invalid_entity")
        mime = mime_of(content)
        if mime != "image/jpeg":
            return error(400, "Only JPEG is accepted.", error_type="invalid_entity")
        media_id = _media_id(call.account, upload_id)
        with contextlib.suppress(sqlite3.IntegrityError):  # there already: it may be sent again
            self._ledger.keep_media(media_id, self.name, call.account.remote_id, content, mime, "")
        return _answer({"upload_id": upload_id, "xsharing_nonces": {}})

    def _configure(self, call: Call) -> Answer:
        body = signed(call.request)
        return self._publish(call, body, [body])

    def _configure_album(self, call: Call) -> Answer:
        body = signed(call.request)
        children = body.get("children_metadata")
        if not (isinstance(children, list) and len(children) in _ALBUM and body["upload_id"]):
            return error(400, "An album has 2 to 10 pictures.", error_type="invalid_children")
        return self._publish(call, body, children, client_sidecar_id=body["upload_id"])

    def _publish(
        self, call: Call, body: Mapping[str, Any], pictures: list[Any], **more: Any
    ) -> Answer:
        account, caption = call.account, str(body.get("caption", ""))
        if len(caption) > _CAPTION_CHARS:
            return error(400, "The caption is too long.", error_type="invalid_caption")
        media_ids = []
        for picture in pictures:
            media_id = _media_id(account, str(picture.get("upload_id", "")))
            if not self._ledger.free_media(media_id, self.name, account.remote_id):
                return _needs_upload(str(picture.get("upload_id", "")))
            if words := picture.get("custom_accessibility_caption"):
                self._ledger.describe(media_id, str(words))
            media_ids.append(media_id)
        at = now()
        post_id = new_id(at)
        published = self._ledger.publish(
            post_id, self.name, account.remote_id, caption, media_ids, at=at, request_no=call.no
        )
        if not published:
            return _needs_upload(str(body.get("upload_id", "")))
        (post,) = self._ledger.posts(self.name, post_id=post_id)
        shown = {"media": _media(post, account), "upload_id": body["upload_id"], **more}
        return _answer(shown)

    def _timeline(self, call: Call, pk: int) -> Answer:
        given = call.request.args
        try:
            count = min(max(int(given.get("count") or 12), 1), _PAGE)
            offset = int((given.get("max_id") or "0").partition("_")[0])
        except ValueError:
            return error(400, "Invalid cursor.", error_type="invalid_cursor")
        holder = self._directory.of(self.name, str(pk))
        posts = holder and self._ledger.posts(
            self.name, holder.remote_id, until=call.visible_until, limit=count + 1, offset=offset
        )
        items = [_media(post, holder) for post in (posts or [])[:count] if holder]
        more = bool(posts) and len(posts or []) > count
        shown = {"items": items, "num_results": len(items), "more_available": more}
        return _answer(shown | ({"next_max_id": f"{offset + count}_{pk}"} if more else {}))

    def _delete(self, call: Call, id: str) -> Answer:  # noqa: A002 - the route's name
        posts = self._ledger.posts(self.name, call.account.remote_id, post_id=id.partition("_")[0])
        if not posts:
            return error(400, "Media not found or unavailable", error_type="media_gone")
        self._ledger.remove(posts[0].id)
        return _answer({"did_delete": True})


# -- the shapes of the private API

_FEEDBACK: dict[str, Any] = {
    "spam": True,
    "feedback_title": "Try Again Later",
    "feedback_message": "We restrict certain activity to protect our community.",
    "feedback_action": "report_problem",
}


def _media_id(account: Account, upload_id: str) -> str:
    return f"{account.remote_id}_{upload_id}"


def _media(post: Post, account: Account) -> dict[str, Any]:
    pictures = [_picture(one.sha256, one.alt_text) for one in post.media]
    upload_id = post.media[0].id.partition("_")[2] if post.media else ""
    shown = {
        "pk": post.id,
        "id": f"{post.id}_{account.remote_id}",
        "code": code_of(post.id),
        "taken_at": int(post.at.timestamp()),
        "device_timestamp": int(upload_id) if upload_id.isdigit() else 0,
        "user": user(account),
        "caption": {"pk": post.id, "text": post.text} if post.text else None,
        "like_count": 0,
        "comment_count": 0,
    }
    if len(pictures) == 1:
        return {**shown, "media_type": 1, **pictures[0]}
    children = [{"pk": f"{post.id}{n}", "media_type": 1, **one} for n, one in enumerate(pictures)]
    return {**shown, "media_type": 8, "carousel_media": children}


def _picture(digest: str, alt_text: str) -> dict[str, Any]:
    candidate = {"url": f"https://scontent.cdninstagram.com/{digest}", "width": 1080}
    return {"image_versions2": {"candidates": [candidate]}, "accessibility_caption": alt_text}


def _answer(payload: Mapping[str, Any]) -> Answer:
    """Return an answer to a known session, which gets its cookie of the moment with it."""
    cookie = f'rur="NHA\\054{secrets.token_hex(8)}"; Domain=.instagram.com; Path=/; Secure'
    headers = {"Set-Cookie": cookie, "x-fb-trip-id": str(secrets.randbelow(10**10))}
    return json_answer({**payload, "status": "ok"}, headers=headers)


def _logged_out() -> Answer:
    title = "You've Been Logged Out"
    return error(403, "login_required", error_title=title, logout_reason=8)


def _needs_upload(upload_id: str) -> Answer:
    """Instagram says this with a 200: the pictures must be uploaded once more."""
    media = {"upload_id": upload_id, "device_timestamp": upload_id}
    title = {"error_title": "media not found", "message": "media_needs_reupload"}
    return json_answer({"media": media, **title, "status": "ok"})


def _challenge(account: Account) -> dict[str, Any]:
    path = f"/challenge/{account.remote_id}/{secrets.token_hex(5)}/"
    url = f"https://i.instagram.com{path}"
    return {"url": url, "api_path": path, "hide_webview_header": True, "native_flow": True}
