"""What platforms need that take no bytes: public addresses from which they can fetch."""

import ipaddress
from urllib.parse import urlsplit

from publisher.platforms import http
from publisher.platforms.base import Outgoing
from publisher.platforms.errors import TryLater


def addresses(outgoing: Outgoing, platform: str) -> list[str]:
    """Return where `platform` can fetch each picture, in their order.

    :raises TryLater: if it cannot: Siar's own address must be https, with a name. Nothing is
        wrong with the post, so it goes out once `PUBLIC_URL` is set right.
    """
    found = [picture.url for picture in outgoing.pictures]
    if not all(found):
        raise TryLater(f"{platform}: a picture has no public address")
    if not (http.behind_gateway() or all(_is_public(url) for url in found)):
        raise TryLater(f"{platform}: PUBLIC_URL must be https, with a name that others can reach")
    return found


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https" and "." in host
    return False
