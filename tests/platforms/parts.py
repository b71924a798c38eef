"""What the tests of the drivers share: a real picture, a post, credentials, a desk."""

import json
import struct
import zlib
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from publisher.platforms import driver_class, http, open_driver
from publisher.platforms.base import Outgoing, Picture
from publisher.practice.instagram_private_keys import session_id
from publisher.practice.records import Account
from publisher.practice.server import PracticeServer
from tests.platforms.gallery import Gallery, jpeg

#: How long a driver waits for an answer where a platform keeps silent on purpose.
IMPATIENT_S = 0.4


def png(shade: int = 200) -> bytes:
    """Return a real picture of one grey pixel."""

    def chunk(kind, data):
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, shade]))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def picture(alt_text="Kader menimbang balita.", shade=200):
    return Picture(content=png(shade), mime="image/png", alt_text=alt_text, name="1.png")


POST = Outgoing(text="Imunisasi gratis di puskesmas.", pictures=(picture(),))

CREDENTIALS = {
    "x": {
        "consumer_key": "app-key-aaaa",
        "consumer_secret": "app-secret-bbbb",
        "access_token": "1700-token-cccc",
        "access_token_secret": "token-secret-dddd",
    },
    "facebook": {"page_id": "1700", "page_token": "EAA-page-token-eeee"},
    "instagram": {
        "ig_id": "1700",
        "token": "EAA-instagram-token-gggg",
        "username": "dinkesblora",
        "password": "kata-sandi-iiii",
    },
    "tiktok": {"open_id": "1700", "access_token": "act.tiktok-token-hhhh"},
    "telegram": {"bot_token": "712345678:AAE-bot-token-gggg", "channel": "@dinkesblora"},
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the contract tests must know of a driver beside what it says itself.

    :param preparing: which requests faults meet in `prepare`: "upload", "read"; None: it asks
        nothing
    :param stranger: credentials that claim to be another account
    :param public: names of credentials that are no secret
    :param refuses_twice: the platform refuses the same text again
    :param counts_pictures: `recent` says how many pictures a post has
    """

    preparing: str | None = "upload"
    stranger: Mapping[str, str] = field(default_factory=dict)
    public: tuple[str, ...] = ()
    refuses_twice: bool = False
    counts_pictures: bool = True


#: One line for each driver, beside its credentials above.
ENTRIES = {
    "x": Entry(stranger={"user_id": "1800"}, refuses_twice=True),
    "facebook": Entry(stranger={"page_id": "1800"}, public=("page_id",), refuses_twice=True),
    "instagram": Entry(stranger={"ig_id": "1800"}, public=("ig_id", "username", "password")),
    "instagram_login": Entry(stranger={"ig_id": "1800"}, public=("ig_id", "username", "password")),
    "instagram_private": Entry(stranger={"user_id": "1800"}),
    "tiktok": Entry(
        preparing="read",
        stranger={"open_id": "1800"},
        public=("open_id",),
        counts_pictures=False,
    ),
    "telegram": Entry(preparing=None, public=("channel",)),
}


def instagram_session():
    """Return what a login left of the account's session, as little of it as will do."""
    account = Account(
        platform="instagram",
        remote_id="1700",
        handle="dinkesblora",
        display_name="Dinas Kesehatan",
        credentials=CREDENTIALS["instagram"],
    )
    words = {"ds_user_id": account.remote_id, "sessionid": session_id(account)}
    return {"settings": json.dumps({"authorization_data": words})}


@dataclass
class Desk:
    """One driver's account of Dinas Kesehatan, and the server it lives on."""

    name: str  # of the driver
    practice: PracticeServer
    gallery: Gallery | None = None  # for platforms that fetch pictures

    @property
    def kind(self):
        return driver_class(self.name)

    @property
    def entry(self):
        return ENTRIES[self.name]

    def post(self, text="Imunisasi gratis di puskesmas.", alt_texts=("Kader menimbang balita.",)):
        """Return a post with as many pictures, each another shade, that any platform takes."""
        pictures = [
            self.gallery.picture(alt_text, content=jpeg(10 * number, (400, 400)))
            for number, alt_text in enumerate(alt_texts, 1)
        ]
        return Outgoing(text=text, pictures=tuple(pictures))

    def accepted(self):
        """Return what the platform has of ours, public or in an inbox."""
        if not self.kind.hands_over:
            return self.published()
        drafts = self.practice.app.ledger.drafts(self.platform, "1700")
        return [*self.published(), *({"remote_id": draft.id} for draft in drafts)]

    @property
    def platform(self):
        return self.name.partition("_")[0]

    @property
    def credentials(self):
        if self.name == "instagram_private":
            return instagram_session()
        return CREDENTIALS[self.platform]

    def driver(self, **changed):
        return open_driver(self.name, {**self.credentials, **changed})

    @contextmanager
    def impatient(self):
        """Let drivers, also those that are open, soon give up waiting for an answer."""
        transport = http._shared()
        patient, transport.timeouts = transport.timeouts, (http.CONNECT_S, IMPATIENT_S)
        yield
        transport.timeouts = patient

    def fault(self, kind, **more):
        self.practice.order_fault(self.platform, "1700", kind, **more)

    def published(self):
        return self.practice.ledger(self.platform)

    def on_the_wire(self, operation):
        return self.practice.requests(self.platform, operation=operation)
