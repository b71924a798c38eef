"""Channels that a person fills: the office's website, WhatsApp, YouTube, anything else.

WhatsApp has no interface for channels, YouTube none for community posts, and every website is
another; and an office may rather post on X itself than let anybody in. Siar prepares text and
pictures, a person posts them and files the proof. What is here is only what a post for such a
channel may be, and how its address looks.
"""

import re
from collections.abc import Collection
from datetime import datetime
from typing import ClassVar, NoReturn
from urllib.parse import urlsplit

from publisher.errors import N_
from publisher.platforms.base import (
    CredentialField,
    Credentials,
    Driver,
    Limits,
    Outgoing,
    Prepared,
    Problem,
    Receipt,
    Source,
)
from publisher.platforms.captions import text_problems
from publisher.platforms.errors import CannotTell
from publisher.platforms.pictures import picture_problems
from publisher.platforms.texts import normalise

_ONE_FILE = 20 * 1024 * 1024
#: As long as a text in Siar may be.
_ANY_TEXT = 5000
_OURS = Source("not stated: as much as Siar prepares for a person", "2026-11-22")


def _limits(text_chars: int, *, alt_text_chars: int | None, source: str = "") -> Limits:
    return Limits(
        text_chars=text_chars,
        images=10,
        image_bytes=_ONE_FILE,
        image_formats=("JPEG", "PNG"),
        alt_text_chars=alt_text_chars,
        source=source or _OURS.where,
        read_on=_OURS.read_on,
        sources={"images": _OURS, "image_bytes": _OURS},
    )


class Nobody(Driver):
    """There is nobody to ask, and nothing to send."""

    by_hand = True
    reads_back = False
    uploads_first = False
    removes = False
    fetches = False
    hands_over = False
    library = ""
    credential_fields: ClassVar[tuple[CredentialField, ...]] = ()

    def __init__(self, credentials: Credentials) -> None:
        """Take nothing: a person posts with an account of their own."""

    def prepare(self, outgoing: Outgoing) -> NoReturn:  # noqa: ARG002
        self._nobody()

    def publish(self, prepared: Prepared) -> NoReturn:  # noqa: ARG002
        self._nobody()

    def find(
        self,
        prepared: Prepared,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
        known: Collection[str] = (),  # noqa: ARG002
    ) -> NoReturn:
        self._nobody()

    def check(self) -> NoReturn:
        self._nobody()

    def recent(self, since: datetime) -> NoReturn:  # noqa: ARG002
        self._nobody()

    def remove(self, receipt: Receipt) -> NoReturn:  # noqa: ARG002
        self._nobody()

    def _nobody(self) -> NoReturn:
        raise CannotTell(f"{self.name}: a person posts here, Siar does not")


class ByHand(Nobody):
    """A channel without any client: what it takes is for a person to see."""

    @classmethod
    def length(cls, text: str) -> int:
        return len(normalise(text))

    @classmethod
    def problems(cls, outgoing: Outgoing) -> list[Problem]:
        return [
            *text_problems(outgoing, cls.name, limit=cls.limits.text_chars, length=cls.length),
            *picture_problems(outgoing, cls.name, cls.limits),
        ]


class Website(ByHand):
    """The office's own website. `handle` is its host name, where it is known."""

    name = N_("Situs web")
    limits = _limits(_ANY_TEXT, alt_text_chars=1000)
    permalink_hosts = ()

    @classmethod
    def is_permalink(cls, link: str, handle: str) -> bool:
        """Accept any page of the site; of plain http too, which offices still have."""
        parts = urlsplit(link)
        host, own = parts.hostname or "", handle.lower().removeprefix("www.")
        ours = not own or host.removeprefix("www.") == own or host.endswith(f".{own}")
        return parts.scheme in ("https", "http") and "." in host and ours


class WhatsApp(ByHand):
    """A channel on WhatsApp: "Salin tautan" below a post gives its address."""

    name = "WhatsApp"
    limits = _limits(
        4096, alt_text_chars=None, source="that of messages: WhatsApp Cloud API, text.body"
    )
    permalink_hosts = ("whatsapp.com",)

    @classmethod
    def is_permalink(cls, link: str, handle: str) -> bool:  # noqa: ARG003 - links name no handle
        return re.fullmatch(r"https://(www\.)?whatsapp\.com/channel/[\w-]+/\d+/?", link) is not None


class YouTube(ByHand):
    """A community post, or a video, on a channel of YouTube."""

    name = "YouTube"
    limits = _limits(
        _ANY_TEXT, alt_text_chars=None, source="that of descriptions: YouTube Data API v3"
    )
    permalink_hosts = ("youtube.com", "m.youtube.com", "youtu.be")
    post_parameters = frozenset({"v", "lb"})


class Other(ByHand):
    """Any other channel: a radio's site, a group, a display in the square."""

    name = N_("Kanal lain")
    limits = _limits(_ANY_TEXT, alt_text_chars=1000)
    permalink_hosts = ()

    @classmethod
    def is_permalink(cls, link: str, handle: str) -> bool:  # noqa: ARG003 - it may be anywhere
        parts = urlsplit(link)
        return parts.scheme in ("https", "http") and "." in (parts.hostname or "")
