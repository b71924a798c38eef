"""Instagram's side of Meta's Graph API: containers that fetch a picture, publishing, one list.

Containers live in the book, so that a server that was killed still knows which are public.
"""

import re
import threading
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from publisher.practice import graph
from publisher.practice.answers import Answer
from publisher.practice.fetching import Fetcher
from publisher.practice.grants import Grants
from publisher.practice.ledger import Ledger
from publisher.practice.pictures import jpeg_size
from publisher.practice.portraits import portrait_url
from publisher.practice.records import Account, Draft, Post, new_id, now
from publisher.practice.wire import Call, Directory

_PICTURE_BYTES = 8 * 1024 * 1024
_CAPTION_CHARS, _HASHTAGS = 2200, 30
_NARROWEST, _WIDEST = 4 / 5, 1.91
_ROUNDED = 0.01  # a pixel more or less
_EXPIRES_AFTER = timedelta(hours=24)
_PER_DAY = 100
_CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

SINGLE, CHILD, CAROUSEL = "single", "child", "carousel"


class Instagram(graph.Graph):
    """The practice Instagram, for accounts with either kind of login."""

    name = "instagram"
    hosts: tuple[str, ...] = (graph.HOST, "graph.instagram.com")
    token_name = "token"  # noqa: S105 - what it is called
    usage_type = "instagram"
    throttle = (80002, "(#80002) There have been too many calls to this Instagram account.")

    def __init__(
        self, ledger: Ledger, directory: Directory, fetcher: Fetcher, grants: Grants
    ) -> None:
        super().__init__(ledger, directory)
        self._fetcher = fetcher
        self._grants = grants
        self._publishing = threading.Lock()

    def routes_of(self) -> Map:
        limit = "/<id>/content_publishing_limit"
        return Map(
            [
                Rule("/<id>/media", methods=["POST"], endpoint=("upload", self._contain)),
                Rule("/<id>/media", methods=["GET"], endpoint=("read", self._posts)),
                Rule("/<id>/media_publish", methods=["POST"], endpoint=("publish", self._publish)),
                Rule(limit, methods=["GET"], endpoint=("read", self._limit)),
                Rule("/<id>", methods=["GET"], endpoint=("read", self._object)),
                Rule("/<id>", methods=["DELETE"], endpoint=("remove", self._delete)),
            ]
        )

    def holder(self, token: str) -> Account | None:
        """Know a token that came with a Page, and one that Instagram's own login gave."""
        if account := super().holder(token):
            return account
        grant = self._grants.holder(self.name, token)
        return self._directory.of(self.name, grant.accounts[0]) if grant else None

    # -- containers

    def _contain(self, call: Call, id: str) -> Answer:  # noqa: A002 - the route's name
        form = call.request.form
        caption = form.get("caption", "").replace("\r\n", "\n")
        if not graph.is_own(call, id):
            return graph.not_yours()
        if len(caption) > _CAPTION_CHARS or len(re.findall(r"#\w", caption)) > _HASHTAGS:
            return _problem(36004, 2207010, "The caption was too long.")
        if form.get("media_type") == "CAROUSEL":
            return self._carousel(call, caption, form.get("children", "").split(","))
        kind = CHILD if form.get("is_carousel_item") == "true" else SINGLE
        return self._single(call, kind, "" if kind == CHILD else caption)

    def _single(self, call: Call, kind: str, caption: str) -> Answer:
        form, at = call.request.form, now()
        content = self._fetcher.fetch(form.get("image_url", ""), _PICTURE_BYTES)
        if content is None:
            return _problem(9004, 2207052, "The media could not be fetched from this URI.")
        if refusal := _refused(content):
            return refusal
        container = new_id(at)
        self._ledger.keep_media(
            container, self.name, call.account.remote_id, content, "image/jpeg",
            form.get("alt_text", ""),
        )  # fmt: skip
        return self._kept(call, container, kind, caption, (container,))

    def _carousel(self, call: Call, caption: str, children: list[str]) -> Answer:
        if not 2 <= len(children) <= 10:
            return _problem(100, 2207028, "A carousel needs between 2 and 10 children.")
        for child in children:
            draft = self._draft(call, child)
            if draft is None or draft.kind != CHILD:
                return _problem(24, 2207006, "The requested resource does not exist")
        return self._kept(call, new_id(now()), CAROUSEL, caption, tuple(children))

    def _kept(
        self, call: Call, container: str, kind: str, caption: str, media_ids: tuple[str, ...]
    ) -> Answer:
        self._ledger.keep_draft(
            Draft(
                id=container, platform=self.name, account=call.account.remote_id, kind=kind,
                text=caption.strip(), media_ids=media_ids, at=now(),
            )
        )  # fmt: skip
        return self.answer({"id": container}, call.account)

    def _draft(self, call: Call, container: str) -> Draft | None:
        draft = self._ledger.draft(container)
        own = draft and (draft.platform, draft.account) == (self.name, call.account.remote_id)
        return draft if own else None

    def _status(self, call: Call, draft: Draft) -> str:
        if draft.post_id and self._ledger.posts(
            self.name, post_id=draft.post_id, until=call.visible_until, removed=True
        ):
            return "PUBLISHED"
        if call.unfinished:
            return "IN_PROGRESS"
        return "EXPIRED" if now() - draft.at > _EXPIRES_AFTER else "FINISHED"

    # -- publishing

    def _publish(self, call: Call, id: str) -> Answer:  # noqa: A002
        account, at = call.account.remote_id, now()
        draft = self._draft(call, call.request.form.get("creation_id", ""))
        if not graph.is_own(call, id):
            return graph.not_yours()
        if draft is None or draft.kind == CHILD:
            return _problem(24, 2207006, "The requested resource does not exist")
        if at - draft.at > _EXPIRES_AFTER:
            return _problem(-2, 2207020, "The media you are trying to access has expired.")
        with self._publishing:
            if self._used(account) >= _PER_DAY:
                return _problem(9, 2207042, "You reached maximum number of posts of a day.", 403)
            post_id = new_id(at)
            if not self._ledger.publish(
                post_id, self.name, account, draft.text, draft.media_ids,
                at=at, request_no=call.no, draft_id=draft.id,
            ):  # fmt: skip
                return _problem(24, 2207006, "The container was published already.")
        return self.answer({"id": post_id}, call.account)

    def _used(self, account: str) -> int:
        return len(self._ledger.posts(self.name, account, since=now() - timedelta(days=1)))

    def _limit(self, call: Call, id: str) -> Answer:  # noqa: A002
        if not graph.is_own(call, id):
            return graph.not_yours()
        config = {"quota_total": _PER_DAY, "quota_duration": 86400}
        usage = {"quota_usage": self._used(call.account.remote_id), "config": config}
        return self.answer({"data": [usage]}, call.account)

    # -- reading

    def _posts(self, call: Call, id: str) -> Answer:  # noqa: A002
        given = call.request.args
        try:
            count, offset = int(given.get("limit", "25")), int(given.get("after", "0"))
        except ValueError:
            return graph.error(100, "(#100) Invalid parameter")
        if not graph.is_own(call, id):
            return graph.gone(id)
        if not (1 <= count <= 100 and offset >= 0):
            return graph.error(100, "(#100) limit must be between 1 and 100")
        posts = self._ledger.posts(
            self.name, call.account.remote_id,
            until=call.visible_until, limit=count + 1, offset=offset,
        )  # fmt: skip
        fields = given.get("fields", "id")
        payload: dict[str, Any] = {
            "data": [_shown(post, call.account, fields) for post in posts[:count]]
        }
        if posts:
            payload["paging"] = self.next_page(
                call, str(offset), str(offset + count), more=len(posts) > count
            )
        return self.answer(payload, call.account)

    def _object(self, call: Call, id: str) -> Answer:  # noqa: A002
        fields = call.request.args.get("fields", "id")
        if graph.is_own(call, id):
            return self.answer(_profile(call.account, call.request, fields), call.account)
        if draft := self._draft(call, id):
            status = self._status(call, draft)
            shown = {"status_code": status, "status": f"{status.capitalize()}: …", "id": id}
            return self.answer(shown, call.account)
        posts = self._ledger.posts(self.name, call.account.remote_id, post_id=id)
        return (
            self.answer(_shown(posts[0], call.account, fields), call.account)
            if posts
            else graph.gone(id)
        )

    def _delete(self, call: Call, id: str) -> Answer:  # noqa: A002
        if not self._ledger.posts(self.name, call.account.remote_id, post_id=id):
            return graph.gone(id)
        self._ledger.remove(id)
        return self.answer({"success": True}, call.account)


# -- the shapes of Instagram


def permalink(account: Account, post_id: str) -> str:  # noqa: ARG001 - as for the other platforms
    return f"https://www.instagram.com/p/{code_of(post_id)}/"


def code_of(post_id: str) -> str:
    """Return the name of a post in its public address: its number in base 64.

    >>> code_of("3141592653589793238")
    'CuZAKjjtW_W'
    """
    number, code = int(post_id), ""
    while number:
        number, digit = divmod(number, 64)
        code = _CODE[digit] + code
    return code


def post_of(code: str) -> str:
    """Return the number of a post from its public address; "0" if there can be none."""
    number = 0
    for digit in code[:20]:
        number = number * 64 + max(_CODE.find(digit), 0)
    return str(number)


def _profile(account: Account, request: Request, fields: str) -> dict[str, Any]:
    """Return who this is; with Instagram's own login, `id` is another number for each app."""
    shown = {"username": account.handle, "name": account.display_name}
    if "profile_picture_url" in fields:
        shown["profile_picture_url"] = portrait_url(account)
    if request.host == graph.HOST:
        return {"id": account.remote_id, **shown}
    return {"id": f"9{account.remote_id}", "user_id": account.remote_id, **shown}


def _shown(post: Post, account: Account, fields: str) -> dict[str, Any]:
    kind = "CAROUSEL_ALBUM" if len(post.media) > 1 else "IMAGE"
    known: dict[str, Any] = {
        "caption": post.text,
        "media_type": kind,
        "timestamp": post.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "permalink": permalink(account, post.id),
    }
    shown = {name: value for name, value in known.items() if name in fields and value}
    if "children" in fields and len(post.media) > 1:
        children = [{"id": one.id, "media_type": "IMAGE"} for one in post.media]
        shown["children"] = {"data": children}
    return {**shown, "id": post.id}


def _refused(content: bytes) -> Answer | None:
    """Return why Instagram takes a picture for unfit, if it does."""
    size = jpeg_size(content)
    if size is None:
        message = "The image format is not supported. Supported formats are: JPEG."
        return _problem(36001, 2207005, message)
    if len(content) > _PICTURE_BYTES:
        message = "The image is too large to download. It should be less than 8 MiB."
        return _problem(36000, 2207004, message)
    if not _NARROWEST - _ROUNDED <= size[0] / size[1] <= _WIDEST + _ROUNDED:
        message = "The submitted image has an aspect ratio that is not supported."
        return _problem(36003, 2207009, message)
    return None


def _problem(code: int, subcode: int, message: str, status: int = 400) -> Answer:
    more: Mapping[str, Any] = {"error_subcode": subcode, "is_transient": False}
    return graph.error(code, message, status, kind="OAuthException", **more)
