"""Answers to everybody: made once, kept until something changes, and not for who asks too often."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

from flask import Flask, Response, abort, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import RateLimiter

#: Of one address. A page brings up to some hundred pictures along, which are kept for a day.
PAGES = RateLimitItemPerMinute(120)
PICTURES = RateLimitItemPerMinute(1200)
#: How long others may keep a page without asking again, in seconds.
FRESH_S = 300
KEPT = 200
Key = tuple[str, ...]


class Shelf:
    """Answers by what was asked, each with the state it was made from; safe between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[str, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, state: str, make: Callable[[], bytes]) -> bytes:
        """Return the answer for a state: the one that is kept, or a new one."""
        with self._lock:
            found = self._kept.get(key)
        if found is not None and found[0] == state:
            return found[1]
        made = make()
        with self._lock:
            self._kept[key] = (state, made)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def init_app(app: Flask) -> None:
    app.extensions["public_answers"] = Shelf()


def answer(key: Key, state: str, mime: str, make: Callable[[], bytes]) -> Response:
    """Return an answer that caches may keep; without a body for who has this one already.

    :param key: what was asked
    :param state: changes whenever the answer may
    """
    response = Response(content_type=mime)
    response.set_etag(hashlib.sha256("\0".join((*key, state)).encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    if response.make_conditional(request).status_code != 304:
        shelf: Shelf = current_app.extensions["public_answers"]
        response.data = shelf.get(key, state, make)
    return response


def not_too_often(allowed: RateLimitItem) -> None:
    """Answer 429 to an address that asks more than that; not where limits are switched off."""
    limiter: RateLimiter | None = current_app.extensions.get("sign_in_limits")
    if limiter is not None and not limiter.hit(allowed, "siaran", request.remote_addr or ""):
        abort(429)
