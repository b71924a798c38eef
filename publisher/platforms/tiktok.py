"""TikTok in photo mode, as a draft in the inbox of whoever keeps the account.

TikTok audits no tool with which an office posts to its own accounts, and unaudited apps publish
to nobody. What works is `post_mode=MEDIA_UPLOAD`: TikTok fetches the photos from public addresses
of a domain proved to be ours, and a person finishes the post in the app.
"""

import re
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from publisher import clock
from publisher.errors import N_
from publisher.platforms import http, tiktok_answers
from publisher.platforms.base import (
    CredentialField,
    Credentials,
    Driver,
    Handover,
    Health,
    Limits,
    Outgoing,
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
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.fetched import addresses
from publisher.platforms.pictures import picture_problems
from publisher.platforms.texts import normalise
from publisher.platforms.tiktok_answers import Answer

API = "https://open.tiktokapis.com/v2"

_DOCUMENTS = "developers.tiktok.com: content-posting-api, reference of photo posts"
_PAGES, _PER_PAGE = 10, 20
_SHORT_HOSTS = ("vt.tiktok.com", "vm.tiktok.com")
#: For so long `publish` may go on asking what became of a draft; then it hands over anyway.
_ASKING_S = 15


class TikTok(Driver):
    """One TikTok account.

    `find` needs the number of the draft, under `publish_id` in `Prepared.extra`: it is the
    `remote_id` of the `Handover`, and known to nobody else. An attempt whose answer was lost
    cannot be looked for.
    """

    name = "TikTok"
    fetches = True
    uploads_first = False
    limits = Limits(
        text_chars=4000,
        images=35,
        image_bytes=20 * 1024 * 1024,
        image_formats=("JPEG",),
        max_width_px=1080,
        alt_text_chars=None,
        image_required=True,
        spacing_s=10,
        source=_DOCUMENTS,
        read_on="2026-09-11",
        sources={"spacing_s": Source(f"{_DOCUMENTS}: 6 requests a minute", "2026-09-11")},
    )
    permalink_hosts = ("tiktok.com", "m.tiktok.com", *_SHORT_HOSTS)
    credential_fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(name="open_id", label=N_("Nomor akun TikTok (open_id)"), secret=False),
        CredentialField(name="access_token", label=N_("Token akses")),
    )
    removes = False
    hands_over = True
    #: Seconds between two questions whether a draft has reached the inbox.
    waits_s: ClassVar[tuple[float, ...]] = (1, 2, 4)

    def __init__(self, credentials: Credentials) -> None:
        self._open_id = credentials.get("open_id", "")
        token = credentials.get("access_token", "")
        if not (self._open_id and token):
            raise AccountBlocked("TikTok: the credentials are incomplete")
        self._handle = credentials.get("handle", "").lstrip("@")
        self._secrets = (token, credentials.get("refresh_token", ""))
        #: Kept here and not in `Prepared`, which is stored: they open the pictures to anybody.
        self._shown_at: list[str] | None = None
        self._session = http.session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def length(cls, text: str) -> int:
        """Count UTF-16 units, as TikTok does: most emoji are two."""
        return len(normalise(text).encode("utf-16-le")) // 2

    @classmethod
    def problems(cls, outgoing: Outgoing) -> list[Problem]:
        return [
            *text_problems(outgoing, cls.name, limit=cls.limits.text_chars, length=cls.length),
            *picture_problems(outgoing, cls.name, cls.limits),
        ]

    @classmethod
    def is_permalink(cls, link: str, handle: str) -> bool:
        """Accept a post of this account, or a short link: what the app gives when one shares."""
        parts = urlsplit(link)
        if not super().is_permalink(link, handle):
            return False
        if parts.hostname in _SHORT_HOSTS:
            return bool(re.fullmatch(r"/\w+/?", parts.path))
        path = re.fullmatch(r"/@([\w.]+)/(?:photo|video)/\d+/?", parts.path)
        return path is not None and (not handle or path[1].lower() == handle.lower())

    def prepare(self, outgoing: Outgoing) -> Prepared:
        """Ask whose the token is: a draft in somebody else's inbox cannot be called back."""
        if not outgoing.pictures:
            raise Refused("TikTok: a post needs a picture")
        shown_at = addresses(outgoing, self.name)
        self.check()
        self._shown_at = shown_at
        return Prepared(text=normalise(outgoing.text))

    def publish(self, prepared: Prepared) -> Handover:
        """Put the draft into the inbox; TikTok fetches the photos after it has answered."""
        if self._shown_at is None:
            raise TryLater("TikTok: nothing was prepared by this driver")
        body = {
            "media_type": "PHOTO",
            "post_mode": "MEDIA_UPLOAD",
            "post_info": {"description": prepared.text},
            "source_info": {
                "source": "PULL_FROM_URL",
                "photo_images": self._shown_at,
                "photo_cover_index": 0,
            },
        }
        answer = self._call("POST", "post/publish/content/init/", public=True, body=body)
        draft = answer.data.get("publish_id")
        if not (isinstance(draft, str) and draft):
            raise OutcomeUnknown("TikTok: accepted, but named no draft", request_id=answer.number)
        self._see_it_arrive(draft)
        return Handover(remote_id=draft, request_id=answer.number)

    def find(
        self,
        prepared: Prepared,
        since: datetime,
        known: Collection[str] = (),  # noqa: ARG002
    ) -> Receipt | None:
        """Ask what became of the draft; only one that failed for good is "not there"."""
        draft = prepared.extra.get("publish_id")
        if not draft:
            raise CannotTell("TikTok: the draft's number is not known")
        answer = self._status(draft)
        match answer.data.get("status"):
            case "PUBLISH_COMPLETE":
                return self._receipt(answer, since)
            case "FAILED":
                return None
            case "SEND_TO_USER_INBOX":
                raise CannotTell("TikTok: the draft waits in the inbox for its person")
        raise TryLater("TikTok: still works on the draft")

    def finished(self, draft: str, since: datetime) -> Receipt | None:
        answer = self._status(draft)
        match answer.data.get("status"):
            case "PUBLISH_COMPLETE":
                return self._receipt(answer, since)
            case "FAILED":
                reason = str(answer.data.get("fail_reason", ""))[:100]
                raise Refused(f"TikTok: the draft is there no more: {reason}")
        return None

    def check(self) -> Health:
        fields = {"fields": "open_id,display_name"}
        user = self._call("GET", "user/info/", query=fields).data.get("user")
        if not (isinstance(user, dict) and user.get("open_id")):
            raise TryLater("TikTok: did not say whose token this is")
        if user["open_id"] != self._open_id:
            raise AccountBlocked(f"TikTok: this token belongs to {user['open_id']}")
        name = str(user.get("display_name", ""))
        return Health(remote_id=self._open_id, handle=self._handle, display_name=name)

    def recent(self, since: datetime) -> list[Published]:
        """Return the public posts since then. TikTok does not say how many pictures they have.

        :raises CannotTell: if the person did not allow us to read their list (`video.list`)
        """
        return list(self._videos(since))

    def remove(self, receipt: Receipt) -> None:  # noqa: ARG002
        """Refuse: TikTok lets no app delete a post; its person does, in the app."""
        raise Refused("TikTok: only its person can take a post down, in the app")

    # -- drafts

    def _see_it_arrive(self, draft: str) -> None:
        """Return when the draft is in the inbox, or when that takes too long to wait for.

        :raises TryLater, Refused, AccountBlocked: if it will never be; nobody has seen it then
        """
        give_up = clock.running_s() + _ASKING_S
        for wait_s in (*self.waits_s, None):
            try:
                answer = self._status(draft)
            except PlatformError:  # the draft is there all the same
                return
            if answer.data.get("status") == "FAILED":
                raise tiktok_answers.failed(answer)
            working = str(answer.data.get("status", "")).startswith("PROCESSING")
            if not working or wait_s is None or clock.running_s() + wait_s > give_up:
                return
            time.sleep(wait_s)

    def _status(self, draft: str) -> Answer:
        return self._call("POST", "post/publish/status/fetch/", body={"publish_id": draft})

    def _receipt(self, answer: Answer, since: datetime) -> Receipt:
        """Return the proof of a finished draft: as the account's list tells it, where it does.

        :raises TryLater: as long as TikTok's moderation keeps the number of the post back
        :raises CannotTell: without the account's name, of which the address is made
        """
        ids = answer.data.get("publicaly_available_post_id")  # their spelling
        if not (isinstance(ids, list) and ids and str(ids[0]).isdigit()):
            raise TryLater("TikTok: published, but not shown to everybody yet")
        post = self._listed(str(ids[0]), since)
        if post is None and not self._handle:
            raise CannotTell("TikTok: published, but the account's name is not known")
        return Receipt(
            remote_id=str(ids[0]),
            url=post.url if post else f"https://www.tiktok.com/@{self._handle}/photo/{ids[0]}",
            published_at=post.published_at if post else None,
            request_id=answer.number,
        )

    def _listed(self, remote_id: str, since: datetime) -> Published | None:
        try:
            return next((post for post in self._videos(since) if post.remote_id == remote_id), None)
        except PlatformError:  # the draft itself has said enough
            return None

    # -- requests

    def _videos(self, since: datetime) -> Iterator[Published]:
        fields = {"fields": "id,create_time,share_url,title,video_description"}
        body: dict[str, Any] = {"max_count": _PER_PAGE}
        for _ in range(_PAGES):
            try:
                answer = self._call("POST", "video/list/", query=fields, body=body)
            except AccountBlocked as error:
                if "scope" in error.detail:
                    raise CannotTell(error.detail) from None
                raise
            posts = tiktok_answers.posts_of(answer)
            yield from (post for post in posts if post.published_at >= since)
            if (posts and posts[-1].published_at < since) or not answer.data.get("has_more"):
                return
            body["cursor"] = answer.data.get("cursor")

    def _call(
        self,
        method: str,
        path: str,
        *,
        public: bool = False,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Make one request and return its answer, or raise one of the platform errors."""
        try:
            response = self._session.request(method, f"{API}/{path}", params=query, json=body)
        except requests.RequestException as error:
            raise http.translate(error, public=public) from None
        answer = Answer.of(response)
        if 200 <= answer.status < 300 and answer.code == "ok":
            return answer
        raise tiktok_answers.translated(answer, self._secrets, public=public)
