"""What stands before and around every page: hosts, proxies, limits, CSRF, headers, and
pages that cannot change what they show.
"""

from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session
from flask_limiter import Limiter
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from publisher.db import begin_writing, read_only

READING = ("GET", "HEAD", "OPTIONS")
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ANYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not listened on
#: A person typing with autosave and preview stays far below; a script does not.
WRITES = "300 per minute"

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # our own forms need to know where to go back to
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TWO_YEARS = "max-age=63072000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Protect `app`. Comes first: what it registers must run before everything else."""
    _trust_hosts_and_proxies(app)
    app.before_request(_begin)
    app.teardown_request(_finish)
    app.after_request(_add_headers)
    _limit_writes(app)
    CSRFProtect(app)


def _trust_hosts_and_proxies(app: Flask) -> None:
    public = urlsplit(app.config["PUBLIC_URL"]).hostname or ""
    if public not in ANYWHERE:  # else the operator has not said by which name people come
        app.config["TRUSTED_HOSTS"] = [public, *LOOPBACK]
    if count := app.config.get("TRUSTED_PROXIES", 0):
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def _limit_writes(app: Flask) -> None:
    """Limit changes per session, or per address of who is not signed in; and lend the counters
    to the sign-in page. One limiter per app: Flask-Limiter keeps its state in itself."""
    storage = app.config.setdefault("RATELIMIT_STORAGE_URI", "memory://")
    if storage.startswith("redis"):
        from publisher.web.counters import SHARED  # Redis is loaded only where it is used

        app.config["RATELIMIT_STORAGE_URI"] = SHARED + storage
    limiter = Limiter(
        key_func=lambda: session.get("_user_id") or request.remote_addr or "unknown",
        application_limits=[WRITES],
        application_limits_exempt_when=lambda: request.method in READING,
        strategy="moving-window",
    )
    limiter.init_app(app)
    if limiter.enabled:
        app.extensions["sign_in_limits"] = limiter.limiter


def _begin() -> None:
    """Make pages that change nothing unable to."""
    for name in list(g):  # an app context may outlive a request, as it does in tests and shells
        g.pop(name)
    if request.method in READING:
        read_only()


def _finish(_error: BaseException | None) -> None:
    begin_writing()


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["PUBLIC_URL"].startswith("https://"):  # browsers obey it over TLS only
        response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
