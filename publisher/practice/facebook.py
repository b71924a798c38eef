"""Pages on Meta's Graph API: photos that nobody sees yet, and a feed that makes them public."""

import json
import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from publisher.practice import graph
from publisher.practice.answers import Answer
from publisher.practice.ledger import Ledger
from publisher.practice.pictures import mime_of
from publisher.practice.records import Account, Post, new_id, now
from publisher.practice.wire import Call, Directory, Handler

_PHOTO_BYTES = 10 * 1024 * 1024
_ATTACHED = re.compile(r"attached_media\[(\d{1,2})\]")


class Facebook(graph.Graph):
    """The practice Facebook."""

    name = "facebook"
    token_name = "page_token"  # noqa: S105 - what it is called
    usage_type = "pages"
    throttle = (32, "(#32) Page request limit reached")

    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        self._publishing = threading.Lock()

    def routes_of(self) -> Map:
        lists = ("published_posts", "feed", "posts")
        return Map(
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
        )

    def route(self, request: Request) -> tuple[str, Handler]:
        operation, handler = super().route(request)
        if operation == "upload" and request.form.get("published", "true") != "false":
            operation = "publish"
        return operation, handler

    # -- addresses

    def _photo(self, call: Call, id: str) -> Answer:  # noqa: A002 - the route's name
        if not graph.is_own(call, id):
            return graph.not_yours()
        source = call.request.files.get("source")
        if source is None:
            return graph.error(324, "(#324) Requires upload file", kind="OAuthException")
        content = source.read()
        mime = mime_of(content)
        if mime not in ("image/jpeg", "image/png", "image/gif") or len(content) > _PHOTO_BYTES:
            message = "Invalid parameter: photos must be JPG, PNG or GIF, up to 10 MB"
            return graph.error(100, message, error_subcode=1366046)
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
            return self.answer({"id": photo_id}, call.account)
        text = form.get("caption") or form.get("message", "")
        return self._publish(call, text, [photo_id], photo_id=photo_id)

    def _feed(self, call: Call, id: str) -> Answer:  # noqa: A002
        if not graph.is_own(call, id):
            return graph.not_yours()
        form = call.request.form
        try:
            photo_ids = _attached(form)
        except (KeyError, TypeError, ValueError):
            return graph.error(100, "(#100) Param attached_media must be a list of media_fbid")
        text = form.get("message", "").replace("\r\n", "\n").strip()
        if not text and not photo_ids:
            return graph.error(
                100, "The post is empty. Please enter a message.", error_subcode=1349125
            )
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
                return graph.error(100, "(#100) Photos were already posted or are not yours.")
        given = {"id": photo_id, "post_id": post_id} if photo_id else {"id": post_id}
        return self.answer(given, call.account)

    def _posts(self, call: Call, id: str) -> Answer:  # noqa: A002
        given = call.request.args
        try:
            count, offset = int(given.get("limit", "25")), int(given.get("after", "0"))
            since = datetime.fromtimestamp(int(given.get("since", "0")), UTC)
        except (OverflowError, ValueError):
            return graph.error(100, "(#100) Invalid parameter")
        if not (1 <= count <= 100 and offset >= 0):
            return graph.error(100, "(#100) limit must be between 1 and 100")
        page = call.account.remote_id if id == "me" else id
        posts = self._ledger.posts(
            self.name, page, since=since, until=call.visible_until, limit=count + 1, offset=offset
        )
        listed = [_shown(post, call.account, given.get("fields", "")) for post in posts[:count]]
        payload: dict[str, Any] = {"data": listed}
        if posts:
            payload["paging"] = self.next_page(
                call, str(offset), str(offset + count), more=len(posts) > count
            )
        return self.answer(payload, call.account)

    def _object(self, call: Call, id: str) -> Answer:  # noqa: A002
        if id == "me" or id == call.account.remote_id:
            page = call.account
            shown = {"id": page.remote_id, "name": page.display_name, "username": page.handle}
            return self.answer(shown, page)
        posts = self._ledger.posts(self.name, post_id=id)
        if not posts:
            return graph.gone(id)
        return self.answer(
            _shown(posts[0], call.account, call.request.args.get("fields", "")), call.account
        )

    def _delete(self, call: Call, id: str) -> Answer:  # noqa: A002
        posts = self._ledger.posts(self.name, call.account.remote_id, post_id=id)
        if not posts:
            return graph.gone(id)
        self._ledger.remove(id)
        return self.answer({"success": True}, call.account)


# -- the shapes of Meta


def permalink(account: Account, post_id: str) -> str:
    name = account.handle or account.remote_id
    return f"https://www.facebook.com/{name}/posts/{post_id.partition('_')[2]}"


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
