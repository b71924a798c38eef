"""Public addresses of pictures, for platforms that take no bytes and fetch instead.

Whoever has such an address may see one picture, as one platform gets it, for a while. The address
is sealed: it tells nothing of the picture, cannot be guessed, and cannot be made to name another.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: How long an address leads somewhere. TikTok fetches for up to an hour, Instagram at once.
LASTS = timedelta(hours=2)
#: So far the clocks of machines may be apart: an address of tomorrow would lead nowhere.
CLOCKS_APART = timedelta(minutes=5)
PATH = "/publik"
#: The longest token there can be: a digest and the name of a driver, sealed.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{100,250}")
_DIGEST_BYTES = 32


class NoSuchPicture(ValueError):
    """An address that is none of ours, was changed, or is too old."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The picture behind an address.

    :param digest: of the picture in the media store
    :param driver: the key of `DRIVERS` for whose platform it is made to suit
    :param until: when the address leads nowhere any more
    """

    digest: str
    driver: str
    until: datetime


class Gallery:
    """Makes and opens the addresses below `public_url`; safe between threads and processes.

    :param secret_key: any text; who knows it can make addresses
    """

    def __init__(self, public_url: str, secret_key: str) -> None:
        self._base = public_url.rstrip("/") + PATH
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"siar public pictures")
        self._sealer = Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))

    def address(self, digest: str, driver: str, *, at: datetime) -> str:
        """Return where a picture can be fetched from now on, for as long as `LASTS`."""
        named = bytes.fromhex(digest) + driver.encode()
        made_s = int((at - CLOCKS_APART).timestamp())
        token = self._sealer.encrypt_at_time(named, made_s).decode().rstrip("=")
        return f"{self._base}/{token}.jpg"

    def open(self, token: str, *, at: datetime) -> Shown:
        """Return what an address shows, from the part of it between `PATH` and ".jpg".

        :raises NoSuchPicture: if it shows nothing
        """
        if not _TOKEN.fullmatch(token):
            raise NoSuchPicture
        whole = token + "=" * (-len(token) % 4)
        lasts_s = int((LASTS + CLOCKS_APART).total_seconds())
        try:
            named = self._sealer.decrypt_at_time(whole, lasts_s, int(at.timestamp()))
            made = self._sealer.extract_timestamp(whole)
        except InvalidToken as error:
            raise NoSuchPicture from error
        return Shown(
            digest=named[:_DIGEST_BYTES].hex(),
            driver=named[_DIGEST_BYTES:].decode(),
            until=datetime.fromtimestamp(made, at.tzinfo) + CLOCKS_APART + LASTS,
        )
