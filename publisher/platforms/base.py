"""What every platform driver is given, gives back, and promises.

Values in, values out: no database row ever reaches a driver. A driver is built per account
from its decrypted credentials, used by one thread, and thrown away.
"""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from publisher.errors import N_
from publisher.platforms.errors import CannotTell
from publisher.platforms.texts import fingerprint
from publisher.posters.fitting import PictureRules

Credentials = Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """Where a figure was read, and when; or, if it was nowhere, who says so."""

    where: str
    read_on: str  # ISO date


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a platform charges for one of `per`."""

    amount: Decimal
    currency: str  # ISO 4217
    per: Literal["post", "post_with_link", "alt_text", "removal", "post_read"]
    source: Source

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"


@dataclass(frozen=True, kw_only=True)
class Limits(PictureRules):
    """What a platform allows: `PictureRules` of each picture, and this of each post.

    :param hashtags: more are refused; `hashtags_advised`: more harm the post
    :param source: where the figures were read that `sources` does not name one by one
    """

    text_chars: int
    images: int
    alt_text_chars: int | None  # None: the platform keeps no alternative text
    image_required: bool = False
    hashtags: int | None = None
    hashtags_advised: int | None = None
    mentions: int | None = None
    mentions_advised: int | None = None
    repeat_within_h: int | None = None  # hours in which the same text again is refused
    one_account_per_text: bool = False  # the same text on several accounts breaks its rules
    prices: tuple[Price, ...] = ()  # none: it charges nothing
    spacing_s: int = 0  # seconds an account should leave between two posts
    source: str = ""
    read_on: str = ""  # ISO date
    sources: Mapping[str, Source] = dataclasses.field(default_factory=dict)  # by name of the field

    def source_of(self, figure: str) -> Source:
        """Return where a figure of this table comes from."""
        return self.sources.get(figure) or Source(self.source, self.read_on)

    def price(self, per: str) -> Price | None:
        return next((price for price in self.prices if price.per == per), None)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture, ready to send."""

    content: bytes
    mime: str  # "image/jpeg" or "image/png"
    alt_text: str
    name: str  # a file name such as "1.jpg"; some platforms want one
    url: str = ""  # where the platform can fetch it for a while, if its driver `fetches`


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One post for one account, exactly as it was approved."""

    text: str  # NFC, newlines are "\n", hashtags included
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something a platform would refuse (`blocks`), or that it would do and nobody expects.

    :param message: a full Indonesian sentence for the drafter (a gettext message id, see
        `values`), with %(name)s placeholders
    """

    field: Literal["text", "pictures", "alt_text", "accounts"]
    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    blocks: bool = True


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What `publish` and `find` need, small and storable as JSON: ids, never bytes.

    :param text: what will be published
    :param media_ids: what the platform called the uploaded pictures
    :param started_at: when the publishing request may have begun, at the earliest
    """

    text: str
    media_ids: tuple[str, ...] = ()
    started_at: datetime | None = None
    extra: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The proof of a publication."""

    remote_id: str
    url: str  # the public permalink
    published_at: datetime | None = None  # the platform's own time, aware, where it says
    request_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What `publish` gives where the platform lets a person finish the post in its own app.

    Nothing is public yet; a person's verified proof ends it.
    """

    remote_id: str  # what the platform calls the draft
    request_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Published:
    """A post found on the account itself, whoever made it."""

    remote_id: str
    url: str
    text: str
    published_at: datetime
    picture_count: int


@dataclass(frozen=True, kw_only=True)
class Health:
    """Who the credentials really belong to, as the platform tells it."""

    remote_id: str
    handle: str  # without "@"; "" where the platform has none
    display_name: str


@dataclass(frozen=True, kw_only=True)
class CredentialField:
    """One thing a person must paste to connect an account by hand.

    :param label: Indonesian, a gettext message id
    """

    name: str
    label: str
    secret: bool = True


class Driver(ABC):
    """One account of one platform. Every method raises one of the `PlatformError`s."""

    name: ClassVar[str]  # as people write it: "X", "Facebook"
    limits: ClassVar[Limits]
    credential_fields: ClassVar[tuple[CredentialField, ...]]
    #: How it speaks to its platform, for those who choose between several; a gettext message id.
    way: ClassVar[str] = N_("API resmi")
    #: What a person must agree to before an account is spoken to in this way: full sentences.
    risks: ClassVar[tuple[str, ...]] = ()
    #: The module that holds its client library, imported when an account is opened.
    library: ClassVar[str] = ""
    #: Where a link to one of its posts may point, the usual host first, without "www.".
    permalink_hosts: ClassVar[tuple[str, ...]]
    #: What of a link's query tells which post it is; the rest tells how somebody came to it.
    post_parameters: ClassVar[frozenset[str]] = frozenset()
    #: The platform takes no bytes: it fetches each picture from a public address.
    fetches: ClassVar[bool] = False
    #: The account's own posts can be listed; where not, `find` and `recent` raise `CannotTell`.
    reads_back: ClassVar[bool] = True
    #: `prepare` already sends the pictures; where not, they go with the publishing request.
    uploads_first: ClassVar[bool] = True
    #: Its API takes posts down; where not, `remove` raises `Refused`.
    removes: ClassVar[bool] = True
    #: What `publish` leaves is a draft, a `Handover`: a person finishes it in the platform's app.
    hands_over: ClassVar[bool] = False
    #: No client at all: Siar prepares text and pictures, a person posts and files the proof.
    by_hand: ClassVar[bool] = False

    @abstractmethod
    def __init__(self, credentials: Credentials) -> None:
        """Take one account's decrypted credentials. Touches no network.

        :raises AccountBlocked: if something is missing; nothing can be sent without it
        """

    @classmethod
    def load(cls) -> None:
        """Import what opening an account needs, so that nothing due waits for it."""
        if cls.library:
            import_module(cls.library)

    @classmethod
    @abstractmethod
    def length(cls, text: str) -> int:
        """Return how long `text` is as this platform counts it."""

    @classmethod
    def wording(cls, text: str) -> str:
        """Return what of a text, ours or one of `recent`, the platform leaves as it was.

        Two posts with the same wording say the same, as far as the platform lets us tell.
        """
        return fingerprint(text)

    @classmethod
    @abstractmethod
    def problems(cls, outgoing: Outgoing) -> list[Problem]:
        """Return what this platform would refuse or misread. Touches no network."""

    @classmethod
    def is_permalink(cls, link: str, handle: str) -> bool:  # noqa: ARG003 - for the platforms
        """Return whether `link` can be the address of a post on this account."""
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
        return parts.scheme == "https" and host in cls.permalink_hosts and len(parts.path) > 1

    @classmethod
    def post_key(cls, link: str) -> str:
        """Return what all links to one post have in common, however they were shared.

        :param link: one for which `is_permalink` holds
        """
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
        if cls.permalink_hosts:
            host = cls.permalink_hosts[0] if host in cls.permalink_hosts else host
            query = [each for each in parse_qsl(parts.query) if each[0] in cls.post_parameters]
        else:  # anybody's pages: nobody knows what their queries mean
            query = parse_qsl(parts.query)
        return f"{host}{parts.path.rstrip('/')}?{urlencode(sorted(query))}"

    @abstractmethod
    def prepare(self, outgoing: Outgoing) -> Prepared:
        """Upload what must be there before publishing. Nothing becomes public; may be repeated.

        :raises TryLater, Refused, AccountBlocked: never OutcomeUnknown, for nothing is public
        """

    @abstractmethod
    def publish(self, prepared: Prepared) -> Receipt | Handover:
        """Send the one request that makes the post public. Never sent twice from in here.

        Called on the driver that `prepare` was called on.

        :returns: a `Handover` where the platform keeps it as a draft that a person finishes
        """

    @abstractmethod
    def find(
        self, prepared: Prepared, since: datetime, known: Collection[str] = ()
    ) -> Receipt | None:
        """Look for the post on the account after an unknown outcome.

        :param known: remote ids that are other posts of ours, whatever they look like
        :raises CannotTell: where the platform cannot be read back
        """

    def finished(self, draft: str, since: datetime) -> Receipt | None:  # noqa: ARG002
        """Look whether a person has finished a draft that `publish` handed over.

        :param draft: the `remote_id` of the `Handover`
        :returns: None while it waits
        :raises Refused: if it is there no more
        :raises CannotTell: where there are no drafts, or nothing leads to the post
        """
        raise CannotTell(f"{self.name}: keeps no drafts")

    @abstractmethod
    def check(self) -> Health:
        """Ask the platform who these credentials belong to."""

    @abstractmethod
    def recent(self, since: datetime) -> list[Published]:
        """Return the account's own posts since then, newest first.

        :raises CannotTell: where the platform cannot be read back
        """

    def changed_credentials(self) -> Credentials | None:
        """Return what the talk with the platform made of the credentials; None: as they were.

        Not a secret less than they are. Kept only where nobody connected the account meanwhile.
        """
        return None

    @abstractmethod
    def remove(self, receipt: Receipt) -> None:
        """Take a post down. Taking down what is already gone is not an error."""
