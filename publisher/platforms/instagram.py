"""Instagram through the official Graph API, for professional accounts.

Instagram takes no bytes: it fetches each picture from a public address into a *container*, which
nobody sees. One `POST /{ig}/media_publish` then makes the finished container public, and the
container itself says afterwards whether it was: no other platform can be read back so surely.
"""

import re
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import ClassVar
from urllib.parse import urlsplit

from publisher.errors import N_
from publisher.platforms import instagram_answers, meta
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
from publisher.platforms.captions import mark_problems, text_problems
from publisher.platforms.errors import (
    AccountBlocked,
    CannotTell,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.fetched import addresses
from publisher.platforms.instagram_answers import is_number
from publisher.platforms.pictures import picture_problems
from publisher.platforms.texts import fingerprint, normalise

#: How long a post that says it is public may be missing from the account's list.
_LISTED_WITHIN = timedelta(hours=1)
_SKEW = timedelta(seconds=60)
_PAGES = 10  # of 100 posts
_PERMALINK = re.compile(r"(/[^/]+)?/(p|reel)/[\w-]+/?")


class Instagram(Driver):
    """One professional Instagram account, spoken to with the token of the Page it is linked to.

    Besides `credential_fields` it reads, where given, `app_secret`: requests then carry
    `appsecret_proof`.
    """

    name = "Instagram"
    way = N_("API resmi, lewat Halaman Facebook")
    fetches = True
    limits = Limits(
        text_chars=2200,
        images=10,
        image_bytes=8 * 1024 * 1024,
        image_formats=("JPEG",),
        min_aspect=Fraction(4, 5),
        max_aspect=Fraction(191, 100),
        min_width_px=320,
        max_width_px=1440,
        alt_text_chars=1000,
        image_required=True,
        hashtags=30,
        hashtags_advised=5,
        mentions=20,
        source="developers.facebook.com: ig-user/media, content publishing; Graph v26.0",
        read_on="2026-09-11",
        sources={
            "hashtags_advised": Source("news of Instagram's limit of 2025-12-19", "2026-09-11"),
        },
    )
    permalink_hosts = ("instagram.com",)
    credential_fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(name="ig_id", label=N_("Nomor akun Instagram (IG ID)"), secret=False),
        CredentialField(name="token", label=N_("Token akses")),
    )
    #: Where it is spoken to, and how it is asked there whose token this is.
    host: ClassVar[str] = meta.FACEBOOK_HOST
    own_fields: ClassVar[str] = "id,username,name"
    #: Seconds between two questions whether a container is finished. Meta advises a minute, for
    #: videos; a picture takes seconds, and a delivery that waits holds a thread.
    waits_s: ClassVar[tuple[float, ...]] = (1, 2, 4, 8, 15)

    def __init__(self, credentials: Credentials) -> None:
        self._ig_id, token = credentials.get("ig_id", ""), credentials.get("token", "")
        if not (self._ig_id.isascii() and self._ig_id.isdigit() and token):
            raise AccountBlocked("Instagram: the credentials are incomplete")
        secret = credentials.get("app_secret", "")
        self._graph = meta.Graph(
            self.name, token, secret, host=self.host, own=instagram_answers.translated
        )

    @classmethod
    def length(cls, text: str) -> int:
        return len(normalise(text))

    @classmethod
    def problems(cls, outgoing: Outgoing) -> list[Problem]:
        return [
            *text_problems(outgoing, cls.name, limit=cls.limits.text_chars, length=cls.length),
            *mark_problems(outgoing, cls.name, cls.limits),
            *picture_problems(outgoing, cls.name, cls.limits),
        ]

    @classmethod
    def is_permalink(cls, link: str, handle: str) -> bool:
        path = urlsplit(link).path
        return super().is_permalink(link, handle) and bool(_PERMALINK.fullmatch(path))

    def prepare(self, outgoing: Outgoing) -> Prepared:
        text = normalise(outgoing.text)
        if not outgoing.pictures:
            raise Refused("Instagram: a post needs a picture")
        addresses(outgoing, self.name)
        self._check_cap()
        if len(outgoing.pictures) == 1:
            container = self._contain(outgoing.pictures[0], {"caption": text})
            children: tuple[str, ...] = ()
        else:
            child = {"is_carousel_item": "true"}
            children = tuple(self._contain(picture, child) for picture in outgoing.pictures)
            for each in children:
                self._wait_for(each)
            carousel = {"media_type": "CAROUSEL", "children": ",".join(children), "caption": text}
            container = self._new_container(carousel)
        self._wait_for(container)
        return Prepared(
            text=text, media_ids=children or (container,), extra={"container": container}
        )

    def publish(self, prepared: Prepared) -> Receipt:
        answer = self._graph.call(
            "POST",
            f"{self._ig_id}/media_publish",
            public=True,
            data={"creation_id": prepared.extra["container"]},
        )
        remote_id = answer.payload.get("id")
        if not is_number(remote_id):
            raise OutcomeUnknown("Instagram: accepted, but named no post", request_id=answer.number)
        return Receipt(
            remote_id=remote_id,
            url=self._permalink(remote_id),
            published_at=answer.at,
            request_id=answer.number,
        )

    def find(
        self, prepared: Prepared, since: datetime, known: Collection[str] = ()
    ) -> Receipt | None:
        """Ask the container whether it is public, and the account's list for the post.

        Neither alone: the container knows no number of the post, and the list may lag.
        """
        status, asked_at = self._status(prepared.extra.get("container", ""))
        wanted, count = fingerprint(prepared.text), len(prepared.media_ids)
        found = None
        for post in self._posts(since - _SKEW, whole=True):
            same = fingerprint(post.text) == wanted and post.picture_count == count
            if same and post.remote_id not in known:
                found = Receipt(remote_id=post.remote_id, url=post.url, published_at=post.at)
        if found is None and status == "PUBLISHED":
            if asked_at and asked_at - since > _LISTED_WITHIN:
                raise CannotTell("Instagram: public, but not on the account under this text")
            raise TryLater("Instagram: public, but not listed yet")
        return found

    def check(self) -> Health:
        me = self._own_account()
        remote_id = me.get("user_id") or me.get("id")
        if not remote_id:
            raise TryLater("Instagram: did not say whose token this is")
        if remote_id != self._ig_id:
            raise AccountBlocked(f"Instagram: this token belongs to {remote_id}")
        handle = me.get("username", "")
        return Health(remote_id=remote_id, handle=handle, display_name=me.get("name") or handle)

    def recent(self, since: datetime) -> list[Published]:
        return [
            Published(
                remote_id=post.remote_id,
                url=post.url,
                text=post.text,
                published_at=post.at,
                picture_count=post.picture_count,
            )
            for post in self._posts(since)
        ]

    def remove(self, receipt: Receipt) -> None:
        """Take a post down.

        `DELETE /{ig-media}` is in Meta's SDK specification of 2026-04; how it behaves for every
        kind of account is not verified. Where Meta refuses it, this raises `Refused`.
        """
        if not is_number(receipt.remote_id):
            raise Refused("Instagram: not the number of a post")
        self._graph.call("DELETE", receipt.remote_id, gone_is_fine=True, params={})

    # -- containers

    def _check_cap(self) -> None:
        """Ask how many posts the account may still publish today; Meta's own pages disagree.

        :raises TryLater: if none
        """
        params = {"fields": "quota_usage,config"}
        answer = self._graph.call("GET", f"{self._ig_id}/content_publishing_limit", params=params)
        try:
            (quota,) = answer.payload["data"]
            used, total = int(quota["quota_usage"]), int(quota["config"]["quota_total"])
        except (KeyError, TypeError, ValueError) as error:
            raise TryLater("Instagram: did not say how many posts are left today") from error
        if used >= total:
            detail = f"Instagram: {used} of {total} posts of a day are used up"
            raise TryLater(detail, wait_s=instagram_answers.CAP_WAIT_S, whole_account=True)

    def _contain(self, picture: Picture, more: Mapping[str, str]) -> str:
        """Let Instagram fetch one picture; return its container."""
        alt = {"alt_text": picture.alt_text} if picture.alt_text else {}
        return self._new_container({"image_url": picture.url, **alt, **more})

    def _new_container(self, data: Mapping[str, str]) -> str:
        container = self._graph.call("POST", f"{self._ig_id}/media", data=data).payload.get("id")
        if not is_number(container):
            raise TryLater("Instagram: made a container, but named no number for it")
        return str(container)

    def _wait_for(self, container: str) -> None:
        """Return when a container can be published.

        :raises TryLater: if it is not finished in time, or not any more
        """
        for wait_s in (*self.waits_s, None):
            answer = self._container(container)
            match answer.payload.get("status_code"):
                case "FINISHED":
                    return
                case "IN_PROGRESS" if wait_s is not None:
                    time.sleep(wait_s)
                case "IN_PROGRESS":
                    break
                case "ERROR":
                    raise instagram_answers.failed(answer)
                case status:
                    raise TryLater(f"Instagram: the container is {status}")
        raise TryLater("Instagram: still works on the picture")

    def _container(self, container: str, *, gone_is_fine: bool = False) -> meta.Answer:
        return self._graph.call(
            "GET", container, params={"fields": "status_code,status"}, gone_is_fine=gone_is_fine
        )

    def _status(self, container: str) -> tuple[str | None, datetime | None]:
        """Return the status of a container, None if it is gone; and when that was, as they say."""
        if not is_number(container):
            return None, None
        answer = self._container(container, gone_is_fine=True)
        status = answer.payload.get("status_code")
        if not isinstance(status, str) and not answer.gone:
            raise TryLater("Instagram: did not say what became of the container")
        return status, answer.at

    # -- the account

    def _own_account(self) -> dict[str, str]:
        answer = self._graph.call(
            "GET", self._own_path(), params={"fields": self.own_fields}, gone_is_fine=True
        )
        if answer.gone:
            raise AccountBlocked(f"Instagram: this token may not speak for {self._ig_id}")
        return {key: str(value) for key, value in answer.payload.items() if value}

    def _own_path(self) -> str:
        return self._ig_id

    def _permalink(self, remote_id: str) -> str:
        """Ask for the address of a post that has just become public.

        :raises OutcomeUnknown: if it cannot be told; the post is out and will be found
        """
        try:
            answer = self._graph.call("GET", remote_id, params={"fields": "permalink"})
        except PlatformError as error:
            detail = f"Instagram: published as {remote_id}, but {error.detail}"
            raise OutcomeUnknown(detail) from None
        link = answer.payload.get("permalink")
        if not (isinstance(link, str) and link.startswith("https://")):
            raise OutcomeUnknown(f"Instagram: published as {remote_id}, without an address")
        return link

    def _posts(self, since: datetime, *, whole: bool = False) -> Iterator[instagram_answers.Post]:
        """Yield the account's own posts since then, newest first.

        :raises CannotTell: if all are wanted, and there are more than we read
        """
        params = {"fields": instagram_answers.POST_FIELDS, "limit": "100"}
        for _ in range(_PAGES):
            answer = self._graph.call("GET", f"{self._ig_id}/media", params=params)
            posts = instagram_answers.posts_of(answer)
            yield from (post for post in posts if post.at >= since)
            more, params["after"] = meta.next_page(answer)
            if not more or (posts and posts[-1].at < since):
                return
            if not params["after"]:
                break
        if whole:
            raise CannotTell("Instagram: more posts since then than Siar can read")


class InstagramLogin(Instagram):
    """The same for an account without a Page, whose owner let us in at Instagram itself."""

    way = N_("API resmi, langsung lewat Instagram")
    host = meta.INSTAGRAM_HOST
    own_fields = "user_id,username,name"  # `id` is another number for each app

    def _own_path(self) -> str:
        return "me"
