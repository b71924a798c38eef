"""Where a person is sent on to: never to another site, and only where there is a page."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException


def own_page(address: str | None) -> str | None:
    """Return `address` if it is the path of a page of ours that can be opened, else None.

    Browsers read `//host`, `/\\host` and control characters as ways to other sites; all of
    these are refused rather than repaired.
    """
    if not address or not address.startswith("/") or not address.isprintable():
        return None
    if "\\" in address or address.startswith("//"):
        return None
    parts = urlsplit(address)
    return address if not parts.netloc and _opens(parts.path) else None


def referring_page() -> str | None:
    """Return the page of ours from which this request was sent, path and query."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return own_page(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _opens(path: str) -> bool:
    adapter = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, _ = adapter.match(path, method="GET")
    except HTTPException:  # no such page, or one that only takes forms
        return False
    return bool(endpoint)
