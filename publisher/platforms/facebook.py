"""Facebook Pages, through Meta's Graph API with plain requests.

Every photo is uploaded unpublished first; one `POST /{page}/feed` then makes text and photos
public together.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from publisher.errors import N_
from publisher.platforms import meta
from publisher.platforms.base import (
    CredentialField,
    Credentials,
    Driver,
    Health,
    Limits,
    Outgoing,
    Picture,
    Prepared,
    Problem,
    Published,
    Receipt,
    Source,
)
from publisher.platforms.captions import text_problems
from publisher.platforms.errors import (
    AccountBlocked,
    CannotTell,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from publisher.platforms.pictures import picture_problems
from publisher.platforms.texts import fingerprint, normalise

_SKEW = timedelta(seconds=60)
_PAGES = 10  # of 100 posts
_ID = re.compile(r"\d+(_\d+)?")
_POST_FIELDS = (
    "id,message,created_time,permalink_url,"
    "attachments{media_type,target{id},subattachments{media_type,target{id}}}"
)


class Facebook(Driver):
    """One Facebook Page.

    Besides `credential_fields` it reads, where given, `app_secret`: requests then carry
    `appsecret_proof`, which some apps demand.
    """

    name = "Facebook"
    limits = Limits(
        text_chars=63206,
        images=10,
        image_bytes=10 * 1024 * 1024,
        image_formats=("JPEG", "PNG"),
        alt_text_chars=1000,
        repeat_within_h=24,
        source="developers.facebook.com: page/photos, page/feed; Graph v26.0",
        read_on="2026-09-11",
        sources={
            "text_chars": Source("not stated by Meta: the figure everybody repeats", "2026-09-11"),
            "images": Source("not stated by Meta: the usual figure", "2026-09-11"),
            "repeat_within_h": Source("not stated by Meta: taken for a day", "2026-09-11"),
            "alt_text_chars": Source("not stated by Meta: that of Instagram", "2026-09-11"),
        },
    )
    permalink_hosts = ("facebook.com", "m.facebook.com", "fb.watch")
    post_parameters = frozenset({"story_fbid", "id", "fbid", "v"})
    credential_fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(name="page_id", label=N_("Nomor Halaman (Page ID)"), secret=False),
        CredentialField(name="page_token", label=N_("Token akses Halaman")),
    )

    def __init__(self, credentials: Credentials) -> None:
        self._page_id = credentials.get("page_id", "")
        token = credentials.get("page_token", "")
        if not (self._page_id.isascii() and self._page_id.isdigit() and token):
            raise AccountBlocked("Facebook: the credentials are incomplete")
        self._graph = meta.Graph(self.name, token, credentials.get("app_secret", ""))

    @classmethod
    def length(cls, text: str) -> int:
        return len(normalise(text))

    @classmethod
    def problems(cls, outgoing: Outgoing) -> list[Problem]:
        return [
            *text_problems(outgoing, cls.name, limit=cls.limits.text_chars, length=cls.length),
            *picture_problems(outgoing, cls.name, cls.limits),
        ]

    def prepare(self, outgoing: Outgoing) -> Prepared:
        media_ids = tuple(self._upload(picture) for picture in outgoing.pictures)
        return Prepared(text=normalise(outgoing.text), media_ids=media_ids)

    def publish(self, prepared: Prepared) -> Receipt:
        photos = {
            f"attached_media[{index}]": json.dumps({"media_fbid": media_id})
            for index, media_id in enumerate(prepared.media_ids)
        }
        answer = self._graph.call(
            "POST", f"{self._page_id}/feed", public=True, data={"message": prepared.text, **photos}
        )
        remote_id = answer.payload.get("id")
        if not (isinstance(remote_id, str) and _ID.fullmatch(remote_id)):
            raise OutcomeUnknown("Facebook: accepted, but named no post", request_id=answer.number)
        return Receipt(
            remote_id=remote_id,
            url=f"https://www.facebook.com/{remote_id}",
            published_at=answer.at,
            request_id=answer.number,
        )

    def find(
        self, prepared: Prepared, since: datetime, known: Collection[str] = ()
    ) -> Receipt | None:
        """Look for the post by its uploaded photos, or else by text and number of photos.

        One of our uploads is enough: nobody else has it, and of many Meta lists the first alone.
        """
        wanted = fingerprint(prepared.text)
        found = None
        for post in self._posts(since - _SKEW, whole=True):
            if post.remote_id in known:
                continue
            same_photos = not set(post.photo_ids).isdisjoint(prepared.media_ids)
            same_text = fingerprint(post.text) == wanted
            if same_photos or (same_text and len(post.photo_ids) == len(prepared.media_ids)):
                found = Receipt(remote_id=post.remote_id, url=post.url, published_at=post.at)
        return found

    def check(self) -> Health:
        answer = self._graph.call("GET", "me", params={"fields": "id,name,username"})
        me = {key: str(value) for key, value in answer.payload.items()}
        if "id" not in me:
            raise TryLater("Facebook: did not say whose token this is")
        if me["id"] != self._page_id:
            raise AccountBlocked(f"Facebook: this token belongs to {me['id']}")
        return Health(
            remote_id=me["id"], handle=me.get("username", ""), display_name=me.get("name", "")
        )

    def recent(self, since: datetime) -> list[Published]:
        return [
            Published(
                remote_id=post.remote_id,
                url=post.url,
                text=post.text,
                published_at=post.at,
                picture_count=len(post.photo_ids),
            )
            for post in self._posts(since)
        ]

    def remove(self, receipt: Receipt) -> None:
        if not _ID.fullmatch(receipt.remote_id):
            raise Refused("Facebook: not the number of a post")
        self._graph.call("DELETE", receipt.remote_id, gone_is_fine=True, params={})

    # -- requests

    def _upload(self, picture: Picture) -> str:
        """Upload one photo that nobody sees yet; return Meta's number for it."""
        answer = self._graph.call(
            "POST",
            f"{self._page_id}/photos",
            data={"published": "false", "alt_text_custom": picture.alt_text},
            files={"source": (picture.name, picture.content, picture.mime)},
        )
        photo_id = answer.payload.get("id")
        if not (isinstance(photo_id, str) and photo_id.isdigit()):
            raise TryLater("Facebook: took a photo, but named no number for it")
        return photo_id

    def _posts(self, since: datetime, *, whole: bool = False) -> Iterator["_Post"]:
        """Yield the Page's own posts since then, newest first.

        :raises CannotTell: if all are wanted, and there are more than we read
        """
        params = {"fields": _POST_FIELDS, "since": str(int(since.timestamp())), "limit": "100"}
        for _ in range(_PAGES):
            answer = self._graph.call("GET", f"{self._page_id}/published_posts", params=params)
            yield from _read_posts(answer, since)
            more, params["after"] = meta.next_page(answer)
            if not more:
                return
            if not params["after"]:
                break
        if whole:
            raise CannotTell("Facebook: more posts since then than Siar can read")


# -- reading answers


@dataclass(frozen=True, kw_only=True)
class _Post:
    remote_id: str
    url: str
    text: str
    at: datetime
    photo_ids: tuple[str, ...]


def _read_posts(answer: meta.Answer, since: datetime) -> list[_Post]:
    try:
        posts = [_read_post(item) for item in answer.payload["data"]]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TryLater("Facebook: a list of posts that cannot be read") from error
    return [post for post in posts if post.at >= since]


def _read_post(item: Mapping[str, Any]) -> _Post:
    remote_id = str(item["id"])
    photos = []
    for attachment in item.get("attachments", {}).get("data", ()):
        parts = attachment.get("subattachments", {}).get("data") or [attachment]
        photos += [part for part in parts if part.get("media_type") == "photo"]
    return _Post(
        remote_id=remote_id,
        url=item.get("permalink_url") or f"https://www.facebook.com/{remote_id}",
        text=item.get("message", ""),
        at=datetime.fromisoformat(item["created_time"]),
        photo_ids=tuple(str(photo.get("target", {}).get("id", "")) for photo in photos),
    )
