"""What the tests of the drivers share: a real picture, a post, credentials, a desk."""

import json
import struct
import zlib
from dataclasses import dataclass

from publisher.platforms import open_driver
from publisher.platforms.base import Outgoing, Picture
from publisher.practice.instagram_private_keys import session_id
from publisher.practice.records import Account
from publisher.practice.server import PracticeServer

READ_S = 0.4


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

    @property
    def platform(self):
        return self.name.partition("_")[0]

    @property
    def credentials(self):
        if self.name == "instagram_private":
            return instagram_session()
        return CREDENTIALS[self.name]

    def driver(self, **changed):
        return open_driver(self.name, {**self.credentials, **changed})

    def fault(self, kind, **more):
        self.practice.order_fault(self.platform, "1700", kind, **more)

    def published(self):
        return self.practice.ledger(self.platform)

    def on_the_wire(self, operation):
        return self.practice.requests(self.platform, operation=operation)
