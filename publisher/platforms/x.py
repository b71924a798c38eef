"""X, through tweepy's v2 client: upload, describe, post, read back, take down.

tweepy 4.17 has no v2 media upload, so that goes through its signed `Client.request`. The client
returns bare responses: we read them ourselves, because tweepy trips over answers that were cut
short, and after the publishing request began that must end as `OutcomeUnknown`.
"""

import base64
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from publisher.errors import N_
from publisher.platforms import http, x_answers, x_texts
from publisher.platforms.base import (
    CredentialField,
    Credentials,
    Driver,
    Health,
    Limits,
    Outgoing,
    Picture,
    Prepared,
    Price,
    Problem,
    Published,
    Receipt,
    Source,
)
from publisher.platforms.captions import mark_problems
from publisher.platforms.errors import (
    AccountBlocked,
    CannotTell,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.platforms.pictures import picture_problems
from publisher.platforms.texts import normalise, without_secrets

#: Our clock and theirs may differ by this much when a post is looked for.
_SKEW = timedelta(seconds=60)
_PAGES = 10  # of 100 posts
_ACCOUNT_IN_TROUBLE = re.compile(
    r"suspended|locked|oauth1? app permissions|client-(forbidden|not-enrolled)"
    r"|unsupported-authentication",
    re.IGNORECASE,
)


_GUIDELINES = Source("docs.x.com: developer-guidelines", "2026-08-22")
_PRICING = Source("docs.x.com: pricing, pay per use since 2026-02-06", "2026-08-22")


class X(Driver):
    """One X account: by a user token of OAuth 2.0, or by the four keys of OAuth 1.0a.

    It reads `user_token` where a person gave their consent, else `credential_fields`; also
    `user_id` (else taken from the access token) and `handle` (for permalinks).
    """

    name = "X"
    limits = Limits(
        text_chars=280,
        images=4,
        image_bytes=5 * 1024 * 1024,
        image_formats=("JPEG", "PNG", "WEBP", "GIF"),
        alt_text_chars=1000,
        mentions_advised=0,  # automated accounts may not mention people who did not ask for it
        repeat_within_h=24,
        one_account_per_text=True,
        prices=(
            Price(amount=Decimal("0.015"), currency="USD", per="post", source=_PRICING),
            Price(amount=Decimal("0.200"), currency="USD", per="post_with_link", source=_PRICING),
            Price(amount=Decimal("0.005"), currency="USD", per="alt_text", source=_PRICING),
            Price(amount=Decimal("0.010"), currency="USD", per="removal", source=_PRICING),
            Price(amount=Decimal("0.001"), currency="USD", per="post_read", source=_PRICING),
        ),
        source="docs.x.com: counting-characters, media best-practices, openapi 2.167",
        read_on="2026-08-22",
        sources={
            "mentions_advised": _GUIDELINES,
            "one_account_per_text": _GUIDELINES,
            "repeat_within_h": Source("not stated by X: taken for a day", "2026-08-22"),
        },
    )
    library = "publisher.platforms.x_client"
    permalink_hosts = ("x.com", "twitter.com")
    credential_fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(name="consumer_key", label=N_("Kunci aplikasi (API key)")),
        CredentialField(name="consumer_secret", label=N_("Rahasia aplikasi (API key secret)")),
        CredentialField(name="access_token", label=N_("Token akses")),
        CredentialField(name="access_token_secret", label=N_("Rahasia token akses")),
    )

    def __init__(self, credentials: Credentials) -> None:
        keys = _keys(credentials)
        if not all(keys.values()):
            raise AccountBlocked("X: the credentials are incomplete")
        self._secrets = tuple(keys.values())
        #: What tweepy calls OAuth 1.0a; a user token of OAuth 2.0 goes where an app's would.
        self._signed = "bearer_token" not in keys
        user_id = credentials.get("user_id") or keys.get("access_token", "").partition("-")[0]
        self._user_id = user_id
        self._handle = credentials.get("handle", "").lstrip("@") or "i"
        self._client = self._tweepy().open_client(keys)

    @classmethod
    def length(cls, text: str) -> int:
        return x_texts.weighted_length(text)

    @classmethod
    def problems(cls, outgoing: Outgoing) -> list[Problem]:
        return [
            *x_texts.text_problems(outgoing, cls.limits.text_chars),
            *x_texts.link_notes(outgoing.text, cls.limits),
            *mark_problems(outgoing, cls.name, cls.limits),
            *picture_problems(outgoing, cls.name, cls.limits),
        ]

    def prepare(self, outgoing: Outgoing) -> Prepared:
        media_ids = tuple(self._upload(picture) for picture in outgoing.pictures)
        return Prepared(text=normalise(outgoing.text), media_ids=media_ids)

    def publish(self, prepared: Prepared) -> Receipt:
        answer = self._call(
            self._client.create_tweet,
            public=True,
            user_auth=self._signed,
            text=prepared.text or None,
            media_ids=list(prepared.media_ids) or None,
        )
        remote_id, number = (
            x_answers.data_of(answer).get("id"),
            x_answers.request_id(answer.headers),
        )
        if not (isinstance(remote_id, str) and remote_id.isdigit()):
            raise OutcomeUnknown("X: accepted, but named no post", request_id=number)
        return self._receipt(remote_id, answer.at, number)

    @classmethod
    def is_permalink(cls, link: str, handle: str) -> bool:
        path = re.fullmatch(r"/([^/]+)/status/\d+(/.*)?", urlsplit(link).path)
        owners = {handle.lower(), "i"}  # x.com/i/status/… is any account's
        return super().is_permalink(link, handle) and bool(path and path[1].lower() in owners)

    @classmethod
    def post_key(cls, link: str) -> str:
        number = re.search(r"/status/(\d+)", urlsplit(link).path)
        return number[1] if number else super().post_key(link)

    @classmethod
    def wording(cls, text: str) -> str:
        return x_texts.our_fingerprint(text)

    def find(
        self, prepared: Prepared, since: datetime, known: Collection[str] = ()
    ) -> Receipt | None:
        """Look for the post by its uploaded pictures, or else by text and number of pictures.

        One of our uploads is enough: nobody else has it, and X may not show all of them yet.
        """
        wanted = x_texts.our_fingerprint(prepared.text)
        found = None
        for post in self._timeline(since - _SKEW, whole=True):
            same_pictures = not set(post.media_ids).isdisjoint(prepared.media_ids)
            same_text = x_texts.their_fingerprint(post.text) == wanted
            same_text &= len(post.media_ids) == len(prepared.media_ids)
            if (same_pictures or same_text) and post.remote_id not in known:
                found = self._receipt(post.remote_id, post.at)  # the oldest that fits
        return found

    def check(self) -> Health:
        answer = self._call(self._client.get_me, user_auth=self._signed)
        me = {key: str(value) for key, value in x_answers.data_of(answer).items()}
        if not me.get("id"):
            raise TryLater("X: did not say whose credentials these are")
        if self._user_id.isdigit() and me["id"] != self._user_id:
            raise AccountBlocked(f"X: these credentials belong to account {me['id']}")
        handle, display_name = me.get("username", ""), me.get("name", "")
        return Health(remote_id=me["id"], handle=handle, display_name=display_name)

    def recent(self, since: datetime) -> list[Published]:
        return [
            Published(
                remote_id=post.remote_id,
                url=self._permalink(post.remote_id),
                text=x_texts.unescaped(post.text),
                published_at=post.at,
                picture_count=len(post.media_ids),
            )
            for post in self._timeline(since)
        ]

    def remove(self, receipt: Receipt) -> None:
        if not receipt.remote_id.isdigit():
            raise Refused("X: not the number of a post")
        self._call(
            self._client.delete_tweet,
            receipt.remote_id,
            gone_is_fine=True,
            user_auth=self._signed,
        )

    # -- requests

    def _tweepy(self) -> Any:
        """Return the module that holds tweepy, which no process pays for before it is needed."""
        return import_module(self.library)

    def _upload(self, picture: Picture) -> str:
        """Upload one picture with its alternative text; return X's number for it."""
        body = {
            "media": base64.b64encode(picture.content).decode(),
            "media_category": "tweet_image",
        }
        media_id = x_answers.data_of(self._post("/2/media/upload", body)).get("id")
        if not (isinstance(media_id, str) and media_id.isdigit()):
            raise TryLater("X: took a picture, but named no number for it")
        if picture.alt_text:
            words = {"alt_text": {"text": picture.alt_text}}
            self._post("/2/media/metadata", {"id": media_id, "metadata": words})
        return media_id

    def _post(self, route: str, body: Mapping[str, Any]) -> x_answers.Answer:
        return self._call(self._client.request, "POST", route, json=body, user_auth=self._signed)

    def _timeline(self, since: datetime, *, whole: bool = False) -> Iterator["x_answers.Post"]:
        """Yield the account's own posts since then, newest first.

        :raises CannotTell: if all are wanted, and there are more than we read
        """
        token = None
        for _ in range(_PAGES):
            answer = self._call(
                self._client.get_users_tweets,
                self._known_user_id(),
                start_time=since,
                max_results=100,
                exclude=["retweets"],
                tweet_fields=["created_at", "attachments"],
                pagination_token=token,
                user_auth=self._signed,
            )
            yield from x_answers.posts_of(answer)
            token = (answer.payload.get("meta") or {}).get("next_token")
            if not token:
                return
        if whole:
            raise CannotTell("X: more posts since then than Siar reads")

    def _known_user_id(self) -> str:
        if not self._user_id.isdigit():
            self._user_id = self.check().remote_id
        return self._user_id

    def _call(
        self,
        request: Callable[..., requests.Response],
        *args: Any,
        public: bool = False,
        gone_is_fine: bool = False,
        **kwargs: Any,
    ) -> x_answers.Answer:
        """Make one request and return its answer, or raise one of the platform errors."""
        # `from None`: the causes carry whole responses, and a traceback prints what X echoed.
        try:
            response = request(*args, **kwargs)
            payload = response.json()
        except self._tweepy().HTTPException as error:
            if gone_is_fine and error.response.status_code == 404:
                return x_answers.Answer(payload={}, headers=error.response.headers)
            raise self._translate(error.response, public=public) from None
        except Exception as error:  # noqa: BLE001 - tweepy trips over answers of unexpected shape
            raise http.translate(error, public=public) from None
        return x_answers.Answer(
            payload=payload if isinstance(payload, dict) else {}, headers=response.headers
        )

    def _translate(self, response: requests.Response, *, public: bool) -> PlatformError:
        said, is_problem = x_answers.said(response)
        detail = without_secrets(f"X {response.status_code}: {said}", self._secrets)
        number = x_answers.request_id(response.headers)
        match response.status_code:
            case 429:
                wait_s = x_answers.wait_s(response.headers)
                return TryLater(detail, wait_s=wait_s, whole_account=True, request_id=number)
            case 401 | 402:
                return AccountBlocked(detail, request_id=number)
            case 403 if _ACCOUNT_IN_TROUBLE.search(said):
                return AccountBlocked(detail, request_id=number)
            case 400 if "media id" in said.lower():  # kept for a day only: prepare again
                return TryLater(detail, request_id=number)
            case 400 | 403 | 404 | 413 | 415 | 422 if is_problem:
                duplicate = "duplicate" in said.lower()
                return Refused(detail, duplicate=duplicate, request_id=number)
        return (OutcomeUnknown if public else TryLater)(detail, request_id=number)

    def _receipt(
        self, remote_id: str, at: datetime | None, request_id: str | None = None
    ) -> Receipt:
        return Receipt(
            remote_id=remote_id,
            url=self._permalink(remote_id),
            published_at=at,
            request_id=request_id,
        )

    def _permalink(self, remote_id: str) -> str:
        return f"https://x.com/{self._handle}/status/{remote_id}"


def _keys(credentials: Credentials) -> dict[str, str]:
    """Return what tweepy's client needs, by its own names."""
    if token := credentials.get("user_token"):
        return {"bearer_token": token}
    return {field.name: credentials.get(field.name, "") for field in X.credential_fields}
