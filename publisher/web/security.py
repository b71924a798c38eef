"""What stands before and around every page: hosts, proxies, limits, CSRF, headers, read-only
pages, and what is said when something goes wrong.
"""

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
)
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import Template, TemplateNotFound
from markupsafe import escape
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from publisher.db import begin_writing, db, read_only
from publisher.errors import Outdated, PublisherError
from publisher.web.onward import referring_page

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
    app.register_error_handler(PublisherError, _on_publisher_error)
    app.register_error_handler(StaleDataError, _on_stale_data)
    app.register_error_handler(CSRFError, _on_csrf_error)
    app.register_error_handler(HTTPException, _on_http_error)


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
    app.config.setdefault("RATELIMIT_STORAGE_URI", "memory://")
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
    """Make pages that change nothing unable to; look anew at who is there."""
    g.pop("_login_user", None)  # where an app context outlives a request, as in tests
    g.pop("sign_in", None)
    if request.method in READING:
        read_only()


def _finish(_error: BaseException | None) -> None:
    begin_writing()


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


# -- what is said when something goes wrong ------------------------------------------------


def _on_publisher_error(error: PublisherError) -> Any:
    db.session.rollback()
    return _say(_(error.message, **error.values), error.status)


def _on_stale_data(_error: StaleDataError) -> Any:
    return _on_publisher_error(Outdated())


def _on_csrf_error(error: CSRFError) -> Any:
    db.session.rollback()
    if _wants_words():
        return _say(_("Halaman ini sudah terlalu lama terbuka. Muat ulang, lalu coba lagi."), 400)
    return _error_page("csrf", str(error.description)), 400


def _on_http_error(error: HTTPException) -> Any:
    db.session.rollback()
    code = error.code or 500
    if error.response is not None or code < 400:
        return error
    if _wants_words():
        return str(escape(error.name)), code
    if code >= 500:
        return _page_without_database(), code
    page = _error_page(str(code), "")
    return (page, code, _headers_of(error)) if page else error


def _headers_of(error: HTTPException) -> list[tuple[str, str]]:
    """Return what the error says beside its page, such as Allow and Retry-After."""
    return [pair for pair in error.get_headers() if pair[0] != "Content-Type"]


def _say(message: str, status: int) -> Any:
    """Answer with a sentence, in the form in which the sender can show it.

    A person who sent a form goes back to its page, where nothing was changed; a script gets the
    bare sentence and the status.
    """
    if request.accept_mimetypes.best == "application/json":
        return jsonify(message=message), status
    if "HX-Request" in request.headers:
        return str(escape(message)), status
    back = referring_page() if request.method not in READING else None
    if back:
        flash(message, "danger")
        return redirect(back)
    return _error_page(str(status), message), status


def _wants_words() -> bool:
    scripted = "HX-Request" in request.headers
    return scripted or request.accept_mimetypes.best == "application/json"


def _page_without_database() -> str:
    """Render without the context processors, which would load who is signed in."""
    template: Template = current_app.jinja_env.get_template("errors/500.html")
    return template.render()


def _error_page(name: str, message: str) -> str:
    try:
        return render_template(f"errors/{name}.html", message=message)
    except TemplateNotFound:
        return message
