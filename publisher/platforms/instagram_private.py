"""Instagram through the private API of its app, for accounts that cannot use the official one.

Against Instagram's terms: an account must ask for it, see `risks`. What is public is made by one
request, `configure`, which names pictures that were uploaded before. The timeline is read here
and not by instagrapi, whose `user_medias_v1` takes a broken connection for an empty account, and
whose uploads take "the newest post" for ours where the answer named none.
"""

import itertools
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, TypeVar, cast

from publisher import clock
from publisher.errors import N_
from publisher.platforms.base import (
    CredentialField,
    Credentials,
    Driver,
    Health,
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
    Refused,
    TryLater,
)
from publisher.platforms.instagram import Instagram
from publisher.platforms.instagram_private_answers import (
    Post,
    Uploaded,
    read_post,
    read_settings,
    secrets_of,
    size_of,
)
from publisher.platforms.pictures import picture_problems
from publisher.platforms.texts import fingerprint, normalise

if TYPE_CHECKING:
    from publisher.platforms.instagram_private_client import Client

T = TypeVar("T")

_LIBRARY = "publisher.platforms.instagram_private_client"
#: Our clock and theirs may differ by this much when a post is looked for.
_SKEW = timedelta(seconds=60)
_PAGES = 30
_PER_PAGE = 33  # what the app asks for
_READ = Source("instagrapi 3.2.2: image_util, usage guide", "2026-11-21")
_GONE = re.compile(r"not found|unavailable|has been deleted|invalid media_id", re.IGNORECASE)


class InstagramPrivate(Driver):
    """One Instagram account, by the session of a phone that Siar plays.

    It reads `settings`, the session as `instagram_private_login` made it, and nothing else: there
    is no password to log in with again.
    """

    name = "Instagram"
    #: What the official API says of Instagram holds for the app as well, but for this.
    limits = replace(
        Instagram.limits,
        max_width_px=1080,
        spacing_s=30 * 60,  # at most 16 a day are advised: this many in eight hours
        sources={
            **Instagram.limits.sources,
            "max_width_px": _READ,
            "spacing_s": _READ,
        },
    )
    way = N_("Aplikasi Instagram (API privat)")
    risks = (
        N_("Cara ini melanggar ketentuan Instagram."),
        N_("Instagram dapat mengunci atau menutup akun perangkat daerah tanpa pemberitahuan."),
        N_(
            "Siar masuk sebagai sebuah ponsel dengan nama akun dan kata sandi; kata sandi dipakai "
            "satu kali dan tidak disimpan."
        ),
        N_(
            "Untuk menekan risiko, jalankan Siar dari satu alamat internet yang tetap, aktifkan "
            "verifikasi dua langkah, dan tayangkan paling banyak 16 unggahan sehari."
        ),
        N_("Gunakan hanya bila akun belum dapat menjadi akun profesional untuk API resmi."),
    )
    library = _LIBRARY
    permalink_hosts = Instagram.permalink_hosts
    credential_fields = (CredentialField(name="settings", label=N_("Sesi aplikasi")),)

    def __init__(self, credentials: Credentials) -> None:
        settings = read_settings(credentials.get("settings", ""))
        self._secrets = secrets_of(settings)
        self._client = _client(settings)
        self._user_id = credentials.get("user_id") or str(self._client.user_id)
        self._before = self._client.get_settings()
        self._upload_ids = itertools.count(int(clock.now().timestamp() * 1000))

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
        return Instagram.is_permalink(link, handle)

    def prepare(self, outgoing: Outgoing) -> Prepared:
        if not 1 <= len(outgoing.pictures) <= self.limits.images:
            raise Refused(f"Instagram: a post has 1 to {self.limits.images} pictures")
        pictures = [(*size_of(picture), picture.alt_text) for picture in outgoing.pictures]
        in_album = len(outgoing.pictures) > 1
        upload_ids = tuple(self._upload(one, in_album=in_album) for one in outgoing.pictures)
        extra = {
            "album_id": str(next(self._upload_ids)),
            "pictures": json.dumps(pictures),
        }
        return Prepared(text=normalise(outgoing.text), media_ids=upload_ids, extra=extra)

    def publish(self, prepared: Prepared) -> Receipt:
        pictures = [
            Uploaded(upload_id=upload_id, width=width, height=height, alt_text=alt_text)
            for upload_id, (width, height, alt_text) in zip(
                prepared.media_ids, json.loads(prepared.extra["pictures"]), strict=True
            )
        ]
        answer = self._call(lambda: self._configure(prepared, pictures), public=True)
        try:  # what names no post is not believed: instagrapi would take the newest one for ours
            post = read_post(answer.get("media"))
        except (AttributeError, ValueError):
            raise OutcomeUnknown(
                "Instagram: accepted, but named no post", request_id=self._number()
            ) from None
        return post.receipt(self._number())

    def find(
        self, prepared: Prepared, since: datetime, known: Collection[str] = ()
    ) -> Receipt | None:
        """Look for the post by the number of its upload, or else by caption and pictures."""
        wanted = fingerprint(prepared.text)
        uploads = {*prepared.media_ids, prepared.extra.get("album_id")}
        found = None
        for post in self._posts(since - _SKEW, whole=True):
            same_upload = post.upload_id in uploads
            same_text = fingerprint(post.text) == wanted
            same_text &= post.picture_count == len(prepared.media_ids)
            if (same_upload or same_text) and post.remote_id not in known:
                found = post.receipt()  # the oldest that fits
        return found

    def check(self) -> Health:
        me = self._call(self._client.account_info)
        if self._user_id and str(me.pk) != self._user_id:
            raise AccountBlocked(f"Instagram: this session belongs to account {me.pk}")
        return Health(
            remote_id=str(me.pk), handle=me.username or "", display_name=me.full_name or ""
        )

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
        if not receipt.remote_id.isdigit():
            raise Refused("Instagram: not the number of a post")
        media_id = f"{receipt.remote_id}_{self._user_id}"
        try:
            self._call(lambda: self._client.media_delete(media_id))
        except Refused as error:
            if not _GONE.search(error.detail):
                raise

    def changed_credentials(self) -> Credentials | None:
        """Return the session if the talk with Instagram changed it: it lives longer if kept."""
        now = self._client.get_settings()
        if now == self._before or not now.get("authorization_data"):
            return None
        return {"settings": json.dumps(now)}

    # -- requests

    def _upload(self, picture: Picture, *, in_album: bool) -> str:
        upload_id = str(next(self._upload_ids))
        self._call(lambda: self._client.upload(picture.content, upload_id, in_album=in_album))
        return upload_id

    def _configure(self, prepared: Prepared, pictures: list[Uploaded]) -> Mapping[str, Any]:
        """Send the one request that makes the post public."""
        if len(pictures) > 1:
            album_id = prepared.extra["album_id"]
            return self._client.album_configure(
                [picture.in_album() for picture in pictures],
                prepared.text,
                extra_data={"upload_id": album_id, "client_sidecar_id": album_id},
            )
        (one,) = pictures
        return self._client.photo_configure(
            one.upload_id, one.width, one.height, prepared.text, extra_data=one.described()
        )

    def _posts(self, since: datetime, *, whole: bool = False) -> Iterator[Post]:
        """Yield the account's own posts since then, newest first.

        :raises CannotTell: if all are wanted, and there are more than we read
        """
        cursor, found = "", []
        for _ in range(_PAGES):
            page = self._call(partial(self._page, cursor))
            try:
                posts = [read_post(item) for item in page["items"]]
                if len(posts) != page["num_results"]:
                    raise ValueError("as many posts as announced")
                cursor = page["next_max_id"] if page["more_available"] else ""
            except (AttributeError, KeyError, TypeError, ValueError):
                raise TryLater("Instagram: a list of posts that cannot be read") from None
            found += [post for post in posts if post.at >= since]
            # Pinned posts stand first, however old; the last one tells how far we are.
            if not cursor or (posts and posts[-1].at < since):
                break
        else:
            if whole:
                raise CannotTell("Instagram: more posts since then than Siar reads")
        yield from sorted(found, key=lambda post: post.at, reverse=True)

    def _page(self, cursor: str) -> Mapping[str, Any]:
        params = {"max_id": cursor, "count": _PER_PAGE, "rank_token": self._client.rank_token}
        return self._client.private_request(
            f"feed/user/{self._user_id}/", params={**params, "ranked_content": "true"}
        )

    def _call(self, request: Callable[[], T], *, public: bool = False) -> T:
        """Make one request, or raise one of the platform errors."""
        self._client.last_response = None
        try:
            return request()
        except Exception as error:  # noqa: BLE001 - instagrapi trips over odd answers
            # `from None`: the causes carry whole answers.
            raise self._client.translated(error, secrets=self._secrets, public=public) from None

    def _number(self) -> str | None:
        answer = self._client.last_response
        return answer.headers.get("x-fb-trip-id") if answer is not None else None


def _client(settings: Mapping[str, Any]) -> "Client":
    """Open the client library, which no process pays for before it is needed."""
    return cast("Client", resolve_name(f"{_LIBRARY}:Client")(settings))
