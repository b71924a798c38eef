"""Fetching pictures, as platforms do that take no bytes: from one address of this machine alone.

Clients say where their pictures are; a practice server that believed them would fetch whatever
anybody names. So it knows one public address, and where on this machine that answers.
"""

import http.client
import ipaddress
from urllib.parse import urlsplit

_SECONDS = 10


class Fetcher:
    """Fetches below `public_url`, which is answered at `at`.

    :param public_url: how clients begin the addresses of their pictures; "" fetches nothing
    :param at: `http://127.0.0.1:PORT`, or another loopback address; "" is `public_url` itself
    :raises ValueError: if `at` is not on this machine
    """

    def __init__(self, public_url: str = "", at: str = "") -> None:
        self._public = urlsplit(public_url.rstrip("/"))
        self._at = urlsplit(at or public_url)
        if public_url and not (self._at.scheme == "http" and _is_loopback(self._at.hostname)):
            raise ValueError("pictures are fetched from http:// on this machine alone")

    def owns(self, url: str) -> bool:
        """Say whether an address is below the public one."""
        try:
            asked = urlsplit(url)
        except ValueError:
            return False
        same = (asked.scheme, asked.netloc) == (self._public.scheme, self._public.netloc)
        return bool(asked.netloc) and same and asked.path.startswith(f"{self._public.path}/")

    def fetch(self, url: str, longest: int) -> bytes | None:
        """Return what lies there, one byte more than `longest` if it is longer; None if nothing."""
        if not self.owns(url):
            return None
        connection = http.client.HTTPConnection(
            str(self._at.hostname), self._at.port or 80, timeout=_SECONDS
        )
        try:  # http.client follows no redirect
            connection.request("GET", urlsplit(url).path, headers={"Host": self._public.netloc})
            answer = connection.getresponse()
            return answer.read(longest + 1) if answer.status == 200 else None
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
