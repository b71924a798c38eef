"""What is said when something goes wrong: to a person on a page, to a script in a sentence.

Whatever it was, nothing of the request stays in the database.
"""

from typing import Any

from flask import Flask, current_app, flash, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from jinja2 import Template
from markupsafe import escape
from sqlalchemy.exc import DataError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, NotFound, SecurityError
from werkzeug.wrappers import Response

from publisher.db import db
from publisher.errors import Outdated, PublisherError
from publisher.web.access import by_script
from publisher.web.filters import kalimat
from publisher.web.onward import referring_page

#: The page that says it best, where a status has none of its own.
PAGES = {400: 422, 401: 403, 405: 404, 410: 404, 415: 422, 416: 404}
#: What PostgreSQL says of a number that no column of ours can hold.
OUT_OF_RANGE = "22003"
#: What a script is told.
SENTENCES = {
    403: _l("Anda tidak berhak melakukan ini."),
    404: _l("Data ini tidak ada, atau bukan milik perangkat daerah Anda."),
    413: _l("Berkas terlalu besar. Tidak ada yang disimpan."),
    429: _l("Terlalu banyak permintaan. Tunggu semenit, lalu coba lagi."),
    500: _l("Ada gangguan di sistem kami. Coba lagi sebentar lagi."),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(PublisherError, on_publisher_error)
    app.register_error_handler(StaleDataError, on_stale_data)
    for too_large in (OverflowError, DataError):  # of SQLite, of PostgreSQL
        app.register_error_handler(too_large, on_impossible_number)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(SecurityError, on_foreign_host)
    app.register_error_handler(HTTPException, on_http_error)


def sentence(error: PublisherError) -> str:
    """Return what the person is told, in their language."""
    return kalimat(error.message, error.values)


def on_publisher_error(error: PublisherError) -> Any:
    """Say it on the page the form was sent from, where the present state is seen."""
    db.session.rollback()
    message = sentence(error)
    if by_script():
        return _to_script(message, error.status)
    back = referring_page() if request.method == "POST" else None
    if back:
        flash(message, "danger")
        return redirect(back)
    return _page(error.status, message=message), error.status


def on_stale_data(_error: StaleDataError) -> Any:
    """Somebody saved the same row between our reading and our writing it."""
    return on_publisher_error(Outdated())


def on_impossible_number(error: Exception) -> Any:
    """Somebody asked for a row by a number that is larger than any."""
    if isinstance(error, DataError) and getattr(error.orig, "sqlstate", "") != OUT_OF_RANGE:
        raise error
    return on_http_error(NotFound())


def on_csrf_error(_error: CSRFError) -> Any:
    db.session.rollback()
    if by_script():
        return _to_script(_("Halaman ini terlalu lama terbuka. Muat ulang, lalu coba lagi."), 400)
    return render_template("errors/csrf.html"), 400


def on_foreign_host(_error: SecurityError) -> Any:
    """Answer without a page: no address can be built for a host that is not ours."""
    return Response("400 Bad Request\n", 400, mimetype="text/plain")


def on_http_error(error: HTTPException) -> Any:
    db.session.rollback()
    code = error.code or 500
    if error.response is not None or code < 400:
        return error
    if by_script():
        return _to_script(str(SENTENCES.get(code, error.name)), code)
    if code >= 500:
        return _page_without_database(), code
    more = [pair for pair in error.get_headers() if pair[0] != "Content-Type"]  # Allow, Retry-After
    return _page(code), code, more


def _to_script(message: str, status: int) -> Any:
    if "HX-Request" in request.headers:
        return str(escape(message)), status
    return jsonify(message=message), status


def _page(status: int, **more: str) -> str:
    name = f"errors/{PAGES.get(status, status)}.html"
    return render_template([name, "errors/422.html"], **more)


def _page_without_database() -> str:
    """Render without the context processors, which would load who is signed in."""
    template: Template = current_app.jinja_env.get_template("errors/500.html")
    return template.render()
