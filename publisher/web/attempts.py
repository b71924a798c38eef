"""How often a wrong password may be tried, without locking the owner of an account out.

Whoever hammers at a bupati's account from elsewhere fills the bucket of strangers. A browser
that has signed in to the account before carries a signed cookie that says so (OWASP's device
cookies) and has a bucket of its own, so it is let in whatever strangers do. Only failures
count, a full bucket takes no more of them, and each empties by itself.
"""

import ipaddress
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import (
    RateLimitItem,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
    RateLimitItemPerSecond,
)
from limits.strategies import RateLimiter
from werkzeug.wrappers import Response

from publisher.errors import TooManyAttempts
from publisher.models.people import User
from publisher.web.filters import pukul

#: A browser that knows the account, and a stranger's network at one account.
OF_DEVICE = RateLimitItemPerMinute(10, 15)
OF_NETWORK = RateLimitItemPerMinute(6, 15)
#: All strangers together at one account; one network at all accounts.
OF_STRANGERS = RateLimitItemPerHour(40)
OF_ADDRESS = RateLimitItemPerMinute(40, 15)

#: Logins of one account at its platform, which locks who tries too often; and never two by one
#: double click.
AT_PLATFORM = (RateLimitItemPerMinute(6, 15), RateLimitItemPerSecond(1, 5))

#: Links to sign with that are none of ours, from one network.
STRANGE_LINKS = RateLimitItemPerMinute(30, 15)

DEVICE_COOKIE = "siar_perangkat"
DEVICE_LASTS = timedelta(days=365)
#: An office computer is shared; the oldest person is forgotten first.
PEOPLE_PER_DEVICE = 8

Bucket = tuple[RateLimitItem, str]


class Attempts:
    """The buckets of one person at one browser. Does nothing where limits are switched off."""

    def __init__(self, email: str, user: User | None) -> None:
        self.limiter: RateLimiter | None = current_app.extensions.get("sign_in_limits")
        network = _network(request.remote_addr or "")
        nonce = _known_people().get(user.id) if user else None
        account = email.strip().lower()
        self.buckets: list[Bucket] = [(OF_ADDRESS, f"address:{network}")]
        if nonce:
            self.buckets = [(OF_DEVICE, f"device:{nonce}")]
        else:
            self.buckets += [
                (OF_NETWORK, f"account:{account}:{network}"),
                (OF_STRANGERS, f"account:{account}"),
            ]

    def check(self) -> None:
        """Let nobody try whose bucket is full.

        :raises TooManyAttempts: saying when the next attempt is possible
        """
        free_at = max((self._free_at(bucket) for bucket in self._full()), default=None)
        if free_at is not None:
            raise TooManyAttempts(time=pukul(free_at))

    def failed(self) -> bool:
        """Count a wrong password; return whether it was the last that was allowed."""
        if self.limiter is None:
            return False
        for item, key in self.buckets:
            self.limiter.hit(item, key)
        return any(self._full())

    def succeeded(self) -> None:
        """Forget the failures of this browser, or network, at this account."""
        if self.limiter is not None:
            for item, key in self.buckets:
                if item in (OF_DEVICE, OF_NETWORK):
                    self.limiter.clear(item, key)

    def _full(self) -> Iterator[Bucket]:
        for item, key in self.buckets if self.limiter else ():
            if self.limiter and not self.limiter.test(item, key):
                yield item, key

    def _free_at(self, bucket: Bucket) -> datetime:
        assert self.limiter is not None  # noqa: S101 - asked only of a full bucket
        return _free_at(self.limiter, bucket)


def login_at_platform(account_id: int) -> datetime | None:
    """Count a login of an account at its platform; return when the next may be, if not now."""
    limiter: RateLimiter | None = current_app.extensions.get("sign_in_limits")
    if limiter is None:
        return None
    buckets = [(item, f"at platform:{account_id}") for item in AT_PLATFORM]
    full = [bucket for bucket in buckets if not limiter.hit(*bucket)]
    return max((_free_at(limiter, bucket) for bucket in full), default=None)


def strange_link() -> None:
    """Count a link to sign with that is none of ours."""
    limiter: RateLimiter | None = current_app.extensions.get("sign_in_limits")
    if limiter is not None:
        limiter.hit(STRANGE_LINKS, _strange_bucket())


def links_are_guessed() -> bool:
    """Tell whether so many came from one network that somebody is trying them out."""
    limiter: RateLimiter | None = current_app.extensions.get("sign_in_limits")
    return limiter is not None and not limiter.test(STRANGE_LINKS, _strange_bucket())


def _strange_bucket() -> str:
    return f"strange link:{_network(request.remote_addr or '')}"


def people_of_this_browser() -> set[int]:
    """Return the ids of those who have signed in with this browser before."""
    return set(_known_people())


def _free_at(limiter: RateLimiter, bucket: Bucket) -> datetime:
    """Return the first whole minute at which a bucket has room again."""
    reset_s = limiter.get_window_stats(*bucket).reset_time
    return datetime.fromtimestamp(reset_s, UTC).replace(second=0, microsecond=0) + timedelta(
        minutes=1
    )


def remember_device(response: Response, user: User) -> None:
    """Let this browser be known as one in which `user` has signed in."""
    known = _known_people()
    known[user.id] = known.pop(user.id, "") or secrets.token_urlsafe(12)
    kept = list(known.items())[-PEOPLE_PER_DEVICE:]
    response.set_cookie(
        _cookie_name(current_app),
        _signer().dumps(kept),
        max_age=DEVICE_LASTS,
        secure=current_app.config.get("SESSION_COOKIE_SECURE", False),
        httponly=True,
        samesite="Lax",
    )


def _known_people() -> dict[int, str]:
    """Return who has signed in with this browser before, each with the nonce of their bucket."""
    cookie = request.cookies.get(_cookie_name(current_app), "")
    try:
        kept = _signer().loads(cookie, max_age=int(DEVICE_LASTS.total_seconds()))
    except BadSignature:
        return {}
    return {int(user_id): str(nonce) for user_id, nonce in kept}


def _cookie_name(app: Flask) -> str:
    secure = app.config.get("SESSION_COOKIE_SECURE", False)
    return f"__Host-{DEVICE_COOKIE}" if secure else DEVICE_COOKIE


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known device")


def _network(address: str) -> str:
    """Return what one household or office has: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, 64 if parsed.version == 6 else 32), strict=False))
