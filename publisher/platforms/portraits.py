"""The small pictures by which a person recognises an account before connecting it."""

import base64
from urllib.parse import urlsplit

import requests

from publisher.platforms import http

#: Where platforms keep the pictures of accounts.
_PORTRAIT_HOSTS = (".twimg.com", ".fbcdn.net", ".fbsbx.com", ".cdninstagram.com", ".tiktokcdn.com")
_PORTRAIT_KINDS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
_PORTRAIT_BYTES = 200 * 1024


def portrait(url: str) -> str:
    """Return a small picture as a `data:` address, so that nobody's browser asks for it elsewhere.

    :returns: "" for whatever is not a small picture of a platform: it only helps to recognise
    """
    host = urlsplit(url).hostname or ""
    if not url.startswith("https://") or not host.endswith(_PORTRAIT_HOSTS):
        return ""
    try:
        answer = http.session().get(url)
    except requests.RequestException:
        return ""
    content = answer.content
    kinds = [mime for mime, start in _PORTRAIT_KINDS.items() if content.startswith(start)]
    if answer.status_code != 200 or not kinds or len(content) > _PORTRAIT_BYTES:
        return ""
    return f"data:{kinds[0]};base64,{base64.b64encode(content).decode()}"
